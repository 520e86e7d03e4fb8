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

-- A pattern for each word of _q, the longest first, which an index looks for: what has it in it
-- or, where it is of ASCII and too short for trigrams, a word that begins with it.
CREATE OR REPLACE FUNCTION search_patterns(_q text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN ARRAY(SELECT CASE WHEN octet_length(w) < 3 THEN '% ' ELSE '%' END
	                    || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%'
	               FROM regexp_split_to_table(lower(btrim(_q)), '\s+') w ORDER BY char_length(w) DESC, w LIMIT 8);
END
$$;

-- Names are for everybody, addresses for who may see accounts.
CREATE OR REPLACE FUNCTION search_users(_caller uuid, _q text, _n int)
RETURNS TABLE (resource text, id uuid, title text, subtitle text, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_all CONSTANT boolean := may('users:read');
	_like CONSTANT text[] := search_patterns(_q);
BEGIN
	IF _caller IS NULL OR _caller IS DISTINCT FROM actor() THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT 'users', u.id, u.full_name, CASE WHEN _all THEN u.email ELSE u.designation END,
	       search_rank(_q, u.full_name)
	  FROM users u
	 WHERE u.deleted_at IS NULL AND u.is_active
	   AND lower(concat_ws(' ', '', u.full_name, CASE WHEN _all THEN u.email END)) LIKE ALL (_like)
	 ORDER BY 5 DESC, u.full_name, u.id LIMIT _n;
END
$$;
