-- SPDX-License-Identifier: ISC
--
-- Customers: what their rows must look like, the counts of groups, batches, the timeline.
-- customer_tidy(), customer_faults() and custom_faults() are what calls, batches and imports
-- share; the rest are triggers and what the customers responder calls.

SET search_path = bureau, public;

-- What is looked in: small letters, each part behind a space, so that `% ab%` finds what a
-- word begins with.
CREATE OR REPLACE FUNCTION customer_text(_name text, _company text, _tags text[],
                                         _email text DEFAULT NULL, _phone text DEFAULT NULL)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(' ' || concat_ws(' ', _name, _company, array_to_string(_tags, ' '), _email, _phone));

-- An address or number as it is shown to who may not read it.
CREATE OR REPLACE FUNCTION contact_masked(_contact text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN strpos(_contact, '@') > 0
            THEN left(_contact, 1) || '***@***' || substring(_contact FROM '\.[^.@]*$')
            ELSE left(_contact, 3) || '***' || right(_contact, 2) END;

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

-- --- what is wrong with a row -----------------------------------------------------------

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
			WHEN _text !~ ('^(?:' || (_def ->> 'pattern') || ')$') THEN 'It has the wrong form.' END;
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
			THEN 'It must be a date like 2026-11-27.'
			WHEN _text < _min THEN format('It must not be before %s.', _min)
			WHEN _text > _max THEN format('It must not be after %s.', _max) END;
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

-- What the groups of a customer define.
CREATE OR REPLACE FUNCTION custom_definitions(_customer uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(f), '[]')
	          FROM customer_group_members m
	          JOIN customer_groups g ON g.id = m.group_id AND g.deleted_at IS NULL,
	               jsonb_array_elements(g.custom_fields) f
	         WHERE m.customer_id = _customer AND m.deleted_at IS NULL);
END
$$;

-- As it is kept: trimmed, folded, a number without what people put between its digits.
CREATE OR REPLACE FUNCTION customer_tidy(INOUT _c customers)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	_c.name := btrim(_c.name);
	_c.email := nullif(lower(btrim(_c.email)), '');
	_c.phone := nullif(regexp_replace(regexp_replace(_c.phone, '[[:space:]().·/-]', '', 'g'), '^00', '+'), '');
	_c.country_code := nullif(upper(btrim(_c.country_code)), '');
	_c.company := nullif(btrim(_c.company), '');
	IF cardinality(_c.tags) > 1 THEN
		_c.tags := ARRAY(SELECT t FROM unnest(_c.tags) WITH ORDINALITY u (t, n)
		                  GROUP BY t ORDER BY min(n));
	END IF;
	_c.search := customer_text(_c.name, _c.company, _c.tags, _c.email, _c.phone);
END
$$;

-- What is wrong with a tidied row, but for what other rows say.
CREATE OR REPLACE FUNCTION customer_faults(_c customers) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	_faults jsonb := '[]';
BEGIN
	IF coalesce(_c.name, '') = '' THEN
		_faults := _faults || fault('name', 2003, 'It must not be empty.');
	ELSIF char_length(_c.name) > 200 THEN
		_faults := _faults || fault('name', 2001, 'It may have at most 200 characters.');
	END IF;
	IF _c.email !~ '^[^@[:space:]]+@[^@[:space:].]+(\.[^@[:space:].]+)+$' OR char_length(_c.email) > 254 THEN
		_faults := _faults || fault('email', 2004, 'It is not an e-mail address.');
	END IF;
	IF _c.phone !~ '^\+[1-9][0-9]{6,14}$' THEN
		_faults := _faults || fault('phone', 2004,
			'It is not a phone number in international form, like +49 30 1234567.');
	END IF;
	IF _c.country_code !~ '^[A-Z][A-Z]$' OR strpos('AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ '
		'BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO '
		'CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH '
		'GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE '
		'KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO '
		'MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN '
		'PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC '
		'TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA '
		'ZM ZW', _c.country_code) = 0 THEN
		_faults := _faults || fault('countryCode', 2004, 'It is not a country code of two letters, like DE.');
	END IF;
	IF char_length(_c.company) > 200 THEN
		_faults := _faults || fault('company', 2001, 'It may have at most 200 characters.');
	END IF;
	IF _c.status NOT IN ('active', 'inactive', 'pending', 'blocked') THEN
		_faults := _faults || fault('status', 2004, 'It must be one of: active inactive pending blocked.');
	END IF;
	IF cardinality(_c.tags) > 50 OR char_length(array_to_string(_c.tags, '')) > 1000 OR '' = ANY (_c.tags) THEN
		_faults := _faults || fault('tags', 2001, 'There may be 50 of them, short and not empty.');
	END IF;
	RETURN _faults;
END
$$;

-- Trigger: tidies, says what is wrong, and who has the number already.
CREATE OR REPLACE FUNCTION customers_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_new CONSTANT boolean := TG_OP = 'INSERT';
	_faults jsonb;
	_twin text;
