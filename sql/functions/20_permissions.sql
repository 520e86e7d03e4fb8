-- SPDX-License-Identifier: ISC
--
-- Permissions as people write them (names, `customers:*`, `*`) and what they come
-- to.  permissions_sync() is called by `bureau migrate`; the others by triggers.

SET search_path = bureau, public;

-- Whether any of _held says _wanted, which may be a wildcard itself.
CREATE OR REPLACE FUNCTION permission_covered(_wanted text, _held text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['*', split_part(_wanted, ':', 1) || ':*', _wanted] && _held;

-- The permissions there are that _patterns say, sorted.
CREATE OR REPLACE FUNCTION permissions_resolve(_patterns text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN ARRAY(SELECT p.name FROM permissions p
	              WHERE permission_covered(p.name, _patterns) ORDER BY p.name);
END
$$;

-- Raises U2001 unless every one of _patterns is a permission or a wildcard for some.
CREATE OR REPLACE FUNCTION permissions_check(_patterns text[], _field text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_bad text;
BEGIN
	SELECT w INTO _bad FROM unnest(_patterns) w
	 WHERE w IS NULL
	    OR w <> '*' AND NOT EXISTS (SELECT FROM permissions p
	                                 WHERE w IN (p.name, split_part(p.name, ':', 1) || ':*'))
	 LIMIT 1;
	IF FOUND THEN
		PERFORM refuse('U2001', _field, format('There is no permission %s.', left(coalesce(_bad, 'null'), 100)));
	END IF;
END
$$;

-- What a person was given: the role's permissions and their own, wildcards as they are.
CREATE OR REPLACE FUNCTION patterns_of(_user uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT r.permissions || u.permissions
	          FROM users u JOIN roles r ON r.id = u.role_id WHERE u.id = _user);
END
$$;

-- Raises U1005 unless the caller may hand out all of _patterns: they must hold what these
-- come to today, and for a wildcard, which grows with every new permission, one that covers it.
-- Operators may hand out everything.
CREATE OR REPLACE FUNCTION permissions_guard(_patterns text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_mine text[];
BEGIN
	IF actor() IS NULL AND is_operator() THEN
		RETURN;
	END IF;
	_mine := patterns_of(actor());
	IF actor() IS NULL
	   OR NOT permissions_resolve(_patterns) <@ rights_now()
	   OR EXISTS (SELECT FROM unnest(_patterns) w
	               WHERE right(w, 1) = '*' AND permission_covered(w, _mine) IS NOT TRUE) THEN
		PERFORM refuse('U1005', NULL, 'You cannot give or take a permission that you do not hold.');
	END IF;
END
$$;

-- _patterns with those of _new and without those of _old.
CREATE OR REPLACE FUNCTION permissions_merge(_patterns text[], _new text[], _old text[])
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN ARRAY(SELECT DISTINCT w FROM unnest(_patterns || _new) w
	              WHERE w <> ALL (coalesce(_old, '{}')) ORDER BY w);
END
$$;

-- Makes everybody's granted true again, or only that of a role's people.
CREATE OR REPLACE FUNCTION permissions_refresh(_role uuid DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE users u SET granted = n.granted
	  FROM (SELECT w.id, permissions_resolve(r.permissions || w.permissions) AS granted
	          FROM users w JOIN roles r ON r.id = w.role_id
	         WHERE _role IS NULL OR w.role_id = _role) n
	 WHERE u.id = n.id AND u.granted IS DISTINCT FROM n.granted;
END
$$;

-- Brings table permissions to _list, [{"name":…, "doc":…, "roles":["manager", …]}, …].
-- Built-in roles get what is new in their defaults and lose what left them; what an
-- administrator changed beside that stays.
CREATE OR REPLACE FUNCTION permissions_sync(_list jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_gone text[];
BEGIN
	LOCK TABLE permissions IN SHARE ROW EXCLUSIVE MODE;
	INSERT INTO permissions AS p (name, doc)
	SELECT w.name, w.doc FROM jsonb_to_recordset(_list) AS w (name text, doc text)
	    ON CONFLICT (name) DO UPDATE SET doc = excluded.doc, updated_at = now()
	 WHERE p.doc <> excluded.doc;

	UPDATE roles r SET permissions = permissions_merge(r.permissions, d.new, d.old)
	  FROM (SELECT b.id,
	               array_agg(w.name) FILTER (WHERE b.name = ANY (w.roles)) AS new,
	               array_agg(w.name) FILTER (WHERE b.name = ANY (p.roles)) AS old
	          FROM jsonb_to_recordset(_list) AS w (name text, roles text[])
	          JOIN permissions p ON p.name = w.name
	          JOIN roles b ON b.built_in AND (b.name = ANY (w.roles)) <> (b.name = ANY (p.roles))
	         GROUP BY b.id) d
	 WHERE r.id = d.id;
	UPDATE permissions p SET roles = w.roles, updated_at = now()
	  FROM jsonb_to_recordset(_list) AS w (name text, roles text[])
	 WHERE p.name = w.name AND p.roles <> w.roles;

	DELETE FROM permissions p
	 WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(_list) AS w (name text) WHERE w.name = p.name);
	_gone := ARRAY(SELECT w FROM (SELECT unnest(permissions) FROM roles
	                              UNION SELECT unnest(permissions) FROM users) x (w)
	                WHERE w NOT LIKE '%*' AND NOT EXISTS (SELECT FROM permissions p WHERE p.name = w));
	UPDATE roles SET permissions = permissions_merge(permissions, NULL, _gone)
	 WHERE permissions && _gone;
	UPDATE users SET permissions = permissions_merge(permissions, NULL, _gone)
	 WHERE permissions && _gone;
	PERFORM permissions_refresh();
END
$$;
