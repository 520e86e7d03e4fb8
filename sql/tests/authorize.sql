-- SPDX-License-Identifier: ISC
--
-- authorize(): every error and their order, tokens, and what it leaves behind.

\ir helpers.psql
SELECT plan(41);
SELECT pg_temp.people();

CREATE TEMP TABLE t AS
	SELECT pg_temp.id_of('manager@example.org') AS person, pg_temp.id_of('employee@example.org') AS other,
	       session_start(pg_temp.id_of('manager@example.org'), '192.0.2.1', 'test', '7d', '90d') AS session;
SELECT person, other, session FROM t \gset
SELECT pg_temp.call_as(NULL) IS NULL AS ok \gset

-- An authorize() by these; yields the person or the error.
CREATE FUNCTION pg_temp.auth(_user uuid, _session uuid, _need text, _write boolean = false,
                             _token bytea = NULL, _yield text = 'user_id') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try_as('bureau_skeleton', format(
		'SELECT %s FROM authorize(%L, %L, %L, %L, %L, %L, ''192.0.2.9'', ''agent'') a',
		_yield, _user, _session, _token, _need, _write, uuid_v7()));
$$;

-- Sessions.
SELECT is(pg_temp.auth(:'person', :'session', 'signed-in'), :'person', 'a live session is let in');
SELECT is(pg_temp.auth(:'person', :'session', 'users:read'), :'person', 'and may do what its person may');
SELECT is(pg_temp.auth(:'person', :'session', 'users:read', _yield => 'session_id'), :'session', 'it is named');
SELECT is(pg_temp.auth(:'person', :'session', 'users:read', _yield => 'permissions'),
	(SELECT granted::text FROM users WHERE id = :'person'), 'so are the permissions');
SELECT is(pg_temp.auth(:'person', :'session', 'users:read', _yield => 'cursor'),
	event_cursor(), 'and the cursor');
SELECT is(pg_temp.auth(NULL, NULL, 'signed-in'), 'U1001', 'nobody: U1001');
SELECT is(pg_temp.auth(NULL, :'session', 'signed-in'), 'U1001', 'a session without a person: U1001');
SELECT is(pg_temp.auth(:'person', NULL, 'signed-in'), 'U1004', 'no session: U1004');
SELECT is(pg_temp.auth(:'person', uuid_v7(), 'signed-in'), 'U1004', 'an unknown session: U1004');
SELECT is(pg_temp.auth(uuid_v7(), :'session', 'signed-in'), 'U1004', 'an unknown person: U1004');
SELECT is(pg_temp.auth(:'other', :'session', 'signed-in'), 'U1004', 'somebody else''s session: U1004');
SELECT is(pg_temp.auth(:'person', :'session', 'audit:read'), 'U1005', 'a permission that is missing: U1005');
SELECT is(pg_temp.auth(:'person', :'session', 'users:rea'), 'U1005', 'part of a permission: U1005');

-- Public routes.
SELECT is(pg_temp.auth(NULL, NULL, 'public'), '', 'everybody comes in at a public route');
SELECT is(pg_temp.auth(:'person', :'session', 'public'), :'person', 'with their name if they have one');
SELECT is(pg_temp.auth(:'other', :'session', 'public', _yield => 'a'), '(,,{},' || event_cursor() || ')',
	'a wrong one is no name, no session and no permission');
SELECT is(pg_temp.auth(NULL, NULL, 'public', true), '', 'also to write');

-- Ends.
UPDATE sessions SET expires_at = now() WHERE id = :'session';
SELECT is(pg_temp.auth(:'person', :'session', 'signed-in'), 'U1004', 'past its end: U1004');
UPDATE sessions SET expires_at = now() + '1d', idle_expires_at = now() WHERE id = :'session';
SELECT is(pg_temp.auth(:'person', :'session', 'signed-in'), 'U1004', 'unused for too long: U1004');
UPDATE sessions SET idle_expires_at = now() + '1d' WHERE id = :'session';
UPDATE users SET is_active = false WHERE id = :'person';
SELECT is(pg_temp.auth(:'person', :'session', 'nosuch:thing'), 'U1007', 'revoked comes before everything else: U1007');
SELECT is(pg_temp.auth(:'person', :'session', 'public'), '', 'and is nobody at a public route');
UPDATE users SET is_active = true WHERE id = :'person';
SELECT is(pg_temp.auth(:'person', :'session', 'signed-in'), 'U1004', 'restored, the old session stays ended');
UPDATE users SET deleted_at = now() WHERE id = :'person';
SELECT is(pg_temp.auth(:'person', :'session', 'signed-in'), 'U1007', 'deleted: U1007');
UPDATE users SET deleted_at = NULL WHERE id = :'person';

