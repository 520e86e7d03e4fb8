-- SPDX-License-Identifier: ISC
--
-- Notifications: what one person is told, kept until it has been read and a while
-- longer.  functions/83_notifications.sql puts them in; nobody else does.

SET search_path = bureau, public;

-- Not watched: who puts one in or reads it says so itself, and what somebody was told
-- is neither an act for the audit log nor a change for other systems.
CREATE TABLE notifications (
	id         uuid PRIMARY KEY DEFAULT uuid_v7(),
	user_id    uuid NOT NULL CONSTRAINT notifications_user_id_fkey REFERENCES users (id),
	-- new-sign-in, password-changed …: pages have words of their own for each.
	kind       text NOT NULL
	           CONSTRAINT notifications_kind_check CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
	-- In English, for who has no words for the kind.
	title      text NOT NULL
	           CONSTRAINT notifications_title_check CHECK (char_length(title) BETWEEN 1 AND 500),
	-- A page of this site; never another one's.
	link       text
	           CONSTRAINT notifications_link_check
	           CHECK (link ~ '^/($|[^/\\[:cntrl:]][^\\[:cntrl:]]*$)' AND char_length(link) <= 500),
	-- What the words of the kind are filled in with.
	about      jsonb NOT NULL DEFAULT '{}'
	           CONSTRAINT notifications_about_check CHECK (jsonb_typeof(about) = 'object'),
	-- Null: unread.
	read_at    timestamptz,
	created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 85);
CREATE INDEX notifications_user ON notifications (user_id, created_at, id);
-- How many are unread is asked by every page.
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;
CREATE INDEX notifications_created ON notifications USING brin (created_at);
