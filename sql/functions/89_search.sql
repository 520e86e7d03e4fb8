-- SPDX-License-Identifier: ISC
--
-- The search over all resources, for admin: search_<resource>(caller, q, n) of each tells the
-- best it has of what the caller may read.  These are what they share, and that of people.

SET search_path = bureau, public;

-- How well _text answers _q: begins with it, has a word that does, or has it somewhere.
CREATE OR REPLACE FUNCTION search_rank(_q text, _text text) RETURNS real
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN lower(_text) = lower(_q) THEN 4 WHEN starts_with(lower(_text), lower(_q)) THEN 3
            WHEN strpos(lower(_text), ' ' || lower(_q)) > 0 THEN 2 ELSE 1 END
       + public.similarity(_q, _text);

-- A pattern for what has _q in it, or, where that is too short for trigrams, a word that
-- begins with it.
CREATE OR REPLACE FUNCTION search_pattern(_q text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN char_length(_q) < 3 THEN '% ' ELSE '%' END
       || lower(regexp_replace(_q, '([\\%_])', '\\\1', 'g')) || '%';

-- Names are for everybody, addresses for who may see accounts.
CREATE OR REPLACE FUNCTION search_users(_caller uuid, _q text, _n int)
RETURNS TABLE (resource text, id uuid, title text, subtitle text, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, bureau, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	_all CONSTANT boolean := may('users:read');
	_like CONSTANT text := '%' || regexp_replace(_q, '([\\%_])', '\\\1', 'g') || '%';
BEGIN
	IF _caller IS NULL OR _caller IS DISTINCT FROM actor() THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT 'users', u.id, u.full_name, CASE WHEN _all THEN u.email ELSE u.designation END,
	       search_rank(_q, u.full_name)
	  FROM users u
	 WHERE u.deleted_at IS NULL AND u.is_active
	   AND (u.full_name ILIKE _like OR _all AND u.email ILIKE _like)
	 ORDER BY 5 DESC, u.full_name, u.id LIMIT _n;
END
$$;
