-- SPDX-License-Identifier: ISC
--
-- Webhooks: from events to deliveries (webhooks_turn(), under the clock's lock), from
-- deliveries to the wire (webhook_load() and webhook_told(), for the worker), and what
-- people may cause (webhook_ping(), webhook_redeliver(), for admin).  Secrets leave by
-- webhook_load() alone, and only to whoever has the delivery's job in hand.

SET search_path = bureau, public;

-- The key of the jobs of one webhook: they are done one after the other.
CREATE OR REPLACE FUNCTION webhook_key(_webhook uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'webhook:' || _webhook;

-- Puts one delivery in.  _message: the one it repeats; null: it is a new one.
CREATE OR REPLACE FUNCTION webhook_add(_webhook uuid, _event text, _payload jsonb, _message uuid)
RETURNS webhook_deliveries
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id uuid := uuid_v7();
	_d webhook_deliveries;
BEGIN
	INSERT INTO webhook_deliveries (id, webhook_id, message_id, event, payload, job_id)
	VALUES (_id, _webhook, coalesce(_message, _id), _event, _payload,
	        job_add('webhook.send', jsonb_build_object('delivery', _id), _key => webhook_key(_webhook)))
	RETURNING * INTO _d;
	RETURN _d;
END
$$;

-- --- events to deliveries ---------------------------------------------------------

-- Whether anybody is to be told of anything: push asks, and rings workers where there is something new.
CREATE OR REPLACE FUNCTION webhooks_listen() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM webhooks w WHERE w.is_active AND w.deleted_at IS NULL);
END
$$;

-- The next page of events that are not visible in _from and are in _upto, by id; null: there is
-- none.  Reading by id alone would skip what commits late.
CREATE OR REPLACE FUNCTION webhook_events(_from pg_snapshot, _upto pg_snapshot, _after bigint,
                                          _limit int) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
BEGIN
	RETURN (
		WITH n AS MATERIALIZED (
			SELECT e.id, e.xid FROM events e WHERE e.xid >= pg_snapshot_xmax(_from)
			UNION ALL
			SELECT e.id, e.xid FROM events e
			 WHERE e.xid = ANY (ARRAY(SELECT pg_snapshot_xip(_from))))
		SELECT array_agg(p.id ORDER BY p.id)
		  FROM (SELECT n.id FROM n WHERE n.id > _after AND pg_visible_in_snapshot(n.xid, _upto)
		         ORDER BY n.id LIMIT _limit) p);
END
$$;

-- Puts in the deliveries of some events, in their order.  Nobody is told what happened before
-- they listened, nor of changes of their own webhook.
CREATE OR REPLACE FUNCTION webhook_match(_events bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_m record;
BEGIN
	FOR _m IN SELECT w.id AS webhook, e.resource || '.' || (e.payload ->> 'action') AS event,
	                 e.at, e.resource, e.resource_id, e.payload ->> 'action' AS action
	            FROM events e, webhooks w
	           WHERE e.id = ANY (_events) AND e.kind = 'refresh_data'
	             AND w.is_active AND w.deleted_at IS NULL
	             AND EXISTS (SELECT FROM watched t WHERE t.resource = e.resource)
             AND w.events && ARRAY['*', e.resource || '.*', e.resource || '.' || (e.payload ->> 'action')]
	             AND NOT pg_visible_in_snapshot(e.xid, w.active_from::pg_snapshot)
	             AND (e.resource, e.resource_id) IS DISTINCT FROM ('webhooks', w.id)
	           ORDER BY e.id, w.id LOOP
		PERFORM webhook_add(_m.webhook, _m.event, jsonb_build_object('type', _m.event,
			'timestamp', ts(_m.at), 'data', jsonb_build_object('resource', _m.resource,
			'id', _m.resource_id, 'action', _m.action)), NULL);
	END LOOP;
END
$$;

-- Where to begin when nobody has read yet: at the webhook that has listened longest.
CREATE OR REPLACE FUNCTION webhook_begin() RETURNS webhook_cursor
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_c webhook_cursor;
BEGIN
	SELECT true, w.active_from::pg_snapshot, NULL, 0 INTO _c FROM webhooks w
	 WHERE w.is_active AND w.deleted_at IS NULL
	 ORDER BY pg_snapshot_xmax(w.active_from::pg_snapshot),
	          (SELECT count(*) FROM pg_snapshot_xip(w.active_from::pg_snapshot)) DESC LIMIT 1;
	RETURN _c;
END
$$;

-- Reads what is new in events.  Writes nothing when there is nothing new.  To be called last in its
-- transaction (jobs_tick()): what that writes later into events might be taken for read.
CREATE OR REPLACE FUNCTION webhooks_turn() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_page CONSTANT int := 500;
	_until CONSTANT timestamptz := clock_timestamp() + interval '2 seconds';
	_c webhook_cursor;
	_now pg_snapshot := pg_current_snapshot();
	_events bigint[];
BEGIN
	PERFORM webhooks_settle();
	IF NOT webhooks_listen() THEN
		DELETE FROM webhook_cursor;
		RETURN;
	END IF;
	SELECT * INTO _c FROM webhook_cursor;
	IF NOT FOUND THEN
		_c := webhook_begin();
	END IF;
	IF pg_snapshot_xmax(_c.snap) > pg_snapshot_xmax(_now) THEN
		-- A restored database, which counts its transactions anew.
		UPDATE webhooks SET active_from = _now;
		DELETE FROM webhook_cursor;
		RETURN;
	END IF;
	LOOP
		_events := webhook_events(_c.snap, coalesce(_c.upto, _now), _c.last, _page);
		EXIT WHEN _events IS NULL AND _c.upto IS NULL;
		PERFORM webhook_match(_events);
		IF cardinality(_events) = _page THEN
			_c := (true, _c.snap, coalesce(_c.upto, _now), _events[_page]);
		ELSE
			_c := (true, coalesce(_c.upto, _now), NULL, 0);
		END IF;
		INSERT INTO webhook_cursor VALUES (_c.*)
		    ON CONFLICT (single) DO UPDATE SET snap = _c.snap, upto = _c.upto, last = _c.last;
		EXIT WHEN _c.upto IS NULL;
		IF clock_timestamp() > _until THEN
			PERFORM job_bell();
			EXIT;
		END IF;
	END LOOP;
END
$$;

-- --- deliveries to the wire -------------------------------------------------------

-- What to send, for the worker that has this job in hand; no row: nothing any more.  Secrets in
-- hexadecimal, the newest first.
CREATE OR REPLACE FUNCTION webhook_load(_job uuid, _attempt int, OUT state text, OUT message text,
                                        OUT url text, OUT secret text, OUT former text, OUT body text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN QUERY
	SELECT d.state, d.message_id::text, w.url, encode(w.secret, 'hex'),
	       CASE WHEN w.former_until > now() THEN encode(w.former_secret, 'hex') END, d.payload::text
	  FROM jobs j
	  JOIN webhook_deliveries d ON d.job_id = j.id
	  JOIN webhooks w ON w.id = d.webhook_id
	 WHERE j.id = _job AND j.state = 'running' AND j.attempts = _attempt AND j.kind = 'webhook.send'
	   AND w.is_active AND w.deleted_at IS NULL;
END
$$;

-- How a try went.  _status null: there was no answer; 410: the receiver is gone for good, and so is
-- one that has failed for a week.
CREATE OR REPLACE FUNCTION webhook_told(_job uuid, _attempt int, _ok boolean, _status int, _ms int,
                                        _cause text, _response text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_d webhook_deliveries;
	_last boolean;
	_since timestamptz;
BEGIN
	SELECT j.attempts >= k.tries INTO _last FROM jobs j JOIN job_kinds k ON k.name = j.kind
	 WHERE j.id = _job AND j.state = 'running' AND j.attempts = _attempt AND j.kind = 'webhook.send';
	UPDATE webhook_deliveries d
	   SET attempts = d.attempts + 1, status = _status, cause = _cause,
	       state = CASE WHEN _ok THEN 'delivered' WHEN _last OR _status = 410 THEN 'failed'
	                    ELSE d.state END,
	       delivered_at = CASE WHEN _ok THEN now() END
	 WHERE _last IS NOT NULL AND d.job_id = _job AND d.state <> 'delivered'
	RETURNING d.* INTO _d;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	INSERT INTO webhook_attempts (delivery_id, attempt, status, ms, cause, response)
	VALUES (_d.id, _d.attempts, _status, _ms, _cause, left(_response, 2048));
	UPDATE webhooks w
	   SET last_delivery_at = CASE WHEN _ok THEN now() ELSE w.last_delivery_at END,
	       failing_since = CASE WHEN NOT _ok THEN coalesce(w.failing_since, now()) END
	 WHERE w.id = _d.webhook_id
	RETURNING w.failing_since INTO _since;
	IF _status = 410 OR _since < now() - interval '7 days' THEN
		UPDATE webhook_deliveries SET state = 'failed' WHERE id = _d.id;
		PERFORM webhook_disable(_d.webhook_id, CASE WHEN _status = 410 THEN 'gone' ELSE 'failing' END);
	END IF;
END
$$;

-- Deliveries whose jobs ended without a word of webhook_told(): the worker was lost too often, an
-- operator cancelled them.  They are done in order, so the first of each webhook will do, until
-- there is none.
CREATE OR REPLACE FUNCTION webhooks_settle() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
BEGIN
	LOOP
		UPDATE webhook_deliveries d
		   SET state = h.state, cause = coalesce(d.cause, h.cause),
		       delivered_at = CASE WHEN h.state = 'delivered' THEN now() END
		  FROM (SELECT f.id, CASE j.state WHEN 'done' THEN 'delivered' WHEN 'cancelled' THEN 'cancelled'
		                                  ELSE 'failed' END AS state, j.cause
		          FROM webhooks w,
		               LATERAL (SELECT p.id, p.job_id FROM webhook_deliveries p
		                         WHERE p.webhook_id = w.id AND p.state = 'pending'
		                         ORDER BY p.created_at LIMIT 1) f
		          LEFT JOIN jobs j ON j.id = f.job_id
		         WHERE j.id IS NULL OR j.finished_at IS NOT NULL) h
		 WHERE d.id = h.id;
		EXIT WHEN NOT FOUND;
	END LOOP;
END
$$;

-- Switches off one that does not work, and writes to whoever made it; a trigger notifies them.
CREATE OR REPLACE FUNCTION webhook_disable(_webhook uuid, _reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_w webhooks;
BEGIN
	UPDATE webhooks SET is_active = false, disabled_at = now(), disabled_reason = _reason
	 WHERE id = _webhook AND is_active AND deleted_at IS NULL
	RETURNING * INTO _w;
	IF NOT FOUND OR _w.owner_id IS NULL THEN
		RETURN;
	END IF;
	PERFORM mail_add('webhook-disabled', u.email, u.locale,
		jsonb_build_object('url', _w.url, 'since', ts(_w.failing_since)))
	   FROM users u WHERE u.id = _w.owner_id AND u.is_active AND u.deleted_at IS NULL;
END
$$;

-- Takes back what is still to be told.  Locks in the order of jobs_end(): the job that runs, the
-- key, those that wait.
CREATE OR REPLACE FUNCTION webhook_cancel(_webhook uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE jobs SET cancel_asked = true
	 WHERE key = webhook_key(_webhook) AND state = 'running';
	PERFORM job_key_lock(webhook_key(_webhook));
	WITH gone AS (
		UPDATE jobs SET state = 'cancelled', finished_at = now(), secret = NULL
		 WHERE key = webhook_key(_webhook) AND state IN ('waiting', 'queued')
		RETURNING id)
	UPDATE webhook_deliveries d SET state = 'cancelled'
	  FROM gone g WHERE d.webhook_id = _webhook AND d.job_id = g.id AND d.state = 'pending';
END
$$;

-- --- what people may cause --------------------------------------------------------

-- Raises U2001 for an event that there is not.
CREATE OR REPLACE FUNCTION webhook_events_check(_events text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_event text;
	_part text[];
BEGIN
	FOREACH _event IN ARRAY _events LOOP
		_part := regexp_match(_event, '^([a-z-]+)\.(created|updated|deleted|restored|\*)$');
		IF _event IS NULL OR _event <> '*' AND (_part IS NULL OR NOT EXISTS (
			SELECT FROM watched w WHERE w.resource = _part[1] AND w.audience IS NOT NULL)) THEN
			PERFORM refuse('U2001', 'events', format('There is no event "%s"; write them as in users.created '
				'(or updated, deleted, restored), users.* or *.', _event));
		END IF;
	END LOOP;
END
$$;

-- Trigger of webhooks.
CREATE OR REPLACE FUNCTION webhooks_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM webhook_events_check(NEW.events);
	IF TG_OP = 'INSERT' THEN
		NEW.owner_id := actor();
		NEW.active_from := pg_current_snapshot();
		RETURN NEW;
	END IF;
	IF NEW.secret <> OLD.secret THEN
		NEW.former_secret := OLD.secret;
		NEW.former_until := now() + interval '24 hours';
	END IF;
	IF NEW.is_active AND NOT OLD.is_active
	   OR NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL THEN
		NEW.active_from := pg_current_snapshot();
		NEW.failing_since := NULL;
	END IF;
	IF NEW.is_active THEN
		NEW.disabled_at := NULL;
		NEW.disabled_reason := NULL;
	END IF;
	RETURN NEW;
END
$$;

-- Trigger of webhooks, after one was switched off or deleted.
CREATE OR REPLACE FUNCTION webhooks_stopped() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM webhook_cancel(NEW.id);
	RETURN NULL;
END
$$;

-- Raises unless the webhook takes deliveries.
CREATE OR REPLACE FUNCTION webhook_guard(_webhook uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_w webhooks;
BEGIN
	-- It is not switched off before this is in.
	SELECT * INTO _w FROM webhooks WHERE id = _webhook FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such webhook' USING ERRCODE = 'U3001';
	ELSIF _w.deleted_at IS NOT NULL THEN
		RAISE EXCEPTION 'webhook is deleted' USING ERRCODE = 'U3004';
	ELSIF NOT _w.is_active THEN
		PERFORM refuse('U3003', NULL, 'This webhook is switched off; set isActive to true first.');
	END IF;
END
$$;

-- A delivery that says nothing, to try the receiver.
CREATE OR REPLACE FUNCTION webhook_ping(_webhook uuid) RETURNS webhook_deliveries
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM webhook_guard(_webhook);
	PERFORM audit_note('webhooks.tested', 'webhooks', _webhook, NULL);
	RETURN webhook_add(_webhook, 'ping', jsonb_build_object('type', 'ping',
		'timestamp', ts(now()), 'data', '{}'::jsonb), NULL);
END
$$;

-- The same message once more.
CREATE OR REPLACE FUNCTION webhook_redeliver(_delivery uuid) RETURNS webhook_deliveries
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_d webhook_deliveries;
BEGIN
	SELECT * INTO _d FROM webhook_deliveries WHERE id = _delivery;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such delivery' USING ERRCODE = 'U3001';
	END IF;
	PERFORM webhook_guard(_d.webhook_id);
	IF EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = _d.webhook_id
	              AND d.message_id = _d.message_id AND d.state = 'pending') THEN
		PERFORM refuse('U3003', NULL, 'This message is still being delivered.');
	END IF;
	PERFORM audit_note('webhooks.redelivered', 'webhooks', _d.webhook_id,
		jsonb_build_object('delivery', _delivery, 'event', _d.event));
	RETURN webhook_add(_d.webhook_id, _d.event, _d.payload, _d.message_id);
END
$$;

CREATE OR REPLACE TRIGGER webhooks_rules
	BEFORE INSERT OR UPDATE OF events, secret, is_active, deleted_at ON webhooks
	FOR EACH ROW EXECUTE FUNCTION webhooks_rules();
CREATE OR REPLACE TRIGGER webhooks_stopped AFTER UPDATE OF is_active, deleted_at ON webhooks
	FOR EACH ROW WHEN (OLD.is_active AND OLD.deleted_at IS NULL
	                   AND NOT (NEW.is_active AND NEW.deleted_at IS NULL))
	EXECUTE FUNCTION webhooks_stopped();
CREATE OR REPLACE TRIGGER webhook_attempts_append_only BEFORE UPDATE OR TRUNCATE ON webhook_attempts
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
