-- SPDX-License-Identifier: ISC
--
-- Webhooks: what may be stored, from events to deliveries and jobs, what a worker is told and
-- tells, and what switches one off.

\ir helpers.psql
SELECT plan(48);
SELECT pg_temp.people();
INSERT INTO queues (name, doc, leased, batch) VALUES ('webhooks', 'x', true, 1), ('mail', 'x', true, 1)
    ON CONFLICT DO NOTHING;
INSERT INTO job_kinds (name, queue, doc, priority, tries, wait, longest, lease, keep)
VALUES ('webhook.send', 'webhooks', 'x', 2, 18, '5 s', '6 h', '60 s', '1 day'),
       ('mail.send', 'mail', 'x', 2, 18, '5 s', '6 h', '60 s', '1 day')
    ON CONFLICT DO NOTHING;
-- Events of other files and of people().
DELETE FROM events;

CREATE FUNCTION pg_temp.hook(_events text[], _url text DEFAULT 'https://example.org/') RETURNS text
LANGUAGE sql AS $$
	SELECT pg_temp.try_as('bureau_admin', format(
		'INSERT INTO webhooks (url, events, secret) VALUES (%L, %L, %L) RETURNING url',
		_url, _events, sha256('secret')))
$$;
SELECT ok(pg_temp.call_as('chair@example.org') IS NOT NULL, 'as the chairperson:');
SELECT is(pg_temp.hook('{users.created}'), 'https://example.org/', 'admin may store a webhook');
SELECT is(pg_temp.hook('{users.*,roles.deleted,*}'), 'https://example.org/', 'with wildcards');
SELECT is(pg_temp.hook('{}'), '23514', 'not without events');
SELECT is(pg_temp.hook('{usesr.created}'), 'U2001', 'nor of a resource that is not there');
SELECT is(pg_temp.hook('{users.painted}'), 'U2001', 'nor of an act that is none');
SELECT is(pg_temp.hook('{NULL}'), 'U2001', 'nor of nothing');
SELECT is(pg_temp.hook('{passwords.updated}'), 'U2001', 'nor of what leaves no events');
SELECT is(pg_temp.hook('{*}', 'ftp://example.org/'), '23514', 'nor to what is no web address');
SELECT is(pg_temp.hook('{*}', E'https://example.org/\nHost: x'), '23514', 'nor to one of two lines');
SELECT is(pg_temp.try_as('bureau_admin', $$INSERT INTO webhooks (url, events, secret) VALUES ('https://a/', '{*}', 'short')$$),
	'23514', 'nor with a short secret');
SELECT is(pg_temp.try_as('bureau_admin', 'SELECT secret FROM webhooks'), '42501', 'admin cannot read the secret');
SELECT is(pg_temp.try_as('bureau_worker', 'SELECT 1 FROM webhooks'), '42501', 'nor the worker the table');

-- Two webhooks; a is told of new people, b of everything.
INSERT INTO webhooks (url, events, secret)
VALUES ('https://a.example.org/', '{users.created}', sha256('a')),
       ('https://b.example.org/', '{*}', sha256('b'));
-- This transaction is older than they are.
UPDATE webhooks SET active_from = '1:1:';
SELECT id AS a FROM webhooks WHERE url LIKE 'https://a.%' \gset
SELECT id AS b FROM webhooks WHERE url LIKE 'https://b.%' \gset
SELECT is((SELECT owner_id FROM webhooks WHERE id = :'a'), pg_temp.id_of('chair@example.org'), 'it is whose made it');
SELECT is((SELECT p.after ->> 'secret' FROM audit a JOIN audit_payload p ON p.audit_id = a.id
            WHERE a.resource_id = :'a' AND a.action = 'webhooks.created'), '***', 'its secret is masked in the audit log');

CREATE FUNCTION pg_temp.match() RETURNS void LANGUAGE sql AS
	'SELECT webhook_match(array_agg(id ORDER BY id)) FROM events; DELETE FROM events';
SELECT pg_temp.match();
SELECT results_eq($$SELECT w.url, d.event, d.payload -> 'data' ->> 'id' FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id$$,
	format('VALUES (%L, %L, %L)', 'https://b.example.org/', 'webhooks.created', :'a'),
	'nobody is told of changes of their own webhook');
DELETE FROM jobs;
DELETE FROM webhook_deliveries;

INSERT INTO users (full_name, email, role_id) VALUES ('One', 'one@example.org', pg_temp.role_id('employee'));
UPDATE users SET full_name = 'Uno' WHERE email = 'one@example.org';
SELECT pg_temp.match();
SELECT results_eq($$SELECT left(w.url, 9), d.event FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
                     ORDER BY d.created_at, d.id$$,
	$$VALUES ('https://a', 'users.created'), ('https://b', 'users.created'), ('https://b', 'users.updated')$$,
	'each is told what it asked for, in the order of the events');
