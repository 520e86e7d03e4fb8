-- SPDX-License-Identifier: ISC
--
-- Webhooks: other systems that are told of changes.  Events are turned into deliveries
-- by the clock of the jobs, behind the writers (functions/82_webhooks.sql); each delivery
-- is a job whose key is its webhook, so that a receiver gets them in order.

CREATE TABLE webhooks (
	id              uuid PRIMARY KEY DEFAULT uuid_v7(),
	-- Who made it, and is told when it is switched off; null: an operator.
	owner_id        uuid CONSTRAINT webhooks_owner_id_fkey REFERENCES users (id),
	-- http or https; who connects judges the address behind it.
	url             text NOT NULL
	                CONSTRAINT webhooks_url_check
	                CHECK (url ~ '^https?://[^[:space:]]+$' AND char_length(url) <= 2000),
	description     text NOT NULL DEFAULT ''
	                CONSTRAINT webhooks_description_check CHECK (char_length(description) <= 500),
	-- users.created, users.*, *: webhooks_rules() knows which there are.
	events          text[] NOT NULL
	                CONSTRAINT webhooks_events_check CHECK (cardinality(events) BETWEEN 1 AND 50),
	-- Signs what is sent; nobody but webhook_load() reads it.
	secret          bytea NOT NULL
	                CONSTRAINT webhooks_secret_check CHECK (octet_length(secret) BETWEEN 24 AND 64),
	-- The one before, which signs along until then.
	former_secret   bytea,
	former_until    timestamptz,
	is_active       boolean NOT NULL DEFAULT true,
	-- What is visible in this snapshot happened before it became active and is not told.
	-- As text, for rows of the type itself cannot be compared.
	active_from     text NOT NULL
	                CONSTRAINT webhooks_active_from_check
	                CHECK (pg_snapshot_xmax(active_from::pg_snapshot) IS NOT NULL),
	-- Since when nothing but failures; null: the last try succeeded.
	failing_since   timestamptz,
	-- When and why it was switched off by us, not by a person.
	disabled_at     timestamptz,
	disabled_reason text
	                CONSTRAINT webhooks_disabled_reason_check
	                CHECK (disabled_reason IN ('failing', 'gone')),
	-- The last success.
	last_delivery_at timestamptz,
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	updated_at      timestamptz NOT NULL DEFAULT now(),
	deleted_at      timestamptz,
	CONSTRAINT webhooks_former_until_check CHECK ((former_secret IS NULL) = (former_until IS NULL)),
	CONSTRAINT webhooks_disabled_at_check
		CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)
		       AND NOT (is_active AND disabled_at IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX webhooks_created ON webhooks (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_owner ON webhooks (owner_id);
-- Whether there is anybody to tell: asked at every write.
CREATE INDEX webhooks_live ON webhooks (id) WHERE is_active AND deleted_at IS NULL;

-- What was or is to be told to whom; kept for 30 days.
CREATE TABLE webhook_deliveries (
	id           uuid PRIMARY KEY DEFAULT uuid_v7(),
	webhook_id   uuid NOT NULL
	             CONSTRAINT webhook_deliveries_webhook_id_fkey REFERENCES webhooks (id),
	-- The id the receiver knows it by, the same whenever it is sent again.
	message_id   uuid NOT NULL,
	-- users.created …, or ping.
	event        text NOT NULL,
	-- The body that is sent, byte for byte its text.
	payload      jsonb NOT NULL,
	state        text NOT NULL DEFAULT 'pending'
	             CONSTRAINT webhook_deliveries_state_check
	             CHECK (state IN ('pending', 'delivered', 'failed', 'cancelled')),
	-- The job that does it; not there any more once it was pruned.
	job_id       uuid,
	-- Of the last try: how many there were, the HTTP status, why it failed.
	attempts     integer NOT NULL DEFAULT 0,
	status       integer,
	cause        text,
	created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	delivered_at timestamptz,
	CONSTRAINT webhook_deliveries_delivered_at_check
		CHECK ((delivered_at IS NOT NULL) = (state = 'delivered'))
) WITH (fillfactor = 85);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_job ON webhook_deliveries (job_id);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, created_at)
	WHERE state = 'pending';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

-- Each try that got as far as an answer or the lack of one; append-only, goes with its delivery.
CREATE TABLE webhook_attempts (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	delivery_id uuid NOT NULL
	            CONSTRAINT webhook_attempts_delivery_id_fkey REFERENCES webhook_deliveries (id)
	            ON DELETE CASCADE,
	attempt     integer NOT NULL,
	at          timestamptz NOT NULL DEFAULT now(),
	-- Null: there was no answer.
	status      integer,
	ms          integer,
	cause       text,
	-- The beginning of the answer's body.
	response    text CONSTRAINT webhook_attempts_response_check CHECK (char_length(response) <= 2048)
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);

-- How far events have been read; no row: there is nobody to tell.  All that is visible in
-- snap has been; between snap and upto, in pages by id, all up to last.
CREATE TABLE webhook_cursor (
	-- Makes a second row impossible.
	single boolean PRIMARY KEY DEFAULT true CONSTRAINT webhook_cursor_single_check CHECK (single),
	snap   pg_snapshot NOT NULL,
	upto   pg_snapshot,
	last   bigint NOT NULL DEFAULT 0
);

INSERT INTO watched (table_name, resource, masked, quiet, audience)
VALUES ('webhooks', 'webhooks', '{secret,former_secret}',
        '{active_from,failing_since,last_delivery_at}', ARRAY['perm:webhooks:manage']);