BEGIN
	NEW := customer_tidy(NEW);
	_faults := customer_faults(NEW);
	IF _new OR NEW.custom_fields <> OLD.custom_fields THEN
		NEW.custom_fields := jsonb_strip_nulls(NEW.custom_fields);
		_faults := _faults || custom_faults(NEW.custom_fields,
			CASE WHEN _new THEN '[]' ELSE custom_definitions(NEW.id) END);
	END IF;
	IF NEW.owner_id IS NOT NULL AND (_new OR NEW.owner_id IS DISTINCT FROM OLD.owner_id)
	   AND NOT EXISTS (SELECT FROM users WHERE id = NEW.owner_id AND is_active AND deleted_at IS NULL) THEN
		_faults := _faults || fault('ownerId', 2001, 'There is nobody by this id who has access.');
	END IF;
	IF _faults <> '[]' THEN
		PERFORM faults_raise(_faults);
	END IF;
	IF NEW.phone IS NOT NULL AND NEW.deleted_at IS NULL
	   AND (_new OR (NEW.phone, NEW.country_code, NEW.deleted_at)
	        IS DISTINCT FROM (OLD.phone, OLD.country_code, OLD.deleted_at)) THEN
		SELECT c.name || ' (' || c.id || ')' INTO _twin FROM customers c
		 WHERE c.phone = NEW.phone AND c.country_code IS NOT DISTINCT FROM NEW.country_code
		   AND c.deleted_at IS NULL AND c.id <> NEW.id;
		IF FOUND THEN
			RAISE EXCEPTION 'phone of another customer' USING ERRCODE = 'U3002', HINT = 'phone',
				DETAIL = CASE WHEN may('customers:read') AND may('customers:read-contact')
					THEN _twin || ' has this phone number.'
					ELSE 'Another customer has this phone number.' END;
		END IF;
	END IF;
	RETURN NEW;
END
$$;

-- --- groups ------------------------------------------------------------------------------

-- What is wrong with the definitions of custom fields.
CREATE OR REPLACE FUNCTION definition_faults(_defs jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_faults jsonb := '[]';
	_names text[] := '{}';
	_def jsonb;
	_at text;
	_bound text;
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
		FOREACH _bound IN ARRAY '{min,max}'::text[] LOOP
			IF _def ? _bound AND (jsonb_typeof(_def -> _bound) = 'string') <> (_def ->> 'type' = 'date') THEN
				_faults := _faults || fault(_at || _bound, 2004,
					CASE WHEN _def ->> 'type' = 'date' THEN 'It must be a date.' ELSE 'It must be a number.' END);
			END IF;
		END LOOP;
		BEGIN
			PERFORM '' ~ (_def ->> 'pattern');
		EXCEPTION WHEN invalid_regular_expression THEN
			_faults := _faults || fault(_at || 'pattern', 2004, 'It is not a regular expression.');
		END;
	END LOOP;
	RETURN _faults;
END
$$;

-- Trigger: definitions are sound; who has members stays.
CREATE OR REPLACE FUNCTION customer_groups_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' OR NEW.custom_fields <> OLD.custom_fields THEN
		PERFORM faults_raise(definition_faults(NEW.custom_fields));
	END IF;
	IF NEW.deleted_at IS NOT NULL AND NEW.customers_count > 0 THEN
		RAISE EXCEPTION 'group has members' USING ERRCODE = 'U3003',
			DETAIL = format('%s customers are in this group; take them out first.', NEW.customers_count);
	END IF;
	RETURN NEW;
END
$$;

-- Trigger, per statement: members came or went.  Groups are locked in one order; one that
-- was deleted meanwhile takes nobody in.
CREATE OR REPLACE FUNCTION customer_group_members_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_group record;
BEGIN
	FOR _group IN SELECT m.group_id AS id,
	                     sum(CASE WHEN m.deleted_at IS NULL THEN 1 ELSE -1 END) AS more
	                FROM changed m JOIN customers c ON c.id = m.customer_id AND c.deleted_at IS NULL
	               GROUP BY m.group_id ORDER BY m.group_id LOOP
		UPDATE customer_groups SET customers_count = customers_count + _group.more
		 WHERE id = _group.id AND (deleted_at IS NULL OR _group.more < 0);
		IF NOT FOUND THEN
			RAISE EXCEPTION 'group was deleted' USING ERRCODE = 'U3004';
		END IF;
	END LOOP;
	RETURN NULL;
END
$$;

-- Trigger of customers, per row: deleted or restored, in all their groups.
CREATE OR REPLACE FUNCTION customers_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_groups CONSTANT uuid[] := ARRAY(SELECT m.group_id FROM customer_group_members m
	                                  WHERE m.customer_id = NEW.id AND m.deleted_at IS NULL);
BEGIN
	PERFORM FROM customer_groups WHERE id = ANY (_groups) ORDER BY id FOR NO KEY UPDATE;
	UPDATE customer_groups
	   SET customers_count = customers_count + CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END
	 WHERE id = ANY (_groups);
	RETURN NULL;
END
$$;

-- Trigger of notes.
CREATE OR REPLACE FUNCTION customer_notes_active() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE customers SET last_activity_at = greatest(last_activity_at, NEW.created_at)
	 WHERE id = NEW.customer_id;
	RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER customers_rules
	BEFORE INSERT OR UPDATE OF name, email, phone, country_code, company, status, owner_id, tags,
	                           custom_fields, deleted_at ON customers
	FOR EACH ROW EXECUTE FUNCTION customers_rules();
CREATE OR REPLACE TRIGGER customers_counted AFTER UPDATE OF deleted_at ON customers
	FOR EACH ROW WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL))
	EXECUTE FUNCTION customers_counted();
CREATE OR REPLACE TRIGGER customer_groups_rules
	BEFORE INSERT OR UPDATE OF custom_fields, deleted_at ON customer_groups
	FOR EACH ROW EXECUTE FUNCTION customer_groups_rules();
CREATE OR REPLACE TRIGGER customer_group_members_came AFTER INSERT ON customer_group_members
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION customer_group_members_counted();
-- The only change there is: they left.
CREATE OR REPLACE TRIGGER customer_group_members_went AFTER UPDATE ON customer_group_members
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION customer_group_members_counted();
CREATE OR REPLACE TRIGGER customer_notes_active AFTER INSERT ON customer_notes
	FOR EACH ROW EXECUTE FUNCTION customer_notes_active();
