-- SPDX-License-Identifier: ISC
--
-- The rules about people and roles: who gets which role, who may change whom, what
-- a chairperson and a built-in role are protected from.

\ir helpers.psql
SELECT plan(62);

CREATE FUNCTION pg_temp.role_of(_email text) RETURNS text LANGUAGE sql AS
	'SELECT r.name FROM users u JOIN roles r ON r.id = u.role_id WHERE u.email = $1';

-- The first account, and registration.
SELECT is(pg_temp.try_as('bureau_auth', $$INSERT INTO users (full_name, email) VALUES ('A', 'a@b.c')
	RETURNING (SELECT name FROM roles WHERE id = role_id)$$), 'chairperson',
	'the first account is the chairperson');
INSERT INTO users (full_name, email, role_id) VALUES ('Chair', 'chair@example.org', pg_temp.role_id('employee'));
SELECT is(pg_temp.role_of('chair@example.org'), 'chairperson', 'whatever role was asked for');
SELECT is(pg_temp.try_as('bureau_auth', $$INSERT INTO users (full_name, email) VALUES ('A', 'a@b.c')
	RETURNING (SELECT name FROM roles WHERE id = role_id)$$), 'employee',
	'who registers later is an employee');
SELECT is(pg_temp.try_as('bureau_admin', format($$INSERT INTO users (full_name, email, role_id, permissions)
	VALUES ('A', 'a@b.c', %L, '{users:read}') RETURNING (SELECT name FROM roles WHERE id = role_id) || permissions::text$$,
	pg_temp.role_id('manager'))), 'employee{}', 'without a caller no responder chooses a role or permissions');

INSERT INTO users (full_name, email, role_id)
VALUES ('Manager', 'manager@example.org', pg_temp.role_id('manager')),
       ('Employee', 'employee@example.org', pg_temp.role_id('employee'));
SELECT is(pg_temp.role_of('manager@example.org'), 'manager', 'an operator chooses the role');

-- Granted.
SELECT is((SELECT granted FROM users WHERE email = 'chair@example.org'),
	(SELECT array_agg(name ORDER BY name) FROM permissions), 'the chairperson holds every permission');
SELECT is((SELECT granted FROM users WHERE email = 'manager@example.org'),
	(SELECT array_agg(name ORDER BY name) FROM permissions WHERE 'manager' = ANY (roles)),
	'a manager holds the permissions meant for managers');
UPDATE users SET permissions = '{users:*}' WHERE email = 'employee@example.org';
SELECT is((SELECT array_agg(g) FROM users, unnest(granted) g WHERE email = 'employee@example.org' AND g LIKE 'users:%'),
	'{users:create,users:read,users:revoke,users:update}', 'a wildcard is spelt out');
UPDATE users SET permissions = '{}' WHERE email = 'employee@example.org';
SELECT is((SELECT granted FROM users WHERE email = 'employee@example.org'),
	(SELECT array_agg(name ORDER BY name) FROM permissions WHERE 'employee' = ANY (roles)),
	'and goes again');
SELECT is(pg_temp.try($$UPDATE users SET permissions = '{nosuch:thing}'$$), 'U2001', 'unknown permissions are refused');
SELECT is(pg_temp.try($$UPDATE users SET permissions = '{nosuch:*}'$$), 'U2001', 'and wildcards for nothing');
SELECT is(pg_temp.try($$UPDATE users SET permissions = '{users:re*}'$$), 'U2001', 'and other patterns');
SELECT is(pg_temp.try($$UPDATE users SET permissions = '{NULL}'$$), 'U2001', 'and nothing at all');

-- What the manager may do.
INSERT INTO roles (name, permissions) VALUES ('auditor', '{audit:read}');
SELECT ok(pg_temp.call_as('manager@example.org') IS NOT NULL, 'as the manager:');
SELECT is(pg_temp.try_as('bureau_admin', format($$INSERT INTO users (full_name, email, role_id)
	VALUES ('A', 'a@b.c', %L) RETURNING 1$$, pg_temp.role_id('manager'))), '1', 'may invite a manager');
SELECT is(pg_temp.try_as('bureau_admin', format($$INSERT INTO users (full_name, email, role_id)
	VALUES ('A', 'a@b.c', %L)$$, pg_temp.role_id('chairperson'))), 'U1005', 'may not invite a chairperson');
SELECT is(pg_temp.try_as('bureau_admin', $$INSERT INTO users (full_name, email, permissions)
	VALUES ('A', 'a@b.c', '{audit:read}')$$), 'U1005', 'may not invite with a permission they lack');
