-- SPDX-License-Identifier: ISC
--
-- Customers, their groups and notes, for the customers responder.  What a row must look
-- like, the counts of groups and the last activity are the business of triggers
-- (functions/86_customers.sql), so no query asks it again.

-- record: Customer id:uuid name:text email:text? phone:text? countryCode:text? company:text?
-- record: Customer status:text ownerId:uuid? tags:texts customFields:json groups:json
-- record: Customer lastActivityAt:time createdAt:time updatedAt:time version:int

-- let: customer
c.id, c.name,
CASE WHEN (SELECT may('customers:read-contact')) THEN c.email ELSE contact_masked(c.email) END AS email,
CASE WHEN (SELECT may('customers:read-contact')) THEN c.phone ELSE contact_masked(c.phone) END AS phone,
c.country_code AS "countryCode", c.company, c.status, c.owner_id AS "ownerId", c.tags,
c.custom_fields AS "customFields",
(SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name) ORDER BY g.name), '[]')
   FROM customer_group_members m JOIN customer_groups g ON g.id = m.group_id AND g.deleted_at IS NULL
  WHERE m.customer_id = c.id AND m.deleted_at IS NULL) AS groups,
c.last_activity_at AS "lastActivityAt", c.created_at AS "createdAt", c.updated_at AS "updatedAt",
c.version, CASE WHEN NOT (SELECT may('customers:read-contact')) THEN 'm' END AS _view

-- name: customer_list
-- returns: Customer
-- field: createdAt c.created_at time sort range
-- field: name c.name text sort eq
-- field: lastActivityAt c.last_activity_at time sort range
-- field: status c.status text eq
-- field: ownerId c.owner_id uuid eq
-- field: countryCode c.country_code text eq
-- field: tags c.tags texts eq
-- search: c.search LIKE lower(:search)
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