SELECT results_eq($$SELECT j.state::text, j.key = 'webhook:' || d.webhook_id FROM webhook_deliveries d JOIN jobs j ON j.id = d.job_id
                     ORDER BY j.seq$$,
	$$VALUES ('queued', true), ('queued', true), ('waiting', true)$$, 'by a job each, one after the other');
SELECT is((SELECT payload - 'timestamp' FROM webhook_deliveries WHERE webhook_id = :'a'),
	jsonb_build_object('type', 'users.created', 'data', jsonb_build_object('resource', 'users',
		'id', pg_temp.id_of('one@example.org'), 'action', 'created')),
	'the payload says what changed, not what it is');
INSERT INTO users (full_name, email, role_id)
SELECT 'Many', 'many' || n || '@example.org', pg_temp.role_id('employee') FROM generate_series(1, 101) n;
SELECT pg_temp.match();
SELECT is((SELECT payload -> 'data' -> 'id' FROM webhook_deliveries WHERE webhook_id = :'a' ORDER BY created_at DESC LIMIT 1),
	'null', 'more than a hundred at once are one delivery without an id');
UPDATE webhooks SET active_from = format('%s:%s:', x, x) FROM (SELECT pg_current_xact_id()::text::bigint + 1 AS x) n
 WHERE id = :'b';
UPDATE users SET full_name = 'Ena' WHERE email = 'one@example.org';
SELECT pg_temp.match();
SELECT is((SELECT count(*) FROM webhook_deliveries WHERE webhook_id = :'b' AND event = 'users.updated'), 1::bigint,
	'nobody is told what was there before they listened');

-- A worker.
SELECT d.id AS delivery, d.job_id AS job, d.message_id AS message FROM webhook_deliveries d
 WHERE d.webhook_id = :'a' ORDER BY created_at LIMIT 1 \gset
SELECT is((SELECT count(*) FROM webhook_load(:'job', 1)), 0::bigint, 'nothing is told to who has not the job in hand');
UPDATE jobs SET state = 'running', worker = 'w', attempts = 1, lease_until = now() + interval '1 minute', started_at = now()
 WHERE id = :'job';
SELECT results_eq(format('SELECT state, message, url, secret, former, (body::jsonb) ->> %L FROM webhook_load(%L, 1)', 'type', :'job'),
	format('VALUES (%L, %L, %L, %L, NULL::text, %L)', 'pending', :'message', 'https://a.example.org/',
		encode(sha256('a'), 'hex'), 'users.created'), 'whoever has it is told what to send');
SELECT is((SELECT count(*) FROM webhook_load(:'job', 2)), 0::bigint, 'but not of another try');
UPDATE webhooks SET secret = sha256('new') WHERE id = :'a';
SELECT results_eq(format('SELECT secret, former FROM webhook_load(%L, 1)', :'job'),
	format('VALUES (%L, %L)', encode(sha256('new'), 'hex'), encode(sha256('a'), 'hex')), 'a secret that was replaced signs along');
