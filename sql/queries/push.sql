-- SPDX-License-Identifier: ISC
--
-- What push asks and answers.  It reads events and the stream, gives events their places in it, and learns who
-- may follow from functions/42_push.sql.

-- record: EventPage  events:json next:text
-- record: Presence  users:uuids

-- name: push_open
-- Who wants to follow, and until when: authorize(), and the end of the session or token.
SELECT (o).user_id, (o).credential, (o).is_token, (o).permissions::text, (o).ends::text, (o).cursor
  FROM (SELECT push_open(:user, :session, :token, :need, :request, :address, :agent) AS o) AS who

-- name: push_callers
-- What they may now; those whose access has ended are missing.
SELECT credential::text, permissions::text FROM push_callers(:sessions::uuid[], :tokens::uuid[])

-- name: push_members
-- Who belongs to these audiences; null: anybody at all.
SELECT a AS audience, m.user_id::text
  FROM unnest(:audiences::text[]) a, LATERAL audience_members(a) m

-- name: push_waiting
-- How long the oldest event has been without a place, in ms; for /health.
SELECT (push_waiting() * 1000)::bigint::text AS waiting

-- name: push_refused
SELECT push_refused(:user, :session, :token, :request, :address, :agent, :route, :code::int)

-- name: push_head
-- The history this is, and how far it has come.
SELECT e.id AS epoch, coalesce((SELECT b.last FROM stream_batch b ORDER BY b.last DESC LIMIT 1), 0)::text AS last
  FROM epoch e

-- name: push_page
-- What follows a place in the order; age: microseconds since it was written.
SELECT s.seq::text, e.audience::text, e.kind, e.resource, e.resource_id::text, e.payload::text,
       e.payload ->> 'action' AS action,
       (extract(epoch FROM clock_timestamp() - e.at) * 1000000)::bigint::text AS age
  FROM (SELECT seq, event_id FROM stream WHERE seq > :after::bigint ORDER BY seq LIMIT :count::int) s
  LEFT JOIN LATERAL (SELECT * FROM events WHERE id = s.event_id OFFSET 0) e ON true
 ORDER BY s.seq

-- name: push_lock
-- Whether this connection is the sequencer's from now on.
SELECT pg_try_advisory_lock(2015455598)::text AS held

-- name: push_unlock
SELECT pg_advisory_unlock(2015455598)::text, pg_notify('bell', 'lock')::text

-- name: push_cursor
-- Where the last sequencer was.
SELECT b.last::text, b.snap::text FROM stream_batch b ORDER BY b.last DESC LIMIT 1

-- name: push_sequence
-- Gives what is newly visible its places and tells everybody, in one transaction; nothing is written
-- where nothing is new.  What is new: the transactions behind the last snapshot, and those that were
-- open in it.  heard: there are webhooks to be told of them, by workers.
WITH c AS MATERIALIZED (SELECT pg_current_snapshot() AS s),
n AS MATERIALIZED (
	SELECT :last::bigint + row_number() OVER (ORDER BY id) AS seq, id FROM (
		SELECT id FROM events WHERE xid >= pg_snapshot_xmax(:snap::pg_snapshot)
		UNION ALL
		SELECT id FROM events WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(:snap::pg_snapshot)))) e),
i AS (INSERT INTO stream (seq, event_id) SELECT seq, id FROM n),
b AS (INSERT INTO stream_batch (last, snap)
	SELECT m.l, c.s FROM c, (SELECT max(seq) AS l FROM n) m WHERE m.l IS NOT NULL),
p AS MATERIALIZED (SELECT pg_notify('stream', max(seq)::text) FROM n HAVING count(*) > 0)
SELECT max(n.seq)::text AS last, count(n.seq)::text AS count, c.s::text AS snap,
       (count(n.seq) > 0 AND webhooks_listen())::text AS heard
  FROM c LEFT JOIN n ON true LEFT JOIN p ON true GROUP BY c.s::text

-- name: push_place
-- How far it has come, told behind the COMMIT: who reads it sees all of that.
SELECT setval('stream_place', greatest(:last::bigint, 1), :last::bigint > 0)

-- name: push_notify
SELECT pg_notify(:channel, :payload)

-- name: push_listen_stream
-- What sequencers, others' bells, what is said and who is here are heard by, after every connect.
LISTEN stream

-- name: push_listen_bell
LISTEN bell

-- name: push_listen_say
LISTEN say

-- name: push_listen_presence
LISTEN presence
