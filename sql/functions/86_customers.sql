-- SPDX-License-Identifier: ISC
--
-- Customers: what their rows must look like, the counts of groups, the timeline.
-- customer_tidy() and customer_faults() are what calls, batches and imports share; the rest
-- are triggers and what the customers responder calls.

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
	_c.phone := phone_tidy(_c.phone);
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
	IF NOT is_email(_c.email) THEN
		_faults := _faults || fault('email', 2004, 'It is not an e-mail address.');
	END IF;
	IF NOT is_phone(_c.phone) THEN
		_faults := _faults || fault('phone', 2004,
			'It is not a phone number in international form, like +49 30 1234567.');
	END IF;
	IF NOT is_country(_c.country_code) THEN
		_faults := _faults || fault('countryCode', 2004, 'It is not the code of a country in two letters, like DE.');
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
	IF OLD.anonymised_at IS NOT NULL AND (NEW.name, NEW.email, NEW.phone, NEW.company, NEW.tags, NEW.custom_fields)
	   IS DISTINCT FROM (OLD.name, OLD.email, OLD.phone, OLD.company, OLD.tags, OLD.custom_fields) THEN
		PERFORM refuse('U3003', NULL, 'The customer has been anonymised; there is nobody to say this of.');
	END IF;
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
			PERFORM refuse('U3002', 'phone', CASE WHEN may('customers:read') AND may('customers:read-contact')
				THEN _twin || ' has this phone number.' ELSE 'Another customer has this phone number.' END);
		END IF;
	END IF;
	RETURN NEW;
END
$$;

-- --- groups ------------------------------------------------------------------------------

-- Trigger: definitions are sound; who has members stays.
CREATE OR REPLACE FUNCTION customer_groups_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' OR NEW.custom_fields <> OLD.custom_fields THEN
		PERFORM faults_raise(definition_faults(NEW.custom_fields));
	END IF;
	IF NEW.deleted_at IS NOT NULL AND NEW.customers_count > 0 THEN
		PERFORM refuse('U3003', NULL,
			format('%s customers are in this group; take them out first.', NEW.customers_count));
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

-- Trigger, per statement: members came or went.  Nobody deletes the customers meanwhile; groups
-- are locked in one order; one that was deleted meanwhile takes nobody in.
CREATE OR REPLACE FUNCTION customer_group_members_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_group record;
BEGIN
	PERFORM FROM customers c WHERE c.id IN (SELECT m.customer_id FROM changed m) ORDER BY c.id FOR SHARE;
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

-- Trigger of notes: nothing is said of who was forgotten.
CREATE OR REPLACE FUNCTION customer_notes_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	-- Nobody forgets them meanwhile.
	IF (SELECT c.anonymised_at IS NOT NULL FROM customers c WHERE c.id = NEW.customer_id FOR KEY SHARE) THEN
		PERFORM refuse('U3003', NULL, 'The customer has been anonymised; there is nobody to say this of.');
	END IF;
	RETURN NEW;
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

-- Of a path: it is there, or U3001, U3004.
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

-- For batch_run(): changes customers as [{id, data, version}] says, as far as they are there.
CREATE OR REPLACE FUNCTION customers_change(_updates jsonb) RETURNS TABLE (id uuid, version int)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
	-- A plan that was made for few changes of few customers is kept: it must do for a thousand.
	RETURN QUERY WITH u AS MATERIALIZED (
		SELECT (x ->> 'id')::uuid AS id, x -> 'data' AS d, (x ->> 'version')::int AS version
		  FROM jsonb_array_elements(_updates) x)
	UPDATE customers c
	   SET name = coalesce(d ->> 'name', c.name),
	       email = CASE WHEN d ? 'email' THEN d ->> 'email' ELSE c.email END,
	       phone = CASE WHEN d ? 'phone' THEN d ->> 'phone' ELSE c.phone END,
	       country_code = CASE WHEN d ? 'countryCode' THEN d ->> 'countryCode' ELSE c.country_code END,
	       company = CASE WHEN d ? 'company' THEN d ->> 'company' ELSE c.company END,
	       status = coalesce(d ->> 'status', c.status),
	       owner_id = CASE WHEN d ? 'ownerId' THEN (d ->> 'ownerId')::uuid ELSE c.owner_id END,
	       tags = CASE WHEN d ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(d -> 'tags')) ELSE c.tags END,
	       custom_fields = c.custom_fields || coalesce(d -> 'customFields', '{}')
	  FROM u
	 WHERE c.id = u.id AND c.deleted_at IS NULL AND c.version = coalesce(u.version, c.version)
	RETURNING c.id, c.version;
