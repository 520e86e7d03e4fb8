-- SPDX-License-Identifier: ISC
--
-- What `bureau migrate` remembers: which migrations a database has had, and of
-- which bytes.  Run before them, as the schema's owner; idempotent.

CREATE TABLE IF NOT EXISTS bureau.migrations (
	-- The folder: migrations or examples.
	folder     text NOT NULL,
	number     integer NOT NULL,
	name       text NOT NULL,
	-- SHA-256 of the file, in hex.
	checksum   text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT migrations_pkey PRIMARY KEY (folder, number)
);
