-- SPDX-License-Identifier: ISC
--
-- Customers, their groups and notes, for the customers responder.  What a row must look
-- like, the counts of groups and the last activity are the business of triggers
-- (functions/86_customers.sql), so no query asks it again.

-- record: Customer id:uuid name:text email:text? phone:text? countryCode:text? company:text?
-- record: Customer status:text ownerId:uuid? tags:texts customFields:json groups:json
-- record: Customer lastActivityAt:time createdAt:time updatedAt:time anonymisedAt:time? version:int

-- let: customer
c.id, c.name,
CASE WHEN (SELECT may('customers:read-contact')) THEN c.email ELSE contact_masked(c.email) END AS email,
CASE WHEN (SELECT may('customers:read-contact')) THEN c.phone ELSE contact_masked(c.phone) END AS phone,
c.country_code AS "countryCode", c.company, c.status, c.owner_id AS "ownerId", c.tags,
c.custom_fields AS "customFields",
(SELECT coalesce(json_agg(json_build_object('id', x.id, 'name', x.name) ORDER BY x.name), '[]')
   FROM (SELECT m.group_id AS id, (SELECT g.name FROM customer_groups g WHERE g.id = m.group_id) AS name
           FROM customer_group_members m WHERE m.customer_id = c.id AND m.deleted_at IS NULL) x) AS groups,
c.last_activity_at AS "lastActivityAt", c.created_at AS "createdAt", c.updated_at AS "updatedAt",
c.anonymised_at AS "anonymisedAt", c.version, CASE WHEN NOT (SELECT may('customers:read-contact')) THEN 'm' END AS _view

-- name: customer_list
-- returns: Customer
-- field: createdAt c.created_at time sort range
-- field: name c.name text sort eq
-- field: lastActivityAt c.last_activity_at time sort range
-- field: status c.status text eq in=active,inactive,pending,blocked
-- field: ownerId c.owner_id uuid eq
-- field: countryCode c.country_code text eq
-- field: tags c.tags texts eq
-- field: email c.email text eq need=customers:read-contact
-- field: phone c.phone text eq need=customers:read-contact
-- filter: groupId uuid c.id IN (SELECT m.customer_id FROM customer_group_members m WHERE m.group_id = :value AND m.deleted_at IS NULL)
-- search: c.search LIKE lower(:search) AND ((SELECT may('customers:read-contact')) OR customer_text(c.name, c.company, c.tags) LIKE lower(:search))
-- short: short_grams(c.search) @> ARRAY[lower(:word)] AND octet_length(c.search) <> char_length(c.search) AND ((SELECT may('customers:read-contact')) OR strpos(customer_text(c.name, c.company, c.tags), lower(:word)) > 0)
-- key: c.id
-- order: -createdAt
SELECT ${customer}
  FROM customers c
 WHERE c.deleted_at IS NULL

-- name: customer_get
-- returns: Customer
-- As it is; deleted ones are seen by who may restore them.
SELECT ${customer}, c.deleted_at IS NOT NULL AS _deleted
  FROM customers c
 WHERE c.id = :id AND (c.deleted_at IS NULL OR may('customers:delete'))

-- name: customer_create
-- returns: Customer
INSERT INTO customers AS c (name, email, phone, country_code, company, status, owner_id, tags,
                            custom_fields)
VALUES (:name, :email, :phone, :countryCode, :company, coalesce(:status, 'active'), :ownerId,
        coalesce(:tags::text[], '{}'), coalesce(:customFields::jsonb, '{}'))
RETURNING ${customer}

-- name: customer_replace
-- returns: Customer
-- What is left out takes its default; but nobody clears what they may not see.
UPDATE customers c
   SET name = :name,
       email = CASE WHEN (SELECT may('customers:read-contact')) THEN :email ELSE coalesce(:email, c.email) END,
       phone = CASE WHEN (SELECT may('customers:read-contact')) THEN :phone ELSE coalesce(:phone, c.phone) END, country_code = :countryCode, company = :company,
       status = coalesce(:status, 'active'), owner_id = :ownerId, tags = coalesce(:tags::text[], '{}'),
       custom_fields = coalesce(:customFields::jsonb, '{}')
 WHERE c.id = :id AND c.deleted_at IS NULL AND c.version = coalesce(:ifVersion, c.version)
RETURNING ${customer}