SELECT is(pg_temp.try_as('bureau_admin', format($$INSERT INTO users (full_name, email, role_id)
	VALUES ('A', 'a@b.c', %L)$$, gen_random_uuid())), 'U2001', 'may not invite to a role there is not');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET permissions = '{users:read}'
	WHERE email = 'employee@example.org' RETURNING 1$$), '1', 'may give a permission they hold');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET permissions = '{users:revoke}'
	WHERE email = 'employee@example.org'$$), 'U1005', 'may not give one they lack');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET permissions = '{*}'
	WHERE email = 'employee@example.org'$$), 'U1005', 'may not give everything');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET permissions = '{notes:*}'
	WHERE email = 'employee@example.org'$$), 'U1005', 'may not give a wildcard, which would grow beyond what they hold');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET permissions = '{audit:read}'
	WHERE email = 'manager@example.org'$$), 'U1005', 'may not give themselves one');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET designation = 'Fool'
	WHERE email = 'chair@example.org'$$), 'U1005', 'may not edit somebody who holds more');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET is_active = false
	WHERE email = 'chair@example.org'$$), 'U1005', 'nor revoke them');
SELECT is(pg_temp.try_as('bureau_admin', $$SELECT sessions_end_all((SELECT id FROM users
	WHERE email = 'chair@example.org'), NULL, 'x')$$), 'U1005', 'nor end their sessions');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET is_active = false
	WHERE email = 'employee@example.org' RETURNING 1$$), '1', 'may revoke an employee');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE roles SET permissions = permissions || '{audit:read}'
	WHERE name = 'manager'$$), 'U1005', 'may not raise their own role');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE roles SET permissions = '{}'
	WHERE name = 'auditor'$$), 'U1005', 'may not take from a role what they lack');
SELECT is(pg_temp.try_as('bureau_admin', $$INSERT INTO roles (name, permissions)
	VALUES ('boss', '{*}')$$), 'U1005', 'may not make a role above them');
SELECT is(pg_temp.try_as('bureau_admin', $$INSERT INTO roles (name, permissions)
	VALUES ('helper', '{users:read}') RETURNING 1$$), '1', 'may make one below');

SELECT is(pg_temp.try_as('bureau_auth', $$INSERT INTO users (full_name, email) VALUES ('A', 'a@b.c')
	RETURNING (SELECT name FROM roles WHERE id = role_id)$$), 'employee', 'registering somebody makes an employee');
SELECT is(pg_temp.try_as('bureau_admin', $$SELECT role_named('nosuch')$$), 'U2001', 'an unknown role is refused');

-- With a token that holds less than the person.
SELECT set_config('bureau.permissions', '{users:update}', true) <> '' AS narrowed \gset
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET permissions = '{users:read}'
	WHERE email = 'employee@example.org'$$), 'U1005', 'a narrow token narrows what may be given');

-- Nobody, through a responder.
SELECT is(pg_temp.call_as(NULL), NULL, 'as nobody:');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET is_active = false
	WHERE email = 'employee@example.org'$$), 'U1001', 'rights are not changed');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET designation = 'x'
	WHERE email = 'employee@example.org'$$), 'U1005', 'nor anything else');
SELECT is(pg_temp.try_as('bureau_admin', $$INSERT INTO roles (name) VALUES ('x')$$), 'U1005', 'nor roles');
SELECT is(pg_temp.try_as('bureau_auth', $$UPDATE users SET email_verified_at = now()
	WHERE email = 'employee@example.org'$$), '42501', 'nor is an address verified without its code');

-- The last chairperson.
SELECT ok(pg_temp.call_as('chair@example.org') IS NOT NULL, 'as the chairperson:');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET is_active = false
	WHERE email = 'chair@example.org'$$), 'U3003', 'the last one cannot be revoked');
SELECT is(pg_temp.try_as('bureau_admin', format($$UPDATE users SET role_id = %L
	WHERE email = 'chair@example.org'$$, pg_temp.role_id('manager'))), 'U1009', 'nobody demotes themselves without a code');
SELECT session_start(actor(), NULL, NULL, '1h', '1h') AS session \gset
INSERT INTO step_ups (session_id, purpose, expires_at) VALUES (:'session', 'designation', now() + '1h');
SELECT is(pg_temp.try_as('bureau_admin', format($$UPDATE users SET role_id = %L
	WHERE email = 'chair@example.org'$$, pg_temp.role_id('manager'))), 'U3003', 'nor is the last one demoted with a code');
DELETE FROM step_ups;
DELETE FROM sign_ins;
DELETE FROM sessions;
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET deleted_at = now()
	WHERE email = 'chair@example.org'$$), 'U3003', 'nor deleted');
