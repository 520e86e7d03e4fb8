-- SPDX-License-Identifier: ISC
--
-- Events: which there are, for whom, and the cursor.

\ir helpers.psql
SELECT plan(25);
SELECT pg_temp.people();
SELECT pg_temp.id_of('employee@example.org') AS person \gset

-- What a statement leaves: kind resource action|id, in order.
CREATE FUNCTION pg_temp.events_of(_sql text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	_last bigint := (SELECT coalesce(max(id), 0) FROM events);
BEGIN
	EXECUTE _sql;
	RETURN ARRAY(SELECT concat_ws(' ', kind, resource, payload ->> 'action', CASE WHEN resource_id IS NULL THEN 'many' END)
	               FROM events WHERE id > _last ORDER BY id);
END
$$;
CREATE FUNCTION pg_temp.last_event() RETURNS events LANGUAGE sql AS 'SELECT e FROM events e ORDER BY id DESC LIMIT 1';

SELECT is(pg_temp.events_of($$INSERT INTO users (full_name, email) VALUES ('A', 'a@example.org'), ('B', 'b@example.org')$$),
	'{"refresh_data users created","refresh_data users created"}', 'every new row is an event');
SELECT is(pg_temp.events_of($$UPDATE users SET theme = 'dark' WHERE email = 'employee@example.org'$$),
	'{"refresh_data users updated"}', 'so is a change');
SELECT is((pg_temp.last_event()).audience, ARRAY['perm:users:read', 'user:' || :'person'],
	'for who may see people, and for the person');
SELECT is((pg_temp.last_event()).resource_id, :'person', 'and says which row');
SELECT is((pg_temp.last_event()).xid, pg_current_xact_id(), 'and which transaction');
SELECT is(pg_temp.events_of($$UPDATE users SET theme = 'dark' WHERE email = 'employee@example.org'$$), '{}',
	'no change, no event');
SELECT is(pg_temp.events_of($$UPDATE users SET last_seen_at = clock_timestamp()$$), '{}', 'being seen is none');
SELECT is(pg_temp.events_of($$UPDATE users SET full_name = 'x' WHERE false$$), '{}', 'nor is a change of no rows');
SELECT is(pg_temp.events_of($$UPDATE users SET deleted_at = now() WHERE email = 'a@example.org'$$),
	'{"revoked users","refresh_data users deleted"}', 'deleting ends the person''s streams and says deleted');
SELECT is(pg_temp.events_of($$UPDATE users SET deleted_at = NULL WHERE email = 'a@example.org'$$),
	'{"refresh_data users restored"}', 'restoring says restored');

SELECT is(pg_temp.events_of($$UPDATE roles SET permissions = '{users:read}' WHERE name = 'employee'$$),
	'{"refresh_data users updated","refresh_data users updated","refresh_data users updated","refresh_data roles updated"}',
	'a changed role tells its people that they may do other things');

-- Access and sessions.
SELECT session_start(:'person', NULL, NULL, '7d', '90d') AS s \gset
SELECT pg_temp.call_as(NULL) IS NULL AS ok \gset
SELECT is((pg_temp.last_event()).audience, ARRAY['user:' || :'person'], 'a session concerns its person alone');
SELECT is(pg_temp.events_of(format($$SELECT session_refresh(%L, 0, '30s', '1h')$$, :'s')), '{}', 'a refresh is no event');
SELECT is(pg_temp.events_of($$UPDATE users SET is_active = false WHERE email = 'employee@example.org'$$),
	'{"revoked users","session_ended sessions","refresh_data sessions updated","refresh_data users updated"}',
	'revoking ends streams and sessions');
SELECT is((SELECT audience FROM events WHERE kind = 'revoked' ORDER BY id DESC LIMIT 1), ARRAY['user:' || :'person'],
	'and tells the person');
SELECT is((SELECT resource_id FROM events WHERE kind = 'session_ended'), :'s', 'and names the session');
SELECT is(pg_temp.events_of($$UPDATE users SET is_active = true WHERE email = 'employee@example.org'$$),
	'{"refresh_data users updated"}', 'restoring access is a change');
SELECT is(pg_temp.events_of($$INSERT INTO credentials (user_id, hash) SELECT id, 'h' FROM users$$), '{}',
	'passwords are nobody''s business');

-- Many at once.
SELECT is(pg_temp.events_of($$INSERT INTO users (full_name, email) SELECT 'U', n || '@example.net' FROM generate_series(1, 100) n$$),
	array_fill('refresh_data users created'::text, ARRAY[100]), 'a hundred rows are a hundred events');
SELECT is(pg_temp.events_of($$INSERT INTO users (full_name, email) SELECT 'U', n || '@example.com' FROM generate_series(1, 101) n$$),
	'{"refresh_data users created many"}', 'one more are one event');
SELECT is(pg_temp.events_of($$UPDATE users SET theme = 'light'$$), '{"refresh_data users updated many"}', 'so are changes');
SELECT is(cardinality((pg_temp.last_event()).audience), (SELECT count(*)::int + 1 FROM users), 'for all whom it concerns');

-- Audiences and the cursor.
SELECT is(ARRAY[event_audience('all', '{}'), event_audience('user:{owner_id}', '{"owner_id": 7}'),
                event_audience('user:{owner_id}', '{"owner_id": null}')], '{all,user:7,NULL}', 'an audience takes columns of the row');
SELECT is(event_cursor(), (SELECT id || ':0' FROM epoch), 'the cursor begins at 0');
SELECT setval('stream_place', 42) AS place \gset
SELECT is(event_cursor(), (SELECT id || ':42' FROM epoch), 'and follows the stream');
SELECT setval('stream_place', 1, false) AS place \gset

SELECT * FROM finish();
ROLLBACK;
