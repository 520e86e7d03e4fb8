-- SPDX-License-Identifier: ISC
--
-- Imports, merges and what a customer may ask of who keeps data of them, for the customers
-- responder (functions/87_imports.sql, 88_privacy.sql).

-- record: Import id:uuid state:text progress:int dryRun:bool duplicates:text matchBy:text groupId:uuid?
-- record: Import rows:int created:int updated:int skipped:int failed:int cause:text? createdAt:time
-- record: Import finishedAt:time? errors:json

-- name: import_open
SELECT import_open()

-- name: import_copy
-- The lines of the file, the first one too.
COPY import_rows (line, cells) FROM STDIN

-- name: import_start
SELECT import_start(:mapping, :duplicates, :matchBy, :groupId::uuid, :dryRun::boolean) AS id

-- name: import_get
-- returns: Import
-- The caller's own; with the first of what is wrong.
SELECT i.id, i.state, i.progress, i.dry_run AS "dryRun", i.duplicates, i.match_by AS "matchBy",
       i.group_id AS "groupId", i.rows_count AS rows, i.created_count AS created,
       i.updated_count AS updated, i.skipped_count AS skipped, i.failed_count AS failed, i.cause,
       i.created_at AS "createdAt", i.finished_at AS "finishedAt",
       (SELECT coalesce(json_agg(json_build_object('line', e.line, 'field', f ->> 'field', 'code',
                (f ->> 'code')::int, 'message', f ->> 'message') ORDER BY e.line), '[]')
          FROM (SELECT x.line, x.faults FROM own_import_errors x WHERE x.import_id = i.id
                 ORDER BY x.line LIMIT 100) e, jsonb_array_elements(e.faults) f) AS errors
  FROM own_imports i WHERE i.id = coalesce(:id, nullif(current_setting('bureau.import', true), ''))::uuid

-- name: import_errors
-- Lines of CSV, the header first: what was wrong, and the cells as they came.
SELECT x.text FROM (
	SELECT 0 AS line, csv_line(ARRAY['_line', '_errors'] || i.header) AS text
	  FROM own_imports i WHERE i.id = :id
	UNION ALL
	SELECT e.line, e.text FROM own_import_errors e WHERE e.import_id = :id) x
 ORDER BY x.line

-- record: Duplicate id:uuid name:text email:text? phone:text? company:text? score:float reasons:texts

-- name: customer_duplicates
-- returns: Duplicate
SELECT c.id, c.name, CASE WHEN may('customers:read-contact') THEN c.email ELSE contact_masked(c.email) END AS email,
       CASE WHEN may('customers:read-contact') THEN c.phone ELSE contact_masked(c.phone) END AS phone,
       c.company, d.score, d.reasons
  FROM customer_duplicates(:name, :phone, :email) d JOIN customers c ON c.id = d.id
 ORDER BY d.score DESC, c.id

-- record: Merge id:uuid customerId:uuid otherIds:uuids mergedBy:uuid undoneAt:time? createdAt:time version:int

-- name: customer_merge
SELECT customer_merge(:id, :otherIds::uuid[], :keep::jsonb) AS id

-- name: customer_unmerge
SELECT customer_unmerge(:id) AS id

-- name: merge_get
-- returns: Merge
-- One merge: by its id, or the last that :id went through.
SELECT m.id, m.customer_id AS "customerId", m.other_ids AS "otherIds", m.merged_by AS "mergedBy",
       m.undone_at AS "undoneAt", m.created_at AS "createdAt", m.version
  FROM customer_merges m
 WHERE m.id = (SELECT l.id FROM customer_merges l WHERE :id::uuid IN (l.id, l.customer_id)
                ORDER BY l.created_at DESC, l.id DESC LIMIT 1)

-- record: Everything exportedAt:time customer:json mergedFrom:json groups:json notes:json merges:json history:json

-- name: customer_everything
-- returns: Everything
SELECT x.* FROM (SELECT customer_everything(:id) AS j OFFSET 0) e,
       jsonb_to_record(e.j) AS x ("exportedAt" timestamptz, customer jsonb, "mergedFrom" jsonb, groups jsonb, notes jsonb,
                                  merges jsonb, history jsonb)
 WHERE e.j IS NOT NULL

-- name: customer_anonymise
SELECT customer_anonymise(:id, :confirm)
