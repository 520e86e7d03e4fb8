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

-- Raises _state, an error of lib/tbl/errors.def, for a reason that the client is told; _field may be null.
CREATE OR REPLACE FUNCTION refuse(_state text, _field text, _why text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF _field IS NULL THEN
		RAISE EXCEPTION 'refused' USING ERRCODE = _state, DETAIL = _why;
	END IF;
	RAISE EXCEPTION '% refused', _field USING ERRCODE = _state, HINT = _field, DETAIL = _why;
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

-- _id, or U3001 where it is not there (_deleted is null), or was deleted and the caller may not
-- _restore it, else U3004.
CREATE OR REPLACE FUNCTION there_or(_id uuid, _deleted boolean, _restore text) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF _deleted IS NULL OR _deleted AND NOT may(_restore) THEN
		RAISE EXCEPTION 'not there' USING ERRCODE = 'U3001';
	ELSIF _deleted THEN
		RAISE EXCEPTION 'deleted' USING ERRCODE = 'U3004';
	END IF;
	RETURN _id;
END
$$;

-- What values of some kinds must be; null is.
CREATE OR REPLACE FUNCTION is_email(_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN char_length(_text) <= 254 AND _text ~ '^[^@[:space:]]+@[^@[:space:].*]+(\.[^@[:space:].*]+)+$';

-- In international form, E.164.
CREATE OR REPLACE FUNCTION is_phone(_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN _text ~ '^\+[1-9][0-9]{6,14}$';

-- Without what people put between the digits.
CREATE OR REPLACE FUNCTION phone_tidy(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(regexp_replace(regexp_replace(_text, '[[:space:]().·/-]', '', 'g'), '^00', '+'), '');

-- ISO 3166, two letters.
CREATE OR REPLACE FUNCTION is_country(_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN _text ~ '^[A-Z][A-Z]$' AND strpos('AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ '
	'BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO '
	'CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH '
	'GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE '
	'KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO '
	'MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN '
	'PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC '
	'TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA '
	'ZM ZW', _text) > 0;
