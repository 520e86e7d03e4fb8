-- SPDX-License-Identifier: ISC
--
-- Rules about people, roles and tokens that no caller can get around.  All are triggers.
-- "The caller" is actor(); without one, an operator (psql, `bureau`) may do what keeps the
-- data whole, and a responder may not touch anybody's rights.

SET search_path = bureau, public;

-- Trigger: a change makes a new version, and only a change does.
CREATE OR REPLACE FUNCTION touch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF NEW IS DISTINCT FROM OLD THEN
		NEW.version := OLD.version + 1;
		NEW.updated_at := now();
	END IF;
	RETURN NEW;
END
$$;

-- The live role of this name, for admin; raises U2001 where there is none.
CREATE OR REPLACE FUNCTION role_named(_name text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id uuid;
BEGIN
	SELECT id INTO _id FROM roles WHERE name = _name AND deleted_at IS NULL;
	IF _id IS NULL THEN
		PERFORM refuse('U2001', 'role', 'There is no such role.');
	END IF;
	RETURN _id;
END
$$;

-- Raises U1005 unless the caller may act on this person: on themselves, or on somebody who
-- holds nothing that they lack.  Without a caller: operators, and auth where a code or an
-- invitation proved who it is.
CREATE OR REPLACE FUNCTION person_guard(_user uuid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF actor() = _user OR actor() IS NULL AND (is_operator() OR session_user = 'bureau_auth') THEN
		RETURN;
	END IF;
	PERFORM permissions_guard(patterns_of(_user));
END
$$;

-- Whether there is nobody yet.  Two at once: the second waits and then finds the first.
CREATE OR REPLACE FUNCTION users_none() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM users) THEN
		RETURN false;
	END IF;
	PERFORM FROM roles WHERE built_in AND name = 'chairperson' FOR NO KEY UPDATE;
	RETURN NOT EXISTS (SELECT FROM users);
END
$$;

-- The patterns of a live role and of a person's own; keeps the role from being changed or deleted
-- until this is committed.
CREATE OR REPLACE FUNCTION users_patterns(_role uuid, _own text[]) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_patterns text[];
BEGIN
	SELECT permissions INTO _patterns FROM roles WHERE id = _role AND deleted_at IS NULL FOR SHARE;
	IF NOT FOUND THEN
		PERFORM refuse('U2001', 'role', 'There is no such role.');
	END IF;
	RETURN _patterns || _own;
END
$$;

-- A person's picture, or until there is one the initials on a colour of their own, as a data URL.
CREATE OR REPLACE FUNCTION picture_of(_picture text, _name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_words text[] := regexp_split_to_array(trim(_name), '\s+');
	_initials text;
BEGIN
	IF _picture IS NOT NULL THEN
		RETURN _picture;
	END IF;
	_initials := upper(left(_words[1], 1)
		|| CASE WHEN cardinality(_words) > 1 THEN left(_words[cardinality(_words)], 1) ELSE '' END);
	-- Only what cannot end the text of an SVG.
	_initials := translate(_initials, '<>&"''', '');
	RETURN 'data:image/svg+xml;base64,' || translate(encode(convert_to(format(
		'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="hsl(%s 45%% 38%%)"/>'
		'<text x="32" y="33" fill="#fff" font-family="sans-serif" font-size="26" text-anchor="middle" dominant-baseline="central">%s</text></svg>',
		abs(hashtext(_name)::bigint) % 360, _initials), 'UTF8'), 'base64'), E'\n', '');
END
$$;

-- Trigger of new people.  The first of an empty system is the chairperson; who may create people
-- chooses role and permissions; everybody else is an employee, and so is whoever comes by way of
-- auth, which is registration.
CREATE OR REPLACE FUNCTION users_insert_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_first CONSTANT boolean := users_none();
	_chosen CONSTANT boolean := NOT _first
		AND (is_operator() OR may('users:create') AND session_user <> 'bureau_auth');
	_patterns text[];
BEGIN
	IF NOT _chosen THEN
		NEW.role_id := NULL;
		NEW.permissions := '{}';
	END IF;
	IF NEW.role_id IS NULL THEN
		NEW.role_id := (SELECT id FROM roles WHERE built_in
		                   AND name = CASE WHEN _first THEN 'chairperson' ELSE 'employee' END);
	END IF;
	_patterns := users_patterns(NEW.role_id, NEW.permissions);
	IF _chosen THEN
		PERFORM permissions_check(NEW.permissions, 'permissions');
		PERFORM permissions_guard(_patterns);
	END IF;
	NEW.granted := permissions_resolve(_patterns);
	NEW.picture := picture_of(NEW.profile_pic, NEW.full_name);
	RETURN NEW;
END
$$;

-- Trigger of changes to people.  One's own address, job title and rights need a code just before; a new
-- address has yet to be verified.
CREATE OR REPLACE FUNCTION users_update_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_patterns text[];
BEGIN
	IF actor() IS NULL AND NOT is_operator()
	   AND (NEW.role_id, NEW.permissions, NEW.is_active, NEW.deleted_at)
	       IS DISTINCT FROM (OLD.role_id, OLD.permissions, OLD.is_active, OLD.deleted_at) THEN
		RAISE EXCEPTION 'rights changed by nobody' USING ERRCODE = 'U1001';
	END IF;
	PERFORM person_guard(OLD.id);
	IF (NEW.role_id, NEW.permissions) IS DISTINCT FROM (OLD.role_id, OLD.permissions) THEN
		IF NEW.permissions IS DISTINCT FROM OLD.permissions THEN
			PERFORM permissions_check(NEW.permissions, 'permissions');
		END IF;
		_patterns := users_patterns(NEW.role_id, NEW.permissions);
		PERFORM permissions_guard(_patterns);
		NEW.granted := permissions_resolve(_patterns);
	END IF;
	IF NOT is_operator() THEN
		PERFORM users_step_up(OLD, NEW);
	END IF;
	IF NEW.email <> OLD.email AND NEW.email_verified_at IS NOT DISTINCT FROM OLD.email_verified_at THEN
		NEW.email_verified_at := NULL;
	END IF;
	NEW.picture := picture_of(NEW.profile_pic, NEW.full_name);
	RETURN NEW;
END
$$;

-- Uses up the codes that a change needs: nobody changes somebody else's address.
CREATE OR REPLACE FUNCTION users_step_up(_old users, _new users) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF _new.email <> _old.email THEN
		IF actor() IS DISTINCT FROM _old.id THEN
			RAISE EXCEPTION 'somebody else''s address' USING ERRCODE = 'U1005';
		END IF;
		PERFORM step_up_use('email');
	END IF;
	IF actor() = _old.id AND (_new.designation, _new.role_id, _new.permissions)
	                         IS DISTINCT FROM (_old.designation, _old.role_id, _old.permissions) THEN
		PERFORM step_up_use('designation');
	END IF;
END
$$;

-- Trigger, after somebody stopped being a chairperson: one is left.
CREATE OR REPLACE FUNCTION users_keep_chairperson() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_chair uuid;
BEGIN
	SELECT id INTO _chair FROM roles WHERE built_in AND name = 'chairperson';
	IF OLD.role_id <> _chair OR NOT OLD.is_active OR OLD.deleted_at IS NOT NULL THEN
		RETURN NULL;
	END IF;
	-- Two at once: the second waits here and then sees what the first did.
	PERFORM FROM roles WHERE id = _chair FOR NO KEY UPDATE;
	IF NOT EXISTS (SELECT FROM users
	                WHERE role_id = _chair AND is_active AND deleted_at IS NULL) THEN
		PERFORM refuse('U3003', NULL, 'The last chairperson must stay.');
	END IF;
	RETURN NULL;
END
$$;

-- Trigger of roles.
CREATE OR REPLACE FUNCTION roles_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF OLD.built_in AND ((NEW.name, NEW.built_in, NEW.deleted_at)
		                     IS DISTINCT FROM (OLD.name, OLD.built_in, OLD.deleted_at)
		                     OR OLD.name = 'chairperson' AND NEW.permissions <> OLD.permissions) THEN
			PERFORM refuse('U3003', NULL, 'This role comes with Bureau and must stay as it is.');
		END IF;
		PERFORM permissions_guard(OLD.permissions);
		IF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
		   AND EXISTS (SELECT FROM users WHERE role_id = OLD.id AND deleted_at IS NULL) THEN
			PERFORM refuse('U3003', NULL, 'Somebody still has this role.');
		END IF;
	END IF;
	IF TG_OP = 'INSERT' OR NEW.permissions <> OLD.permissions THEN
		PERFORM permissions_check(NEW.permissions, 'permissions');
	END IF;
	PERFORM permissions_guard(NEW.permissions);
	-- One's own role is one's own rights.
	IF TG_OP = 'UPDATE' AND NEW.permissions <> OLD.permissions
	   AND EXISTS (SELECT FROM users WHERE id = actor() AND role_id = OLD.id) THEN
		PERFORM step_up_use('designation');
	END IF;
	RETURN NEW;
END
$$;

-- Trigger, after a role's permissions changed.
CREATE OR REPLACE FUNCTION roles_refresh() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM permissions_refresh(NEW.id);
	RETURN NULL;
END
$$;

-- Trigger of personal tokens: made for oneself, in a session, ended for good.
CREATE OR REPLACE FUNCTION tokens_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
			RAISE EXCEPTION 'token has ended' USING ERRCODE = 'U3003';
		END IF;
		PERFORM person_guard(OLD.user_id);
		RETURN NEW;
	END IF;
	IF NOT (is_operator() AND actor() IS NULL)
	   AND (NEW.user_id IS DISTINCT FROM actor() OR token_now() IS NOT NULL) THEN
		RAISE EXCEPTION 'token for somebody else' USING ERRCODE = 'U1005';
	END IF;
	PERFORM permissions_check(NEW.scopes, 'scopes');
	RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER users_insert_rules BEFORE INSERT ON users
	FOR EACH ROW EXECUTE FUNCTION users_insert_rules();
-- Not for granted and last_seen_at, which functions here change.
CREATE OR REPLACE TRIGGER users_update_rules
	BEFORE UPDATE OF id, full_name, email, user_name, profile_pic, designation, locale, theme,
	                 role_id, permissions, is_active, email_verified_at, deleted_at ON users
	FOR EACH ROW EXECUTE FUNCTION users_update_rules();
CREATE OR REPLACE TRIGGER users_keep_chairperson
	AFTER DELETE OR UPDATE OF role_id, is_active, deleted_at ON users
	FOR EACH ROW EXECUTE FUNCTION users_keep_chairperson();
CREATE OR REPLACE TRIGGER users_revoked AFTER UPDATE OF is_active, deleted_at ON users
	FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active
	                   OR OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
	EXECUTE FUNCTION users_revoked();
CREATE OR REPLACE TRIGGER sessions_ended AFTER UPDATE OF ended_at ON sessions
	FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
	EXECUTE FUNCTION sessions_ended();
CREATE OR REPLACE TRIGGER roles_rules BEFORE INSERT OR UPDATE ON roles
	FOR EACH ROW EXECUTE FUNCTION roles_rules();
CREATE OR REPLACE TRIGGER roles_refresh AFTER UPDATE OF permissions ON roles
	FOR EACH ROW EXECUTE FUNCTION roles_refresh();
CREATE OR REPLACE TRIGGER tokens_rules BEFORE INSERT OR UPDATE OF user_id, name, scopes, ended_at ON tokens
	FOR EACH ROW EXECUTE FUNCTION tokens_rules();
