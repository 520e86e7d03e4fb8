-- SPDX-License-Identifier: ISC
--
-- What every role may do to every column of every table and which functions it may call,
-- read from the catalog, against the one list of what is meant.  A new table or function
-- that is not listed here must be out of everybody's reach.

\ir helpers.psql
SELECT plan(24);

CREATE TEMP VIEW responders AS
	SELECT rolname AS role FROM pg_roles
	 WHERE pg_has_role(oid, 'bureau_responder', 'MEMBER') AND rolcanlogin AND NOT rolsuper;
CREATE TEMP VIEW tables AS
	SELECT c.oid, c.relname FROM pg_class c
	 WHERE c.relnamespace = 'bureau'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
	   AND c.relname NOT IN ('notes', 'job_diary');
CREATE TEMP VIEW columns AS
	SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type
	  FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
	 WHERE a.attnum > 0 AND NOT a.attisdropped;

-- Every act, tried as every role.
CREATE TEMP TABLE tried AS
	SELECT r.role, x.act, x.relname, x.attname, pg_temp.try_as(r.role, x.sql) AS result
	  FROM responders r, (
		SELECT 'read' AS act, relname, attname,
		       format('SELECT %I FROM %I LIMIT 0', attname, relname) AS sql FROM columns
		UNION ALL
		SELECT 'insert', relname, attname,
		       format('INSERT INTO %I (%I) SELECT NULL::%s WHERE false', relname, attname, type)
		  FROM columns
		UNION ALL
		SELECT 'update', relname, attname,
		       format('UPDATE %I SET %I = DEFAULT WHERE false', relname, attname) FROM columns
		UNION ALL
		SELECT 'delete', relname, NULL, format('DELETE FROM %I WHERE false', relname) FROM tables
		UNION ALL
		SELECT 'truncate', relname, NULL, format('TRUNCATE %I CASCADE', relname) FROM tables
		UNION ALL
		SELECT 'alter', relname, NULL,
		       format('ALTER TABLE %I ADD COLUMN extra int', relname) FROM tables) x;

SELECT cmp_ok((SELECT count(*) FROM tried), '>', 1000::bigint, 'many acts were tried');
-- 55000, 42809, 0A000: of a view, which none of this can be done to.
SELECT is_empty($$SELECT * FROM tried WHERE act IN ('delete', 'truncate', 'alter')
                     AND result NOT IN ('42501', '55000', '42809')$$,
	'no responder deletes, truncates or alters anything');
SELECT is_empty($$SELECT * FROM tried WHERE result NOT IN ('', '42501', '428C9', '55000', '42809', '0A000')$$,
	'every act was allowed or refused for want of a privilege');

SELECT set_eq($$SELECT role, relname FROM tried WHERE act = 'read' AND result = ''
                   AND relname IN ('credentials', 'audit', 'audit_payload', 'audit_chain', 'throttle',
                                   'idempotency', 'codes', 'step_ups', 'events', 'stream', 'stream_batch', 'watched')$$,
	$$VALUES ('bureau_auth'::name, 'credentials'::name),
	         ('bureau_admin', 'audit'), ('bureau_admin', 'audit_payload')$$,
	'auth alone reads password hashes, admin alone the audit log, nobody codes and the machinery');
SELECT is_empty($$SELECT * FROM tried WHERE act = 'read' AND attname = 'hash' AND result = ''
                     AND (role, relname) <> ('bureau_auth', 'credentials')$$,
	'nobody reads the hashes of tokens and invitations');
SELECT is_empty($$SELECT * FROM tried WHERE act = 'read' AND relname = 'webhooks' AND attname LIKE '%secret' AND result = ''$$,
	'nobody reads the secrets of webhooks');
SELECT is_empty($$SELECT * FROM tried WHERE act = 'read' AND relname = 'jobs'
                     AND attname IN ('secret', 'secret_gone', 'unique_key') AND result = ''$$,
	'nor what is secret in jobs');

-- What is meant: who reads which tables, and writes which columns of them.
CREATE TEMP TABLE meant (role name, act text, relname name, columns name[]);
INSERT INTO meant SELECT role, 'read', unnest(tables)
  FROM (VALUES ('bureau_auth'::name, '{users,credentials,sessions,sign_ins,tokens,roles,permissions}'::name[]),
               ('bureau_admin', '{users,roles,permissions,invitations,audit,audit_payload,own_notifications,own_requests,webhooks,
	                                webhook_deliveries,webhook_attempts,queues,job_kinds,jobs,job_attempts,views}'),
               ('bureau_customers', '{users,customers,customer_groups,customer_group_members,customer_notes,customer_merges,own_imports,own_import_errors}')) v (role, tables);
