-- SPDX-License-Identifier: ISC
--
-- Customers that are the same: likely ones, merging, undoing it.  And what a person may ask of
-- who keeps data of them: to be told all of it, and to be forgotten.

SET search_path = bureau, public;

-- The customer, and all who were merged into them.
CREATE OR REPLACE FUNCTION customer_family(_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN ARRAY(WITH RECURSIVE f (id) AS (
		VALUES (_id) UNION SELECT c.id FROM customers c JOIN f ON c.merged_into = f.id)
		SELECT id FROM f);
END
$$;

-- --- the same? --------------------------------------------------------------------------------

-- Live customers that what is being entered may be, the likeliest first: by number, address, or a
-- name that sounds alike.  Each way has an index.
CREATE OR REPLACE FUNCTION customer_duplicates(_name text, _phone text, _email text)
RETURNS TABLE (id uuid, score numeric, reasons text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_c customers;
	_words text;
BEGIN
	IF coalesce(_phone, _email) IS NOT NULL THEN
		PERFORM needs('customers:read-contact', 'phone or e-mail');
	END IF;
	_c.name := _name;
	_c.phone := _phone;
	_c.email := _email;
	_c := customer_tidy(_c);
	_words := nullif(lower(_c.name), '');
	RETURN QUERY
	SELECT f.id, max(f.score), array_agg(f.reason ORDER BY f.score DESC)
	  FROM ((SELECT c.id, 1.00 AS score, 'phone' AS reason FROM customers c
	          WHERE c.phone = _c.phone AND c.deleted_at IS NULL LIMIT 20)
	        UNION ALL
	        (SELECT c.id, 0.95, 'email' FROM customers c
	          WHERE c.email = _c.email AND c.deleted_at IS NULL LIMIT 20)
	        UNION ALL
	        (SELECT n.id, round(0.9 * n.alike::numeric, 2), 'name'
	           FROM (SELECT c.id, public.similarity(lower(c.name), _words) AS alike FROM customers c
	                  WHERE _words OPERATOR(public.<%) c.search AND c.deleted_at IS NULL LIMIT 500) n
	          WHERE n.alike >= 0.5)) f
	 GROUP BY f.id ORDER BY max(f.score) DESC, f.id LIMIT 10;
END
$$;

-- --- merging ----------------------------------------------------------------------------------

-- What who stays has after the merge, of the columns that change: what they lack is taken from the
-- first of the others that has it; _keep says of a field whose is kept.
CREATE OR REPLACE FUNCTION merge_changes(_stays jsonb, _others jsonb, _keep jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_names CONSTANT jsonb := '{"name": "name", "email": "email", "phone": "phone", "company": "company",
		"status": "status", "ownerId": "owner_id"}';
	_after jsonb := '{}';
	_from jsonb;
	_field text;
	_column text;
BEGIN
	FOR _field IN SELECT jsonb_object_keys(_keep) EXCEPT SELECT jsonb_object_keys(_names) LOOP
		PERFORM refuse('U2001', 'keep.' || left(_field, 100),
			'There are: name, email, phone (with its country), company, status, ownerId.');
	END LOOP;
	FOR _field, _column IN SELECT n.key, n.value FROM jsonb_each_text(_names) n LOOP
		IF _keep ? _field THEN
			SELECT o INTO _from FROM jsonb_array_elements(_others || _stays) o WHERE o -> 'id' = _keep -> _field;
			IF NOT FOUND THEN
				PERFORM refuse('U2001', 'keep.' || _field, 'It must be the id of one of them.');
			END IF;
		ELSE
			SELECT o INTO _from FROM jsonb_array_elements(_stays || _others) WITH ORDINALITY e (o, n)
			 WHERE o -> _column <> 'null' ORDER BY n LIMIT 1;
			CONTINUE WHEN NOT FOUND;
		END IF;
		_after := _after || jsonb_build_object(_column, _from -> _column);
		IF _column = 'phone' THEN
			_after := _after || jsonb_build_object('country_code', _from -> 'country_code');
		END IF;
	END LOOP;
	_after := _after || jsonb_build_object(
		'tags', (SELECT coalesce(jsonb_agg(t ORDER BY n), '[]')
		           FROM (SELECT t, min(row_number) AS n
		                   FROM (SELECT t, row_number() OVER () FROM jsonb_array_elements(_stays || _others) o,
		                                jsonb_array_elements(o -> 'tags') t) x GROUP BY t) y),
		'custom_fields', (SELECT coalesce(jsonb_object_agg(f.key, f.value ORDER BY n DESC), '{}')
		                    FROM jsonb_array_elements(_stays || _others) WITH ORDINALITY e (o, n),
		                         jsonb_each(o -> 'custom_fields') f));
	RETURN (SELECT coalesce(jsonb_object_agg(a.key, a.value), '{}') FROM jsonb_each(_after) a
	         WHERE a.value IS DISTINCT FROM _stays -> a.key);
END
$$;

-- Sets the columns that _values has, of one customer.
CREATE OR REPLACE FUNCTION customer_set(_id uuid, _values jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE customers c
	   SET (name, email, phone, country_code, company, status, owner_id, tags, custom_fields) =
	       (SELECT p.name, p.email, p.phone, p.country_code, p.company, p.status, p.owner_id, p.tags,
	               p.custom_fields FROM jsonb_populate_record(c, _values) p)
	 WHERE c.id = _id AND _values <> '{}';
END
$$;

-- Makes _others part of _id: what is lacking there is taken over, notes and groups move, and they
-- themselves are deleted.  What was is kept, so that it can be undone.
CREATE OR REPLACE FUNCTION customer_merge(_id uuid, _others uuid[], _keep jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_rows jsonb;
	_stays customers;
	_after jsonb;
	_notes jsonb;
	_members uuid[];
	_merge uuid;
BEGIN
	IF _id = ANY (_others) OR cardinality(_others) > (SELECT count(DISTINCT o) FROM unnest(_others) o) THEN
		PERFORM refuse('U2001', 'otherIds', 'Each must be another customer.');
	END IF;
	-- In one order, whoever merges whom.
	PERFORM FROM customers c WHERE c.id = ANY (_others || _id) ORDER BY c.id FOR UPDATE;
	SELECT c.* INTO _stays FROM customers c WHERE c.id = _id;
	SELECT jsonb_agg(to_jsonb(c) ORDER BY array_position(_others, c.id)) INTO _rows
	  FROM customers c WHERE c.id = ANY (_others) AND c.deleted_at IS NULL AND c.anonymised_at IS NULL;
	PERFORM customer_there(_id);
	IF _stays.anonymised_at IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, 'It has been anonymised.');
	ELSIF coalesce(jsonb_array_length(_rows), 0) < cardinality(_others) THEN
		PERFORM refuse('U2001', 'otherIds', 'One of them is not there, deleted or anonymised.');
	END IF;
	_after := merge_changes(to_jsonb(_stays), _rows, coalesce(_keep, '{}'));

	UPDATE customers SET deleted_at = now(), merged_into = _id WHERE id = ANY (_others);
	PERFORM customer_set(_id, _after);
	UPDATE customers c SET last_activity_at = greatest(c.last_activity_at, (
		SELECT max(o.last_activity_at) FROM customers o WHERE o.id = ANY (_others))) WHERE c.id = _id;
	SELECT coalesce(jsonb_object_agg(n.id, n.customer_id), '{}') INTO _notes
	  FROM customer_notes n WHERE n.customer_id = ANY (_others);
	UPDATE customer_notes SET customer_id = _id WHERE customer_id = ANY (_others);
	WITH came AS (
		INSERT INTO customer_group_members (group_id, customer_id)
		SELECT DISTINCT m.group_id, _id FROM customer_group_members m
		  JOIN customer_groups g ON g.id = m.group_id AND g.deleted_at IS NULL
		 WHERE m.customer_id = ANY (_others) AND m.deleted_at IS NULL
		    ON CONFLICT (customer_id, group_id) WHERE deleted_at IS NULL DO NOTHING
		RETURNING id)
	SELECT array_agg(id) INTO _members FROM came;
	INSERT INTO customer_merges (customer_id, other_ids, before, after, notes, members)
	SELECT _id, _others, coalesce(jsonb_object_agg(k, to_jsonb(_stays) -> k), '{}'), _after, _notes,
	       coalesce(_members, '{}')
	  FROM jsonb_object_keys(_after) k
	RETURNING id INTO _merge;
	RETURN _merge;
END
$$;

-- Takes them apart again.  What was changed since at who stayed, stays.
CREATE OR REPLACE FUNCTION customer_unmerge(_merge uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_m customer_merges;
	_stays customers;
BEGIN
	SELECT m.* INTO _m FROM customer_merges m WHERE m.id = _merge FOR UPDATE;
	PERFORM FROM customers c WHERE c.id = ANY (_m.other_ids || _m.customer_id) ORDER BY c.id FOR UPDATE;
	SELECT c.* INTO _stays FROM customers c WHERE c.id = _m.customer_id;
	PERFORM there_or(_merge, CASE WHEN _m.id IS NOT NULL THEN false END, '');
	IF _m.undone_at IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, 'It has been undone already.');
	ELSIF _stays.anonymised_at IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, 'The customer has been anonymised; that cannot be undone.');
	ELSIF _stays.deleted_at IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, CASE WHEN _stays.merged_into IS NULL
			THEN 'The customer has been deleted; restore it first.'
			ELSE 'The customer has been merged into another since; undo that first.' END);
	END IF;
	PERFORM customer_set(_stays.id, (
		SELECT coalesce(jsonb_object_agg(a.key, _m.before -> a.key), '{}') FROM jsonb_each(_m.after) a
		 WHERE to_jsonb(_stays) -> a.key = a.value));
	UPDATE customers SET deleted_at = NULL, merged_into = NULL
	 WHERE id = ANY (_m.other_ids) AND merged_into = _stays.id;
	UPDATE customer_notes n SET customer_id = (_m.notes ->> n.id::text)::uuid
	 WHERE n.customer_id = _stays.id AND _m.notes ? n.id::text;
	UPDATE customer_group_members SET deleted_at = now() WHERE id = ANY (_m.members) AND deleted_at IS NULL;
	UPDATE customer_merges SET undone_at = now() WHERE id = _merge;
	RETURN _merge;
END
$$;

-- --- a person's own data ------------------------------------------------------------------------

-- Everything there is about one customer, those merged into them and deleted ones too; null: there
-- is nobody.
CREATE OR REPLACE FUNCTION customer_everything(_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_ids CONSTANT uuid[] := customer_family(_id);
	_notes CONSTANT uuid[] := ARRAY(SELECT n.id FROM customer_notes n WHERE n.customer_id = ANY (_ids));
BEGIN
	PERFORM needs('customers:export', 'export'), needs('customers:read-contact', 'phone and e-mail');
	RETURN (SELECT jsonb_build_object('exportedAt', ts(now()),
		'customer', to_jsonb(c) - '{search,merged_into}'::text[],
		'mergedFrom', (SELECT coalesce(jsonb_agg(to_jsonb(o) - 'search' ORDER BY o.created_at), '[]')
		                 FROM customers o WHERE o.id = ANY (_ids) AND o.id <> _id),
		'groups', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name,
		                  'since', ts(m.created_at), 'until', ts(m.deleted_at)) ORDER BY m.id), '[]')
		             FROM customer_group_members m JOIN customer_groups g ON g.id = m.group_id
		            WHERE m.customer_id = ANY (_ids)),
		'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'author', u.full_name,
		                 'text', n.text, 'createdAt', ts(n.created_at), 'deletedAt', ts(n.deleted_at))
		                 ORDER BY n.created_at), '[]')
		            FROM customer_notes n JOIN users u ON u.id = n.author_id WHERE n.id = ANY (_notes)),
		'merges', (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.created_at), '[]')
		             FROM customer_merges m WHERE m.customer_id = ANY (_ids) OR m.other_ids && _ids),
		'history', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', ts(a.at), 'action', a.action,
		                   'actor', a.actor, 'before', p.before, 'after', p.after) ORDER BY a.id), '[]')
		              FROM audit a JOIN audit_payload p ON p.audit_id = a.id
		             WHERE a.resource_id = ANY (_ids || _notes)))
		  FROM customers c WHERE c.id = _id);
