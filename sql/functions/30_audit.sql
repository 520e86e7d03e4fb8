-- SPDX-License-Identifier: ISC
--
-- The audit log.  audit_row() is the trigger of every watched table; audit_note() is for
-- acts that are not changes of rows and may be called by every responder;
-- request_committed() answers whether a write whose COMMIT answer was lost went through.
-- audit_write() is the one place that writes, and is called by functions only.

SET search_path = bureau, public;

-- The hash that ties an audit row to its payload.
CREATE OR REPLACE FUNCTION audit_digest(_salt bytea, _before jsonb, _after jsonb) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(_salt || convert_to(
	coalesce(_before::text, 'null') || E'\n' || coalesce(_after::text, 'null'), 'UTF8'));

CREATE OR REPLACE FUNCTION audit_write(_action text, _resource text, _id uuid,
                                       _before jsonb, _after jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_salt bytea := uuid_send(gen_random_uuid());
	_audit bigint;
BEGIN
	-- The transaction is older than the id: job_audit_chain() counts on it.
	PERFORM pg_current_xact_id();
	INSERT INTO audit (actor, session, token, request, address, agent,
	                   action, resource, resource_id, payload_hash)
	VALUES (actor(), session_now(), token_now(), request_now(), address_now(),
	        coalesce(agent_now(), nullif(current_setting('application_name'), '')),
	        _action, _resource, _id, audit_digest(_salt, _before, _after))
	RETURNING id INTO _audit;
	INSERT INTO audit_payload (audit_id, salt, before, after)
	VALUES (_audit, _salt, _before, _after);
END
$$;

-- An act that is no change of a row: a refused request, a failed sign-in, an export.
CREATE OR REPLACE FUNCTION audit_note(_action text, _resource text, _id uuid, _detail jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM audit_write(_action, _resource, _id, NULL, _detail);
END
$$;

-- The members of _row that _other has not, or has otherwise.
CREATE OR REPLACE FUNCTION audit_changed(_row jsonb, _other jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(_row)
	         WHERE value IS DISTINCT FROM _other -> key);
END
$$;

-- _row with the values of the masked members hidden.
CREATE OR REPLACE FUNCTION audit_masked(_row jsonb, _masked text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF NOT _row ?| _masked THEN
		RETURN _row;
	END IF;
	RETURN (SELECT jsonb_object_agg(key, CASE WHEN key = ANY (_masked) AND value <> 'null'
	                                          THEN '"***"' ELSE value END)
	          FROM jsonb_each(_row));
END
$$;

-- A payload as the caller may see it: addresses and numbers of customers as everywhere.
CREATE OR REPLACE FUNCTION audit_shown(_resource text, _row jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	IF may('customers:read-contact') OR _resource NOT IN ('customers', 'customer-merges') THEN
		RETURN _row;
	END IF;
	RETURN audit_masked(CASE WHEN _resource = 'customers' THEN _row
		ELSE (SELECT jsonb_object_agg(key, CASE jsonb_typeof(value) WHEN 'object'
		             THEN audit_masked(value, '{email,phone}') ELSE value END) FROM jsonb_each(_row)) END,
		'{email,phone,query}');
END
$$;

-- What to call an update: the columns that say that something is over have words of their own.
CREATE OR REPLACE FUNCTION audit_verb(_before jsonb, _after jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN CASE
		WHEN _after -> 'deleted_at' = 'null' THEN 'restored'
		WHEN _before -> 'deleted_at' = 'null' THEN 'deleted'
		WHEN _before -> 'ended_at' = 'null' THEN 'ended'
		WHEN _after -> 'is_active' = 'true' THEN 'restored'
		WHEN _after -> 'is_active' = 'false' THEN 'revoked'
		ELSE 'updated'
	END;
END
$$;

-- Trigger: arguments are the resource, the masked columns and the columns to leave out.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_resource CONSTANT text := TG_ARGV[0];
	_masked CONSTANT text[] := TG_ARGV[1];
	_out CONSTANT text[] := TG_ARGV[2];
	_old jsonb := to_jsonb(OLD) - _out;
	_new jsonb := to_jsonb(NEW) - _out;
	_id uuid := coalesce(coalesce(_new, _old) ->> 'id', coalesce(_new, _old) ->> 'user_id');
	_before jsonb;
	_after jsonb;
BEGIN
	IF TG_OP = 'INSERT' THEN
		PERFORM audit_write(_resource || '.created', _resource, _id,
			NULL, audit_masked(jsonb_strip_nulls(_new), _masked));
	ELSIF TG_OP = 'DELETE' THEN
		PERFORM audit_write(_resource || '.erased', _resource, _id,
			audit_masked(jsonb_strip_nulls(_old), _masked), NULL);
	ELSIF _old <> _new THEN
		_before := audit_changed(_old, _new);
		_after := audit_changed(_new, _old);
		PERFORM audit_write(_resource || '.' || audit_verb(_before, _after), _resource, _id,
			audit_masked(_before, _masked), audit_masked(_after, _masked));
	END IF;
	RETURN NULL;
END
$$;

-- Trigger: what is written stays, whoever asks; but audit_redact() may mask a payload.
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'audit_payload' AND TG_OP = 'UPDATE'
	   AND current_setting('bureau.redacting', true) = 'on' THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION '% of % refused: it is append-only', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_payload_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_payload
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- Whether the write with this request id is in.  Waits for the backend that may still be
-- committing it: authorize() of a write holds the same lock.
CREATE OR REPLACE FUNCTION request_committed(_request uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(uuid_hash_extended(_request, 1));
	RETURN EXISTS (SELECT FROM audit a WHERE a.request = _request);
END
$$;
