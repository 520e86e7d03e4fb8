-- SPDX-License-Identifier: ISC
--
-- What the command `bureau` asks as the database's administrator: the state of
-- the schema, and looking after people from a shell.

-- name: migrations_done
-- What this database has had, in order.
SELECT folder, number, name, checksum FROM migrations ORDER BY folder, number

-- name: migration_done
-- One more; in the transaction of the migration itself.
INSERT INTO migrations (folder, number, name, checksum)
VALUES (:folder, :number::text::int, :name, :checksum)

-- name: permissions_send
-- Make the rows of permissions what permissions.def says.
SELECT permissions_sync(:list)

-- name: jobs_send
-- Make queues, kinds of jobs and the clock what the tables say.
SELECT jobs_sync(:list::jsonb)

-- name: server_facts
-- What a database must be like.
SELECT current_setting('server_version_num') AS version,
       current_setting('server_encoding') AS encoding,
       (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS collation,
       current_setting('max_connections') AS connections,
       current_setting('synchronous_commit') AS synchronous,
       current_setting('fsync') AS fsync,
       extract(epoch FROM clock_timestamp())::bigint::text AS clock

-- name: operator_prune
-- Let old log rows go.
SELECT what, count::text FROM prune_all()

-- name: operator_users
-- Everybody, revoked or not.
SELECT u.email, u.full_name, r.name, u.is_active, coalesce(ts(u.last_seen_at), '') AS last_seen
  FROM users u JOIN roles r ON r.id = u.role_id
 WHERE u.deleted_at IS NULL
 ORDER BY u.email

-- name: operator_user
-- One person by address.
SELECT u.id, r.name, u.is_active
  FROM users u JOIN roles r ON r.id = u.role_id
 WHERE u.email = :email AND u.deleted_at IS NULL

-- name: operator_demo_customers
-- Samples for trying things, where there are no customers yet: numbers and addresses are of
-- those that nobody has.
WITH ours AS (
	INSERT INTO customer_groups (name, description, custom_fields)
	SELECT v.name, v.description, v.fields::jsonb
	  FROM (VALUES ('Wholesale', 'Who buys by the pallet.',
	                '[{"name":"terms","type":"list","options":["net 14","net 30"]},{"name":"limit","type":"number","min":0}]'),
	               ('Newsletter', 'Who gets it.', '[{"name":"since","type":"date"}]')) v (name, description, fields)
	 WHERE NOT EXISTS (SELECT FROM customers)
	RETURNING id, name),
theirs AS (
	INSERT INTO customers (name, company, email, phone, country_code, status, tags, custom_fields, owner_id)
	SELECT v.name, v.company, 'hello@' || v.domain || '.example', v.phone, v.country,
	       v.status, v.tags::text[], v.fields::jsonb,
	       CASE WHEN v.status = 'active' THEN (SELECT id FROM users WHERE email = 'manager@bureau.test') END
	  FROM (VALUES ('Bea Baker', 'Crumb & Crust', 'crumb', '+442079460101', 'GB', 'active', '{retail}', '{"terms": "net 14", "limit": 2000}'),
	               ('Carl Carpenter', 'Plane Joinery', 'plane', '+12025550102', 'US', 'active', '{trade,key}', '{"terms": "net 30", "limit": 9000}'),
	               ('Dora Dyer', 'Indigo Works', 'indigo', '+442079460103', 'GB', 'pending', '{trade}', '{}'),
	               ('Flora Gärtner', 'Gärtnerei Grünblatt', 'gruenblatt', '+442079460104', 'GB', 'active', '{retail}', '{"since": "2025-04-01"}'),
	               ('Gus Glazier', 'Clear Panes', 'panes', '+12025550105', 'US', 'inactive', '{trade}', '{}'),
	               ('陶器 花子', '陶器工房', 'kobo', NULL, 'JP', 'active', '{trade,key}', '{"since": "2026-01-15"}'),
	               ('Max Mason', 'Keystone Builders', 'keystone', '+12025550107', 'US', 'active', '{trade}', '{"terms": "net 30"}'),
	               ('Lea Locksmith', 'Tumbler', 'tumbler', '+442079460108', 'GB', 'blocked', '{}', '{}'),
	               ('Pia Potter', 'Wheel & Kiln', 'kiln', '+12025550109', 'US', 'active', '{retail}', '{"since": "2026-06-30"}'),
	               ('Wim Weaver', 'Warp & Weft', 'weft', '+442079460110', 'GB', 'pending', '{trade}', '{}'))
	       v (name, company, domain, phone, country, status, tags, fields)
	 WHERE NOT EXISTS (SELECT FROM customers)
	RETURNING id, custom_fields)
INSERT INTO customer_group_members (group_id, customer_id)
SELECT o.id, t.id
  FROM ours o JOIN theirs t ON t.custom_fields ? CASE o.name WHEN 'Wholesale' THEN 'terms' ELSE 'since' END

-- name: operator_role
SELECT id FROM roles WHERE name = :role AND deleted_at IS NULL

-- name: operator_user_add
-- A person with a proven address and a password; the first of an empty system
-- becomes the chairperson whatever was asked.
WITH person AS (
	INSERT INTO users (full_name, email, role_id, email_verified_at)
	VALUES (:name, :email, :role::uuid, now())
	RETURNING id, role_id),
secret AS (
	INSERT INTO credentials (user_id, hash) SELECT id, :hash FROM person)
SELECT p.id, r.name FROM person p JOIN roles r ON r.id = p.role_id

-- name: operator_user_active
-- Revoke or restore access.
UPDATE users SET is_active = :active::text::boolean WHERE id = :id

-- name: operator_user_role
UPDATE users SET role_id = :role WHERE id = :id

-- name: operator_queues
-- Queues: name, pause, jobs by state, the age of the oldest that is due; once as JSON.
WITH q AS (
	SELECT q.name, ts(q.paused_at) AS paused, q.leased,
	       count(*) FILTER (WHERE j.state = 'waiting') AS waiting,
	       count(*) FILTER (WHERE j.state = 'queued' AND j.run_at <= now()) AS ready,
	       count(*) FILTER (WHERE j.state = 'queued' AND j.run_at > now()) AS later,
	       count(*) FILTER (WHERE j.state = 'running') AS running,
	       count(*) FILTER (WHERE j.state = 'failed') AS failed,
	       coalesce(extract(epoch FROM now() - min(j.run_at) FILTER (WHERE j.state = 'queued'
	                AND j.run_at <= now())), 0)::bigint AS oldest,
	       count(*) FILTER (WHERE j.state = 'failed' AND j.finished_at > now() - interval '1 day') AS recent
	  FROM queues q
	  LEFT JOIN jobs j ON j.queue = q.name
	       AND (j.state = 'queued' OR j.state = 'running' OR j.state = 'failed'
	            OR j.state = 'waiting' AND j.key IS NOT NULL)
	 GROUP BY q.name, q.paused_at, q.leased)
SELECT name, coalesce(paused, ''), waiting::text, ready::text, later::text, running::text, failed::text,
       oldest::text, recent::text, leased::text,
       json_build_object('name', name, 'leased', leased, 'pausedAt', paused, 'waiting', waiting,
                         'ready', ready, 'later', later, 'running', running, 'failed', failed,
                         'oldestSeconds', oldest)::text
  FROM q ORDER BY name

-- name: operator_jobs
-- Jobs, newest first; an empty text filters nothing.
SELECT j.id::text, j.state, j.queue, j.kind, j.attempts::text, ts(j.created_at), coalesce(j.cause, ''),
       json_build_object('id', j.id, 'state', j.state, 'queue', j.queue, 'kind', j.kind, 'key', j.key,
                         'attempts', j.attempts, 'runAt', ts(j.run_at), 'createdAt', ts(j.created_at),
                         'finishedAt', ts(j.finished_at), 'cause', j.cause)::text
  FROM jobs j
 WHERE (:queue = '' OR j.queue = :queue) AND (:kind = '' OR j.kind = :kind)
   AND (:state = '' OR j.state = :state)
 ORDER BY j.id DESC LIMIT :limit::text::int

-- name: operator_job
-- One job as name and value, and as JSON in the row without a name.
WITH j AS (
	SELECT j.*, u.email FROM jobs j LEFT JOIN users u ON u.id = j.owner_id WHERE j.id::text = :id),
tries AS (
	SELECT a.id, a.attempt, ts(a.started_at) AS started, ts(a.ended_at) AS ended, a.outcome, a.cause, a.worker
	  FROM job_attempts a WHERE a.job_id IN (SELECT id FROM j)),
lines AS (
	SELECT v.n, v.name, v.value FROM j CROSS JOIN LATERAL (VALUES
		(1, 'id', j.id::text), (2, 'queue', j.queue), (3, 'kind', j.kind), (4, 'key', j.key),
		(5, 'state', j.state), (6, 'priority', j.priority::text), (7, 'attempts', j.attempts::text),
		(8, 'lost', nullif(j.lost, 0)::text), (9, 'run at', ts(j.run_at)), (10, 'args', job_masked(j.args)::text),
		(11, 'progress', j.progress || ' %'), (12, 'result', j.result::text), (13, 'cause', j.cause),
		(14, 'worker', j.worker), (15, 'cancelled', nullif(j.cancel_asked, false)::text),
		(16, 'asked by', j.email), (17, 'request', j.request::text), (18, 'created', ts(j.created_at)),
		(19, 'started', ts(j.started_at)), (20, 'finished', ts(j.finished_at))) v (n, name, value)
	 WHERE v.value IS NOT NULL
	UNION ALL
	SELECT 100 + t.id, 'try ' || t.attempt, concat_ws(' ', t.ended, t.outcome, t.cause) FROM tries t
	UNION ALL
	SELECT 0, '', json_build_object('id', j.id, 'queue', j.queue, 'kind', j.kind, 'key', j.key, 'state', j.state,
		'priority', j.priority, 'attempts', j.attempts, 'lost', j.lost, 'runAt', ts(j.run_at),
		'args', job_masked(j.args), 'progress', j.progress, 'result', j.result, 'cause', j.cause,
		'worker', j.worker, 'cancelAsked', j.cancel_asked, 'requestedBy', j.owner_id, 'request', j.request,
		'createdAt', ts(j.created_at), 'startedAt', ts(j.started_at), 'finishedAt', ts(j.finished_at),
		'log', (SELECT coalesce(json_agg(json_build_object('attempt', t.attempt, 'worker', t.worker,
			'startedAt', t.started, 'endedAt', t.ended, 'outcome', t.outcome, 'cause', t.cause) ORDER BY t.id), '[]')
			FROM tries t))::text
	  FROM j)
SELECT name, value FROM lines ORDER BY n

-- name: operator_job_retry
SELECT job_retry(j.id) FROM (SELECT :id::text::uuid AS id) j

-- name: operator_jobs_retry
-- Those a filter says; an empty text filters nothing.
SELECT r.retried::text, r."left"::text
  FROM jobs_retry(nullif(:queue, ''), nullif(:kind, ''), nullif(:state, ''), NULL, 1000) r

-- name: operator_job_cancel
-- What has become of it is read by operator_job.
SELECT job_cancel(j.id) FROM (SELECT :id::text::uuid AS id) j

-- name: operator_queue_pause
SELECT queue_pause(:queue, :pause::text::boolean)

-- name: operator_audit_verify
SELECT v.checked::text, v.broken_id::text, v.broken_why, v.redacted::text, v.unchained::text,
       v.last_id::text, v.last_hash, v.next::text
  FROM audit_verify(:after::text::bigint, 20000) v

-- name: operator_workers
-- How many workers are connected, of whatever host.
SELECT count(*)::text FROM pg_stat_activity WHERE usename = 'bureau_worker'
