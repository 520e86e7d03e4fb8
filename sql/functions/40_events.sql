-- SPDX-License-Identifier: ISC
--
-- Events: what push, caches, workers and webhooks are told.  event_rows() and
-- event_updates() are the triggers of every watched table with an audience.  event_cursor()
-- may be called by every responder, though authorize() answers it already.

SET search_path = bureau, public;

-- Which history this is, kept with the connection.  One that outlives it, as where a database is restored
-- under it, tells the old one, and whoever comes back with that begins anew.
CREATE OR REPLACE FUNCTION epoch_learn() RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN set_config('bureau.epoch', (SELECT e.id FROM epoch e), false);
END
$$;

-- Where the stream stands: `epoch:seq`.  Read before the data, all that is at or below it is in the data.
-- A sequence, since it is asked for with every request: the tables would cost a third of authorize().
CREATE OR REPLACE FUNCTION cursor_now() RETURNS text
LANGUAGE sql
RETURN coalesce(nullif(current_setting('bureau.epoch', true), ''), bureau.epoch_learn())
       || ':' || coalesce(pg_sequence_last_value('bureau.stream_place'), 0);

CREATE OR REPLACE FUNCTION event_cursor() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN cursor_now();
END
$$;

-- An audience with its {column} taken from the row; null where that is null.
CREATE OR REPLACE FUNCTION event_audience(_pattern text, _row jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN strpos(_pattern, '{') = 0 THEN _pattern
            ELSE split_part(_pattern, '{', 1) || (_row ->> rtrim(split_part(_pattern, '{', 2), '}'))
       END;

-- What an update did, by the deleted_at before and after.
CREATE OR REPLACE FUNCTION event_action(_before text, _after text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (_before IS NULL) = (_after IS NULL) THEN 'updated'
            WHEN _before IS NULL THEN 'deleted' ELSE 'restored' END;

-- Triggers, per statement: arguments are the resource and its audience.  One event a row;
-- for more than a hundred rows one event without an id, to the audiences of all of them.

-- Of INSERT and DELETE; a third argument is the action.  An audience without columns, which most
-- have, is the same for every row: that costs half as much.
CREATE OR REPLACE FUNCTION event_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_audience CONSTANT text[] := TG_ARGV[1];
	_varies CONSTANT boolean := TG_ARGV[1] LIKE '_%{%';
	_ids CONSTANT uuid[] := ARRAY(SELECT n.id FROM changed n LIMIT 101);
	_payload CONSTANT jsonb := jsonb_build_object('action', TG_ARGV[2]);
BEGIN
	IF cardinality(_ids) > 100 THEN
		INSERT INTO events (audience, kind, resource, payload)
		SELECT array_agg(DISTINCT a), 'refresh_data', TG_ARGV[0], _payload
		  FROM changed n, unnest(_audience) p, event_audience(p, to_jsonb(n)) a
		 WHERE a IS NOT NULL
		HAVING count(*) > 0;
	ELSIF _varies THEN
		INSERT INTO events (audience, kind, resource, resource_id, payload)
		SELECT c.audience, 'refresh_data', TG_ARGV[0], c.id, _payload
		  FROM (SELECT n.id, array_remove(ARRAY(SELECT event_audience(p, to_jsonb(n))
		                                          FROM unnest(_audience) p), NULL) AS audience
		          FROM changed n OFFSET 0) c
		 WHERE c.audience <> '{}';
	ELSIF cardinality(_ids) = 1 THEN
		INSERT INTO events (audience, kind, resource, resource_id, payload)
		VALUES (_audience, 'refresh_data', TG_ARGV[0], _ids[1], _payload);
	ELSE
		INSERT INTO events (audience, kind, resource, resource_id, payload)
		SELECT _audience, 'refresh_data', TG_ARGV[0], i, _payload FROM unnest(_ids) i;
	END IF;
	RETURN NULL;
END
$$;

-- Of UPDATE: what made no new version is no event; who could see the row before is told, too.
CREATE OR REPLACE FUNCTION event_updates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_audience CONSTANT text[] := TG_ARGV[1];
	_varies CONSTANT boolean := TG_ARGV[1] LIKE '_%{%';
	_each CONSTANT boolean := (SELECT count(*) <= 100 FROM changed);
BEGIN
	IF _each THEN
		INSERT INTO events (audience, kind, resource, resource_id, payload)
		SELECT c.audience, 'refresh_data', TG_ARGV[0], c.id, jsonb_build_object('action', c.action)
		  FROM (SELECT n.id, event_action(o.row ->> 'deleted_at', n.row ->> 'deleted_at') AS action,
		               CASE WHEN _varies
		               THEN array_remove(ARRAY(SELECT DISTINCT event_audience(p, r)
		                     FROM unnest(_audience) p, unnest(ARRAY[o.row, n.row]) r), NULL)
		               ELSE _audience END AS audience
		          FROM (SELECT x.id, x.version, to_jsonb(x) AS row FROM changed x) n
		          JOIN (SELECT x.id, x.version, to_jsonb(x) AS row FROM former x) o
		            ON o.id = n.id AND o.version <> n.version OFFSET 0) c
		 WHERE c.audience <> '{}';
	ELSE
		-- Planned for how many there are: the plan that is kept for a few makes each row anew for each.
		EXECUTE 'INSERT INTO events (audience, kind, resource, payload)
		SELECT array_agg(DISTINCT a), ''refresh_data'', $1, jsonb_build_object(''action'', c.action)
		  FROM (SELECT o.row AS before, n.row AS after,
		               event_action(o.row ->> ''deleted_at'', n.row ->> ''deleted_at'') AS action
		          FROM (SELECT x.id, x.version, to_jsonb(x) AS row FROM changed x) n
		          JOIN (SELECT x.id, x.version, to_jsonb(x) AS row FROM former x) o
		            ON o.id = n.id AND o.version <> n.version) c,
		       unnest($2) p, unnest(ARRAY[c.before, c.after]) r, event_audience(p, r) a
		 WHERE a IS NOT NULL
		 GROUP BY c.action' USING TG_ARGV[0], _audience;
	END IF;
	RETURN NULL;
END
$$;

-- Trigger of users, per row: their streams end when access does, and so do their sessions.
CREATE OR REPLACE FUNCTION users_revoked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	INSERT INTO events (audience, kind, resource, resource_id)
	VALUES (ARRAY['user:' || NEW.id], 'revoked', 'users', NEW.id);
	UPDATE sessions SET ended_at = now(), end_reason = 'revoked'
	 WHERE user_id = NEW.id AND ended_at IS NULL;
	UPDATE tokens SET ended_at = now() WHERE user_id = NEW.id AND ended_at IS NULL;
	RETURN NULL;
END
$$;

-- Trigger of sessions, per row.
CREATE OR REPLACE FUNCTION sessions_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	INSERT INTO events (audience, kind, resource, resource_id)
	VALUES (ARRAY['user:' || NEW.user_id], 'session_ended', 'sessions', NEW.id);
	RETURN NULL;
END
$$;
