-- SPDX-License-Identifier: ISC
--
-- Customers, their groups and notes; the views that people save of any list.
--
-- Every index serves an order or a filter of the list at a million rows; live rows only.
-- What a value must look like is said once, in customers_rules() (functions/86_customers.sql),
-- which tidies, names each field at fault and is shared by calls, batches and imports.

-- What a text of fewer than three characters is found by, which trigrams cannot: each
-- character outside of ASCII, alone and with its neighbours.  Of ASCII alone: nothing.
-- What it costs is overstated: there are no statistics of single grams, and the planner
-- is to take the index rather than walk in the hope of a match.
CREATE FUNCTION short_grams(_text text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
	_chars text[];
BEGIN
	IF octet_length(_text) = char_length(_text) THEN
		RETURN NULL;
	END IF;
	_chars := string_to_array(_text, NULL);
	RETURN ARRAY(SELECT DISTINCT g
	               FROM unnest(_chars, _chars[2:]) AS c (a, b),
	                    unnest(ARRAY[a, b, a || b]) AS g
	              WHERE octet_length(g) > char_length(g) AND strpos(g, ' ') = 0);
END
$$;

CREATE TABLE customers (
	id               uuid PRIMARY KEY DEFAULT uuid_v7(),
	name             text NOT NULL,
	-- Folded; two customers may share one.
	email            text,
	-- E.164: + and digits alone.
	phone            text,
	-- ISO 3166 alpha-2.
	country_code     text,
	company          text,
	status           text NOT NULL DEFAULT 'active',
	-- Who looks after them.
	owner_id         uuid CONSTRAINT customers_owner_id_fkey REFERENCES users (id),
	tags             text[] NOT NULL DEFAULT '{}',
	-- What their groups define, and whatever else was put there.
	custom_fields    jsonb NOT NULL DEFAULT '{}',
	-- The last note, message or task.
	last_activity_at timestamptz NOT NULL DEFAULT now(),
	-- Name and contact were replaced for good.
	anonymised_at    timestamptz,
	-- Whom they turned out to be; then deleted.
	merged_into      uuid CONSTRAINT customers_merged_into_fkey REFERENCES customers (id),
	-- What is looked in, by trigger: in small letters, each part behind a space.
	search           text NOT NULL DEFAULT '',
	version          integer NOT NULL DEFAULT 1,
	created_at       timestamptz NOT NULL DEFAULT now(),
	updated_at       timestamptz NOT NULL DEFAULT now(),
	deleted_at       timestamptz,
	-- One check, for each costs by the statement: it holds where triggers are off, too.
	CONSTRAINT customers_row_check CHECK (
		name <> '' AND status IN ('active', 'inactive', 'pending', 'blocked')
		AND phone ~ '^\+[1-9][0-9]{6,14}$' IS NOT FALSE
		AND country_code ~ '^[A-Z][A-Z]$' IS NOT FALSE
		AND jsonb_typeof(custom_fields) = 'object')
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX customers_phone_key ON customers (phone, country_code)
	NULLS NOT DISTINCT WHERE deleted_at IS NULL AND phone IS NOT NULL;
-- The statistics read status and owner from it, too.
CREATE INDEX customers_created ON customers (created_at, id) INCLUDE (status, owner_id)
	WHERE deleted_at IS NULL;
CREATE INDEX customers_name ON customers (name, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_activity ON customers (last_activity_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_status ON customers (status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_owner ON customers (owner_id, created_at, id)
	WHERE deleted_at IS NULL AND owner_id IS NOT NULL;
CREATE INDEX customers_country ON customers (country_code, created_at, id)
	WHERE deleted_at IS NULL AND country_code IS NOT NULL;
CREATE INDEX customers_email ON customers (email)
	WHERE deleted_at IS NULL AND email IS NOT NULL;
CREATE INDEX customers_tags ON customers USING gin (tags) WHERE deleted_at IS NULL;
CREATE INDEX customers_search ON customers USING gin (search public.gin_trgm_ops)
	WHERE deleted_at IS NULL;
CREATE INDEX customers_grams ON customers USING gin (short_grams(search))
	WHERE deleted_at IS NULL AND octet_length(search) <> char_length(search);
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE customer_groups (
	id              uuid PRIMARY KEY DEFAULT uuid_v7(),
	name            text NOT NULL
	                CONSTRAINT customer_groups_name_check CHECK (char_length(name) BETWEEN 1 AND 100),
	description     text NOT NULL DEFAULT ''
	                CONSTRAINT customer_groups_description_check
	                CHECK (char_length(description) <= 1000),
	-- What customers in it have beside the rest: [{name,type,required,options,min,max,pattern}].
	custom_fields   jsonb NOT NULL DEFAULT '[]'
	                CONSTRAINT customer_groups_custom_fields_check
	                CHECK (jsonb_typeof(custom_fields) = 'array'),
	-- Live members that are live customers; kept by trigger.
	customers_count integer NOT NULL DEFAULT 0
	                CONSTRAINT customer_groups_customers_count_check CHECK (customers_count >= 0),
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	updated_at      timestamptz NOT NULL DEFAULT now(),
	deleted_at      timestamptz
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX customer_groups_name_key ON customer_groups (name) WHERE deleted_at IS NULL;
CREATE INDEX customer_groups_created ON customer_groups (created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE customer_group_members (
	id          uuid PRIMARY KEY DEFAULT uuid_v7(),
	group_id    uuid NOT NULL
	            CONSTRAINT customer_group_members_group_id_fkey REFERENCES customer_groups (id),
	customer_id uuid NOT NULL
	            CONSTRAINT customer_group_members_customer_id_fkey REFERENCES customers (id),
	version     integer NOT NULL DEFAULT 1,
	created_at  timestamptz NOT NULL DEFAULT now(),
	updated_at  timestamptz NOT NULL DEFAULT now(),
	-- Left the group; who comes back gets a new row.
	deleted_at  timestamptz
);
CREATE UNIQUE INDEX customer_group_members_customer_id_key
	ON customer_group_members (customer_id, group_id) WHERE deleted_at IS NULL;
CREATE INDEX customer_group_members_group
	ON customer_group_members (group_id, customer_id) WHERE deleted_at IS NULL;

CREATE TABLE customer_notes (
	id          uuid PRIMARY KEY DEFAULT uuid_v7(),
	customer_id uuid NOT NULL
	            CONSTRAINT customer_notes_customer_id_fkey REFERENCES customers (id),
	author_id   uuid NOT NULL DEFAULT nullif(current_setting('bureau.user', true), '')::uuid
	            CONSTRAINT customer_notes_author_id_fkey REFERENCES users (id),
	text        text NOT NULL
	            CONSTRAINT customer_notes_text_check CHECK (char_length(text) BETWEEN 1 AND 10000),
	version     integer NOT NULL DEFAULT 1,
	created_at  timestamptz NOT NULL DEFAULT now(),
	updated_at  timestamptz NOT NULL DEFAULT now(),
	deleted_at  timestamptz
);
CREATE INDEX customer_notes_customer ON customer_notes (customer_id, created_at, id)
	WHERE deleted_at IS NULL;

CREATE INDEX customer_notes_author ON customer_notes (author_id);

-- What somebody keeps of a list: filters, order, columns.
CREATE TABLE views (
	id         uuid PRIMARY KEY DEFAULT uuid_v7(),
	owner_id   uuid NOT NULL DEFAULT nullif(current_setting('bureau.user', true), '')::uuid
	           CONSTRAINT views_owner_id_fkey REFERENCES users (id),
	-- Of which list: customers, users …
	resource   text NOT NULL
	           CONSTRAINT views_resource_check CHECK (resource ~ '^[a-z][a-z-]{0,49}$'),
	name       text NOT NULL
	           CONSTRAINT views_name_check CHECK (char_length(name) BETWEEN 1 AND 100),
	-- The front end's own.
	settings   jsonb NOT NULL DEFAULT '{}'
	           CONSTRAINT views_settings_check CHECK (jsonb_typeof(settings) = 'object'),
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	deleted_at timestamptz
);
CREATE UNIQUE INDEX views_name_key ON views (owner_id, resource, name) WHERE deleted_at IS NULL;

INSERT INTO watched (table_name, resource, quiet, derived, audience) VALUES
	('customers', 'customers', '{last_activity_at}', '{search}', ARRAY['perm:customers:read']),
	('customer_groups', 'customer-groups', '{customers_count}', '{}',
	 ARRAY['perm:customer-groups:read', 'perm:customers:read']),
	('customer_group_members', 'customer-group-members', '{}', '{}', ARRAY['perm:customers:read']),
	('customer_notes', 'customer-notes', '{}', '{}', ARRAY['perm:customers:read']),
	('views', 'views', '{}', '{}', ARRAY['user:{owner_id}']);
