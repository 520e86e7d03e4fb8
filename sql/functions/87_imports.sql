-- SPDX-License-Identifier: ISC
--
-- Imports of customers.  The responder opens one, COPYs the lines of the file into import_rows
-- and starts it, in one transaction.  The job customers.import then goes step by step, each a
-- transaction and a job of its own, so that progress is seen: the lines are checked some
-- thousand at a time; the last step judges duplicates and writes all rows, or none.
--
-- What a row may be is asked of the functions that calls are held to (86_customers.sql).

SET search_path = bureau, public;

-- --- the upload ---------------------------------------------------------------------------

-- Begins one; what is COPYed in this transaction belongs to it.  Three of one person may be under way.
CREATE OR REPLACE FUNCTION import_open() RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id uuid;
BEGIN
	IF (SELECT count(*) FROM imports i JOIN jobs j ON j.id = i.job_id
	     WHERE i.owner_id = actor() AND i.state = 'checking' AND j.state IN ('queued', 'running')) >= 3 THEN
		PERFORM refuse('U5004', NULL, 'Three of your imports are under way; let one of them end first.');
	END IF;
	INSERT INTO imports DEFAULT VALUES RETURNING id INTO _id;
	PERFORM set_config('bureau.import', _id::text, true),
	        set_config('statement_timeout', '600000', true);
	RETURN _id;
END
$$;

-- Trigger, per statement: lines come in while it is loading, from who opened it.
CREATE OR REPLACE FUNCTION import_rows_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM came c WHERE c.import_id IS DISTINCT FROM (
	               SELECT i.id FROM imports i
	                WHERE i.id = nullif(current_setting('bureau.import', true), '')::uuid
	                  AND i.state = 'loading' AND i.owner_id = actor())) THEN
		RAISE EXCEPTION 'no import is open' USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER import_rows_rules AFTER INSERT ON import_rows
	REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION import_rows_rules();

-- What is in cells helps no plan, and to count it took seconds where many lines of others were kept.
ALTER TABLE import_rows ALTER COLUMN cells SET STATISTICS 0;

