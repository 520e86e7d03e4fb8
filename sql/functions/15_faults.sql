-- SPDX-License-Identifier: ISC
--
-- How functions say what is wrong with what a client sent.

SET search_path = bureau, public;

-- One thing that is wrong; faults are a jsonb array of these.
CREATE OR REPLACE FUNCTION fault(_field text, _code int, _message text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('field', _field, 'code', _code, 'message', _message);

-- Raises what _faults say, if anything: many at once as the dispatcher takes them apart.
CREATE OR REPLACE FUNCTION faults_raise(_faults jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_array_length(_faults) = 1 THEN
		RAISE EXCEPTION 'a field is wrong' USING ERRCODE = 'U' || (_faults -> 0 ->> 'code'),
			HINT = _faults -> 0 ->> 'field', DETAIL = _faults -> 0 ->> 'message';
	ELSIF jsonb_array_length(_faults) > 1 THEN
		RAISE EXCEPTION 'fields are wrong' USING ERRCODE = 'U2001', HINT = '*', DETAIL = _faults::text;
	END IF;
END
$$;

-- Raises U1005 unless the caller holds _permission, which using _field needs; else true.
CREATE OR REPLACE FUNCTION needs(_permission text, _field text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	IF NOT may(_permission) THEN
		RAISE EXCEPTION '% is missing', _permission USING ERRCODE = 'U1005', HINT = _field,
			DETAIL = format('You may not look things up by %s.', _field);
	END IF;
	RETURN true;
END
$$;