UPDATE webhooks SET former_until = now() WHERE id = :'a';
SELECT is((SELECT former FROM webhook_load(:'job', 1)), NULL, 'for a day');
SELECT webhook_told(:'job', 1, false, 500, 12, 'It answered 500.', 'sorry');
SELECT results_eq(format('SELECT d.state, d.attempts, d.status, a.response, w.failing_since = now() FROM webhook_deliveries d
                     JOIN webhook_attempts a ON a.delivery_id = d.id JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = %L', :'delivery'),
	$$VALUES ('pending', 1, 500, 'sorry', true)$$, 'a failure is written down');
SELECT is((SELECT version FROM webhooks WHERE id = :'a'), 3, 'and makes no new version of the webhook');
SELECT jobs_finish('w', format('[{"id": "%s", "attempt": 1, "outcome": "again", "cause": "It answered 500."}]', :'job')::jsonb) AS x \gset
SELECT is((SELECT state FROM webhook_deliveries WHERE id = :'delivery'), 'pending', 'it is tried again');
UPDATE jobs SET state = 'running', worker = 'w', attempts = 18, lease_until = now(), started_at = now() WHERE id = :'job';
SELECT jobs_finish('w', format('[{"id": "%s", "attempt": 18, "outcome": "lost", "cause": "gone"}]', :'job')::jsonb) AS x \gset
SELECT webhooks_settle();
SELECT is((SELECT state FROM webhook_deliveries WHERE id = :'delivery'), 'failed', 'until tries are used up, also by a lost worker');
UPDATE jobs SET state = 'running', worker = 'w', attempts = 1, lease_until = now(), started_at = now(), finished_at = NULL
 WHERE id = :'job';
SELECT is((SELECT state FROM webhook_load(:'job', 1)), 'failed', 'an operator may have it tried again');
SELECT webhook_told(:'job', 1, true, 204, 3, NULL, '');
SELECT results_eq(format('SELECT d.state, d.attempts, w.failing_since, w.last_delivery_at FROM webhook_deliveries d
                     JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = %L', :'delivery'),
	'VALUES (''delivered'', 2, NULL::timestamptz, now())', 'a success ends the failing');
SELECT jobs_finish('w', format('[{"id": "%s", "attempt": 1, "outcome": "done"}]', :'job')::jsonb) AS x \gset

-- What people may cause.
CREATE FUNCTION pg_temp.again(_id text) RETURNS text LANGUAGE sql AS
	$$SELECT pg_temp.try_as('bureau_admin', format('SELECT message_id FROM webhook_redeliver(%L)', _id))$$;
SELECT is(pg_temp.again(:'delivery'), :'message', 'a message is sent again under its id');
SELECT is(pg_temp.again((SELECT id::text FROM webhook_deliveries WHERE state = 'pending' LIMIT 1)), 'U3003', 'not while it is pending');
SELECT is(pg_temp.again(uuid_v7()::text), 'U3001', 'nor one that is not there');
SELECT is(pg_temp.try_as('bureau_admin', format('SELECT event FROM webhook_ping(%L)', :'a')), 'ping', 'a webhook is tried');

-- Switched off.
UPDATE jobs SET state = 'running', worker = 'w', attempts = 1, lease_until = now(), started_at = now()
 WHERE id = (SELECT job_id FROM webhook_deliveries WHERE webhook_id = :'b' AND state = 'pending' ORDER BY created_at LIMIT 1)
RETURNING id AS job \gset
UPDATE webhooks SET failing_since = now() - interval '6 days' WHERE id = :'b';
SELECT webhook_told(:'job', 1, false, NULL, 1, 'no answer', '');
SELECT is((SELECT is_active FROM webhooks WHERE id = :'b'), true, 'six days of failures are borne');
UPDATE webhooks SET failing_since = now() - interval '8 days' WHERE id = :'b';
SELECT webhook_told(:'job', 1, false, NULL, 1, 'no answer', '');
SELECT results_eq(format('SELECT is_active, disabled_at, disabled_reason FROM webhooks WHERE id = %L', :'b'),
	'VALUES (false, now(), ''failing'')', 'not a week');
SELECT results_eq(format('SELECT audience, payload ->> ''kind'' FROM events WHERE kind = ''notification'' AND payload ->> ''link'' = %L', '/app/webhooks/' || :'b'),
	format('VALUES (ARRAY[%L], ''webhook-disabled'')', 'user:' || pg_temp.id_of('chair@example.org')), 'whoever made it is notified');
SELECT results_eq($$SELECT args ->> 'mail', args ->> 'to', args -> 'values' ->> 'url' FROM jobs WHERE kind = 'mail.send'$$,
	$$VALUES ('webhook-disabled', 'chair@example.org', 'https://b.example.org/')$$, 'and gets a message');
SELECT bag_eq(format('SELECT DISTINCT j.state::text, j.cancel_asked FROM jobs j WHERE key = %L', 'webhook:' || :'b'),
	$$VALUES ('running', true), ('cancelled', false)$$, 'what waits is cancelled, what runs is asked to stop');
SELECT is((SELECT count(*) FROM webhook_deliveries d JOIN jobs j ON j.id = d.job_id
            WHERE d.webhook_id = :'b' AND j.state = 'cancelled' AND d.state <> 'cancelled'), 0::bigint, 'and so are its deliveries');
SELECT is((SELECT count(*) FROM webhook_load(:'job', 1)), 0::bigint, 'there is nothing to send any more');
SELECT is(pg_temp.try_as('bureau_admin', format('SELECT event FROM webhook_ping(%L)', :'b')), 'U3003', 'nor can it be tried');
UPDATE webhooks SET is_active = true WHERE id = :'b';
SELECT results_eq(format('SELECT disabled_at, disabled_reason, failing_since FROM webhooks WHERE id = %L', :'b'),
	'VALUES (NULL::timestamptz, NULL::text, NULL::timestamptz)', 'switched on again it begins anew');
UPDATE jobs SET state = 'running', worker = 'w', attempts = 1, lease_until = now(), started_at = now()
 WHERE id = (SELECT job_id FROM webhook_deliveries WHERE webhook_id = :'a' AND state = 'pending' ORDER BY created_at LIMIT 1)
RETURNING id AS job \gset
SELECT webhook_told(:'job', 1, false, 410, 1, 'It answered 410.', '');
SELECT is((SELECT disabled_reason FROM webhooks WHERE id = :'a'), 'gone', 'who says that it is gone is believed at once');

-- Time.
UPDATE webhook_deliveries SET created_at = now() - interval '31 days' WHERE id = :'delivery';
SELECT is(prune_webhooks(), 1::bigint, 'old deliveries go');
SELECT is((SELECT count(*) FROM webhook_attempts WHERE delivery_id = :'delivery'), 0::bigint, 'with their tries');

SELECT * FROM finish();
ROLLBACK;
