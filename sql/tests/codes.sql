-- SPDX-License-Identifier: ISC
--
-- Codes by mail and what they allow.  What happens in parallel is in tests/sql/parallel.

\ir helpers.psql
SELECT plan(66);
SELECT pg_temp.people();
SELECT pg_temp.id_of('employee@example.org') AS person \gset
SELECT pg_temp.id_of('manager@example.org') AS other \gset
INSERT INTO credentials (user_id, hash) VALUES (:'person', 'old'), (:'other', 'old');

-- The digits of the last message.
CREATE FUNCTION pg_temp.digits() RETURNS text LANGUAGE sql AS
	$$SELECT secret #>> '{values,code}' FROM jobs WHERE kind = 'mail.send' AND secret IS NOT NULL ORDER BY seq DESC LIMIT 1$$;
CREATE FUNCTION pg_temp.mail() RETURNS text LANGUAGE sql AS
	$$SELECT concat_ws(' ', args ->> 'mail', args ->> 'to', args -> 'values', priority) FROM jobs
	   WHERE kind = 'mail.send' ORDER BY seq DESC LIMIT 1$$;
-- As if so much time had passed.
CREATE FUNCTION pg_temp.pass(_time interval) RETURNS void LANGUAGE sql AS $$
	UPDATE codes SET created_at = created_at - _time, expires_at = expires_at - _time;
	UPDATE step_ups SET expires_at = expires_at - _time;
	UPDATE throttle SET ends_at = ends_at - _time;