-- name: customer_update
-- returns: Customer
-- Custom fields are changed one by one, and cleared by null.
UPDATE customers c
   SET name = coalesce(:name, c.name),
       email = CASE WHEN :email? THEN :email ELSE c.email END,
       phone = CASE WHEN :phone? THEN :phone ELSE c.phone END,
       country_code = CASE WHEN :countryCode? THEN :countryCode ELSE c.country_code END,
       company = CASE WHEN :company? THEN :company ELSE c.company END,
       status = coalesce(:status, c.status),
       owner_id = CASE WHEN :ownerId? THEN :ownerId ELSE c.owner_id END,
       tags = coalesce(:tags::text[], c.tags),
       custom_fields = c.custom_fields || coalesce(:customFields::jsonb, '{}')
 WHERE c.id = :id AND c.deleted_at IS NULL AND c.version = coalesce(:ifVersion, c.version)
RETURNING ${customer}

-- name: customer_delete
UPDATE customers c
   SET deleted_at = now()
 WHERE c.id = :id AND c.deleted_at IS NULL AND c.version = coalesce(:ifVersion, c.version)
RETURNING c.id

-- name: customer_restore
-- returns: Customer
-- Not who was merged: that is undone.
UPDATE customers c
   SET deleted_at = NULL
 WHERE c.id = :id AND c.deleted_at IS NOT NULL AND c.merged_into IS NULL
RETURNING ${customer}

-- record: CustomerBatch updated:int failed:int items:json

-- name: customer_batch
-- returns: CustomerBatch
SELECT b.updated, b.failed, b.items FROM customers_batch(:updates, :lenient) b

-- record: CustomerStatistics total:int byStatus:json byGroup:json byOwner:json bucket:text series:json

-- name: customer_statistics
-- returns: CustomerStatistics
-- Of those created between from and to, all by default; the series shows ten years at most and
-- by default thirty days.  One walk along one index counts them three ways.
WITH span AS (
	SELECT coalesce(:from::timestamptz, '-infinity') AS since, coalesce(:to::timestamptz, 'infinity') AS until,
	       coalesce(:bucket, 'day') AS bucket, :from::timestamptz IS NULL AND :to::timestamptz IS NULL AS is_all,
	       least(:to::timestamptz - interval '1 microsecond', now()) AS last),
asked AS MATERIALIZED (
	SELECT s.*, date_trunc(s.bucket, greatest(coalesce(:from, s.last - interval '30 days'),
	                                          s.last - interval '10 years')) AS first
	  FROM span s),
counted AS MATERIALIZED (
	SELECT grouping(c.status) AS s, grouping(c.owner_id) AS o, c.status, c.owner_id, c.at, count(*) AS n
	  FROM (SELECT x.status, x.owner_id, CASE WHEN x.created_at >= (SELECT first FROM asked)
	               THEN date_trunc((SELECT bucket FROM asked), x.created_at) END AS at
	          FROM customers x
	         WHERE x.deleted_at IS NULL AND x.created_at >= (SELECT since FROM asked)
	           AND x.created_at < (SELECT until FROM asked)) c
	 GROUP BY GROUPING SETS ((c.status), (c.owner_id), (c.at))),
grouped AS (
	SELECT m.group_id, count(*) AS n
	  FROM customer_group_members m JOIN customers c ON c.id = m.customer_id
	 WHERE NOT (SELECT is_all FROM asked) AND m.deleted_at IS NULL AND c.deleted_at IS NULL
	   AND c.created_at >= (SELECT since FROM asked) AND c.created_at < (SELECT until FROM asked)
	 GROUP BY m.group_id),
days AS (
	SELECT g.at FROM asked a, generate_series(a.first, a.last, ('1 ' || a.bucket)::interval) g (at))
SELECT (SELECT coalesce(sum(n), 0)::bigint FROM counted WHERE s = 0) AS total,
       (SELECT json_object_agg(v.status, coalesce(k.n, 0))
          FROM unnest('{active,inactive,pending,blocked}'::text[]) v (status)
          LEFT JOIN counted k ON k.s = 0 AND k.status = v.status) AS "byStatus",
       (SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name, 'count',
                   CASE WHEN a.is_all THEN g.customers_count ELSE coalesce(k.n, 0) END) ORDER BY g.name), '[]')
          FROM asked a, customer_groups g LEFT JOIN grouped k ON k.group_id = g.id
         WHERE g.deleted_at IS NULL) AS "byGroup",
       (SELECT coalesce(json_agg(json_build_object('id', k.owner_id, 'fullName', u.full_name, 'count', k.n)
                                 ORDER BY k.n DESC, k.owner_id), '[]')
          FROM counted k LEFT JOIN users u ON u.id = k.owner_id WHERE k.o = 0) AS "byOwner",
       (SELECT bucket FROM asked) AS bucket,
       (SELECT coalesce(json_agg(json_build_object('at', ts(d.at), 'created', coalesce(k.n, 0)) ORDER BY d.at), '[]')
          FROM days d LEFT JOIN counted k ON k.s = 1 AND k.o = 1 AND k.at = d.at) AS series

