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
RETURN lower(' ' || concat_ws(' ', _name, _company, nullif(array_to_string(_tags, ' '), ''),
                              _email, _phone));

-- An address or number as it is shown to who may not read it.
CREATE OR REPLACE FUNCTION contact_masked(_contact text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN strpos(_contact, '@') > 0
            THEN left(_contact, 1) || '***@***' || substring(_contact FROM '\.[^.@]*$')
            ELSE left(_contact, 3) || '***' || right(_contact, 2) END;

-- --- what is wrong with a row -----------------------------------------------------------

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

-- Trigger: whoever was in a group that is deleted, and is deleted too, is out of it for good;
-- so the group of a member is always there.
CREATE OR REPLACE FUNCTION customer_groups_left() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE customer_group_members SET deleted_at = now() WHERE group_id = NEW.id AND deleted_at IS NULL;
	RETURN NULL;
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

-- --- what the responder calls ---------------------------------------------------------------

-- The customer or group of a path; raises U3001, or U3004 for who may restore it.
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

CREATE OR REPLACE FUNCTION customer_there(_id uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN there_or(_id, (SELECT deleted_at IS NOT NULL FROM customers WHERE id = _id),
	                'customers:delete');
END
$$;

CREATE OR REPLACE FUNCTION customer_group_there(_id uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN there_or(_id, (SELECT deleted_at IS NOT NULL FROM customer_groups WHERE id = _id),
	                'customer-groups:delete');
END
$$;

-- Puts customers into a group; who is in it stays.  Values they have already must be what
-- the group says; what it requires is asked for when custom fields are written.
CREATE OR REPLACE FUNCTION customer_group_add(_group uuid, _customers uuid[],
                                              OUT changed int, OUT "customersCount" int)
LANGUAGE plpgsql AS $$
DECLARE
	_defs CONSTANT jsonb := (SELECT jsonb_agg(d - 'required')
	                           FROM customer_groups g, jsonb_array_elements(g.custom_fields) d WHERE g.id = _group);
	_faults jsonb := '[]';
	_one record;
BEGIN
	-- Nobody deletes them meanwhile.
	PERFORM FROM customers WHERE id = ANY (_customers) ORDER BY id FOR SHARE;
	FOR _one IN SELECT u.n, c.id, custom_faults(c.custom_fields, _defs) AS faults
	              FROM unnest(_customers) WITH ORDINALITY u (id, n)
	              LEFT JOIN customers c ON c.id = u.id AND c.deleted_at IS NULL
	             WHERE c.id IS NULL OR _defs IS NOT NULL ORDER BY u.n LOOP
		IF _one.id IS NULL THEN
			_faults := _faults || fault(format('customerIds[%s]', _one.n - 1), 2001, 'There is no such customer.');
		ELSIF _one.faults <> '[]' THEN
			_faults := _faults || fault(format('customerIds[%s]', _one.n - 1), 2001,
				(_one.faults -> 0 ->> 'field') || ': ' || (_one.faults -> 0 ->> 'message'));
		END IF;
	END LOOP;
	PERFORM faults_raise(_faults);
	INSERT INTO customer_group_members (group_id, customer_id)
	SELECT DISTINCT _group, c FROM unnest(_customers) c
	    ON CONFLICT (customer_id, group_id) WHERE deleted_at IS NULL DO NOTHING;
	GET DIAGNOSTICS changed = ROW_COUNT;
	"customersCount" := (SELECT g.customers_count FROM customer_groups g WHERE g.id = _group);
END
$$;

-- Takes them out; who is not in it is passed over.
CREATE OR REPLACE FUNCTION customer_group_remove(_group uuid, _customers uuid[],
                                                 OUT changed int, OUT "customersCount" int)
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE customer_group_members SET deleted_at = now()
	 WHERE group_id = _group AND customer_id = ANY (_customers) AND deleted_at IS NULL;
	GET DIAGNOSTICS changed = ROW_COUNT;
	"customersCount" := (SELECT g.customers_count FROM customer_groups g WHERE g.id = _group);
END
$$;

-- Changes customers as [{id, data, version}] says, as far as they are there: the new versions.
CREATE OR REPLACE FUNCTION customers_change(_updates jsonb) RETURNS TABLE (id uuid, version int)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY UPDATE customers c
	   SET name = coalesce(d ->> 'name', c.name),
	       email = CASE WHEN d ? 'email' THEN d ->> 'email' ELSE c.email END,
	       phone = CASE WHEN d ? 'phone' THEN d ->> 'phone' ELSE c.phone END,
	       country_code = CASE WHEN d ? 'countryCode' THEN d ->> 'countryCode' ELSE c.country_code END,
	       company = CASE WHEN d ? 'company' THEN d ->> 'company' ELSE c.company END,
	       status = coalesce(d ->> 'status', c.status),
	       owner_id = CASE WHEN d ? 'ownerId' THEN (d ->> 'ownerId')::uuid ELSE c.owner_id END,
	       tags = CASE WHEN d ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(d -> 'tags')) ELSE c.tags END,
	       custom_fields = c.custom_fields || coalesce(d -> 'customFields', '{}')
	  FROM (SELECT (u ->> 'id')::uuid AS id, u -> 'data' AS d, (u ->> 'version')::int AS version
	          FROM jsonb_array_elements(_updates) u) u
	 WHERE c.id = u.id AND c.deleted_at IS NULL AND c.version = coalesce(u.version, c.version)
	RETURNING c.id, c.version;
END
$$;

-- What is wrong with one change, from what it raised.
CREATE OR REPLACE FUNCTION change_faults(_state text, _hint text, _detail text) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
	IF _state = '23505' THEN
		RETURN jsonb_build_array(fault('data.phone', 3002, 'Another customer has this phone number.'));
	ELSIF _hint = '*' THEN
		RETURN (SELECT jsonb_agg(f || jsonb_build_object('field', 'data.' || (f ->> 'field')))
		          FROM jsonb_array_elements(_detail::jsonb) f);
	END IF;
	RETURN jsonb_build_array(fault(
		CASE WHEN _state = 'U3003' THEN 'version' WHEN _hint = '' THEN 'id' ELSE 'data.' || _hint END,
		right(_state, 4)::int,
		CASE WHEN _detail <> '' THEN _detail WHEN _state = 'U3004' THEN 'This customer was deleted.'
		     WHEN _state = 'U3003' THEN 'It was changed by somebody else in the meantime.'
		     ELSE 'There is no such customer.' END));
END
$$;

-- Makes as many of these changes as can be and tells of each, in their order: all in one
-- statement or, where that is refused, one half and then the other.
CREATE OR REPLACE FUNCTION customers_try(_updates jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	_n CONSTANT int := jsonb_array_length(_updates);
	_items jsonb;
	_detail text;
	_hint text;
BEGIN
	SELECT jsonb_agg(jsonb_build_object('id', c.id, 'status', 'updated', 'version', c.version) ORDER BY u.n) INTO _items
	  FROM customers_change(_updates) c
	  JOIN jsonb_array_elements(_updates) WITH ORDINALITY u (u, n) ON (u.u ->> 'id')::uuid = c.id;
	IF jsonb_array_length(_items) = _n THEN
		RETURN _items;
	END IF;
	IF _n = 1 THEN
		PERFORM customer_there((_updates -> 0 ->> 'id')::uuid);
	END IF;
	RAISE EXCEPTION 'of another version' USING ERRCODE = 'U3003';
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE !~ '^(U[0-9]{4}|23505)$' THEN
		RAISE;
	ELSIF _n = 1 THEN
		GET STACKED DIAGNOSTICS _detail = PG_EXCEPTION_DETAIL, _hint = PG_EXCEPTION_HINT;
		RETURN jsonb_build_array(jsonb_build_object('id', _updates -> 0 -> 'id', 'status', 'failed',
			'errors', change_faults(SQLSTATE, _hint, _detail)));
	END IF;
	RETURN customers_try(jsonb_path_query_array(_updates, '$[0 to $m]', jsonb_build_object('m', _n / 2 - 1)))
		|| customers_try(jsonb_path_query_array(_updates, '$[$m to last]', jsonb_build_object('m', _n / 2)));
END
$$;

-- Many changes at once, [{id, data, version}]: all or, where _lenient, as many as can be.
CREATE OR REPLACE FUNCTION customers_batch(_updates jsonb, _lenient boolean,
                                           OUT updated int, OUT failed int, OUT items jsonb)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM faults_raise((SELECT coalesce(jsonb_agg(fault(format('updates[%s].id', t.n - 1), 2001, 'It is there twice.')), '[]')
	  FROM (SELECT n, row_number() OVER (PARTITION BY u ->> 'id' ORDER BY n) AS k
	          FROM jsonb_array_elements(_updates) WITH ORDINALITY e (u, n)) t WHERE t.k > 1));
	-- Locked in one order, so that two batches wait for each other and no more.
	PERFORM FROM customers c WHERE c.id IN (SELECT (u ->> 'id')::uuid FROM jsonb_array_elements(_updates) u)
	  ORDER BY c.id FOR NO KEY UPDATE;
	items := customers_try(_updates);
	failed := jsonb_array_length(jsonb_path_query_array(items, '$[*] ? (exists(@.errors))'));
	updated := jsonb_array_length(items) - failed;
	IF failed > 0 AND NOT _lenient THEN
		PERFORM faults_raise((SELECT jsonb_agg(f || jsonb_build_object('field', format('updates[%s].%s', i.n - 1, f ->> 'field'))
		                                       ORDER BY i.n, k.n)
			FROM jsonb_array_elements(items) WITH ORDINALITY i (i, n),
			     jsonb_array_elements(i.i -> 'errors') WITH ORDINALITY k (f, n)));
	END IF;
END
$$;

-- Notes about a customer and what was changed, the addresses masked for who may not read them.
CREATE OR REPLACE FUNCTION customer_timeline(_customer uuid)
RETURNS TABLE (key text, at timestamptz, kind text, action text, actor json, text text, before jsonb, after jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_masked CONSTANT text[] := CASE WHEN may('customers:read-contact') THEN '{}' ELSE '{email,phone}' END;
BEGIN
	RETURN QUERY
	SELECT t.key, t.at, t.kind, t.action,
	       (SELECT json_build_object('id', u.id, 'fullName', u.full_name) FROM users u WHERE u.id = t.actor),
	       t.text, audit_masked(t.before, _masked), audit_masked(t.after, _masked)
	  FROM (SELECT 'change-' || a.id AS key, a.at, 'change' AS kind, split_part(a.action, '.', 2) AS action,
	               a.actor, NULL AS text, p.before, p.after
	          FROM audit a LEFT JOIN audit_payload p ON p.audit_id = a.id
	         WHERE a.resource_id = _customer AND a.resource = 'customers'
	        UNION ALL
	        SELECT 'note-' || n.id, n.created_at, 'note', 'created', n.author_id, n.text, NULL, NULL
	          FROM customer_notes n WHERE n.customer_id = _customer AND n.deleted_at IS NULL) t;
END
$$;

-- --- search over resources, for admin ------------------------------------------------------------

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

-- The best _n of each resource that the caller may read: of the first few hundred found.
CREATE OR REPLACE FUNCTION search_customers(_caller uuid, _q text, _n int)
RETURNS TABLE (resource text, id uuid, title text, subtitle text, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, bureau, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	_contact CONSTANT boolean := may('customers:read-contact');
	_like CONSTANT text := search_pattern(_q);
	_short CONSTANT boolean := char_length(_q) < 3 AND octet_length(_q) > char_length(_q);
BEGIN
	IF _caller IS DISTINCT FROM actor() OR NOT may('customers:read') THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT 'customers', f.id, f.name,
	       CASE WHEN _contact THEN concat_ws(' · ', f.company, f.email) ELSE f.company END,
	       search_rank(_q, f.name)
	  FROM (SELECT c.id, c.name, c.company, c.email FROM customers c
	         WHERE NOT _short AND c.deleted_at IS NULL AND c.search LIKE _like
	           AND (_contact OR customer_text(c.name, c.company, c.tags) LIKE _like)
	        UNION ALL
	        SELECT c.id, c.name, c.company, c.email FROM customers c
	         WHERE _short AND c.deleted_at IS NULL AND octet_length(c.search) <> char_length(c.search)
	           AND short_grams(c.search) @> ARRAY[lower(_q)]
	           AND (_contact OR strpos(customer_text(c.name, c.company, c.tags), lower(_q)) > 0)
	         LIMIT 300) f
	 ORDER BY 5 DESC, f.name, f.id LIMIT _n;
END
$$;

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
CREATE OR REPLACE TRIGGER customer_groups_left AFTER UPDATE OF deleted_at ON customer_groups
	FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION customer_groups_left();
CREATE OR REPLACE TRIGGER customer_group_members_came AFTER INSERT ON customer_group_members
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION customer_group_members_counted();
-- The only change there is: they left.
CREATE OR REPLACE TRIGGER customer_group_members_went AFTER UPDATE ON customer_group_members
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION customer_group_members_counted();
CREATE OR REPLACE TRIGGER customer_notes_active AFTER INSERT ON customer_notes
	FOR EACH ROW EXECUTE FUNCTION customer_notes_active();