-- Tokens.
INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
VALUES (:'person', 't', sha256('t'), '{users:*,audit:read}', now() + '1d');
SELECT is(pg_temp.auth(NULL, NULL, 'users:read', false, sha256('t')), :'person', 'a token is let in');
SELECT is(pg_temp.auth(NULL, NULL, 'users:read', false, sha256('t'), 'permissions'),
	'{users:create,users:read,users:update}', 'with its scopes as far as the person holds them');
SELECT is(pg_temp.auth(NULL, NULL, 'users:read', false, sha256('t'), 'session_id'), '', 'without a session');
SELECT is(pg_temp.auth(NULL, NULL, 'audit:read', false, sha256('t')), 'U1005', 'not with what the person lacks');
SELECT is(pg_temp.auth(NULL, NULL, 'notes:read', false, sha256('t')), 'U1005', 'nor with what the scopes lack');
SELECT is(pg_temp.auth(NULL, NULL, 'signed-in', false, sha256('t')), :'person', 'it reads what is for whoever is signed in');
SELECT is(pg_temp.auth(NULL, NULL, 'signed-in', true, sha256('t')), 'U1005', 'and changes nothing of the account: U1005');
SELECT is(pg_temp.auth(NULL, NULL, 'signed-in', false, sha256('u')), 'U1004', 'an unknown token: U1004');
UPDATE users SET is_active = false WHERE id = :'person';
SELECT is(pg_temp.auth(NULL, NULL, 'users:read', false, sha256('t')), 'U1007', 'a revoked person''s: U1007');
UPDATE users SET is_active = true WHERE id = :'person';
SELECT is(pg_temp.auth(NULL, NULL, 'users:read', false, sha256('t')), 'U1004', 'restored, it stays ended');
INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
VALUES (:'person', 'v', sha256('v'), '{users:*}', now() + '1d');
UPDATE tokens SET ended_at = now() WHERE ended_at IS NULL;
SELECT is(pg_temp.auth(NULL, NULL, 'users:read', false, sha256('v')), 'U1004', 'an ended one: U1004');
SELECT is(pg_temp.try($$UPDATE tokens SET ended_at = NULL$$), 'U3003', 'and it does not come back');

-- What is left for the transaction.
SELECT session_start(:'person', '192.0.2.1', 'test', '7d', '90d') AS session \gset
SELECT is(pg_temp.auth(:'person', :'session', 'users:read', true,
	_yield => 'actor() || '' '' || session_now() || '' '' || address_now() || '' '' || agent_now() || '' '' || may(''users:read'')'),
	format('%s %s 192.0.2.9/32 agent true', :'person', :'session'), 'the settings are there');
SELECT is(pg_temp.auth(:'person', :'session', 'users:read', false,
	_yield => 'current_setting(''transaction_read_only'')'), 'on', 'a read cannot write');
SELECT is(pg_temp.auth(:'person', :'session', 'users:read', true,
	_yield => 'current_setting(''transaction_read_only'')'), 'off', 'a write can');

-- Last seen.
CREATE FUNCTION pg_temp.seen_after(_need text, _write boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM authorize(person, session, NULL, _need, _write, uuid_v7(), NULL, NULL)
		   FROM (SELECT user_id AS person, id AS session FROM sessions WHERE ended_at IS NULL) s;
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	RETURN (SELECT s.last_seen_at = now() AND u.last_seen_at = now()
	          FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.ended_at IS NULL);
END
$$;
UPDATE sessions SET last_seen_at = now() - interval '2 minutes';
UPDATE users SET last_seen_at = now() - interval '2 minutes';
SELECT is(pg_temp.seen_after('audit:read', true), 'false', 'a refused write leaves nothing');
SELECT is(pg_temp.try($$SELECT pg_temp.seen_after('users:read', false)$$), 'false', 'a read does not either');
SELECT is(pg_temp.try($$SELECT pg_temp.seen_after('users:read', true)$$), 'true', 'a write moves last seen');

SELECT * FROM finish();
ROLLBACK;
