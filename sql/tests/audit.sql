-- SPDX-License-Identifier: ISC
--
-- The audit log: what rows say, what they hide, and that they stay.

\ir helpers.psql
SELECT plan(29);
SELECT pg_temp.people();

CREATE FUNCTION pg_temp.last_audit() RETURNS TABLE (action text, before jsonb, after jsonb, whole audit)
LANGUAGE sql AS $$
	SELECT a.action, p.before, p.after, a FROM audit a JOIN audit_payload p ON p.audit_id = a.id
	 ORDER BY a.id DESC LIMIT 1;
$$;

SELECT is((SELECT action || ' ' || (after ->> 'email') || ' ' || (before IS NULL) FROM pg_temp.last_audit()),
	'users.created employee@example.org true', 'a new row is told');
SELECT is((SELECT (whole).actor IS NULL AND (whole).agent = current_setting('application_name')
              AND (whole).role = session_user FROM pg_temp.last_audit()), true,
	'psql''s acts name the program and the database role');

-- As somebody.
SELECT set_config('bureau.origin', concat_ws(E'\x1f', '01890000-0000-7000-8000-000000000001', '192.0.2.7',
                  'browser'), true) <> '' AS ok \gset
SELECT ok(pg_temp.call_as('chair@example.org') IS NOT NULL, 'as the chairperson:');
UPDATE users SET designation = 'Clerk' WHERE email = 'employee@example.org';
SELECT is((SELECT action || before || after FROM pg_temp.last_audit()),
	'users.updated{"designation": null}{"designation": "Clerk"}', 'a change tells the columns that changed');
SELECT is((SELECT (whole).actor FROM pg_temp.last_audit()), pg_temp.id_of('chair@example.org'), 'who did it');
SELECT is((SELECT host((whole).address) || (whole).agent || (whole).request FROM pg_temp.last_audit()),
	'192.0.2.7browser01890000-0000-7000-8000-000000000001', 'from where, with what, in which request');
SELECT is((SELECT (whole).resource || (whole).resource_id FROM pg_temp.last_audit()),
	'users' || pg_temp.id_of('employee@example.org'), 'and to whom');

CREATE FUNCTION pg_temp.audits(_sql text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	_before bigint := (SELECT count(*) FROM audit);
BEGIN
	EXECUTE _sql;
	RETURN (SELECT count(*) FROM audit) - _before;
END
$$;
SELECT is(pg_temp.audits($$UPDATE users SET designation = 'Clerk' WHERE email = 'employee@example.org'$$), 0::bigint,
	'what changes nothing tells nothing');
SELECT is(pg_temp.audits($$UPDATE users SET last_seen_at = clock_timestamp()$$), 0::bigint, 'nor does being seen');
SELECT is(pg_temp.audits($$UPDATE users SET theme = 'dark'$$), 3::bigint, 'a bulk change tells every row');
SELECT is((SELECT version FROM users WHERE email = 'employee@example.org'), 3, 'and each change makes a version');

UPDATE users SET is_active = false WHERE email = 'employee@example.org';
SELECT is((SELECT action FROM pg_temp.last_audit()), 'users.revoked', 'revoking has a name');
UPDATE users SET is_active = true WHERE email = 'employee@example.org';
SELECT is((SELECT action FROM pg_temp.last_audit()), 'users.restored', 'so has restoring');
UPDATE users SET deleted_at = now() WHERE email = 'employee@example.org';
SELECT is((SELECT action FROM pg_temp.last_audit()), 'users.deleted', 'and deleting');
UPDATE users SET deleted_at = NULL WHERE email = 'employee@example.org';
SELECT is((SELECT action FROM pg_temp.last_audit()), 'users.restored', 'and undoing that');

-- Secrets.
INSERT INTO credentials (user_id, hash) VALUES (pg_temp.id_of('employee@example.org'), 'scrypt-secret-1');
SELECT is((SELECT action || (after ->> 'hash') FROM pg_temp.last_audit()), 'passwords.created***', 'a password is hidden');
UPDATE credentials SET hash = 'scrypt-secret-2', changed_at = clock_timestamp();
SELECT is((SELECT action || (before ->> 'hash') || (after ->> 'hash') FROM pg_temp.last_audit()), 'passwords.updated******',
	'both before and after');
SELECT is((SELECT (whole).resource_id FROM pg_temp.last_audit()), pg_temp.id_of('employee@example.org'),
	'under the person''s id');
INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
VALUES (actor(), 't', sha256('secret'), '{*}', now() + '1d');
SELECT is((SELECT action || (after ->> 'hash') FROM pg_temp.last_audit()), 'tokens.created***', 'so is a token');
UPDATE tokens SET ended_at = now();
SELECT is((SELECT action FROM pg_temp.last_audit()), 'tokens.ended', 'and its end has a name');
SELECT is_empty($$SELECT 1 FROM audit_payload WHERE (before, after)::text ~ 'scrypt-secret'$$,
	'no secret is anywhere in the log');

-- Notes, requests.
SELECT audit_note('denied', 'roles', NULL, '{"need": "roles:manage"}');
SELECT is((SELECT action || after FROM pg_temp.last_audit()), 'denied{"need": "roles:manage"}', 'a note tells its detail');
SELECT is(request_committed('01890000-0000-7000-8000-000000000001'), true, 'a request that wrote is found');
SELECT is(request_committed('01890000-0000-7000-8000-000000000002'), false, 'another is not');

-- It stays.
SELECT is_empty($$SELECT 1 FROM audit JOIN audit_payload ON audit_id = id
                   WHERE payload_hash <> audit_digest(salt, before, after)$$, 'every hash fits its payload');
SELECT is_empty($$SELECT r, t, sql FROM unnest(ARRAY[session_user, 'bureau_owner', 'bureau_admin']) r,
                         unnest(ARRAY['audit', 'audit_payload', 'audit_chain']) t,
                         unnest(ARRAY['UPDATE %I SET audit_id = NULL', 'DELETE FROM %I', 'TRUNCATE %I CASCADE']) sql
                   WHERE pg_temp.try_as(r, format(replace(sql, 'audit_id', CASE t WHEN 'audit' THEN 'actor' ELSE 'audit_id' END), t))
                         <> '42501'$$, 'nobody changes or removes a row, not even the owner');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'bureau\_%' AND rolname <> 'bureau_owner'
                     AND has_any_column_privilege(rolname, 'audit', 'INSERT')$$, 'no responder writes one by itself');
SELECT is((SELECT count(DISTINCT salt) = count(*) FROM audit_payload), true, 'no salt is used twice');
SELECT is_empty($$SELECT table_name FROM watched WHERE audited IS NULL AND table_name NOT IN ('invitations', 'codes', 'step_ups')$$,
	'every watched table is audited');

SELECT * FROM finish();
ROLLBACK;
