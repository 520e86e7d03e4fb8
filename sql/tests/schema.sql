-- SPDX-License-Identifier: ISC
--
-- Rules that every table and function keeps, also those of later migrations.

\ir helpers.psql
SELECT plan(8);

CREATE TEMP VIEW tables AS
	SELECT c.oid, c.relname FROM pg_class c
	 WHERE c.relnamespace = 'bureau'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migrations';

SELECT is_empty($$SELECT w.table_name, c.name FROM watched w,
                    (VALUES ('created_at'), ('updated_at'), ('version')) c (name)
                   WHERE NOT EXISTS (SELECT FROM pg_attribute
                                      WHERE attrelid = w.table_name::text::regclass AND attname = c.name)$$,
	'every resource has created_at, updated_at and version');
SELECT is_empty($$SELECT t.relname FROM tables t
                   WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = t.oid AND attname = 'version')
                     AND NOT EXISTS (SELECT FROM watched w WHERE w.table_name = t.relname)$$,
	'every table with a version is watched');
SELECT is_empty($$SELECT w.table_name FROM watched w
                   WHERE NOT EXISTS (SELECT FROM pg_trigger
                                      WHERE tgrelid = w.table_name::text::regclass AND tgname = 'zz_touch')$$,
	'every watched table has its triggers');
SELECT is_empty($$SELECT t.relname FROM tables t WHERE NOT EXISTS (
                    SELECT FROM pg_constraint WHERE conrelid = t.oid AND contype = 'p')$$,
	'every table has a primary key');
SELECT is_empty($$SELECT conname FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid
                   WHERE contype IN ('c', 'f', 'u')
                     AND conname NOT LIKE t.relname || '\_%\_' || CASE contype WHEN 'c' THEN 'check'
                                           WHEN 'f' THEN 'fkey' ELSE 'key' END$$,
	'constraints are named so that answers can name the field');
SELECT is_empty($$SELECT conname FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid
                   WHERE contype = 'f'
                     AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
                                        AND i.indkey[0] = c.conkey[1])$$,
	'foreign keys have an index');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc
                   WHERE pronamespace = 'bureau'::regnamespace AND prosecdef
                     AND NOT 'search_path=pg_catalog, bureau, pg_temp' = ANY (coalesce(proconfig, '{}'))$$,
	'functions with their owner''s rights fix their search_path');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'bureau'::regnamespace
                     AND c.relowner <> 'bureau_owner'::regrole
                   UNION ALL
                  SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'bureau'::regnamespace
                     AND p.proowner <> 'bureau_owner'::regrole$$,
	'everything belongs to bureau_owner');

SELECT * FROM finish();
ROLLBACK;
