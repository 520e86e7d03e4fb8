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
