-- SPDX-License-Identifier: ISC
--
-- Push: when an event was written, not when its transaction began, so that what lies between
-- that and its delivery can be measured.

SET search_path = bureau, public;

ALTER TABLE events ALTER COLUMN at SET DEFAULT clock_timestamp();