INSERT INTO meant SELECT role, 'read', 'migrations' FROM responders;
INSERT INTO meant VALUES
	('bureau_auth', 'insert', 'users',
	 '{full_name,email,user_name,profile_pic,designation,locale,theme}'),
	('bureau_auth', 'update', 'users',
	 '{full_name,email,user_name,profile_pic,designation,locale,theme}'),
	('bureau_auth', 'insert', 'credentials', '{user_id,hash}'),
	('bureau_auth', 'update', 'credentials', '{hash,changed_at}'),
	('bureau_auth', 'insert', 'tokens', '{user_id,name,hash,scopes,expires_at}'),
	('bureau_auth', 'update', 'tokens', '{ended_at}'),
	('bureau_admin', 'insert', 'users', '{full_name,email,designation,locale,role_id,permissions}'),
	('bureau_admin', 'update', 'users', '{designation,role_id,permissions,is_active,deleted_at}'),
	('bureau_admin', 'insert', 'roles', '{name,description,permissions}'),
	('bureau_admin', 'update', 'roles', '{name,description,permissions,deleted_at}'),
	('bureau_admin', 'insert', 'webhooks', '{url,description,events,secret}'),
	('bureau_admin', 'update', 'webhooks', '{url,description,events,secret,is_active,deleted_at}'),
	('bureau_admin', 'insert', 'views', '{resource,name,settings}'),
	('bureau_admin', 'update', 'views', '{deleted_at}'),
	('bureau_customers', 'insert', 'customers',
	 '{name,email,phone,country_code,company,status,owner_id,tags,custom_fields}'),
	('bureau_customers', 'update', 'customers',
	 '{name,email,phone,country_code,company,status,owner_id,tags,custom_fields,deleted_at}'),
	('bureau_customers', 'insert', 'customer_groups', '{name,description,custom_fields}'),
	('bureau_customers', 'update', 'customer_groups', '{name,description,custom_fields,deleted_at}'),
	('bureau_customers', 'insert', 'customer_group_members', '{group_id,customer_id}'),
	('bureau_customers', 'update', 'customer_group_members', '{deleted_at}'),
	('bureau_customers', 'insert', 'customer_notes', '{customer_id,text}'),
	('bureau_customers', 'insert', 'import_rows', '{line,cells}'),
	('bureau_customers', 'update', 'customer_notes', '{deleted_at}');
SELECT set_eq($$SELECT role, relname FROM tried WHERE act = 'read' AND result = ''$$,
	$$SELECT role, relname FROM meant WHERE act = 'read'$$,
	'responders read the tables that are theirs and no others');
SELECT set_eq($$SELECT role, act, relname, attname FROM tried
                 WHERE act IN ('insert', 'update') AND result = ''$$,
	$$SELECT role, act, relname, unnest(columns) FROM meant WHERE act <> 'read'$$,
	'responders write the columns that are theirs and no others');

-- Functions: what a role may call beyond what all may.
CREATE TEMP VIEW callable AS
	SELECT r.role, p.proname FROM responders r, pg_proc p
	 WHERE p.pronamespace = 'bureau'::regnamespace AND has_function_privilege(r.role, p.oid, 'EXECUTE');
CREATE TEMP TABLE common AS SELECT unnest('{actor,address_now,agent_now,audit_note,authorize,
	event_cursor,idempotency_answer,idempotency_claim,idempotency_store,is_operator,may,needs,
	origin_now,refuse,request_accept,request_committed,request_load,request_now,
	request_store,rights_now,session_now,token_now,ts,uuid_v7}'::name[]) AS proname;
SELECT set_eq($$SELECT proname FROM callable WHERE role = 'bureau_skeleton'$$,
	$$SELECT proname FROM common$$, 'every responder may call what the dispatcher needs');
SELECT set_eq($$SELECT proname FROM callable WHERE role = 'bureau_auth' EXCEPT SELECT proname FROM common$$,
	$$SELECT unnest('{client_now,code_remind,code_request,code_verify,code_welcome,email_judge,email_verify,
		forgot_ask,invitation_accept,login_failed,login_locked,login_succeeded,password_reset,
		session_end,session_refresh,session_start,sessions_end_all,sign_in_failed,throttle_try}'::name[])$$,
	'auth may call what is for signing in and for codes');