END
$$;

-- Audit rows of these resources, with what names a person masked.
CREATE OR REPLACE FUNCTION anonymise_history(_resource text, _ids uuid[], _members text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_rows CONSTANT bigint[] := ARRAY(SELECT a.id FROM audit a JOIN audit_payload p ON p.audit_id = a.id
	                                  WHERE a.resource_id = ANY (_ids) AND a.resource = _resource
	                                    AND (p.before ?| _members OR p.after ?| _members));
BEGIN
	IF _rows <> '{}' THEN
		PERFORM audit_redact(_rows, _members);
	END IF;
END
$$;

-- Of a line that could not be read there are its cells alone; to look through those of all imports takes
-- seconds, so it is a job, which names address and number in its secret.
CREATE OR REPLACE FUNCTION job_customers_forget(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	DELETE FROM import_rows r USING (SELECT x.import_id, x.line, array_to_string(x.cells, '|') AS text FROM import_rows x) w
	 WHERE r.import_id = w.import_id AND r.line = w.line
	   AND (EXISTS (SELECT FROM jsonb_array_elements_text(nullif(_args -> 'emails', 'null')) e
	                 WHERE strpos(lower(w.text), e) > 0)
	     OR EXISTS (SELECT FROM jsonb_array_elements_text(nullif(_args -> 'phones', 'null')) p
	                 WHERE strpos(translate(w.text, ' ().·/-', ''), p) > 0));
	RETURN NULL;
END
$$;

-- Forgets who a customer was, for good: name, contact, notes and what the history says of them.
-- Status, country and times stay, so that numbers do not change.
CREATE OR REPLACE FUNCTION customer_anonymise(_id uuid, _confirm text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_ids uuid[];
	_notes uuid[];
	_merges uuid[];
	_c customers;
BEGIN
	-- Whoever merges, or writes a note, is done or waits: then it is known who and what there is.
	SELECT c.* INTO _c FROM customers c WHERE c.id = _id FOR UPDATE;
	_ids := customer_family(_id);
	PERFORM FROM customers c WHERE c.id = ANY (_ids) ORDER BY c.id FOR UPDATE;
	_notes := ARRAY(SELECT n.id FROM customer_notes n WHERE n.customer_id = ANY (_ids));
	_merges := ARRAY(SELECT m.id FROM customer_merges m WHERE m.customer_id = ANY (_ids) OR m.other_ids && _ids);
	PERFORM there_or(_id, CASE WHEN _c.id IS NOT NULL AND (_c.deleted_at IS NULL
		OR may('customers:delete')) THEN false END, '');
	IF _c.anonymised_at IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, 'It has been anonymised already.');
	ELSIF _c.merged_into IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, format('It was merged into %s; anonymise that one.', _c.merged_into));
	ELSIF _confirm <> _c.name THEN
		PERFORM refuse('U2001', 'confirm', 'Say the customer''s name, letter by letter, to confirm: this cannot be undone.');
	END IF;
	DELETE FROM import_rows r USING customers c
	 WHERE c.id = ANY (_ids) AND (r.target = c.id OR r.phone = c.phone OR r.email = c.email);
	PERFORM job_add('customers.forget', '{}', _secret => (
		SELECT jsonb_build_object('emails', jsonb_agg(c.email) FILTER (WHERE c.email IS NOT NULL),
		                          'phones', jsonb_agg(c.phone) FILTER (WHERE c.phone IS NOT NULL))
		  FROM customers c WHERE c.id = ANY (_ids)));
	UPDATE customer_group_members SET deleted_at = now() WHERE customer_id = ANY (_ids) AND deleted_at IS NULL;
	UPDATE customer_notes SET text = 'Anonymised' WHERE id = ANY (_notes);
	UPDATE customer_merges SET before = '{}', after = '{}' WHERE id = ANY (_merges);
	UPDATE customers
	   SET name = 'Anonymised', email = NULL, phone = NULL, company = NULL, tags = '{}', custom_fields = '{}',
	       anonymised_at = now()
	 WHERE id = ANY (_ids);
	PERFORM audit_note('customers.anonymised', 'customers', _id, NULL),
	        anonymise_history('customers', _ids, '{name,email,phone,company,tags,custom_fields}'),
	        anonymise_history('customer-notes', _notes, '{text}'),
	        anonymise_history('customer-merges', _merges, '{before,after}');
	RETURN _id;
END
$$;
