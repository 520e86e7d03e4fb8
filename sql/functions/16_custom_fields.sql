-- SPDX-License-Identifier: ISC
--
-- Fields that people define: what a definition must be, and what a value, by its definition.

SET search_path = bureau, public;

-- A pattern that all of a text fits.
CREATE OR REPLACE FUNCTION pattern_whole(_pattern text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '^(?:' || _pattern || ')$';

-- What is wrong with the definitions of custom fields.
CREATE OR REPLACE FUNCTION definition_faults(_defs jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_faults jsonb := '[]';
	_names text[] := '{}';
	_def jsonb;
	_at text;
BEGIN
	FOR _def, _at IN SELECT d, format('customFields[%s].', n - 1)
	                   FROM jsonb_array_elements(_defs) WITH ORDINALITY e (d, n) LOOP
		IF _def ->> 'name' = ANY (_names) THEN
			_faults := _faults || fault(_at || 'name', 2001, 'Another field has this name.');
		END IF;
		_names := _names || (_def ->> 'name');
		IF _def ->> 'type' = 'list' AND jsonb_array_length(coalesce(_def -> 'options', '[]')) = 0 THEN
			_faults := _faults || fault(_at || 'options', 2003, 'A list needs options.');
		END IF;
		IF _def ->> 'type' NOT IN ('text', 'number') AND _def ?| '{min,max}' THEN
			_faults := _faults || fault(_at || 'min', 2001, 'Only a text or a number has bounds.');
		END IF;
		BEGIN
			-- Alone and as it is used: one that only holds at the very beginning would fit nothing.
			PERFORM '' ~ (_def ->> 'pattern'), '' ~ pattern_whole(_def ->> 'pattern');
		EXCEPTION WHEN invalid_regular_expression THEN
			_faults := _faults || fault(_at || 'pattern', 2004, 'It is not a regular expression.');
		END;
	END LOOP;
	RETURN _faults;
END
$$;

-- What is wrong with the value of one custom field, as its group defines it; null: nothing.
CREATE OR REPLACE FUNCTION custom_fault(_def jsonb, _value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	_is CONSTANT text := jsonb_typeof(_value);
	_text CONSTANT text := _value #>> '{}';
	_min CONSTANT text := _def ->> 'min';
	_max CONSTANT text := _def ->> 'max';
	_day date;
BEGIN
	CASE _def ->> 'type'
	WHEN 'text' THEN
		RETURN CASE WHEN _is <> 'string' THEN 'It must be a text.'
			WHEN char_length(_text) < _min::numeric THEN format('It needs at least %s characters.', _min)
			WHEN char_length(_text) > coalesce(_max::numeric, 1000)
			THEN format('It may have at most %s characters.', coalesce(_max, '1000'))
			WHEN _text !~ pattern_whole(_def ->> 'pattern') THEN 'It has the wrong form.' END;
	WHEN 'number' THEN
		RETURN CASE WHEN _is <> 'number' THEN 'It must be a number.'
			WHEN _value::numeric < _min::numeric THEN format('It must be at least %s.', _min)
			WHEN _value::numeric > _max::numeric THEN format('It must be at most %s.', _max) END;
	WHEN 'boolean' THEN
		RETURN CASE WHEN _is <> 'boolean' THEN 'It must be true or false.' END;
	WHEN 'date' THEN
		IF _is = 'string' AND _text ~ '^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$' THEN
			_day := make_date(left(_text, 4)::int, substr(_text, 6, 2)::int, 1) + right(_text, 2)::int - 1;
		END IF;
		RETURN CASE WHEN to_char(_day, 'YYYY-MM-DD') IS DISTINCT FROM _text
			THEN 'It must be a date like 2026-11-27.' END;
	WHEN 'list' THEN
		RETURN CASE WHEN _is NOT IN ('string', 'array')
			OR NOT _def -> 'options' @> CASE _is WHEN 'string' THEN jsonb_build_array(_value) ELSE _value END
			THEN format('It must be of: %s.', (SELECT string_agg(o, ', ')
				FROM jsonb_array_elements_text(_def -> 'options') o)) END;
	END CASE;
END
$$;

-- What is wrong with custom fields, by the definitions that hold for them.  What none names
-- is free: a text, a number, true, false or a list of texts.
CREATE OR REPLACE FUNCTION custom_faults(_fields jsonb, _defs jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	_faults jsonb := '[]';
	_def jsonb;
	_key text;
	_value jsonb;
	_wrong text;
BEGIN
	-- A change adds to what is there, so that no bound of a call holds for all of them.
	IF octet_length(_fields::text) > 65536 THEN
		_faults := _faults || fault('customFields', 2001, 'There may be 64 KB of them in all.');
	END IF;
	FOR _key, _value IN SELECT e.key, e.value FROM jsonb_each(_fields) e LOOP
		IF char_length(_key) NOT BETWEEN 1 AND 100 OR jsonb_typeof(_value) IN ('object', 'null')
		   OR octet_length(_value::text) > 4000 OR _value @? '$[*] ? (@.type() != "string" && $.type() == "array")' THEN
			_faults := _faults || fault('customFields.' || left(_key, 100), 2001,
				'It must be a short text, a number, true or false, or a list of texts.');
		END IF;
	END LOOP;
	FOR _def IN SELECT d FROM jsonb_array_elements(_defs) d LOOP
		_key := _def ->> 'name';
		_value := _fields -> _key;
		IF coalesce(_value, '""') IN ('""', 'null') THEN
			IF (_def -> 'required')::boolean THEN
				_faults := _faults || fault('customFields.' || _key, 2003, 'It is required.');
			END IF;
			CONTINUE;
		END IF;
		_wrong := custom_fault(_def, _value);
		IF _wrong IS NOT NULL THEN
			_faults := _faults || fault('customFields.' || _key, 2004, _wrong);
		END IF;
	END LOOP;
	RETURN _faults;
END
$$;
