-- SPDX-License-Identifier: ISC
--
-- The ground: people and what they may do, sessions, events, audit.
--
-- Ids are UUIDs of version 7, so that new rows lie together; log tables
-- have ascending integers instead and are only ever appended to.  Resources
-- carry version and updated_at, which triggers keep (functions/90_watch.sql).
-- Constraints are named <table>_<column>_key, _check and _fkey: answers to
-- clients name the field after them.

SET search_path = bureau, public;

-- An id whose first 60 bits are the time (milliseconds, then 1/4096 of one)
-- and the rest random: RFC 9562, 6.2, method 3.
CREATE FUNCTION uuid_v7() RETURNS uuid
LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
DECLARE
	_us bigint := extract(epoch FROM clock_timestamp()) * 1000000;
BEGIN
	RETURN encode(
		int8send(((_us / 1000) << 16) | 28672 | (_us % 1000) * 4096 / 1000)
		|| substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid;
END
$$;

-- Which history this database lives in.  A cursor is `epoch:seq`; a restored
-- database gets a new epoch, so that no old cursor fits it.
CREATE TABLE epoch (
	id         text NOT NULL DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 8)
	           CONSTRAINT epoch_id_check CHECK (id ~ '^[0-9a-f]{8}$'),
	-- Makes a second row impossible.
	single     boolean PRIMARY KEY DEFAULT true CONSTRAINT epoch_single_check CHECK (single),
	created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO epoch DEFAULT VALUES;

-- Which tables leave audit rows and events, as data: functions/90_watch.sql
-- makes the triggers.  A new resource adds its row in its migration.
CREATE TABLE watched (
	table_name name PRIMARY KEY,
	-- What audit rows and events call it.
	resource   text NOT NULL,
	-- What leaves audit rows; null: nothing.
	audited    text DEFAULT 'INSERT OR UPDATE OR DELETE'
	           CONSTRAINT watched_audited_check
	           CHECK (audited ~ '^(INSERT|UPDATE|DELETE)( OR (INSERT|UPDATE|DELETE))*$'),
	-- Columns whose values audit rows replace by ***.
	masked     text[] NOT NULL DEFAULT '{}',
	-- Columns whose change alone makes no version, audit row or event.
	quiet      text[] NOT NULL DEFAULT '{}',
	-- Columns that follow from others, which audit rows leave out.
	derived    text[] NOT NULL DEFAULT '{}',
	-- Who is told: all, perm:NAME, user:{column} …; null: no events.
	audience   text[]
);

-- What may be allowed; filled by permissions_sync() from permissions.def.
CREATE TABLE permissions (
	name       text PRIMARY KEY
	           CONSTRAINT permissions_name_check CHECK (name ~ '^[a-z][a-z-]*:[a-z][a-z-]*$'),
	-- What it allows, one sentence.
	doc        text NOT NULL,
	-- Built-in roles that hold it from the start.
	roles      text[] NOT NULL DEFAULT '{}',
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE roles (
	id          uuid PRIMARY KEY DEFAULT uuid_v7(),
	name        text NOT NULL
	            CONSTRAINT roles_name_check CHECK (name ~ '^[a-z][a-z0-9-]{0,49}$'),
	description text NOT NULL DEFAULT ''
	            CONSTRAINT roles_description_check CHECK (char_length(description) <= 500),
	-- Names and the wildcards `customers:*` and `*`.
	permissions text[] NOT NULL DEFAULT '{}',
	-- Comes with Bureau: cannot be renamed or deleted.
	built_in    boolean NOT NULL DEFAULT false,
	version     integer NOT NULL DEFAULT 1,
	created_at  timestamptz NOT NULL DEFAULT now(),
	updated_at  timestamptz NOT NULL DEFAULT now(),
	deleted_at  timestamptz
);
CREATE UNIQUE INDEX roles_name_key ON roles (name) WHERE deleted_at IS NULL;

INSERT INTO roles (name, description, permissions, built_in) VALUES
	('chairperson', 'May do everything.', '{*}', true),
	('manager', 'Runs the daily work.', '{}', true),
	('employee', 'Does the daily work.', '{}', true);

CREATE TABLE users (
	id                uuid PRIMARY KEY DEFAULT uuid_v7(),
	full_name         text NOT NULL
	                  CONSTRAINT users_full_name_check
	                  CHECK (char_length(full_name) BETWEEN 1 AND 200),
	-- Folded by the program before it comes here.
	email             text NOT NULL
	                  CONSTRAINT users_email_check
	                  CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND char_length(email) <= 254),
	-- Signs in as well as the address does.  Folded; without @, so that it
	-- is never mistaken for an address.
	user_name         text
	                  CONSTRAINT users_user_name_check CHECK (user_name ~ '^[^@[:space:]]{3,64}$'),
	-- Media id or path; null: the initials.
	profile_pic       text
	                  CONSTRAINT users_profile_pic_check CHECK (char_length(profile_pic) <= 2048),
	-- What is shown: the picture or the initials; kept by trigger.
	picture           text NOT NULL,
	-- Job title.
	designation       text
	                  CONSTRAINT users_designation_check
	                  CHECK (char_length(designation) BETWEEN 1 AND 200),
	-- BCP 47 language tag.
	locale            text NOT NULL DEFAULT 'en'
	                  CONSTRAINT users_locale_check
	                  CHECK (locale ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
	theme             text NOT NULL DEFAULT 'system'
	                  CONSTRAINT users_theme_check CHECK (theme IN ('system', 'light', 'dark')),
	-- Filled in by users_rules() where the caller may not choose.
	role_id           uuid NOT NULL CONSTRAINT users_role_fkey REFERENCES roles (id),
	-- Beyond the role's: names and wildcards.
	permissions       text[] NOT NULL DEFAULT '{}',
	-- What role and permissions come to, every name spelt out; kept by trigger.
	granted           text[] NOT NULL DEFAULT '{}',
	-- False: access is revoked.
	is_active         boolean NOT NULL DEFAULT true,
	email_verified_at timestamptz,
	-- Moves at sign-in, refresh and writes, once a minute at most.
	last_seen_at      timestamptz,
	version           integer NOT NULL DEFAULT 1,
	created_at        timestamptz NOT NULL DEFAULT now(),
	updated_at        timestamptz NOT NULL DEFAULT now(),
	deleted_at        timestamptz
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX users_email_key ON users (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_user_name_key ON users (user_name) WHERE deleted_at IS NULL;
CREATE INDEX users_role ON users (role_id);
CREATE INDEX users_created ON users (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_full_name ON users (full_name, id) WHERE deleted_at IS NULL;
CREATE INDEX users_search ON users
	USING gin ((full_name || ' ' || email) public.gin_trgm_ops) WHERE deleted_at IS NULL;
-- The directory, which must not tell who has which address.
CREATE INDEX users_name_search ON users USING gin (full_name public.gin_trgm_ops)
	WHERE deleted_at IS NULL;

-- Password hashes, for the auth responder alone.
CREATE TABLE credentials (
	user_id    uuid PRIMARY KEY CONSTRAINT credentials_user_id_fkey REFERENCES users (id),
	-- scrypt with its parameters and salt.
	hash       text NOT NULL
	           CONSTRAINT credentials_hash_check CHECK (char_length(hash) BETWEEN 1 AND 512),
	-- When the password was chosen; an upgrade of the hash leaves it.
	changed_at timestamptz NOT NULL DEFAULT now(),
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);

-- A session is a family of refresh tokens.  Tokens are derived from id and
-- generation by a key that is not here, so the row yields none.
CREATE TABLE sessions (
	id              uuid PRIMARY KEY DEFAULT uuid_v7(),
	user_id         uuid NOT NULL CONSTRAINT sessions_user_id_fkey REFERENCES users (id),
	-- The one refresh token that is good now, and since when.
	generation      integer NOT NULL DEFAULT 0,
	rotated_at      timestamptz NOT NULL DEFAULT now(),
	last_seen_at    timestamptz NOT NULL DEFAULT now(),
	-- The end however much it is used, and the end if it is not.
	expires_at      timestamptz NOT NULL,
	idle_expires_at timestamptz NOT NULL,
	ended_at        timestamptz,
	end_reason      text
	                CONSTRAINT sessions_end_reason_check CHECK (char_length(end_reason) <= 50),
	-- Where it was last refreshed from, and by what program.
	address         inet,
	agent           text CONSTRAINT sessions_agent_check CHECK (char_length(agent) <= 500),
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	updated_at      timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT sessions_ended_at_check CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) WITH (fillfactor = 85);
CREATE INDEX sessions_live ON sessions (user_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Personal API tokens, known by their SHA-256 only.
CREATE TABLE tokens (
	id           uuid PRIMARY KEY DEFAULT uuid_v7(),
	user_id      uuid NOT NULL CONSTRAINT tokens_user_id_fkey REFERENCES users (id),
	name         text NOT NULL
	             CONSTRAINT tokens_name_check CHECK (char_length(name) BETWEEN 1 AND 100),
	hash         bytea NOT NULL CONSTRAINT tokens_hash_key UNIQUE
	             CONSTRAINT tokens_hash_check CHECK (octet_length(hash) = 32),
	-- Names and wildcards; its rights are those of them that the person holds.
	scopes       text[] NOT NULL,
	expires_at   timestamptz NOT NULL,
	-- Moves at writes, once a minute at most.
	last_used_at timestamptz,
	ended_at     timestamptz,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz NOT NULL DEFAULT now(),
	updated_at   timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT tokens_expires_at_check CHECK (expires_at > created_at)
);
CREATE INDEX tokens_user ON tokens (user_id);

-- Invitations of new people, known by the SHA-256 of their secret only.
CREATE TABLE invitations (
	id         uuid PRIMARY KEY DEFAULT uuid_v7(),
	user_id    uuid NOT NULL CONSTRAINT invitations_user_id_fkey REFERENCES users (id),
	hash       bytea NOT NULL CONSTRAINT invitations_hash_key UNIQUE
	           CONSTRAINT invitations_hash_check CHECK (octet_length(hash) = 32),
	expires_at timestamptz NOT NULL,
	-- Used, or replaced by a newer one.
	ended_at   timestamptz,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX invitations_user ON invitations (user_id);

-- Who tried to sign in; append-only.  Tries for unknown addresses are in the
-- audit log only, without the address.
CREATE TABLE sign_ins (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id uuid NOT NULL CONSTRAINT sign_ins_user_id_fkey REFERENCES users (id),
	at      timestamptz NOT NULL DEFAULT now(),
	address inet,
	agent   text,
	outcome text NOT NULL
	        CONSTRAINT sign_ins_outcome_check
	        CHECK (outcome IN ('succeeded', 'failed', 'locked', 'refused')),
	-- password, registration, invitation …
	how     text NOT NULL
);
CREATE INDEX sign_ins_user ON sign_ins (user_id, id);

-- Counters of what may be tried only so often.  The key is hashed: what people
-- type into an address field may be a password.  Working table: rows expire.
CREATE TABLE throttle (
	-- sign-in, registration …
	kind       text NOT NULL,
	-- SHA-256 of the normalised address, or of whatever is counted.
	key        bytea NOT NULL,
	count      integer NOT NULL,
	-- The count reached the limit: refused until ends_at.
	locked     boolean NOT NULL DEFAULT false,
	ends_at    timestamptz NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (kind, key)
);
CREATE INDEX throttle_ends ON throttle (ends_at);

-- Answers kept for a caller who repeats a POST.  Working table: rows expire.
CREATE TABLE idempotency (
	user_id     uuid NOT NULL CONSTRAINT idempotency_user_id_fkey REFERENCES users (id),
	key         text NOT NULL
	            CONSTRAINT idempotency_key_check CHECK (char_length(key) BETWEEN 1 AND 255),
	-- SHA-256 of method, path and body.
	fingerprint bytea NOT NULL,
	-- The answer, stored in the transaction that did the work.
	status      integer,
	headers     jsonb,
	body        bytea,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- What happened, for push, caches, workers and webhooks; append-only.
CREATE TABLE events (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- The transaction, by which the sequencer finds what is newly visible.
	xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	-- user:ID, perm:NAME, conversation:ID, article:ID, all.
	audience    text[] NOT NULL,
	-- refresh_data, revoked, session_ended …
	kind        text NOT NULL,
	resource    text,
	-- Null: many at once.
	resource_id uuid,
	payload     jsonb NOT NULL DEFAULT '{}',
	at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_xid ON events (xid);
CREATE INDEX events_at ON events USING brin (at);

-- The one order of events, without gaps, made by push; append-only.
CREATE TABLE stream (
	seq      bigint PRIMARY KEY,
	event_id bigint NOT NULL
);

-- How far the order has come; append-only, trimmed behind its last row.
CREATE TABLE stream_batch (
	-- The highest seq of the batch.
	last bigint PRIMARY KEY,
	-- What was visible to it.
	snap pg_snapshot NOT NULL,
	at   timestamptz NOT NULL DEFAULT now()
);

-- Who did what; append-only, for everybody.
CREATE TABLE audit (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at           timestamptz NOT NULL DEFAULT now(),
	-- The person, null where nobody had signed in, and their session or token.
	actor        uuid,
	session      uuid,
	token        uuid,
	request      uuid,
	address      inet,
	-- The client program; psql and its like give their application_name.
	agent        text,
	-- The database role that did it.
	role         name NOT NULL DEFAULT session_user,
	-- <resource>.<created, updated, deleted …> or a name like sign-in.failed.
	action       text NOT NULL,
	resource     text,
	resource_id  uuid,
	-- Of the payload and its salt: audit_digest().
	payload_hash bytea NOT NULL
);
CREATE INDEX audit_request ON audit (request) WHERE request IS NOT NULL;
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
CREATE INDEX audit_resource ON audit (resource, at, id);
CREATE INDEX audit_resource_id ON audit (resource_id, at, id) WHERE resource_id IS NOT NULL;
CREATE INDEX audit_action ON audit (action, at, id);

-- What an audit row was about, apart from it so that it can be redacted.
CREATE TABLE audit_payload (
	audit_id bigint PRIMARY KEY CONSTRAINT audit_payload_audit_id_fkey REFERENCES audit (id),
	salt     bytea NOT NULL,
	-- Columns that changed, secrets masked; null: there was nothing.
	before   jsonb,
	after    jsonb
);

-- The hash chain over audit rows, written in batches behind the writers, so
-- that these never queue on it and audit itself is never updated.
CREATE TABLE audit_chain (
	audit_id bigint PRIMARY KEY CONSTRAINT audit_chain_audit_id_fkey REFERENCES audit (id),
	-- The hash of the row before it, and its own.
	prev     bytea,
	hash     bytea NOT NULL
);

INSERT INTO watched (table_name, resource, masked, quiet, derived, audience) VALUES
	('users', 'users', '{}', '{last_seen_at}', '{granted,picture}',
	 ARRAY['perm:users:read', 'user:{id}']),
	('roles', 'roles', '{}', '{}', '{}',
	 ARRAY['perm:roles:manage', 'perm:users:read']),
	('credentials', 'passwords', '{hash}', '{}', '{}', NULL),
	('tokens', 'tokens', '{hash}', '{last_used_at}', '{}',
	 ARRAY['user:{user_id}']);

-- Signing in leaves the audit row sign-in.succeeded, not one more.
INSERT INTO watched (table_name, resource, audited, quiet, audience) VALUES
	('sessions', 'sessions', 'UPDATE',
	 '{generation,rotated_at,last_seen_at,idle_expires_at,address}',
	 ARRAY['user:{user_id}']);

-- Inviting somebody leaves the audit row users.created, not one more.
INSERT INTO watched (table_name, resource, audited, masked) VALUES
	('invitations', 'invitations', NULL, '{hash}');