SELECT is(pg_temp.try($$DELETE FROM users WHERE email = 'chair@example.org'$$), 'U3003', 'not even by psql');
UPDATE users SET role_id = pg_temp.role_id('chairperson') WHERE email = 'manager@example.org';
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE users SET is_active = false
	WHERE email = 'chair@example.org' RETURNING 1$$), '1', 'one of two can');
SELECT is(pg_temp.try($$UPDATE users SET is_active = false WHERE role_id = pg_temp.role_id('chairperson')$$),
	'U3003', 'but not both at once');
UPDATE users SET role_id = pg_temp.role_id('manager') WHERE email = 'manager@example.org';

-- Roles.
SELECT is(pg_temp.try($$UPDATE roles SET name = 'boss' WHERE name = 'manager'$$), 'U3003',
	'a built-in role keeps its name');
SELECT is(pg_temp.try($$UPDATE roles SET deleted_at = now() WHERE name = 'employee'$$), 'U3003',
	'and cannot be deleted');
SELECT is(pg_temp.try($$UPDATE roles SET permissions = '{}' WHERE name = 'chairperson'$$), 'U3003',
	'the chairperson keeps every permission');
SELECT is(pg_temp.try_as('bureau_admin', $$UPDATE roles SET permissions = permissions || '{audit:read}'
	WHERE name = 'manager' RETURNING 1$$), '1', 'managers can be given more');
INSERT INTO roles (name, permissions) VALUES ('clerk', '{users:read}');
UPDATE users SET role_id = pg_temp.role_id('clerk') WHERE email = 'employee@example.org';
SELECT is(pg_temp.try($$UPDATE roles SET deleted_at = now() WHERE name = 'clerk'$$), 'U3003',
	'a role in use cannot be deleted');
UPDATE roles SET permissions = '{audit:*}' WHERE name = 'clerk';
SELECT is((SELECT granted FROM users WHERE email = 'employee@example.org'), '{audit:read}',
	'a changed role changes what its people hold');
UPDATE users SET role_id = pg_temp.role_id('employee') WHERE email = 'employee@example.org';
UPDATE roles SET deleted_at = now() WHERE name = 'clerk';
SELECT is(pg_temp.try($$UPDATE users SET role_id = (SELECT id FROM roles WHERE name = 'clerk')
	WHERE email = 'employee@example.org'$$), 'U2001', 'a deleted role is given to nobody');
SELECT is(pg_temp.try($$INSERT INTO roles (name) VALUES ('clerk') RETURNING 1$$), '1', 'its name is free again');

-- Addresses.
SELECT is(pg_temp.try($$INSERT INTO users (full_name, email) VALUES ('A', 'chair@example.org')$$), '23505',
	'an address belongs to one person');
UPDATE users SET deleted_at = now() WHERE email = 'employee@example.org';
SELECT is(pg_temp.try($$INSERT INTO users (full_name, email) VALUES ('A', 'employee@example.org') RETURNING 1$$), '1',
	'until that one is deleted');
SELECT is(pg_temp.try($$UPDATE users SET user_name = 'chair@example.org' WHERE email = 'manager@example.org'$$),
	'23514', 'a user name never looks like an address');

-- permissions_sync(), as `bureau migrate` calls it.
SELECT is(pg_temp.call_as(NULL), NULL, 'as the operator:');
SELECT permissions_sync('[{"name": "users:read", "doc": "R.", "roles": ["manager", "employee"]},
	{"name": "users:fly", "doc": "F.", "roles": ["manager"]},
	{"name": "audit:read", "doc": "A.", "roles": []}]');
SELECT is((SELECT permissions FROM roles WHERE name = 'employee'), '{users:read}',
	'a sync gives built-in roles what is new and takes what is gone');
UPDATE roles SET permissions = '{audit:read,users:read}' WHERE name = 'manager';
SELECT permissions_sync('[{"name": "users:read", "doc": "R.", "roles": ["manager"]},
	{"name": "users:fly", "doc": "F.", "roles": ["manager"]},
	{"name": "audit:read", "doc": "A.", "roles": []}]');
SELECT is((SELECT string_agg(name || permissions::text, ' ' ORDER BY name) FROM roles WHERE name IN ('employee', 'manager')),
	'employee{} manager{audit:read,users:read}', 'and leaves what an administrator changed');
SELECT is((SELECT granted FROM users WHERE email = 'chair@example.org'), '{audit:read,users:fly,users:read}',
	'and everybody holds what there is');

SELECT * FROM finish();
ROLLBACK;
