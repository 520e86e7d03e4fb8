-- SPDX-License-Identifier: ISC
--
-- Every grant, from nothing.  What is not here is not allowed.  No responder deletes, and
-- none writes events, audit, sessions or counters but through functions.

SET search_path = bureau, public;

REVOKE ALL ON SCHEMA bureau FROM PUBLIC;
DO $$
DECLARE
	_role text;
BEGIN
	FOR _role IN SELECT 'PUBLIC' UNION ALL
	             SELECT quote_ident(rolname) FROM pg_roles
	              WHERE rolname LIKE 'bureau\_%' AND rolname <> 'bureau_owner' LOOP
		EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA bureau FROM %s', _role);
		EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA bureau FROM %s', _role);
		EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA bureau FROM %s', _role);
	END LOOP;
END
$$;

-- Every responder: who asks, what they may, and the dispatcher's work.
GRANT USAGE ON SCHEMA bureau TO bureau_responder;
-- Whether the schema is the one it was built for.
GRANT SELECT ON migrations TO bureau_responder;
GRANT EXECUTE ON FUNCTION
	actor(), session_now(), token_now(), origin_now(int), request_now(), address_now(), agent_now(),
	rights_now(), may(text), needs(text, text), refuse(text, text, text), is_operator(), ts(timestamptz), uuid_v7(),
	authorize(uuid, uuid, bytea, text, boolean, uuid, inet, text), event_cursor(),
	audit_note(text, text, uuid, jsonb), request_committed(uuid),
	idempotency_claim(text, bytea), idempotency_store(text, int, jsonb, bytea),
	idempotency_answer(text),
	request_accept(text, text, text, text, jsonb, text, text, boolean), request_load(uuid),
	request_store(uuid, int, jsonb, text)
	TO bureau_responder;

-- auth: people's own accounts, and alone the password hashes.
GRANT SELECT ON users, sessions, sign_ins, roles, permissions TO bureau_auth;
GRANT INSERT (full_name, email, user_name, profile_pic, designation, locale, theme)
	ON users TO bureau_auth;
GRANT UPDATE (full_name, email, user_name, profile_pic, designation, locale, theme)
	ON users TO bureau_auth;
GRANT SELECT, INSERT (user_id, hash), UPDATE (hash, changed_at) ON credentials TO bureau_auth;
GRANT SELECT (id, user_id, name, scopes, expires_at, last_used_at, ended_at,
              version, created_at, updated_at),
      INSERT (user_id, name, hash, scopes, expires_at), UPDATE (ended_at)
	ON tokens TO bureau_auth;
GRANT EXECUTE ON FUNCTION
	session_start(uuid, inet, text, interval, interval, text),
	session_refresh(uuid, int, interval, interval), session_end(uuid, text),
	sessions_end_all(uuid, uuid, text), sign_in_failed(uuid, text, text),
	login_locked(text), login_failed(text, int, interval), login_succeeded(text),
	throttle_try(text, text, int, interval), invitation_accept(bytea), client_now(),
	code_request(text), code_verify(text, text), code_welcome(), code_remind(uuid),
	email_judge(text), email_verify(text, text), forgot_ask(text, text),
	password_reset(text, text, text)
	TO bureau_auth;

-- admin: other people's accounts and roles, and the audit log to read.
GRANT SELECT ON users, roles, permissions, audit, audit_payload TO bureau_admin;
GRANT EXECUTE ON FUNCTION audit_shown(text, jsonb), audit_masked(jsonb, text[]) TO bureau_admin;
-- Whatever responder they were for: the caller's own, and of these no more than is told.
GRANT SELECT ON own_requests TO bureau_admin;
GRANT EXECUTE ON FUNCTION request_place(uuid) TO bureau_admin;
-- The caller's own, and nothing but marking them.
GRANT SELECT ON own_notifications TO bureau_admin;
GRANT EXECUTE ON FUNCTION notifications_read(uuid[], boolean) TO bureau_admin;
GRANT SELECT (id, user_id, expires_at, ended_at, version, created_at, updated_at)
	ON invitations TO bureau_admin;
GRANT INSERT (full_name, email, designation, locale, role_id, permissions),
      UPDATE (designation, role_id, permissions, is_active, deleted_at)
	ON users TO bureau_admin;
GRANT INSERT (name, description, permissions), UPDATE (name, description, permissions, deleted_at)
	ON roles TO bureau_admin;
GRANT EXECUTE ON FUNCTION
	role_named(text), sessions_end_all(uuid, uuid, text),
	invitation_create(uuid, bytea, interval, text)
	TO bureau_admin;
-- Webhooks: secrets are set and never read.
GRANT SELECT (id, owner_id, url, description, events, former_until, is_active, failing_since,
              disabled_at, disabled_reason, last_delivery_at, version, created_at, updated_at,
              deleted_at),
      INSERT (url, description, events, secret),
      UPDATE (url, description, events, secret, is_active, deleted_at)
	ON webhooks TO bureau_admin;