END
$$;

CREATE OR REPLACE FUNCTION customers_batch(_updates jsonb, _lenient boolean,
                                           OUT updated int, OUT failed int, OUT items jsonb)
LANGUAGE sql
RETURN batch_run('customers', 'customers_change', 'customer_there', _updates, _lenient);

-- Notes about a customer and what was changed, in those merged into them too, the addresses masked for who may not
-- read them.  Of a merge the text is who came in.
CREATE OR REPLACE FUNCTION customer_timeline(_customer uuid)
RETURNS TABLE (key text, at timestamptz, kind text, action text, actor json, text text, before jsonb, after jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_masked CONSTANT text[] := CASE WHEN may('customers:read-contact') THEN '{}' ELSE '{email,phone}' END;
	_ids CONSTANT uuid[] := customer_family(_customer);
BEGIN
	RETURN QUERY
	SELECT t.key, t.at, t.kind, t.action,
	       (SELECT json_build_object('id', u.id, 'fullName', u.full_name) FROM users u WHERE u.id = t.actor),
	       t.text, audit_masked(t.before, _masked), audit_masked(t.after, _masked)
	  FROM (SELECT 'change-' || a.id AS key, a.at, 'change' AS kind,
	               CASE WHEN p.after ->> 'merged_into' IS NOT NULL THEN 'merged'
	                    WHEN p.before ->> 'merged_into' IS NOT NULL THEN 'unmerged'
	                    ELSE split_part(a.action, '.', 2) END AS action,
	               a.actor, CASE WHEN p.after ->> 'merged_into' IS NOT NULL AND a.resource_id <> _customer
	                             THEN (SELECT c.name FROM customers c WHERE c.id = a.resource_id) END AS text,
	               p.before, p.after
	          FROM audit a LEFT JOIN audit_payload p ON p.audit_id = a.id
	         WHERE a.resource_id = ANY (_ids) AND a.resource = 'customers'
	        UNION ALL
	        SELECT 'note-' || n.id, n.created_at, 'note', 'created', n.author_id, n.text, NULL, NULL
	          FROM customer_notes n WHERE n.customer_id = _customer AND n.deleted_at IS NULL) t;
END
$$;

-- The best of those that the caller may read, of the first few hundred found.
CREATE OR REPLACE FUNCTION search_customers(_caller uuid, _q text, _n int)
RETURNS TABLE (resource text, id uuid, title text, subtitle text, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, bureau, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	_contact CONSTANT boolean := may('customers:read-contact');
	_like CONSTANT text[] := search_patterns(_q);
	_word CONSTANT text := btrim(_like[1], '%');
	_short CONSTANT boolean := char_length(_word) < 3 AND octet_length(_word) > char_length(_word);
BEGIN
	IF _caller IS DISTINCT FROM actor() OR NOT may('customers:read') THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT 'customers', f.id, f.name,
	       CASE WHEN _contact THEN concat_ws(' · ', f.company, f.email) ELSE f.company END,
	       search_rank(_q, f.name)
	  FROM (SELECT c.id, c.name, c.company, c.email FROM customers c
	         WHERE NOT _short AND c.deleted_at IS NULL AND c.search LIKE _like[1] AND c.search LIKE ALL (_like)
	           AND (_contact OR customer_text(c.name, c.company, c.tags) LIKE ALL (_like))
	        UNION ALL
	        SELECT c.id, c.name, c.company, c.email FROM customers c
	         WHERE _short AND c.deleted_at IS NULL AND octet_length(c.search) <> char_length(c.search)
	           AND short_grams(c.search) @> ARRAY[_word] AND c.search LIKE ALL (_like)
	           AND (_contact OR customer_text(c.name, c.company, c.tags) LIKE ALL (_like))
	         LIMIT 300) f
	 ORDER BY 5 DESC, f.name, f.id LIMIT _n;
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
CREATE OR REPLACE TRIGGER customer_notes_rules BEFORE INSERT ON customer_notes
	FOR EACH ROW EXECUTE FUNCTION customer_notes_rules();
CREATE OR REPLACE TRIGGER customer_notes_active AFTER INSERT ON customer_notes
	FOR EACH ROW EXECUTE FUNCTION customer_notes_active();
