-- SPDX-License-Identifier: ISC
--
-- Queued requests: who reaches a row, what is stored once, and how a job's end is theirs.

\ir helpers.psql
SELECT plan(35);
SELECT pg_temp.people();
INSERT INTO queues (name, doc, leased, batch) VALUES ('requests', 'x', true, 8) ON CONFLICT DO NOTHING;
INSERT INTO job_kinds SELECT 'request.run', 'requests', 'x', 1, 3, '1 s', '1 s', '60 s', '1 day'
 WHERE NOT EXISTS (SELECT FROM job_kinds WHERE name = 'request.run');
INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
SELECT id, 't', sha256('t'), '{users:read}', now() + interval '1 day' FROM users WHERE email = 'employee@example.org';

-- As authorize() leaves it: a session, the id of the request, where it came from.
CREATE FUNCTION pg_temp.as_request(_email text, _id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.call_as(_email);
	PERFORM set_config('bureau.session', CASE WHEN _email IS NULL THEN '' ELSE gen_random_uuid()::text END, true),
	        set_config('bureau.origin', concat_ws(E'\x1f', _id::text, '192.0.2.7', 'curl'), true);
END
$$;
-- Kept, not undone: what the responder `_role` accepts.
CREATE FUNCTION pg_temp.accept(_role name, _email text, _id uuid) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	_was name := session_user;
	_place int;
BEGIN
	PERFORM pg_temp.as_request(_email, _id);
	PERFORM set_config('session_authorization', _role, true);
	SELECT place INTO _place FROM request_accept('POST', '/api/v1/notes', 'a=b', 'application/json',
		'{"HTTP_IF_MATCH": "\"1\"", "HTTP_ACCEPT": "*/*"}', '{"title":"é"}', 'office.example', true);
	PERFORM set_config('session_authorization', _was, true);
	RETURN _place;
END
$$;
CREATE FUNCTION pg_temp.load(_role name, _id uuid) RETURNS text LANGUAGE sql AS
	$$SELECT pg_temp.try_as(_role, format('SELECT count(*) FROM request_load(%L)', _id))$$;
CREATE FUNCTION pg_temp.store(_role name, _id uuid) RETURNS text LANGUAGE sql AS
	$$SELECT pg_temp.try_as(_role, format('SELECT request_store(%L, 201, ''{}'', ''x'')', _id))$$;

SELECT session_user AS was, uuid_v7() AS a, uuid_v7() AS b, uuid_v7() AS c, uuid_v7() AS d \gset

-- Accepting.
SELECT pg_temp.as_request(NULL, :'a') AS ok \gset
SELECT is(pg_temp.try_as('bureau_skeleton', $$SELECT request_accept('POST', '/', NULL, NULL, '{}', '', 'h', false)$$),
	'U1001', 'nobody queues nothing');
SELECT is(pg_temp.accept('bureau_skeleton', 'employee@example.org', :'a'), 0, 'the first has nothing before it');
SELECT is(pg_temp.accept('bureau_admin', 'employee@example.org', :'b'), 1, 'the next one of theirs has one, whosever routes');
SELECT is(pg_temp.accept('bureau_skeleton', 'manager@example.org', :'c'), 0, 'another person has a queue of their own');
SELECT is(pg_temp.accept('bureau_skeleton', 'employee@example.org', :'a'), 2, 'the same once more …');
SELECT is((SELECT count(*) FROM jobs WHERE kind = 'request.run'), 3::bigint, '… adds nothing');
SELECT is((SELECT array_agg(state ORDER BY seq) FROM jobs WHERE key = 'requests:' || pg_temp.id_of('employee@example.org')),
	'{queued,waiting}'::text[], 'they are run one after the other');
SELECT is((SELECT owner_id FROM jobs WHERE args ->> 'request' = :'a'), pg_temp.id_of('employee@example.org'),
	'the job is the caller''s');
SELECT ok((SELECT args::text NOT LIKE '%title%' FROM jobs WHERE args ->> 'request' = :'a'), 'and holds nothing of the request');

-- Loading.
SELECT is(pg_temp.load('bureau_skeleton', :'a'), '1', 'its responder loads it');
SELECT is(pg_temp.load('bureau_admin', :'a'), '0', 'another does not');
SELECT is(pg_temp.load('bureau_worker', :'a'), '42501', 'a worker may not');
SELECT is(pg_temp.try_as('bureau_skeleton', format($$SELECT concat_ws('|', method, path, query, type, variables, body, length,
		address, agent, host, https, user_id, token) FROM request_load(%L)$$, :'a')),
	E'POST|/api/v1/notes|a=b|application/json|HTTP_ACCEPT=*/*\nHTTP_IF_MATCH="1"|{"title":"é"}|14|192.0.2.7|curl|office.example|on|'
		|| pg_temp.id_of('employee@example.org'), 'with all that came');

-- By a personal token: the token is the identity.
SELECT pg_temp.call_as('employee@example.org') AS who \gset
SELECT set_config('bureau.token', id::text, true) AS t, set_config('bureau.origin', :'d', true) AS o FROM tokens \gset
SELECT set_config('session_authorization', 'bureau_skeleton', true) AS ok \gset
SELECT place FROM request_accept('DELETE', '/api/v1/notes/1', NULL, NULL, '{}', '', 'h', false) \gset
SELECT set_config('session_authorization', :'was', true) AS ok \gset
SELECT is(pg_temp.try_as('bureau_skeleton', format('SELECT concat_ws(''|'', user_id, session_id, token) FROM request_load(%L)', :'d')),
	sha256('t')::text, 'a token stays a token');

-- Storing.
SELECT is(pg_temp.store('bureau_admin', :'a'), 'U0003', 'another responder answers nothing');
SELECT set_config('session_authorization', 'bureau_skeleton', true) AS ok \gset
SELECT request_store(:'a', 201, '{"Content-Type": "application/json", "ETag": "\"1\""}', '{"id":1}') AS ok \gset
SELECT set_config('session_authorization', :'was', true) AS ok \gset
SELECT is(pg_temp.store('bureau_skeleton', :'a'), 'U0003', 'one request has one answer');
SELECT is(pg_temp.load('bureau_skeleton', :'a'), '0', 'and is not loaded again');
SELECT results_eq(format($$SELECT audience, payload FROM events WHERE kind = 'requestDone' AND resource_id = %L$$, :'a'),
	format($$VALUES (ARRAY['user:%s'], '{"id": "%s", "status": 201}'::jsonb)$$, pg_temp.id_of('employee@example.org'), :'a'),
	'its caller is told');

-- Reading.
SELECT pg_temp.call_as('employee@example.org') AS who, set_config('bureau.token', id::text, true) AS t FROM tokens \gset
SELECT is((SELECT array_agg(id) FROM own_requests), ARRAY[:'d'::uuid], 'a token sees what came with it');
SELECT set_config('bureau.token', '', true) AS t \gset
SELECT results_eq($$SELECT id, state, status FROM own_requests ORDER BY id$$,
	format($$VALUES (%L::uuid, 'done', 201), (%L, 'queued', NULL), (%L, 'queued', NULL)$$, :'a', :'b', :'d'), 'people see their own');
UPDATE jobs SET state = 'done', finished_at = now() WHERE args ->> 'request' = :'a';
SELECT is(request_place(:'d'), 1, 'and how many come first');
SELECT is(request_place(:'a'), NULL, 'of one that is answered, nothing');
SELECT pg_temp.call_as('manager@example.org') AS who \gset
SELECT is((SELECT array_agg(id) FROM own_requests), ARRAY[:'c'::uuid], 'nobody sees another''s');
SELECT is(request_place(:'d'), NULL, 'nor how many come before it');
SELECT pg_temp.call_as(NULL) AS who \gset
SELECT is((SELECT count(*) FROM own_requests), 0::bigint, 'nobody sees none');

-- Given up, tried again, cancelled.
SELECT pg_temp.call_as('employee@example.org') AS who \gset
UPDATE jobs SET state = 'running', worker = 'w', lease_until = now() WHERE args ->> 'request' = :'b';
SELECT is((SELECT state FROM own_requests WHERE id = :'b'), 'running', 'one that is worked at is running');
UPDATE jobs SET state = 'failed', finished_at = now(), result = '{"status": 500}' WHERE args ->> 'request' = :'b';
SELECT results_eq(format('SELECT state, status, answer FROM own_requests WHERE id = %L', :'b'),
	$$VALUES ('failed', 500, NULL::text)$$, 'one that was given up has failed with the last status');
SELECT is((SELECT payload ->> 'status' FROM events WHERE kind = 'requestDone' AND resource_id = :'b'), '500', 'which is told');
SELECT is(pg_temp.store('bureau_admin', :'b'), 'U0003', 'and nothing is stored any more');
UPDATE jobs SET state = 'queued', finished_at = NULL WHERE args ->> 'request' = :'b';
SELECT is((SELECT state FROM own_requests WHERE id = :'b'), 'queued', 'an operator may have it tried again');
UPDATE jobs SET state = 'cancelled', finished_at = now() WHERE args ->> 'request' = :'b';
SELECT results_eq(format('SELECT state, status FROM own_requests WHERE id = %L', :'b'),
	$$VALUES ('failed', NULL::int)$$, 'one that was cancelled has no status');
UPDATE jobs SET state = 'failed', finished_at = now() WHERE args ->> 'request' = :'a';
SELECT is((SELECT state FROM own_requests WHERE id = :'a'), 'done', 'an answer stays, whatever becomes of the job');

-- Time.
SELECT is(prune_requests(), 0::bigint, 'answers stay for a day');
UPDATE requests SET created_at = now() - interval '25 hours';
SELECT is(prune_requests(), 0::bigint, 'from when they were given');
UPDATE requests SET finished_at = now() - interval '25 hours' WHERE finished_at IS NOT NULL;
SELECT is(prune_requests(), 2::bigint, 'those that wait stay');

SELECT * FROM finish();
ROLLBACK;