SELECT set_eq($$SELECT proname FROM callable WHERE role = 'bureau_admin' EXCEPT SELECT proname FROM common$$,
	$$SELECT unnest('{audit_masked,audit_shown,audit_unchained,audit_verify,invitation_create,job_cancel,job_hurry,
		job_masked,job_retry,job_secret_names,job_text,jobs_retry,notifications_read,push_waiting,queue_pause,request_place,role_named,search_customers,search_users,sessions_end_all,
		webhook_ping,webhook_redeliver}'::name[])$$,
	'admin may invite, look up roles, end sessions, mark notifications, tend to queues, try webhooks and search');
SELECT set_eq($$SELECT proname FROM callable WHERE role = 'bureau_customers' EXCEPT SELECT proname FROM common$$,
	$$SELECT unnest('{batch_run,batch_try,change_faults,contact_masked,custom_fault,custom_faults,customer_group_add,customer_group_remove,
		customer_group_there,customer_text,customer_there,customer_timeline,customers_batch,customers_change,
		csv_line,customer_anonymise,customer_duplicates,customer_everything,customer_merge,customer_unmerge,
		fault,faults_raise,import_open,import_start,pattern_whole,short_grams,there_or}'::name[])$$,
	'customers may call what looks after customers');
SELECT set_eq($$SELECT attname FROM tried WHERE role = 'bureau_customers' AND act = 'read' AND relname = 'users'
                   AND result = ''$$, $$VALUES ('id'::name), ('full_name'), ('picture')$$,
	'customers reads of people who they are, not their addresses');

SELECT set_eq($$SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'bureau'::regnamespace
                   AND has_function_privilege('bureau_worker', p.oid, 'EXECUTE')$$,
	$$SELECT unnest('{job_beat,job_progress,job_stands,jobs_claim,jobs_finish,jobs_recover,jobs_run_inside,
		jobs_tick,webhook_load,webhook_told}'::name[])$$,
	'the worker may do jobs');
SELECT is_empty($$SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
                   WHERE c.relnamespace = 'bureau'::regnamespace AND a.grantee = 'bureau_worker'::regrole
                     AND (c.relname, a.privilege_type) <> ('migrations', 'SELECT')$$,
	'the worker touches no table');

SELECT set_eq($$SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'bureau'::regnamespace
                   AND has_function_privilege('bureau_push', p.oid, 'EXECUTE')$$,
	$$SELECT unnest('{audience_members,push_callers,push_open,push_refused,webhooks_listen}'::name[])$$,
	'push may ask who follows');
SELECT set_eq($$SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
                   WHERE c.relnamespace = 'bureau'::regnamespace AND a.grantee = 'bureau_push'::regrole$$,
	$$SELECT unnest('{migrations,epoch,events,stream,stream_batch}'::name[]), 'SELECT'
	  UNION ALL VALUES ('stream_place', 'UPDATE')$$,
	'push reads events and their order');
SELECT set_eq($$SELECT c.relname, t.attname, a.privilege_type
                    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
                   WHERE c.relnamespace = 'bureau'::regnamespace AND a.grantee = 'bureau_push'::regrole$$,
	$$VALUES ('stream'::name, 'seq'::name, 'INSERT'), ('stream', 'event_id', 'INSERT'),
	         ('stream_batch', 'last', 'INSERT'), ('stream_batch', 'snap', 'INSERT')$$,
	'and writes nothing but the order');

SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                   WHERE p.pronamespace = 'bureau'::regnamespace AND a.grantee = 0$$,
	'PUBLIC calls no function');
SELECT is_empty($$SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a
                   WHERE c.relnamespace = 'bureau'::regnamespace AND a.grantee = 0$$,
	'PUBLIC touches no table or sequence');
SELECT is_empty($$SELECT a.* FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
                   WHERE d.datname = current_database() AND a.grantee = 0$$,
	'PUBLIC may not even connect');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'bureau\_%'
                     AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication
                          OR pg_has_role(oid, 'bureau_owner', 'MEMBER') AND rolname <> 'bureau_owner')$$,
	'no role of ours is privileged or becomes the owner');
SELECT is_empty($$SELECT r.role, s.name FROM responders r, (VALUES ('lock_timeout=3s'),
                    ('idle_in_transaction_session_timeout=15s'), ('client_connection_check_interval=500ms'),
                    ('search_path=bureau, public'), ('default_transaction_isolation=read committed')) s (name)
                   WHERE NOT EXISTS (SELECT FROM pg_db_role_setting d JOIN pg_roles p ON p.oid = d.setrole
                                      WHERE p.rolname = r.role AND s.name = ANY (d.setconfig))$$,
	'every responder has its timeouts');

SELECT * FROM finish();
ROLLBACK;