GRANT SELECT ON webhook_deliveries, webhook_attempts TO bureau_admin;
-- Views that people save; what each resource lets be found.
GRANT SELECT, INSERT (resource, name, settings), UPDATE (deleted_at) ON views TO bureau_admin;
GRANT EXECUTE ON FUNCTION search_users(uuid, text, int), search_customers(uuid, text, int)
	TO bureau_admin;
GRANT EXECUTE ON FUNCTION webhook_ping(uuid), webhook_redeliver(uuid) TO bureau_admin;
-- Queues and jobs, but what is secret in them; the hash chain by its verifier alone.
GRANT SELECT ON queues, job_kinds, job_attempts TO bureau_admin;
GRANT SELECT (id, seq, queue, kind, args, key, priority, state, run_at, attempts, lost, worker,
              lease_until, cancel_asked, owner_id, request, progress, result, cause, created_at,
              started_at, finished_at)
	ON jobs TO bureau_admin;
GRANT EXECUTE ON FUNCTION
	job_masked(jsonb), job_secret_names(), job_text(jsonb), queue_pause(text, boolean), job_retry(uuid),
	jobs_retry(text, text, text, timestamptz, int), job_cancel(uuid), job_hurry(uuid),
	audit_verify(bigint, int), audit_unchained(), push_waiting()
	TO bureau_admin;

-- customers: theirs, and who people are.
GRANT SELECT (id, full_name, picture) ON users TO bureau_customers;
GRANT SELECT, INSERT (name, email, phone, country_code, company, status, owner_id, tags, custom_fields),
      UPDATE (name, email, phone, country_code, company, status, owner_id, tags, custom_fields, deleted_at)
	ON customers TO bureau_customers;
GRANT SELECT, INSERT (name, description, custom_fields),
      UPDATE (name, description, custom_fields, deleted_at)
	ON customer_groups TO bureau_customers;
GRANT SELECT, INSERT (group_id, customer_id), UPDATE (deleted_at)
	ON customer_group_members TO bureau_customers;
GRANT SELECT, INSERT (customer_id, text), UPDATE (deleted_at) ON customer_notes TO bureau_customers;
GRANT INSERT (line, cells) ON import_rows TO bureau_customers;
GRANT SELECT ON own_imports, own_import_errors TO bureau_customers;
GRANT SELECT (id, customer_id, other_ids, merged_by, undone_at, created_at, updated_at, version)
	ON customer_merges TO bureau_customers;
GRANT EXECUTE ON FUNCTION
	import_open(), import_start(text, text, text, uuid, boolean), csv_line(text[]),
	customer_duplicates(text, text, text),
	customer_merge(uuid, uuid[], jsonb), customer_unmerge(uuid), customer_everything(uuid),
	customer_anonymise(uuid, text)
	TO bureau_customers;
GRANT EXECUTE ON FUNCTION
	customer_text(text, text, text[], text, text), contact_masked(text), short_grams(text),
	customer_there(uuid), customer_group_there(uuid), there_or(uuid, boolean, text),
	customer_group_add(uuid, uuid[]), customer_group_remove(uuid, uuid[]), customers_change(jsonb),
	batch_run(text, text, text, jsonb, boolean), batch_try(text, text, jsonb),
	change_faults(text, text, text), customers_batch(jsonb, boolean), customer_timeline(uuid),
	fault(text, int, text), faults_raise(jsonb), custom_fault(jsonb, jsonb), custom_faults(jsonb, jsonb),
	pattern_whole(text)
	TO bureau_customers;

-- worker: the jobs, by functions alone.
GRANT USAGE ON SCHEMA bureau TO bureau_worker;
GRANT SELECT ON migrations TO bureau_worker;
GRANT EXECUTE ON FUNCTION
	jobs_claim(text, text[]), job_beat(text, uuid, int), job_stands(text, uuid, int), job_progress(text, uuid, int, int),
	jobs_finish(text, jsonb), jobs_recover(text, text), jobs_run_inside(text), jobs_tick(),
	webhook_load(uuid, int), webhook_told(uuid, int, boolean, int, int, text, text)
	TO bureau_worker;

-- push: events, and their order, which it alone writes.
GRANT USAGE ON SCHEMA bureau TO bureau_push;
GRANT SELECT ON migrations, epoch, events, stream, stream_batch TO bureau_push;
GRANT INSERT (seq, event_id) ON stream TO bureau_push;
GRANT INSERT (last, snap) ON stream_batch TO bureau_push;
GRANT UPDATE ON SEQUENCE stream_place TO bureau_push;
GRANT EXECUTE ON FUNCTION
	push_open(uuid, uuid, bytea, text, uuid, inet, text), push_callers(uuid[], uuid[]),
	push_refused(uuid, uuid, bytea, uuid, inet, text, text, int), audience_members(text),
	webhooks_listen()
	TO bureau_push;

-- skeleton: the example resource, where it is installed.
DO $$
BEGIN
	IF to_regclass('bureau.notes') IS NOT NULL THEN
		GRANT SELECT, INSERT, UPDATE ON notes TO bureau_skeleton;
	END IF;
END
$$;
