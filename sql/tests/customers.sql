-- SPDX-License-Identifier: ISC
--
-- Customers and groups: what may be stored, by whatever way it comes, how fields at fault are
-- named, what groups demand and count, batches, who sees what.

\ir helpers.psql
SELECT plan(73);
SELECT pg_temp.people();
SELECT ok(pg_temp.call_as('chair@example.org') IS NOT NULL, 'as the chairperson:');

-- A customer, as SQLSTATE or as the columns that are told.
CREATE FUNCTION pg_temp.new(_columns text, _values text, _told text DEFAULT 'name') RETURNS text
LANGUAGE sql AS $$
	SELECT pg_temp.try_as('bureau_customers',
		format('INSERT INTO customers (name, %s) VALUES (''Ann'', %s) RETURNING %s', _columns, _values, _told))
$$;
-- The field that a statement is refused for.
CREATE FUNCTION pg_temp.field(_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	_field text;
	_detail text;
BEGIN
	EXECUTE _sql;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS _field = PG_EXCEPTION_HINT, _detail = PG_EXCEPTION_DETAIL;
	RETURN CASE WHEN _field = '*' THEN (SELECT string_agg(f ->> 'field', ',') FROM jsonb_array_elements(_detail::jsonb) f)
	            ELSE _field END;
END
$$;

-- Rows.
SELECT is(pg_temp.new('phone', $$'+49 (30) 12-34/56.7'$$, 'phone'), '+49301234567', 'a number is tidied');
SELECT is(pg_temp.new('phone', $$'0049301234567'$$, 'phone'), '+49301234567', 'two noughts are a plus');
SELECT is(pg_temp.new('email', $$' Ann@Example.ORG '$$, 'email'), 'ann@example.org', 'an address is folded');
SELECT is(pg_temp.new('country_code', $$'de'$$, 'country_code'), 'DE', 'a country is in capitals');
SELECT is(pg_temp.new('tags', $$'{b,a,b}'$$, 'tags::text'), '{b,a}', 'labels are there once');
SELECT is(pg_temp.new('company', $$' '$$, 'coalesce(company, ''-'')'), '-', 'what is empty is nothing');
SELECT is(pg_temp.new(c, v), s, format('%s = %s is refused', c, v))
  FROM (VALUES ('phone', $$'12345'$$, 'U2004'), ('phone', $$'+0123456789'$$, 'U2004'), ('phone', $$'+1234567890123456'$$, 'U2004'),
               ('email', $$'a@b'$$, 'U2004'), ('email', $$'a b@example.org'$$, 'U2004'), ('email', $$'a***@***.org'$$, 'U2004'), ('country_code', $$'XX'$$, 'U2004'),
               ('country_code', $$'D E'$$, 'U2004'), ('status', $$'odd'$$, 'U2004'), ('company', $$repeat('x', 201)$$, 'U2001'),
               ('tags', $$ARRAY['']$$, 'U2001'), ('owner_id', 'uuid_v7()', 'U2001'), ('custom_fields', $$'{"a": {}}'$$, 'U2001'),
               ('custom_fields', $$'{"a": [1]}'$$, 'U2001')) v (c, v, s);
SELECT is(pg_temp.field($$INSERT INTO customers (name, phone, country_code) VALUES ('', '1', 'XX')$$),
	'name,phone,countryCode', 'all fields at fault are named');
SELECT throws_ok($$INSERT INTO customers (name, search) OVERRIDING USER VALUE VALUES (NULL, '')$$, 'U2003', NULL, 'there is a name');
SET LOCAL session_replication_role = replica;
SELECT throws_ok($$INSERT INTO customers (name, phone) VALUES ('x', '1')$$, '23514', NULL, 'without triggers the check holds');
SET LOCAL session_replication_role = origin;

-- One number, one customer.
INSERT INTO customers (name, phone, country_code, email) VALUES ('Ann', '+49301111111', 'DE', 'ann@example.org');
SELECT id AS ann FROM customers WHERE name = 'Ann' \gset
SELECT is(pg_temp.new('phone, country_code', $$'+49301111111', 'DE'$$), 'U3002', 'a number is one customer''s');
SELECT is(pg_temp.new('phone, country_code', $$'+49301111111', 'FR'$$), 'Ann', 'in one country');
SELECT is(pg_temp.new('phone', $$'+49301111111'$$), 'Ann', 'no country is one more');
INSERT INTO customers (name, phone) VALUES ('Nowhere', '+49301111111');
SELECT is(pg_temp.new('phone', $$'+49301111111'$$), 'U3002', 'and only one');
SELECT throws_like($$INSERT INTO customers (name, phone) VALUES ('x', '+49301111111')$$, '%', 'it is refused');
UPDATE customers SET deleted_at = now() WHERE id = :'ann';
SELECT is(pg_temp.new('phone, country_code', $$'+49301111111', 'DE'$$), 'Ann', 'a deleted one gives it up');
INSERT INTO customers (name, phone, country_code) VALUES ('Heir', '+49301111111', 'DE');
SELECT is(pg_temp.try_as('bureau_customers', format('UPDATE customers SET deleted_at = NULL WHERE id = %L', :'ann')),
	'U3002', 'and does not come back to it');
UPDATE customers SET deleted_at = now() WHERE name = 'Heir';
UPDATE customers SET deleted_at = NULL WHERE id = :'ann';

-- What is looked in.
SELECT is((SELECT search FROM customers WHERE id = :'ann'), ' ann ann@example.org +49301111111', 'what is looked in is kept');
UPDATE customers SET company = 'Firma 李明' WHERE id = :'ann';
SELECT ok((SELECT search LIKE '% firma%' FROM customers WHERE id = :'ann'), 'by every change');
SELECT set_eq($$SELECT unnest(short_grams(' ab 李明 ü'))$$, $$VALUES ('李'), ('明'), ('李明'), ('ü')$$, 'grams are what ASCII is not');
SELECT is(short_grams('abc'), NULL, 'ASCII has none');
SELECT version AS v FROM customers WHERE id = :'ann' \gset
UPDATE customers SET company = 'Firma 李明' WHERE id = :'ann';
UPDATE customers SET last_activity_at = now() + interval '1 day' WHERE id = :'ann';
SELECT is((SELECT version FROM customers WHERE id = :'ann'), :v, 'no change, no version; activity is none');
SELECT is((SELECT count(*) FROM audit a JOIN audit_payload p ON p.audit_id = a.id
            WHERE a.resource_id = :'ann' AND (p.after ? 'search' OR p.after ? 'last_activity_at')), 0::bigint,
	'the audit log has not what follows from the rest');

-- Groups: definitions, members, counts.
SELECT is(pg_temp.field(format($$INSERT INTO customer_groups (name, custom_fields) VALUES ('g', %L)$$, d)), f, f || ' is named')
  FROM (VALUES ('[{"name":"a","type":"list"}]', 'customFields[0].options'),
               ('[{"name":"a","type":"text"},{"name":"a","type":"date"}]', 'customFields[1].name'),
               ('[{"name":"a","type":"text","pattern":"("}]', 'customFields[0].pattern'),
               ('[{"name":"a","type":"date","min":1}]', 'customFields[0].min')) v (d, f);
INSERT INTO customer_groups (name, custom_fields) VALUES ('g',
	'[{"name":"size","type":"number","required":true,"min":1,"max":9},{"name":"code","type":"text","pattern":"[A-Z]+","max":5},
	  {"name":"since","type":"date"},{"name":"vip","type":"boolean"},{"name":"colour","type":"list","options":["red","green"]}]');
SELECT id AS g FROM customer_groups WHERE name = 'g' \gset
UPDATE customers SET custom_fields = '{"size": 10, "free": "x"}' WHERE id = :'ann';
SELECT is(pg_temp.field(format('SELECT customer_group_add(%L, ARRAY[%L::uuid])', :'g', :'ann')), 'customerIds[0]',
	'who has a wrong value does not come in');
UPDATE customers SET custom_fields = '{}' WHERE id = :'ann';
SELECT is(customer_group_add(:'g', ARRAY[:'ann', :'ann']::uuid[])::text, '(1,1)', 'who has none does');
SELECT is(customer_group_add(:'g', ARRAY[:'ann']::uuid[])::text, '(0,1)', 'once');
SELECT is(pg_temp.field(format('SELECT customer_group_add(%L, ARRAY[uuid_v7()])', :'g')), 'customerIds[0]', 'nobody does not');
SELECT is(pg_temp.field(format('UPDATE customers SET custom_fields = %L WHERE id = %L', d, :'ann')), f, d || ': ' || f)
  FROM (VALUES ('{"free": 1}', 'customFields.size'), ('{"size": 0}', 'customFields.size'), ('{"size": "1"}', 'customFields.size'),
               ('{"size": 1, "code": "a"}', 'customFields.code'), ('{"size": 1, "code": "ABCDEF"}', 'customFields.code'),
               ('{"size": 1, "since": "2026-02-30"}', 'customFields.since'), ('{"size": 1, "vip": "yes"}', 'customFields.vip'),
               ('{"size": 1, "colour": ["red", "blue"]}', 'customFields.colour'), ('{"size": 1, "colour": "red", "since": "2024-02-29"}', 'none'))
       v (d, f);
SELECT throws_ok(format('UPDATE customer_groups SET deleted_at = now() WHERE id = %L', :'g'), 'U3003', NULL, 'who has members stays');
UPDATE customers SET deleted_at = now() WHERE id = :'ann';
SELECT is((SELECT customers_count FROM customer_groups WHERE id = :'g'), 0, 'a deleted customer is not counted');
UPDATE customers SET deleted_at = NULL WHERE id = :'ann';
SELECT is((SELECT customers_count FROM customer_groups WHERE id = :'g'), 1, 'a restored one is');
SELECT is(customer_group_remove(:'g', ARRAY[:'ann']::uuid[])::text, '(1,0)', 'who leaves is not');
SELECT is(customer_group_add(:'g', ARRAY[:'ann']::uuid[])::text, '(1,1)', 'who comes back is');
UPDATE customers SET deleted_at = now() WHERE id = :'ann';
UPDATE customer_groups SET deleted_at = now() WHERE id = :'g';
UPDATE customers SET deleted_at = NULL WHERE id = :'ann';
SELECT throws_ok(format('INSERT INTO customer_group_members (group_id, customer_id) VALUES (%L, %L)', :'g', :'ann'),
	'U3004', NULL, 'a deleted group takes nobody in');

SELECT is((SELECT count(*) FROM customer_group_members WHERE customer_id = :'ann' AND deleted_at IS NULL), 0::bigint,
	'nor keeps who was deleted');

-- Batches.
INSERT INTO customers (name) SELECT 'Many ' || n FROM generate_series(1, 150) n;
DELETE FROM events;
SELECT is((SELECT updated || ' ' || failed FROM customers_batch((SELECT jsonb_agg(jsonb_build_object('id', id, 'data',
	'{"status": "pending"}'::jsonb)) FROM customers WHERE name LIKE 'Many%'), false)), '150 0', 'many are changed at once');
SELECT is((SELECT count(*) FROM audit WHERE action = 'customers.updated' AND resource_id IN (SELECT id FROM customers WHERE name LIKE 'Many%')),
	150::bigint, 'with an audit row each');
SELECT is((SELECT count(*) FROM events WHERE resource = 'customers'), 1::bigint, 'and one event');
SELECT is(pg_temp.field(format('SELECT customers_batch(%L, false)', (SELECT jsonb_agg(jsonb_build_object('id', id, 'data',
	jsonb_build_object('phone', '+49309999999'))) FROM (SELECT id FROM customers WHERE name LIKE 'Many%' ORDER BY id LIMIT 2) c))),
	'updates[1].data.phone', 'a batch is refused for one, which is named');

-- Who sees what.
SELECT is(contact_masked('ann@example.org'), 'a***@***.org', 'an address is masked');
SELECT is(contact_masked('+49301111111'), '+49***11', 'a number, too');
SELECT ok(pg_temp.call_as('employee@example.org') IS NOT NULL, 'as an employee:');
SELECT is((SELECT count(*) FROM search_customers(actor(), 'ann@exa', 9)), 0::bigint, 'who may not read addresses finds none by them');
SELECT is((SELECT count(*) FROM search_customers(pg_temp.id_of('chair@example.org'), 'ann', 9)), 0::bigint, 'nor as somebody else');
SELECT is((SELECT count(*) FROM search_customers(actor(), '李明', 9)), 1::bigint, 'but by what may be read');
SELECT ok(pg_temp.call_as(NULL) IS NULL, 'as nobody:');
SELECT is((SELECT count(*) FROM search_users(actor(), 'Chair', 9)), 0::bigint, 'nobody finds nothing');

SELECT * FROM finish();
ROLLBACK;
