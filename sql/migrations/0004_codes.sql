-- SPDX-License-Identifier: ISC
--
-- Codes that go out by mail and prove who somebody is, and what a used one allows for a
-- while.

CREATE TABLE codes (
	id         uuid PRIMARY KEY DEFAULT uuid_v7(),
	user_id    uuid NOT NULL CONSTRAINT codes_user_id_fkey REFERENCES users (id),
	purpose    text NOT NULL
	           CONSTRAINT codes_purpose_check
	           CHECK (purpose IN ('verify-email', 'reset', 'email', 'designation', 'mfa-off')),
	-- The only session it is good in; null: whoever knows it.
	session_id uuid CONSTRAINT codes_session_id_fkey REFERENCES sessions (id),
	-- Where it was sent: it proves that address and no other.
	address    text NOT NULL,
	salt       bytea NOT NULL,
	-- SHA-256 of salt and digits.
	hash       bytea NOT NULL CONSTRAINT codes_hash_check CHECK (octet_length(hash) = 32),
	-- Wrong ones; the fifth ends it.
	tries      integer NOT NULL DEFAULT 0 CONSTRAINT codes_tries_check CHECK (tries BETWEEN 0 AND 5),
	expires_at timestamptz NOT NULL,
	-- Used, tried too often, or replaced by a newer one.
	ended_at   timestamptz,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
-- There is one at a time.
CREATE UNIQUE INDEX codes_purpose_key ON codes (user_id, purpose) WHERE ended_at IS NULL;
-- How often somebody is written to.
CREATE INDEX codes_user ON codes (user_id, created_at);
CREATE INDEX codes_session ON codes (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX codes_created ON codes (created_at);

-- That a session has just proved who it is: good for one change.
CREATE TABLE step_ups (
	id         uuid PRIMARY KEY DEFAULT uuid_v7(),
	session_id uuid NOT NULL CONSTRAINT step_ups_session_id_fkey REFERENCES sessions (id),
	purpose    text NOT NULL
	           CONSTRAINT step_ups_purpose_check CHECK (purpose IN ('email', 'designation', 'mfa-off')),
	expires_at timestamptz NOT NULL,
	used_at    timestamptz,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX step_ups_session ON step_ups (session_id, purpose);
CREATE INDEX step_ups_created ON step_ups (created_at);

-- What becomes of a code is noted by name (code.requested, code.used, code.failed).
INSERT INTO watched (table_name, resource, audited, masked) VALUES
	('codes', 'codes', NULL, '{salt,hash}'),
	('step_ups', 'step_ups', NULL, '{}');

-- It now takes the link to send.
DROP FUNCTION IF EXISTS invitation_create(uuid, bytea, interval);
