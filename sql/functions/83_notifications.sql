-- SPDX-License-Identifier: ISC
--
-- Notifications: what one person is told.  notification_add() is for functions and triggers
-- here; no role may call it.  What concerns somebody's account is told by triggers where it
-- happens, so that no way of doing it can forget to: nobody's password, address, rights or
-- tokens change behind their back.

SET search_path = bureau, public;

-- Keeps a notification and tells it at once.  _title is English; _kind and _about let a page say
-- it in the reader's language.  _link is a page of this site.
CREATE OR REPLACE FUNCTION notification_add(_user uuid, _kind text, _title text,
                                            _link text DEFAULT NULL, _about jsonb DEFAULT '{}')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id uuid;
BEGIN
	INSERT INTO notifications (user_id, kind, title, link, about)
	VALUES (_user, _kind, left(_title, 500), _link, jsonb_strip_nulls(coalesce(_about, '{}')))
	RETURNING id INTO _id;
	PERFORM event_tell(ARRAY['user:' || _user], 'notification', 'notifications', _id,
		jsonb_build_object('id', _id, 'kind', _kind, 'title', left(_title, 500), 'link', _link));
	RETURN _id;
END
$$;

-- Marks the caller's own as read: these, or all.  Says how many are unread still.  Raises U3001,
-- and marks none, where one of them is not theirs.  Whoever else shows them is told: their other
-- tabs and devices.
CREATE OR REPLACE FUNCTION notifications_read(_ids uuid[], _all boolean, OUT unread int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user CONSTANT uuid := actor();
	_done uuid[];
BEGIN
	IF (_ids IS NULL) = (_all IS NOT TRUE) THEN
		PERFORM refuse('U2001', 'ids', 'Name the notifications in ids, or set all to true.');
	END IF;
	IF EXISTS (SELECT FROM unnest(_ids) i WHERE NOT EXISTS (
		SELECT FROM notifications n WHERE n.id = i AND n.user_id = _user)) THEN
		PERFORM refuse('U3001', NULL, 'One of these is no notification of yours; none was marked.');
	END IF;
	WITH done AS (
		UPDATE notifications n SET read_at = now()
		 WHERE n.user_id = _user AND n.read_at IS NULL AND (_all OR n.id = ANY (_ids))
		RETURNING n.id)
	SELECT array_agg(id) INTO _done FROM done;
	IF _done IS NOT NULL THEN
		PERFORM event_tell(ARRAY['user:' || _user], 'refresh_data', 'notifications',
			CASE WHEN cardinality(_done) = 1 THEN _done[1] END, '{"action": "updated"}');
	END IF;
	unread := (SELECT count(*) FROM notifications n WHERE n.user_id = _user AND n.read_at IS NULL);
END
$$;

-- The caller's own, for admin.
DROP VIEW IF EXISTS own_notifications;
CREATE VIEW own_notifications WITH (security_barrier) AS
	SELECT n.id, n.kind, n.title, n.link, n.about, n.read_at, n.read_at IS NULL AS unread, n.created_at
	  FROM notifications n
	 WHERE n.user_id = actor();

-- --- what concerns somebody's account ----------------------------------------------

-- Who did it, where that was not the person: {"by": name}, or {} .
CREATE OR REPLACE FUNCTION notification_by(_user uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN coalesce((SELECT jsonb_build_object('by', u.full_name) FROM users u
	                  WHERE u.id = actor() AND u.id <> _user), '{}');
END
$$;

-- What a program calls itself, without the numbers that change with each version of it.
CREATE OR REPLACE FUNCTION agent_kind(_agent text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(coalesce(_agent, ''), '[0-9][0-9._]*', '', 'g');

-- The network an address is in: people who stay where they are get another address of it.
CREATE OR REPLACE FUNCTION address_net(_address inet) RETURNS inet
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN network(set_masklen(_address, CASE family(_address) WHEN 4 THEN 24 ELSE 64 END));

-- Trigger of sign_ins that succeeded: from a program or a network they were not signed in from
-- before (in their last 500).  The first time of all is no news.
CREATE OR REPLACE FUNCTION sign_in_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_known record;
BEGIN
	SELECT count(*) AS times,
	       coalesce(bool_or(agent_kind(s.agent) = agent_kind(NEW.agent)), false) AS agent,
	       coalesce(bool_or(address_net(s.address) IS NOT DISTINCT FROM address_net(NEW.address)), false) AS net
	  INTO _known
	  FROM (SELECT p.agent, p.address FROM sign_ins p
	         WHERE p.user_id = NEW.user_id AND p.id < NEW.id AND p.outcome = 'succeeded'
	         ORDER BY p.id DESC LIMIT 500) s;
	IF _known.times > 0 AND NOT (_known.agent AND _known.net) THEN
		PERFORM notification_add(NEW.user_id, 'new-sign-in',
			'New sign-in' || coalesce(' from ' || host(NEW.address), ''), '/app/profile/sessions',
			jsonb_build_object('address', host(NEW.address), 'agent', NEW.agent));
	END IF;
	RETURN NULL;
END
$$;

-- Trigger of credentials, when another password was chosen.
CREATE OR REPLACE FUNCTION password_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM notification_add(NEW.user_id, 'password-changed', 'Your password was changed',
		'/app/profile/password', jsonb_build_object('address', host(address_now()))
		|| notification_by(NEW.user_id));
	RETURN NULL;
END
$$;

-- Trigger of users, when they are given another role, permissions or address.  What a role comes to
-- is told where somebody changed it, not where an upgrade did.
CREATE OR REPLACE FUNCTION person_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_by CONSTANT jsonb := notification_by(NEW.id);
	_role text;
BEGIN
	IF NEW.role_id <> OLD.role_id THEN
		SELECT name INTO _role FROM roles WHERE id = NEW.role_id;
		PERFORM notification_add(NEW.id, 'role-changed', 'Your role is now ' || _role,
			'/app/profile', jsonb_build_object('role', _role) || _by);
	ELSIF NEW.permissions <> OLD.permissions OR NEW.granted <> OLD.granted AND actor() IS NOT NULL THEN
		PERFORM notification_add(NEW.id, 'permissions-changed', 'What you may do was changed',
			'/app/profile', _by);
	END IF;
	IF NEW.email <> OLD.email THEN
		PERFORM notification_add(NEW.id, 'email-changed', 'Your e-mail address is now ' || NEW.email,
			'/app/profile', jsonb_build_object('from', OLD.email, 'to', NEW.email) || _by);
	END IF;
	RETURN NULL;
END
$$;

-- Trigger of new personal tokens.
CREATE OR REPLACE FUNCTION token_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM notification_add(NEW.user_id, 'token-made', 'A personal token was made: ' || NEW.name,
		'/app/profile/tokens', jsonb_build_object('name', NEW.name, 'until', ts(NEW.expires_at),
		'address', host(address_now())) || notification_by(NEW.user_id));
	RETURN NULL;
END
$$;

-- Trigger of webhooks, when one was switched off for not working: whoever made it, or where that is
-- nobody who works here any more, all who may see to it.
CREATE OR REPLACE FUNCTION webhook_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_owner CONSTANT uuid := (SELECT id FROM users
	                          WHERE id = NEW.owner_id AND is_active AND deleted_at IS NULL);
BEGIN
	PERFORM notification_add(u.id, 'webhook-disabled', 'A webhook was switched off: ' || NEW.url,
		'/app/webhooks/' || NEW.id, jsonb_build_object('url', NEW.url, 'reason', NEW.disabled_reason))
	   FROM users u
	  WHERE u.is_active AND u.deleted_at IS NULL
	    AND (u.id = _owner OR _owner IS NULL AND u.granted @> '{webhooks:manage}');
	RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER sign_in_is_told AFTER INSERT ON sign_ins
	FOR EACH ROW WHEN (NEW.outcome = 'succeeded') EXECUTE FUNCTION sign_in_is_told();
-- A better hash of the same password leaves changed_at.
CREATE OR REPLACE TRIGGER password_is_told AFTER UPDATE OF changed_at ON credentials
	FOR EACH ROW WHEN (OLD.changed_at <> NEW.changed_at) EXECUTE FUNCTION password_is_told();
CREATE OR REPLACE TRIGGER person_is_told AFTER UPDATE OF email, role_id, permissions, granted ON users
	FOR EACH ROW WHEN ((OLD.email, OLD.role_id, OLD.permissions, OLD.granted)
	                   IS DISTINCT FROM (NEW.email, NEW.role_id, NEW.permissions, NEW.granted))
	EXECUTE FUNCTION person_is_told();
CREATE OR REPLACE TRIGGER token_is_told AFTER INSERT ON tokens
	FOR EACH ROW EXECUTE FUNCTION token_is_told();
CREATE OR REPLACE TRIGGER webhook_is_told AFTER UPDATE OF disabled_at ON webhooks
	FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
	EXECUTE FUNCTION webhook_is_told();
