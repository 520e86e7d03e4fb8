-- SPDX-License-Identifier: ISC
--
-- Files of customers on their way in, what merged customers were before, and what finds
-- likely duplicates.

-- One file: a working table, rows expire.  functions/87_imports.sql moves it on.
CREATE TABLE imports (
	id            uuid PRIMARY KEY DEFAULT uuid_v7(),
	owner_id      uuid NOT NULL DEFAULT nullif(current_setting('bureau.user', true), '')::uuid
	              CONSTRAINT imports_owner_id_fkey REFERENCES users (id),
	-- The upload's request, address and program, which the audit rows of its customers name.
	origin        text NOT NULL DEFAULT coalesce(current_setting('bureau.origin', true), ''),
	-- What becomes of a customer that is there already, and by what it is known.
	duplicates    text NOT NULL DEFAULT 'fail'
	              CONSTRAINT imports_duplicates_check CHECK (duplicates IN ('skip', 'update', 'fail')),
	match_by      text NOT NULL DEFAULT 'phone'
	              CONSTRAINT imports_match_by_check CHECK (match_by IN ('phone', 'email')),
	-- The group that those who are imported come into, whose custom fields are typed.
	group_id      uuid CONSTRAINT imports_group_id_fkey REFERENCES customer_groups (id),
	dry_run       boolean NOT NULL DEFAULT false,
	-- The file's first line, and which of its columns is which field: {"name": 1, …}.
	header        text[] NOT NULL DEFAULT '{}',
	columns       jsonb NOT NULL DEFAULT '{}',
	state         text NOT NULL DEFAULT 'loading'
	              CONSTRAINT imports_state_check
	              CHECK (state IN ('loading', 'checking', 'done', 'failed')),
	-- The job that does the next step, and the last line that is checked.
	job_id        uuid,
	checked       integer NOT NULL DEFAULT 0,
	progress      smallint NOT NULL DEFAULT 0,
	rows_count    integer NOT NULL DEFAULT 0,
	-- Of a dry run: what would be.
	created_count integer NOT NULL DEFAULT 0,
	updated_count integer NOT NULL DEFAULT 0,
	skipped_count integer NOT NULL DEFAULT 0,
	failed_count  integer NOT NULL DEFAULT 0,
	-- Why it failed as a whole.
	cause         text,
	created_at    timestamptz NOT NULL DEFAULT now(),
	finished_at   timestamptz
);
CREATE INDEX imports_owner ON imports (owner_id, created_at);
CREATE INDEX imports_group ON imports (group_id) WHERE group_id IS NOT NULL;

-- Its lines, filled by COPY; those that were taken leave when it is done.
CREATE TABLE import_rows (
	import_id     uuid NOT NULL DEFAULT nullif(current_setting('bureau.import', true), '')::uuid,
	-- Where it begins in the file.
	line          integer NOT NULL,
	cells         text[] NOT NULL,
	-- What they say, tidied.
	name          text,
	email         text,
	phone         text,
	country_code  text,
	company       text,
	status        text,
	owner_id      uuid,
	tags          text[],
	custom_fields jsonb,
	-- What is wrong: an array of fault().
	faults        jsonb,
	-- new, update, skip or bad; null: not judged yet.
	verdict       text,
	-- The customer it is, or becomes.
	target        uuid,
	PRIMARY KEY (import_id, line)
);

-- Who was merged stays away until that is undone.
ALTER TABLE customers ADD CONSTRAINT customers_merged_into_check
	CHECK (merged_into IS NULL OR deleted_at IS NOT NULL);

-- Customers that turned out to be one; what is needed to take them apart again.
CREATE TABLE customer_merges (
	id          uuid PRIMARY KEY DEFAULT uuid_v7(),
	-- Who stays, and who went into it.
	customer_id uuid NOT NULL
	            CONSTRAINT customer_merges_customer_id_fkey REFERENCES customers (id),
	other_ids   uuid[] NOT NULL
	            CONSTRAINT customer_merges_other_ids_check CHECK (cardinality(other_ids) > 0),
	-- Columns of who stays that the merge changed: what they were, and became.
	before      jsonb NOT NULL DEFAULT '{}',
	after       jsonb NOT NULL DEFAULT '{}',
	-- Whose each note was; memberships that were added.
	notes       jsonb NOT NULL DEFAULT '{}',
	members     uuid[] NOT NULL DEFAULT '{}',
	merged_by   uuid NOT NULL DEFAULT nullif(current_setting('bureau.user', true), '')::uuid
	            CONSTRAINT customer_merges_merged_by_fkey REFERENCES users (id),
	undone_at   timestamptz,
	version     integer NOT NULL DEFAULT 1,
	created_at  timestamptz NOT NULL DEFAULT now(),
	updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX customer_merges_customer ON customer_merges (customer_id, created_at);
CREATE INDEX customer_merges_others ON customer_merges USING gin (other_ids);
CREATE INDEX customer_merges_by ON customer_merges (merged_by);

INSERT INTO watched (table_name, resource, audience) VALUES
	('customer_merges', 'customer-merges', ARRAY['perm:customers:read']);
