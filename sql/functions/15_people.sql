-- SPDX-License-Identifier: ISC
--
-- What people look like; for every responder.

SET search_path = bureau, public;

-- The picture, or until there is one the initials on a colour of their own, as a data URL.
CREATE OR REPLACE FUNCTION picture_of(_picture text, _name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, bureau, pg_temp AS $$
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
