-- SPDX-License-Identifier: ISC
--
-- How far the stream has come, for who asks with every request.  It is set once a batch of the stream is
-- committed, so it may be behind, never ahead.

SET search_path = bureau, public;

-- Whoever commits rings without being told (doc/decisions/0005).
DROP TRIGGER IF EXISTS bell ON events;
DROP FUNCTION IF EXISTS event_bell();

CREATE SEQUENCE stream_place AS bigint;
SELECT setval('stream_place', max(last)) FROM stream_batch HAVING max(last) > 0;