$$;
CREATE FUNCTION pg_temp.send_seven(_user uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR _i IN 1..7 LOOP
		PERFORM pg_temp.pass('1 minute');
		PERFORM code_send(_user, 'email', 'step-up');
	END LOOP;
END
$$;
CREATE FUNCTION pg_temp.wrong(_purpose text, _times int) RETURNS text[] LANGUAGE sql AS
	$$SELECT array_agg(DISTINCT (code_verify(_purpose, 'x')).outcome) FROM generate_series(1, _times)$$;
-- What was last said of codes, and of whom.
CREATE FUNCTION pg_temp.audits(_count int) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(said, ', ' ORDER BY id) FROM (
		SELECT a.id, concat_ws(' ', a.action, p.after ->> 'purpose', u.email, 'by ' || b.email) AS said
		  FROM audit a JOIN audit_payload p ON audit_id = a.id
		  LEFT JOIN users u ON u.id = a.resource_id LEFT JOIN users b ON b.id = a.actor
		 WHERE a.action ~ '^(code|password)[.]' ORDER BY a.id DESC LIMIT _count) s
$$;
CREATE FUNCTION pg_temp.enter(_user uuid) RETURNS uuid LANGUAGE sql AS
	$$SELECT session_start(_user, NULL, NULL, '1h', '1h')$$;

-- Digits.
SELECT is((SELECT count(*) FROM generate_series(1, 2000) WHERE code_draw() !~ '^[0-9]{6}$'), 0::bigint, 'a code has six digits');
SELECT is((SELECT count(DISTINCT left(code_draw(), 1)) FROM generate_series(1, 2000)), 10::bigint, 'zeros may lead');
SELECT cmp_ok((SELECT count(DISTINCT code_draw()) FROM generate_series(1, 1000)), '>', 980::bigint, 'and they differ');

-- Asking.
SELECT pg_temp.enter(:'person') AS session \gset
SELECT is(code_request('designation'), NULL, 'a code is sent');
SELECT is(pg_temp.mail(), 'step-up employee@example.org {"name": "Employee", "purpose": "designation"} 0',
	'at once, and the message''s arguments do not hold it');
SELECT is((SELECT count(*) FROM codes c WHERE c.hash = sha256(c.salt || convert_to(pg_temp.digits(), 'UTF8'))), 1::bigint,
	'the row has a salted hash');
SELECT is((SELECT count(*) FROM jobs j WHERE j.args::text LIKE '%' || pg_temp.digits() || '%'), 0::bigint, 'and nothing else knows it');
SELECT is(code_request('email') BETWEEN 59 AND 60, true, 'the next one, whatever for, has to wait a minute');
SELECT is((SELECT count(*) FROM codes), 1::bigint, 'and is not made');
SELECT pg_temp.pass('1 minute');
SELECT is(code_request('email'), NULL, 'after a minute it is sent');
SELECT is((SELECT count(*) FROM codes WHERE ended_at IS NULL), 2::bigint, 'each purpose has one');
SELECT pg_temp.digits() AS old \gset
SELECT pg_temp.pass('1 minute');
SELECT is(code_request('email'), NULL, 'one more');
SELECT is((SELECT count(*) FROM codes WHERE ended_at IS NULL), 2::bigint, 'ends the one before');
SELECT is((code_verify('email', :'old')).outcome, 'wrong', 'which then is wrong');
SELECT pg_temp.send_seven(:'person') \g /dev/null
SELECT is((SELECT count(*) FROM codes), 10::bigint, 'ten in an hour');
SELECT pg_temp.pass('1 minute');
SELECT cmp_ok(code_request('email'), '>', 2700, 'and no more');
SELECT pg_temp.pass('1 hour');
SELECT is(code_request('email'), NULL, 'until the hour is over');
SELECT is(pg_temp.call_as('employee@example.org'), :'person', 'without a session:');
SELECT is(pg_temp.try_as('bureau_auth', $$SELECT code_request('email')$$), 'U1001', 'nothing is sent');
SELECT is(pg_temp.try_as('bureau_auth', $$SELECT outcome FROM code_verify('email', '000000')$$), 'U1001', 'or verified');

-- Trying.
SELECT set_config('bureau.session', :'session', true) \gset
SELECT pg_temp.pass('1 hour');
SELECT code_request('email') \g /dev/null
SELECT pg_temp.digits() AS code \gset
SELECT is((code_verify('designation', :'code')).outcome, 'wrong', 'a code is good for its purpose only');
SELECT pg_temp.enter(:'person') AS second \gset
SELECT is((code_verify('email', :'code')).outcome, 'wrong', 'in its session only');
SELECT pg_temp.enter(:'other') AS third \gset
SELECT is((code_verify('email', :'code')).outcome, 'wrong', 'of its person only');
SELECT is((email_verify('employee@example.org', :'code')).outcome, 'wrong', 'and not for anything public');
SELECT pg_temp.call_as('employee@example.org') = :'person' AS ok, set_config('bureau.session', :'session', true) \gset
SELECT is(pg_temp.try(format($$SELECT outcome FROM code_verify('email', %L)$$, substr(:'code', 1, 3) || ' ' || substr(:'code', 4))),
	'right', 'spaces do not count');
UPDATE codes SET expires_at = now() - interval '1s' WHERE ended_at IS NULL;
SELECT is((code_verify('email', :'code')).outcome, 'wrong', 'a code expires');
UPDATE codes SET expires_at = now() + interval '10 minutes' WHERE ended_at IS NULL;
SELECT is(pg_temp.wrong('email', 4), '{wrong}', 'four may be wrong');
SELECT is((code_verify('email', :'code')).outcome, 'right', 'then it is still right');
SELECT is((code_verify('email', :'code')).outcome, 'wrong', 'once');
SELECT is((SELECT string_agg(purpose || coalesce(used_at::text, ''), ' ') FROM step_ups WHERE session_id = :'session'),
	'email', 'it allows one change in its session');
SELECT pg_temp.pass('1 hour');
SELECT code_request('mfa-off') \g /dev/null
SELECT is(pg_temp.wrong('mfa-off', 5), '{wrong}', 'the fifth wrong one');
SELECT is((code_verify('mfa-off', pg_temp.digits())).outcome, 'wrong', 'ends the code');
SELECT pg_temp.pass('1 minute');
SELECT code_request('mfa-off') \g /dev/null
SELECT is(pg_temp.wrong('mfa-off', 9), '{wrong}', 'a new one does not begin the count anew');
SELECT pg_temp.pass('1 minute');
SELECT code_request('mfa-off') \g /dev/null
SELECT is((code_verify('mfa-off', pg_temp.digits())).outcome, 'often', 'the sixteenth try is not looked at');
SELECT cmp_ok((code_verify('mfa-off', pg_temp.digits())).wait, '>', 3000, 'and says how long');

-- What it allows.
SELECT is(pg_temp.try_as('bureau_auth', format($$UPDATE users SET designation = 'Boss' WHERE id = %L$$, :'person')), 'U1009',
	'a job title needs a code of its own purpose');
SELECT is(pg_temp.try_as('bureau_auth', format($$UPDATE users SET email = 'new@example.org' WHERE id = %L$$, :'other')), 'U1005',
	'nobody changes another''s address');
UPDATE step_ups SET expires_at = now() + interval '1 minute' WHERE purpose = 'email';
SELECT is(pg_temp.try_as('bureau_auth', $$SELECT email_judge('manager@example.org')$$), 'taken', 'with a code it is told who has an address');
SELECT is(pg_temp.try_as('bureau_auth', $$SELECT email_judge('new@example.org')$$), 'free', 'or that nobody has');
UPDATE users SET email_verified_at = now() WHERE id = :'person';
SELECT set_config('session_authorization', 'bureau_auth', true) \gset
UPDATE users SET email = 'new@example.org' WHERE id = :'person';
SELECT set_config('session_authorization', 'bureau_owner', true) \gset
RESET SESSION AUTHORIZATION;
SELECT is((SELECT email || coalesce(email_verified_at::text, '') FROM users WHERE id = :'person'), 'new@example.org', 'an address is changed, and not verified');
SELECT is((SELECT string_agg(concat_ws(' ', args ->> 'to', args #>> '{values,oldEmail}', args #>> '{values,newEmail}'), ',') FROM jobs WHERE args ->> 'mail' = 'email-changed'),
	'employee@example.org employee@example.org new@example.org', 'the former one is told');
SELECT is((SELECT string_agg(args ->> 'user', '') FROM jobs WHERE kind = 'codes.verify' AND run_at > now()), :'person',
	'the code for the new one waits for its minute');
SELECT is(pg_temp.try_as('bureau_auth', format($$UPDATE users SET email = 'newer@example.org' WHERE id = %L$$, :'person')), 'U1009', 'a change uses the code up');
SELECT is(pg_temp.try_as('bureau_auth', $$SELECT email_judge('manager@example.org')$$), 'U1009', 'and nothing is told without one');
SELECT pg_temp.pass('1 hour');
SELECT job_codes_verify(jsonb_build_object('user', :'person')) \g /dev/null
SELECT is(pg_temp.mail(), 'verify-email new@example.org {"name": "Employee"} 0', 'then it comes');
INSERT INTO step_ups (session_id, purpose, expires_at) VALUES (:'session', 'designation', now() + interval '1 minute');
SELECT is(pg_temp.try_as('bureau_auth', format($$UPDATE users SET designation = 'Boss' WHERE id = %L RETURNING 1$$, :'person')), '1', 'with a code the job title may change');
SELECT set_config('bureau.session', :'second', true) \gset
SELECT is(pg_temp.try_as('bureau_auth', format($$UPDATE users SET designation = 'Boss' WHERE id = %L$$, :'person')), 'U1009', 'but not in another session');
SELECT set_config('bureau.session', :'session', true) \gset
UPDATE step_ups SET expires_at = now() - interval '1s' WHERE purpose = 'designation';
SELECT is(pg_temp.try_as('bureau_auth', format($$UPDATE users SET designation = 'Boss' WHERE id = %L$$, :'person')), 'U1009', 'nor later');

-- Verifying an address.
SELECT pg_temp.digits() AS code \gset
SELECT is(pg_temp.call_as('manager@example.org'), :'other', 'whoever calls:');
SELECT is((email_verify('new@example.org', 'x')).outcome, 'wrong', 'not by a wrong code');
UPDATE codes SET address = 'former@example.org' WHERE purpose = 'verify-email';
SELECT is((email_verify('new@example.org', :'code')).outcome, 'wrong', 'not by one that went to a former address');
UPDATE codes SET address = 'new@example.org' WHERE purpose = 'verify-email' AND ended_at IS NULL;
SELECT is((email_verify('new@example.org', :'code')).outcome, 'right', 'by the right one');
SELECT is((SELECT email_verified_at IS NOT NULL FROM users WHERE id = :'person'), true, 'it is verified');

-- Forgotten passwords.
SELECT is(pg_temp.call_as(NULL), NULL, 'as nobody:');
DELETE FROM jobs;
SELECT is(forgot_ask('new@example.org', 'https://x.test/reset/'), NULL, 'who forgot is not looked up,');
SELECT is(forgot_ask('nobody@example.org', NULL), NULL, 'nor who never was');
SELECT is((SELECT string_agg(kind || args || (secret ? 'address'), ' ') FROM jobs), 'codes.forgot{}true codes.forgot{}true', 'a job does it');
SELECT pg_temp.pass('1 hour');
SELECT jobs_run_inside('w') FROM generate_series(1, 3) \g /dev/null
SELECT is((SELECT count(*) FROM jobs WHERE kind = 'codes.forgot'), 0::bigint, 'which leaves no address behind');
SELECT is(pg_temp.mail(), 'reset-password new@example.org {"link": "https://x.test/reset/", "name": "Employee"} 0', 'the code is sent to who there is');
SELECT pg_temp.digits() AS code \gset
SELECT is((SELECT outcome FROM password_reset('new@example.org', :'code', NULL)), 'right', 'it may be looked at without being used');
SELECT login_failed('new@example.org', 1, '1h') IS NULL AS ok \gset
SELECT is((SELECT outcome FROM password_reset('new@example.org', :'code', 'fresh')), 'right', 'it gives a new password');
SELECT is((SELECT hash FROM credentials WHERE user_id = :'person')
          || (SELECT count(*) FROM sessions WHERE user_id = :'person' AND ended_at IS NULL)
          || coalesce(login_locked('new@example.org')::text, ' unlocked'), 'fresh0 unlocked', 'every session and the lock end');
SELECT is(pg_temp.audits(1), 'password.reset new@example.org by new@example.org', 'it is told once in the audit log');
SELECT is(pg_temp.call_as(NULL), NULL, 'as nobody:');
SELECT is((SELECT outcome FROM password_reset('nobody@example.org', :'code', 'x')), 'wrong', 'nobody has no code');
SELECT is(pg_temp.audits(1), 'code.failed reset', 'which is told without the address');

SELECT * FROM finish();
ROLLBACK;
