-- SPDX-License-Identifier: ISC
--
-- The roles, idempotent, run by the database's administrator before anything
-- else.  Nobody here has a password: `bureau migrate` sets random ones.
-- What each role may do is in privileges.sql.
--
--   bureau_owner       owns the schema; nobody logs in as it
--   bureau_responder   the group of all responders: what each of them may call
--   bureau_<name>      one login role a responder
--   bureau_push        delivers events; it calls none of what responders call
--   bureau_worker      whoever does jobs; no responder, so nothing is shared with them

DO $$
DECLARE
	-- The one list of responders.
	_responders CONSTANT text[] := '{auth,admin,customers,skeleton}';
	_logins CONSTANT text[] := _responders || '{push,worker}'::text[];
	_settings CONSTANT text[] := ARRAY[
		'search_path = bureau, public',
		'timezone = ''UTC''',
		'default_transaction_isolation = ''read committed''',
		'lock_timeout = ''3s''',
		'idle_in_transaction_session_timeout = ''15s''',
		'client_connection_check_interval = ''500ms''',
		-- Short statements only: compiling them costs more than it saves.
		'jit = off'];
	_name text;
	_setting text;
BEGIN
	FOREACH _name IN ARRAY '{owner,responder}' || _logins LOOP
		_name := 'bureau_' || _name;
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = _name) THEN
			EXECUTE format('CREATE ROLE %I', _name);
		END IF;
	END LOOP;

	FOREACH _name IN ARRAY _responders LOOP
		EXECUTE format('GRANT bureau_responder TO %I', 'bureau_' || _name);
	END LOOP;

	FOREACH _name IN ARRAY _logins LOOP
		_name := 'bureau_' || _name;
		EXECUTE format('ALTER ROLE %I LOGIN INHERIT NOCREATEDB NOCREATEROLE', _name);
		FOREACH _setting IN ARRAY _settings LOOP
			EXECUTE format('ALTER ROLE %I SET %s', _name, _setting);
		END LOOP;
		EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), _name);
	END LOOP;

	IF NOT pg_has_role(current_user, 'bureau_owner', 'MEMBER') THEN
		EXECUTE format('GRANT bureau_owner TO %I', current_user);
	END IF;
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

CREATE SCHEMA IF NOT EXISTS bureau;
ALTER SCHEMA bureau OWNER TO bureau_owner;
ALTER TABLE IF EXISTS bureau.migrations OWNER TO bureau_owner;

CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;

-- What the owner makes belongs to nobody else until privileges.sql says so.
ALTER DEFAULT PRIVILEGES FOR ROLE bureau_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE bureau_owner REVOKE ALL ON TYPES FROM PUBLIC;
