-- SPDX-License-Identifier: ISC
--
-- Notes, the example resource: private to whoever wrote them.

CREATE TABLE notes (
	id          uuid PRIMARY KEY DEFAULT uuid_v7(),
	owner_id    uuid NOT NULL REFERENCES users,
	title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
	body        text CHECK (length(body) <= 10000),
	tags        text[] NOT NULL DEFAULT '{}',
	created_at  timestamptz NOT NULL DEFAULT now(),
	updated_at  timestamptz NOT NULL DEFAULT now(),
	version     integer NOT NULL DEFAULT 1,
	deleted_at  timestamptz
);
COMMENT ON TABLE notes IS 'The example resource: one note of one person.';

-- Serve the list in its two orders, and the search.
CREATE INDEX notes_owner_created ON notes (owner_id, created_at, id)
	WHERE deleted_at IS NULL;
CREATE INDEX notes_owner_title ON notes (owner_id, title, id)
	WHERE deleted_at IS NULL;

INSERT INTO watched (table_name, resource, audience)
VALUES ('notes', 'notes', ARRAY['user:{owner_id}']);