-- The number of each field's column, by what the client says: {"name": "Full name", …}; or, where
-- it says nothing, by the columns that are called like fields.
CREATE OR REPLACE FUNCTION import_columns(_header text[], _mapping jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_fields CONSTANT text[] := '{name,email,phone,countryCode,company,status,ownerId,tags,customFields}';
	_columns jsonb;
	_field text;
	_column text;
BEGIN
	IF _mapping IS NULL THEN
		SELECT jsonb_object_agg(f, n) INTO _columns
		  FROM (SELECT DISTINCT ON (f) f, n
		          FROM unnest(_header) WITH ORDINALITY h (text, n),
		               LATERAL (SELECT x FROM unnest(_fields) x
		                         WHERE lower(x) = regexp_replace(lower(h.text), '[ _-]', '', 'g')
		                        UNION ALL
		                        SELECT h.text WHERE h.text ~ '^customFields\..') f (f)
		         ORDER BY f, n) c;
	ELSIF jsonb_typeof(_mapping) <> 'object' THEN
		PERFORM refuse('U2001', 'mapping', 'It must be an object, {"name": "a column of the file", …}.');
	ELSE
		_columns := '{}';
		FOR _field, _column IN SELECT m.key, m.value FROM jsonb_each_text(_mapping) m LOOP
			IF _field <> ALL (_fields) AND _field !~ '^customFields\..' THEN
				PERFORM refuse('U2001', 'mapping.' || left(_field, 100), 'This is no field of a customer; there are: '
					|| array_to_string(_fields, ', ') || ', customFields.NAME.');
			ELSIF _column IS NULL OR _column <> ALL (_header) THEN
				PERFORM refuse('U2001', 'mapping.' || left(_field, 100),
					format('The file has no column "%s".', left(_column, 100)));
			END IF;
			_columns := _columns || jsonb_build_object(_field, array_position(_header, _column));
		END LOOP;
	END IF;
	IF NOT coalesce(_columns ? 'name', false) THEN
		PERFORM refuse('U2001', 'mapping.name', 'No column of the file is the name; say in mapping which is.');
	END IF;
	RETURN _columns;
END
$$;

-- The permissions that an import needs besides customers:import, each with its field and, for who lacks
-- it, why.
DROP FUNCTION IF EXISTS import_needs(text, text, uuid);
CREATE OR REPLACE FUNCTION import_needs(_duplicates text, _match_by text, _group uuid, _dry_run boolean)
RETURNS TABLE (permission text, field text, why text)
LANGUAGE plpgsql IMMUTABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT n.permission, n.field, n.why
	  FROM (VALUES (_duplicates = 'update', 'customers:update', 'duplicates',
	                'You may not change customers; skip duplicates, or let them fail.'),
	               (_match_by = 'email' OR _duplicates <> 'fail' OR _dry_run, 'customers:read-contact', 'phone or e-mail',
	                'You may not look things up by phone or e-mail.'),
	               (_group IS NOT NULL, 'customer-groups:manage-members', 'groupId',
	                'You may not put customers into groups.')) n (is_needed, permission, field, why)
	 WHERE n.is_needed;
END
$$;

-- The lines are in: the first is the header.
CREATE OR REPLACE FUNCTION import_start(_mapping text, _duplicates text, _match_by text, _group uuid,
                                        _dry_run boolean) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id CONSTANT uuid := current_setting('bureau.import')::uuid;
	_header text[];
	_json jsonb;
	_count bigint;
	_lack record;
BEGIN
	SELECT n.* INTO _lack FROM import_needs(_duplicates, _match_by, _group, _dry_run) n WHERE NOT may(n.permission) LIMIT 1;
	IF FOUND THEN
		PERFORM refuse('U1005', _lack.field, _lack.why);
	END IF;
	IF _group IS NOT NULL AND NOT EXISTS (SELECT FROM customer_groups g
	                                          WHERE g.id = _group AND g.deleted_at IS NULL) THEN
		PERFORM refuse('U2001', 'groupId', 'There is no such group.');
	END IF;
	DELETE FROM import_rows r
	 WHERE r.import_id = _id AND r.line = (SELECT min(x.line) FROM import_rows x WHERE x.import_id = _id)
	RETURNING r.cells INTO _header;
	SELECT count(*) INTO _count FROM import_rows r WHERE r.import_id = _id;
	IF _count = 0 THEN
		PERFORM refuse('U2001', 'file', 'It has no line behind the header.');
	END IF;
	BEGIN
		_json := _mapping::jsonb;
	EXCEPTION WHEN data_exception OR statement_too_complex THEN
		PERFORM refuse('U2001', 'mapping', 'It is not JSON.');
	END;
	UPDATE imports i
	   SET header = _header, columns = import_columns(_header, _json), rows_count = _count,
	       duplicates = coalesce(_duplicates, i.duplicates), match_by = coalesce(_match_by, i.match_by),
	       group_id = _group, dry_run = coalesce(_dry_run, false), state = 'checking',
	       job_id = job_add('customers.import', jsonb_build_object('import', _id))
	 WHERE i.id = _id;
	PERFORM audit_note(CASE WHEN _dry_run THEN 'customers.import-tried' ELSE 'customers.import-started' END,
		'imports', _id, jsonb_build_object('rows', _count));
	RETURN _id;
END
$$;

-- --- checking lines -------------------------------------------------------------------------

-- A cell as it was meant: without the apostrophe that exports put before what a spreadsheet would
-- take for a formula; null where nothing is in it.
CREATE OR REPLACE FUNCTION import_cell(_cell text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(btrim(CASE WHEN _cell IS NFC NORMALIZED THEN regexp_replace(_cell, '^''(?=''*[=+@\t\r＝＋－＠-])', '')
                         ELSE normalize(regexp_replace(_cell, '^''(?=''*[=+@\t\r＝＋－＠-])', ''), NFC) END, E' \t'), '');

CREATE OR REPLACE FUNCTION import_json(_cell text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN CASE WHEN jsonb_typeof(_cell::jsonb) = 'object' THEN _cell::jsonb END;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END
$$;

-- A cell as the value of a custom field of this type; what does not fit stays a text, for
-- custom_fault() to judge.
CREATE OR REPLACE FUNCTION import_custom(_cell text, _def jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN _def ->> 'type' = 'number' AND _cell ~ '^-?[0-9]{1,15}(\.[0-9]{1,15})?$' THEN to_jsonb(_cell::numeric)
	WHEN _def ->> 'type' = 'boolean' AND lower(_cell) IN ('true', 'yes', '1') THEN 'true'::jsonb
	WHEN _def ->> 'type' = 'boolean' AND lower(_cell) IN ('false', 'no', '0') THEN 'false'::jsonb
	WHEN _def ->> 'type' = 'list' AND strpos(_cell, ';') > 0 THEN to_jsonb(regexp_split_to_array(_cell, ' *; *'))
	ELSE to_jsonb(_cell) END;

-- One line, read and judged by itself: _fields are in the columns _at.
CREATE OR REPLACE FUNCTION import_read(INOUT _r import_rows, _width int, _fields text[], _at int[], _defs jsonb)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	_unseen CONSTANT text := '[\u0001-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]';
	_line CONSTANT text := array_to_string(_r.cells, '|');
	-- Most have nothing that is to be looked at cell by cell.
	_plain CONSTANT boolean := _line !~ ('(^|\|)''|' || _unseen) AND _line IS NFC NORMALIZED;
	_c customers;
	_field text;
	_cell text;
	_custom jsonb := '{}';
BEGIN
	_r.faults := '[]';
	IF cardinality(_r.cells) <> _width THEN
		_r.faults := _r.faults || fault('', 2001, format('The line has %s cells, and the first line %s.',
			cardinality(_r.cells), _width));
		RETURN;
	END IF;
	FOR _n IN 1 .. cardinality(_fields) LOOP
		_field := _fields[_n];
		_cell := _r.cells[_at[_n]];
		IF _plain THEN
			_cell := btrim(_cell);
		ELSE
			_cell := import_cell(_cell);
		END IF;
		CONTINUE WHEN _cell IS NULL OR _cell = '';
		IF NOT _plain AND _cell ~ _unseen THEN
			_r.faults := _r.faults || fault(_field, 2004, 'It must be one line, without characters that cannot be seen.');
			CONTINUE;
		END IF;
		CASE _field
		WHEN 'name' THEN _c.name := _cell;
		WHEN 'email' THEN _c.email := _cell;
		WHEN 'phone' THEN _c.phone := _cell;
		WHEN 'countryCode' THEN _c.country_code := _cell;
		WHEN 'company' THEN _c.company := _cell;
		WHEN 'status' THEN _c.status := lower(_cell);
		WHEN 'tags' THEN
			_c.tags := ARRAY(SELECT btrim(t) FROM unnest(string_to_array(_cell, ';')) t WHERE btrim(t) <> '');
			IF EXISTS (SELECT FROM unnest(_c.tags) t WHERE char_length(t) > 50) THEN
				_r.faults := _r.faults || fault('tags', 2001, 'A tag may have at most 50 characters.');
			END IF;
		WHEN 'ownerId' THEN
			IF _cell ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
				_c.owner_id := _cell;
			ELSE
				_r.faults := _r.faults || fault('ownerId', 2004, 'It is not an id.');
			END IF;
		WHEN 'customFields' THEN
			_custom := import_json(_cell) || _custom;
			IF _custom IS NULL THEN
				_custom := '{}';
				_r.faults := _r.faults || fault('customFields', 2004, 'It is not a JSON object.');
			END IF;
		ELSE
			_field := substr(_field, 14);
			_custom := _custom || jsonb_build_object(_field, import_custom(_cell,
				(SELECT d FROM jsonb_array_elements(_defs) d WHERE d ->> 'name' = _field)));
		END CASE;
	END LOOP;
	_c.tags := coalesce(_c.tags, '{}');
	_c := customer_tidy(_c);
	-- A cell that could not be read is not said to be empty, too.
	_r.faults := _r.faults || CASE WHEN _r.faults = '[]' THEN customer_faults(_c)
		ELSE coalesce((SELECT jsonb_agg(f) FROM jsonb_array_elements(customer_faults(_c)) f
		                WHERE NOT _r.faults @> jsonb_build_array(jsonb_build_object('field', f -> 'field'))), '[]') END;
	IF _custom <> '{}' OR _defs <> '[]' THEN
		_custom := jsonb_strip_nulls(_custom);
		_r.faults := _r.faults || custom_faults(_custom, _defs);
	END IF;
	_r.name := _c.name;
	_r.email := _c.email;
	_r.phone := _c.phone;
	_r.country_code := _c.country_code;
	_r.company := _c.company;
	_r.status := _c.status;
	_r.owner_id := _c.owner_id;
	_r.tags := _c.tags;
	_r.custom_fields := _custom;
END
$$;

-- The next lines, and how far it has come.
CREATE OR REPLACE FUNCTION import_check(_i imports, _count int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_fields CONSTANT text[] := ARRAY(SELECT e.key FROM jsonb_each(_i.columns) e ORDER BY e.key);
	_at CONSTANT int[] := ARRAY(SELECT e.value::int FROM jsonb_each(_i.columns) e ORDER BY e.key);
	_defs CONSTANT jsonb := coalesce((SELECT g.custom_fields FROM customer_groups g WHERE g.id = _i.group_id), '[]');
	_last CONSTANT int := (SELECT max(x.line) FROM (
		SELECT r.line FROM import_rows r WHERE r.import_id = _i.id AND r.line > _i.checked
		 ORDER BY r.line LIMIT _count) x);
BEGIN
	UPDATE import_rows r
	   SET (name, email, phone, country_code, company, status, owner_id, tags, custom_fields, faults, verdict) =
	       (SELECT n.name, n.email, n.phone, n.country_code, n.company, n.status, n.owner_id, n.tags,
	               n.custom_fields, n.faults, CASE WHEN n.faults <> '[]' THEN 'bad' END
	          FROM import_read(r, cardinality(_i.header), _fields, _at, _defs) n)
	 WHERE r.import_id = _i.id AND r.line > _i.checked AND r.line <= _last;
	UPDATE imports SET checked = _last WHERE id = _i.id;
	PERFORM import_told(_i, 80 * (SELECT count(*) FROM import_rows r
	                               WHERE r.import_id = _i.id AND r.line <= _last) / _i.rows_count);
END
$$;

CREATE OR REPLACE FUNCTION import_told(_i imports, _percent bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE imports SET progress = _percent WHERE id = _i.id;
	PERFORM event_tell(ARRAY['user:' || _i.owner_id], 'jobProgress', 'imports', _i.id,
		jsonb_build_object('id', _i.id, 'progress', _percent));
END
$$;

-- --- the last step ----------------------------------------------------------------------------

-- Lines of those named are bad for this reason.
CREATE OR REPLACE FUNCTION import_blame(_import uuid, _lines int[], _fault jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE import_rows SET verdict = 'bad', faults = faults || _fault
	 WHERE import_id = _import AND line = ANY (_lines);
END
$$;

-- What the lines say of one another, and of who is there: one statement a rule.
CREATE OR REPLACE FUNCTION import_judge(_i imports) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_by_phone CONSTANT boolean := _i.match_by = 'phone';
	_again CONSTANT text := CASE WHEN _i.duplicates = 'skip' THEN 'skip' ELSE 'bad' END;
BEGIN
	-- Whoever looks after them is there.
	PERFORM import_blame(_i.id, ARRAY(
		SELECT r.line FROM import_rows r
		 WHERE r.import_id = _i.id AND r.owner_id IS NOT NULL AND NOT EXISTS (
		       SELECT FROM users u WHERE u.id = r.owner_id AND u.is_active AND u.deleted_at IS NULL)),
		fault('ownerId', 2001, 'There is nobody by this id who has access.'));

	-- Twice in the file: the first counts.
	UPDATE import_rows r
	   SET verdict = _again, faults = CASE WHEN _again = 'bad' THEN r.faults || fault(_i.match_by, 3002,
	       format('Line %s has the same.', d.first)) ELSE r.faults END
	  FROM (SELECT x.line, first_value(x.line) OVER (
	               PARTITION BY CASE WHEN _by_phone THEN x.phone ELSE x.email END,
	                            CASE WHEN _by_phone THEN x.country_code END ORDER BY x.line) AS first
	          FROM import_rows x
	         WHERE x.import_id = _i.id AND x.verdict IS NULL
	           AND CASE WHEN _by_phone THEN x.phone ELSE x.email END IS NOT NULL) d
	 WHERE r.import_id = _i.id AND r.line = d.line AND d.line <> d.first;

	-- There already.
	UPDATE import_rows r
	   SET target = CASE WHEN c.n = 1 THEN c.id END,
	       verdict = CASE WHEN _i.duplicates = 'skip' THEN 'skip'
	                      WHEN _i.duplicates = 'update' AND c.n = 1 THEN 'update' ELSE 'bad' END,
	       faults = CASE WHEN _i.duplicates = 'skip' OR _i.duplicates = 'update' AND c.n = 1 THEN r.faults
	                     WHEN c.n > 1 THEN r.faults || fault(_i.match_by, 3002, 'Several customers have it already.')
	                     ELSE r.faults || fault(_i.match_by, 3002, 'A customer has it already.') END
	  FROM (SELECT x.line, min(c.id::text)::uuid AS id, count(*) AS n
	          FROM import_rows x JOIN customers c ON c.deleted_at IS NULL
	           AND CASE WHEN _by_phone THEN c.phone = x.phone AND c.country_code IS NOT DISTINCT FROM x.country_code
	                    ELSE c.email = x.email END
	         WHERE x.import_id = _i.id AND x.verdict IS NULL
	         GROUP BY x.line) c
	 WHERE r.import_id = _i.id AND r.line = c.line;

	-- Known by the address, a number must be nobody else's either; whose country has no column keeps theirs.
	IF NOT _by_phone THEN
		IF NOT _i.columns ? 'countryCode' THEN
			UPDATE import_rows r SET country_code = c.country_code
			  FROM customers c WHERE r.import_id = _i.id AND r.verdict = 'update' AND c.id = r.target;
		END IF;
		IF NOT _i.columns ? 'phone' THEN
			UPDATE import_rows r SET phone = c.phone
			  FROM customers c WHERE r.import_id = _i.id AND r.verdict = 'update' AND c.id = r.target;
		END IF;
		PERFORM import_blame(_i.id, ARRAY(
			SELECT d.line FROM (
				SELECT x.line, first_value(x.line) OVER (PARTITION BY x.phone, x.country_code ORDER BY x.line) AS first
				  FROM import_rows x
				 WHERE x.import_id = _i.id AND x.phone IS NOT NULL AND coalesce(x.verdict, 'update') = 'update') d
			 WHERE d.line <> d.first),
			fault('phone', 3002, 'A line before it has the same.'));
		PERFORM import_blame(_i.id, ARRAY(
			SELECT x.line FROM import_rows x JOIN customers c ON c.phone = x.phone AND c.deleted_at IS NULL
			   AND c.country_code IS NOT DISTINCT FROM x.country_code AND c.id IS DISTINCT FROM x.target
			 WHERE x.import_id = _i.id AND coalesce(x.verdict, 'update') = 'update'),
			fault('phone', 3002, 'Another customer has this phone number.'));
	END IF;

	-- The groups that who is changed is in already say what values may be, too.
	UPDATE import_rows r SET verdict = 'bad', faults = r.faults || j.faults
	  FROM (SELECT x.line, custom_faults(jsonb_strip_nulls(c.custom_fields || x.custom_fields), custom_definitions(c.id)) AS faults
	          FROM import_rows x JOIN customers c ON c.id = x.target
	         WHERE x.import_id = _i.id AND x.verdict = 'update' AND c.custom_fields <> c.custom_fields || x.custom_fields) j
	 WHERE r.import_id = _i.id AND r.line = j.line AND j.faults <> '[]';
	UPDATE import_rows SET verdict = 'new', target = uuid_v7()
	 WHERE import_id = _i.id AND verdict IS NULL;
END
$$;

-- Everything at once: what was judged good is there, or nothing is.
CREATE OR REPLACE FUNCTION import_write(_i imports) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_is_empty CONSTANT boolean := (SELECT c.reltuples < 10000 FROM pg_class c WHERE c.oid = 'customers'::regclass);
	_upto int;
BEGIN
	-- Where there are few customers, the planner finds any index as good as that of numbers, and the
	-- trigger would walk through all there are for each line: a thousand first, for it to see.
	FOREACH _upto IN ARRAY CASE WHEN _is_empty THEN '{1000,2147483647}'::int[] ELSE '{2147483647}' END LOOP
		INSERT INTO customers (id, name, email, phone, country_code, company, status, owner_id, tags, custom_fields)
		SELECT r.target, r.name, r.email, r.phone, r.country_code, r.company, coalesce(r.status, 'active'),
		       r.owner_id, r.tags, r.custom_fields
		  FROM import_rows r
		 WHERE r.import_id = _i.id AND r.verdict = 'new' AND r.line <= _upto
		   AND (_upto = 1000 OR NOT _is_empty OR r.line > 1000)
		 ORDER BY r.line;
		IF _upto = 1000 THEN
			ANALYZE customers;
		END IF;
	END LOOP;
	-- What has no column stays as it is.
	UPDATE customers c
	   SET name = r.name,
	       email = CASE WHEN _i.columns ? 'email' THEN r.email ELSE c.email END,
	       phone = CASE WHEN _i.columns ? 'phone' THEN r.phone ELSE c.phone END,
	       country_code = CASE WHEN _i.columns ? 'countryCode' THEN r.country_code ELSE c.country_code END,
	       company = CASE WHEN _i.columns ? 'company' THEN r.company ELSE c.company END,
	       status = coalesce(r.status, c.status),
	       owner_id = CASE WHEN _i.columns ? 'ownerId' THEN r.owner_id ELSE c.owner_id END,
	       tags = CASE WHEN _i.columns ? 'tags' THEN r.tags ELSE c.tags END,
	       custom_fields = c.custom_fields || r.custom_fields
	  FROM import_rows r
	 WHERE r.import_id = _i.id AND r.verdict = 'update' AND c.id = r.target;
	INSERT INTO customer_group_members (group_id, customer_id)
	SELECT _i.group_id, r.target FROM import_rows r
	 WHERE r.import_id = _i.id AND r.verdict IN ('new', 'update') AND _i.group_id IS NOT NULL
	 ORDER BY r.line
	    ON CONFLICT (customer_id, group_id) WHERE deleted_at IS NULL DO NOTHING;
END
$$;

CREATE OR REPLACE FUNCTION import_finish(_i imports) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM import_judge(_i);
	IF NOT _i.dry_run THEN
		PERFORM import_write(_i);
	END IF;
	UPDATE imports i
	   SET state = 'done', finished_at = clock_timestamp(), created_count = n.created,
	       updated_count = n.updated, skipped_count = n.skipped, failed_count = n.bad
	  FROM (SELECT count(*) FILTER (WHERE r.verdict = 'new') AS created,
	               count(*) FILTER (WHERE r.verdict = 'update') AS updated,
	               count(*) FILTER (WHERE r.verdict = 'skip') AS skipped,
	               count(*) FILTER (WHERE r.verdict = 'bad') AS bad
	          FROM import_rows r WHERE r.import_id = _i.id) n
	 WHERE i.id = _i.id RETURNING i.* INTO _i;
	PERFORM audit_note('customers.imported', 'imports', _i.id, jsonb_build_object('created', _i.created_count,
		'updated', _i.updated_count, 'skipped', _i.skipped_count, 'failed', _i.failed_count))
	  WHERE NOT _i.dry_run;
	DELETE FROM import_rows WHERE import_id = _i.id AND verdict <> 'bad';
	PERFORM import_told(_i, 100);
END
$$;

-- One step of it, as its owner: who was sent away meanwhile imports nothing.  (Triggers keep the plans
-- they made while there were few customers, and would read all of them for each line.)
CREATE OR REPLACE FUNCTION job_customers_import(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
DECLARE
	_i imports;
	_granted text[];
BEGIN
	SELECT i.* INTO _i FROM imports i WHERE i.id = (_args ->> 'import')::uuid AND i.state = 'checking' FOR UPDATE;
	IF _i.id IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT u.granted INTO _granted FROM users u
	 WHERE u.id = _i.owner_id AND u.is_active AND u.deleted_at IS NULL;
	IF NOT coalesce('customers:import' = ANY (_granted), false)
	   OR EXISTS (SELECT FROM import_needs(_i.duplicates, _i.match_by, _i.group_id, _i.dry_run) n
	               WHERE n.permission <> ALL (_granted)) THEN
		UPDATE imports SET state = 'failed', finished_at = clock_timestamp(),
		       cause = 'Whoever sent it may not import customers like this any more.' WHERE id = _i.id;
		DELETE FROM import_rows WHERE import_id = _i.id;
		RETURN NULL;
	END IF;
	PERFORM set_config('bureau.user', _i.owner_id::text, true), set_config('bureau.origin', _i.origin, true),
	        set_config('bureau.permissions', _granted::text, true);
	IF _i.checked = 0 THEN
		-- The planner has never seen these lines.
		ANALYZE import_rows;
	END IF;
	IF EXISTS (SELECT FROM import_rows r WHERE r.import_id = _i.id AND r.line > _i.checked) THEN
		PERFORM import_check(_i, 20000);
		UPDATE imports SET job_id = job_add('customers.import', _args) WHERE id = _i.id;
	ELSE
		PERFORM import_finish(_i);
	END IF;
	PERFORM set_config('bureau.user', '', true), set_config('bureau.origin', '', true),
	        set_config('bureau.permissions', '', true);
	RETURN NULL;
END
$$;

-- --- what its owner sees ----------------------------------------------------------------------

-- A line of CSV, with what spreadsheets would take for formulas made harmless.
CREATE OR REPLACE FUNCTION csv_line(_cells text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT string_agg('"' || replace(regexp_replace(coalesce(c, ''), '^(?=[=+@\t\r-])', ''''), '"', '""') || '"',
                          ',' ORDER BY n) || E'\r\n' FROM unnest(_cells) WITH ORDINALITY u (c, n));

DROP VIEW IF EXISTS own_imports;
CREATE VIEW own_imports WITH (security_barrier) AS
	SELECT i.id, CASE WHEN i.state = 'checking' AND j.state IN ('failed', 'cancelled') THEN j.state
	                  ELSE i.state END AS state,
	       i.progress, i.dry_run, i.duplicates, i.match_by, i.group_id, i.rows_count, i.created_count,
	       i.updated_count, i.skipped_count, i.failed_count, coalesce(i.cause,
	           CASE WHEN i.state = 'checking' AND j.state IN ('failed', 'cancelled')
	                THEN 'It was given up; nothing was imported.' END) AS cause,
	       i.created_at, i.finished_at, i.header
	  FROM imports i LEFT JOIN jobs j ON j.id = i.job_id
	 WHERE i.owner_id = actor();

DROP VIEW IF EXISTS own_import_errors;
CREATE VIEW own_import_errors WITH (security_barrier) AS
	SELECT r.import_id, r.line, r.faults, csv_line(ARRAY[r.line::text,
	           (SELECT string_agg(concat_ws(': ', nullif(f ->> 'field', ''), f ->> 'message'), ' ')
	              FROM jsonb_array_elements(r.faults) f)] || r.cells) AS text
	  FROM import_rows r JOIN imports i ON i.id = r.import_id
	 WHERE r.verdict = 'bad' AND i.state = 'done' AND i.owner_id = actor();