-- record: CustomerNote id:uuid customerId:uuid text:text author:json createdAt:time updatedAt:time version:int

-- let: customer_note
n.id, n.customer_id AS "customerId", n.text,
(SELECT json_build_object('id', u.id, 'fullName', u.full_name) FROM users u WHERE u.id = n.author_id) AS author,
n.created_at AS "createdAt", n.updated_at AS "updatedAt", n.version

-- name: customer_note_list
-- returns: CustomerNote
-- field: createdAt n.created_at time sort range
-- key: n.id
-- order: -createdAt
SELECT ${customer_note}
  FROM customer_notes n
 WHERE n.customer_id = customer_there(:id) AND n.deleted_at IS NULL

-- name: customer_note_create
-- returns: CustomerNote
INSERT INTO customer_notes AS n (customer_id, text)
VALUES (customer_there(:id), :text)
RETURNING ${customer_note}

-- record: CustomerTimeline key:text at:time kind:text action:text actor:json? text:text? before:json? after:json?

-- name: customer_timeline
-- returns: CustomerTimeline
-- field: at t.at time sort range
-- field: kind t.kind text eq in=change,note
-- key: t.key text
-- order: -at
SELECT t.key, t.at, t.kind, t.action, t.actor, t.text, t.before, t.after
  FROM customer_timeline(customer_there(:id)) t
 WHERE true

-- record: CustomerGroup id:uuid name:text description:text customFields:json customersCount:int
-- record: CustomerGroup createdAt:time updatedAt:time version:int

-- let: customer_group
g.id, g.name, g.description, g.custom_fields AS "customFields", g.customers_count AS "customersCount",
g.created_at AS "createdAt", g.updated_at AS "updatedAt", g.version

-- name: customer_group_list
-- returns: CustomerGroup
-- field: name g.name text sort eq
-- field: createdAt g.created_at time sort range
-- search: g.name || ' ' || g.description
-- key: g.id
-- order: name
SELECT ${customer_group}
  FROM customer_groups g
 WHERE g.deleted_at IS NULL

-- name: customer_group_get
-- returns: CustomerGroup
SELECT ${customer_group}, g.deleted_at IS NOT NULL AS _deleted
  FROM customer_groups g
 WHERE g.id = :id AND (g.deleted_at IS NULL OR may('customer-groups:delete'))

-- name: customer_group_create
-- returns: CustomerGroup
INSERT INTO customer_groups AS g (name, description, custom_fields)
VALUES (:name, coalesce(:description, ''), coalesce(:customFields::jsonb, '[]'))
RETURNING ${customer_group}

-- name: customer_group_replace
-- returns: CustomerGroup
-- What is left out takes its default.
UPDATE customer_groups g
   SET name = :name, description = coalesce(:description, ''),
       custom_fields = coalesce(:customFields::jsonb, '[]')
 WHERE g.id = :id AND g.deleted_at IS NULL AND g.version = coalesce(:ifVersion, g.version)
RETURNING ${customer_group}

-- name: customer_group_delete
UPDATE customer_groups g
   SET deleted_at = now()
 WHERE g.id = :id AND g.deleted_at IS NULL AND g.version = coalesce(:ifVersion, g.version)
RETURNING g.id

-- name: customer_group_restore
-- returns: CustomerGroup
UPDATE customer_groups g
   SET deleted_at = NULL
 WHERE g.id = :id AND g.deleted_at IS NOT NULL
RETURNING ${customer_group}

-- name: customer_group_customers
-- returns: Customer
-- field: createdAt c.created_at time sort range
-- field: name c.name text sort eq
-- field: status c.status text eq in=active,inactive,pending,blocked
-- search: c.search LIKE lower(:search) AND ((SELECT may('customers:read-contact')) OR customer_text(c.name, c.company, c.tags) LIKE lower(:search))
-- key: c.id
-- order: name
SELECT ${customer}
  FROM customer_group_members x JOIN customers c ON c.id = x.customer_id
 WHERE x.group_id = customer_group_there(:id) AND x.deleted_at IS NULL AND c.deleted_at IS NULL

-- record: CustomerGroupChange changed:int customersCount:int

-- name: customer_group_add
-- returns: CustomerGroupChange
SELECT a.changed, a."customersCount" FROM customer_group_add(customer_group_there(:id), :customerIds) a

-- name: customer_group_remove
-- returns: CustomerGroupChange
SELECT a.changed, a."customersCount" FROM customer_group_remove(customer_group_there(:id), :customerIds) a
