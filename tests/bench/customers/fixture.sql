-- SPDX-License-Identifier: ISC
--
-- :rows customers and 50 groups, as a large house has them: loaded without triggers, so what
-- these would fill in is filled in here.  Made up from lists of syllables; no real people.

SET search_path = bureau, public;
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';
SELECT setseed(0.5);

INSERT INTO customer_groups (id, name, customers_count)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, 'Group ' || g, 0 FROM generate_series(0, 49) g;

-- Indexes are made afterwards, which is faster.
CREATE TEMP TABLE later AS
	SELECT indexdef FROM pg_indexes
	 WHERE schemaname = 'bureau' AND tablename IN ('customers', 'customer_group_members') AND indexname NOT LIKE '%_pkey';
DO $$
DECLARE
	_name text;
BEGIN
	FOR _name IN SELECT indexname FROM pg_indexes WHERE schemaname = 'bureau'
	    AND tablename IN ('customers', 'customer_group_members') AND indexname NOT LIKE '%_pkey' LOOP
		EXECUTE format('DROP INDEX %I', _name);
	END LOOP;
END
$$;

INSERT INTO customers (id, name, email, phone, country_code, company, status, owner_id, tags, last_activity_at,
                       created_at, updated_at, search)
SELECT (lpad(to_hex((extract(epoch FROM r.at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(r.n & 4095), 3, '0')
        || '8' || lpad(to_hex(r.n), 15, '0'))::uuid,
       r.name, r.email, r.phone, r.country, r.company, r.status,
       (SELECT id FROM users ORDER BY id LIMIT 1), r.tags, r.at + interval '1 hour', r.at, r.at,
       customer_text(r.name, r.company, r.tags, r.email, r.phone)
  FROM (SELECT s.*, lower(first || '.' || last) || n || '@example.org' AS email, first || ' ' || last AS name,
	               '+49' || 1000000000 + n AS phone, last || ' ' || (ARRAY['GmbH', 'Ltd', 'SARL', 'Inc'])[1 + n % 4] AS company
          FROM (SELECT n, now() - n * interval '30 seconds' AS at,
                       initcap((ARRAY['ka', 'lo', 'mi', 'su', 're', 'to', 'na', 'vi', 'du', 'pe'])[1 + (random() * 9)::int]
                       || (ARRAY['ra', 'len', 'mo', 'sti', 'ver', 'ton', 'nis', 'vin', 'dor', 'pa'])[1 + (random() * 9)::int]) AS first,
                       CASE WHEN n % 20 = 0
                            THEN (ARRAY['李', '王', '東', '京', '佐', '藤'])[1 + (random() * 5)::int]
                                 || chr(19968 + (random() * 3000)::int)
                            ELSE initcap((ARRAY['bar', 'cel', 'dan', 'fir', 'gol', 'hul', 'jan', 'kel', 'lun', 'mar'])[1 + (random() * 9)::int]
                                 || (ARRAY['ado', 'esk', 'ing', 'ova', 'uri', 'ard', 'eno', 'ist', 'omb', 'ula'])[1 + (random() * 9)::int]
                                 || (ARRAY['', 's', 'man', 'sen', 'er'])[1 + (random() * 4)::int]) END AS last,
                       (ARRAY['DE', 'FR', 'GB', 'JP', 'PL'])[1 + n % 5] AS country,
                       (ARRAY['active', 'active', 'active', 'active', 'inactive', 'inactive', 'pending'])[1 + n % 7] AS status,
                       CASE WHEN n % 1000 = 0 THEN '{rare,news}'::text[] WHEN n % 3 = 0 THEN '{news}' ELSE '{}' END AS tags
                  FROM generate_series(1, :rows) n) s) r;

INSERT INTO customers (id, name, search)
VALUES ('01900000-0000-7000-8000-000000000000', 'Somebody', ' somebody');

INSERT INTO customer_group_members (group_id, customer_id)
SELECT g.id, c.id
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM customers) c
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM customer_groups) g ON g.n = 1 + c.n % 50
 WHERE c.n % 4 = 0;
UPDATE customer_groups g
   SET customers_count = (SELECT count(*) FROM customer_group_members m WHERE m.group_id = g.id);

SELECT indexdef FROM later \gexec
RESET session_replication_role;
VACUUM ANALYZE customers, customer_group_members, customer_groups;
