-- SPDX-License-Identifier: ISC
--
-- What operators do to queues and jobs: which moves there are from which state, what is
-- written down, and that a key's order survives it.

\ir helpers.psql
SELECT plan(50);
SELECT pg_temp.people();

CREATE FUNCTION pg_temp.job(_state text, _key text DEFAULT NULL, _more jsonb DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	_id uuid := job_add('example.diary', coalesce(_more -> 'args', '{}'), _key, _more -> 'secret',
		coalesce((_more ->> 'run_at')::timestamptz, now()), _more ->> 'unique');
BEGIN
	IF _state = 'running' THEN
		UPDATE jobs SET state = 'running', worker = 'w', lease_until = now() + '1 min', attempts = 1,
		       started_at = now() WHERE id = _id;
	ELSIF _state IN ('done', 'failed', 'cancelled') THEN
		UPDATE jobs SET state = 'running', worker = 'w', lease_until = now() + '1 min', attempts = 1,
		       started_at = now() WHERE id = _id;
		PERFORM jobs_finish('w', jsonb_build_array(jsonb_build_object('id', _id, 'attempt', 1,
			'outcome', _state, 'cause', 'a cause')));
	END IF;
	RETURN _id;
END
$$;
CREATE FUNCTION pg_temp.state(_id uuid) RETURNS text LANGUAGE sql AS 'SELECT state::text FROM jobs WHERE id = $1';
-- The answer of an act, 'done' or the SQLSTATE; kept.
CREATE FUNCTION pg_temp.act(_sql text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || _sql;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.note() RETURNS text LANGUAGE sql AS $$
	SELECT a.action || ' ' || coalesce(p.after ->> 'state', '') FROM audit a JOIN audit_payload p ON p.audit_id = a.id
	 ORDER BY a.id DESC LIMIT 1
$$;

-- Every act from every state.
CREATE TEMP TABLE moves AS
	SELECT act, state, pg_temp.job(CASE state WHEN 'waiting' THEN 'queued' WHEN 'later' THEN 'queued' ELSE state END,
		CASE state WHEN 'waiting' THEN 'moves-' || act END,
		CASE state WHEN 'later' THEN '{"run_at": "tomorrow"}' ELSE '{}' END::jsonb) AS id
	  FROM unnest('{job_retry,job_cancel,job_hurry}'::text[]) act,
	       unnest('{queued,later,running,done,failed,cancelled}'::text[]) state;
INSERT INTO moves
	SELECT act, 'waiting', CASE WHEN pg_temp.job('queued', 'moves-' || act) IS NOT NULL
	                            THEN pg_temp.job('queued', 'moves-' || act) END
	  FROM unnest('{job_retry,job_cancel,job_hurry}'::text[]) act;
ALTER TABLE moves ADD COLUMN answer text, ADD COLUMN became text;
UPDATE moves SET answer = pg_temp.act(format('%s(%L)', act, id));
UPDATE moves SET became = pg_temp.state(id);
SELECT is(m.answer || ' ' || m.became, w.wanted, format('%s of a job that is %s', m.act, m.state))
  FROM moves m JOIN (VALUES
	('job_retry', 'waiting', 'U3003 waiting'), ('job_retry', 'queued', 'U3003 queued'),
	('job_retry', 'later', 'U3003 queued'), ('job_retry', 'running', 'U3003 running'),
	('job_retry', 'done', 'U3003 done'), ('job_retry', 'failed', 'done queued'),
	('job_retry', 'cancelled', 'done queued'),
	('job_cancel', 'waiting', 'done cancelled'), ('job_cancel', 'queued', 'done cancelled'),
	('job_cancel', 'later', 'done cancelled'), ('job_cancel', 'running', 'done running'),
	('job_cancel', 'done', 'U3003 done'), ('job_cancel', 'failed', 'U3003 failed'),
	('job_cancel', 'cancelled', 'U3003 cancelled'),
	('job_hurry', 'waiting', 'U3003 waiting'), ('job_hurry', 'queued', 'U3003 queued'),
	('job_hurry', 'later', 'done queued'), ('job_hurry', 'running', 'U3003 running'),
	('job_hurry', 'done', 'U3003 done'), ('job_hurry', 'failed', 'U3003 failed'),
	('job_hurry', 'cancelled', 'U3003 cancelled')) w (act, state, wanted) USING (act, state)
 ORDER BY m.act, m.state;
SELECT is((SELECT count(*) FROM unnest('{job_retry,job_cancel,job_hurry}'::text[]) act
            WHERE pg_temp.act(format('%s(%L)', act, uuid_v7())) = 'U3001'), 3::bigint, 'a job that is not there is not there');
SELECT is((SELECT count(*) FROM audit WHERE action IN ('jobs.retried', 'jobs.cancelled', 'jobs.hurried')), 7::bigint,
	'each act that was done is in the audit log, and none that was not');

-- Retrying.
SELECT pg_temp.job('failed') AS dead \gset
SELECT job_retry(:'dead') \g /dev/null
SELECT is((SELECT concat_ws(',', state, attempts, lost, cause, finished_at, cancel_asked) FROM jobs WHERE id = :'dead'),
	'queued,0,0,f', 'a retried job begins anew');
SELECT is((SELECT string_agg(attempt || outcome || cause, ',') FROM job_attempts WHERE job_id = :'dead'), '1faileda cause',
	'and what became of it before stays written down');
SELECT is(pg_temp.note(), 'jobs.retried failed', 'who did that, too');
SELECT pg_temp.job('failed', NULL, '{"secret": {"code": "123456"}}') AS secret \gset
SELECT is((SELECT secret IS NULL AND secret_gone FROM jobs WHERE id = :'secret'), true, 'a secret goes with the end');
SELECT is(pg_temp.act(format('job_retry(%L)', :'secret')), 'U3003', 'then the job cannot be done again');
SELECT pg_temp.job('queued', NULL, '{"secret": {"code": "123456"}}') AS secret \gset
SELECT job_cancel(:'secret') \g /dev/null
SELECT is((SELECT secret IS NULL AND secret_gone FROM jobs WHERE id = :'secret'), true, 'nor when it was cancelled');
SELECT pg_temp.job('failed', NULL, '{"unique": "one"}') AS one \gset
SELECT pg_temp.job('queued', NULL, '{"unique": "one"}') AS other \gset
SELECT is(pg_temp.act(format('job_retry(%L)', :'one')), 'U3003', 'nor one of which there is another by now');
SELECT pg_temp.job('failed', 'order') AS first, pg_temp.job('queued', 'order') AS second \gset
SELECT job_retry(:'first') \g /dev/null
SELECT is(pg_temp.state(:'second') || ' ' || pg_temp.state(:'first'), 'queued waiting', 'a retried job goes behind the others of its key');
SELECT job_cancel(:'second') \g /dev/null
SELECT is(pg_temp.state(:'second') || ' ' || pg_temp.state(:'first'), 'cancelled queued', 'which goes on when the one before it is cancelled');

-- Many.
UPDATE jobs SET state = 'cancelled', finished_at = now() - interval '2 days' WHERE finished_at IS NULL AND state <> 'running';
UPDATE jobs SET state = 'cancelled', finished_at = now() - interval '2 days' WHERE state = 'failed';
SELECT count(pg_temp.job('failed', CASE WHEN n <= 4 THEN 'many' END)) AS ok FROM generate_series(1, 10) n \gset
CREATE TEMP TABLE many AS SELECT id, seq, key FROM jobs WHERE state = 'failed';
SELECT is((SELECT r::text FROM jobs_retry('mail', NULL, NULL, NULL, 1000) r), '(0,0)', 'of another queue there is none');
SELECT is((SELECT r::text FROM jobs_retry(NULL, NULL, NULL, now() - interval '1 day', 1000) r), '(0,0)', 'nor of long ago');
SELECT is((SELECT r::text FROM jobs_retry('example-inside', 'example.diary', 'failed', NULL, 6) r), '(6,4)', 'so many at most');
SELECT is(pg_temp.note(), 'jobs.retried failed', 'in one audit row');
SELECT is((SELECT r::text FROM jobs_retry(NULL, NULL, NULL, NULL, 1000) r), '(4,0)', 'the rest');
SELECT is((SELECT string_agg(j.state::text, ',' ORDER BY j.seq) FROM jobs j JOIN many m USING (id) WHERE m.key = 'many'),
	'queued,waiting,waiting,waiting', 'of one key, one goes');
SELECT is((SELECT array_agg(m.seq ORDER BY j.seq) FROM jobs j JOIN many m USING (id) WHERE m.key = 'many'),
	(SELECT array_agg(seq ORDER BY seq) FROM many WHERE key = 'many'), 'in the order they had');

-- Queues.
SELECT queue_pause('example', true) \g /dev/null
SELECT is((SELECT paused_at IS NOT NULL FROM queues WHERE name = 'example'), true, 'a queue is paused');
SELECT is((SELECT a.action || p.before || (p.after ? 'paused_at') FROM audit a JOIN audit_payload p ON p.audit_id = a.id
            ORDER BY a.id DESC LIMIT 1), 'queues.updated{"paused_at": null}true', 'and the audit log tells it');
SELECT is((SELECT count(*) FROM audit WHERE action = 'queues.updated') - (SELECT count(*) FROM (SELECT queue_pause('example', true)) x),
	0::bigint, 'again is nothing new');
SELECT job_add('example.nothing', '{}') \g /dev/null
SELECT is((SELECT count(*) FROM jobs_claim('w', '{example}')), 0::bigint, 'it begins nothing');
SELECT queue_pause('example', false) \g /dev/null
SELECT is((SELECT count(*) FROM jobs_claim('w', '{example}')), 1::bigint, 'until it goes on');
SELECT is(pg_temp.act('queue_pause(''nowhere'', true)'), 'U3001', 'a queue that is not there is not there');

-- What is shown.
SELECT is(job_masked('{"to": "a@example.org", "values": {"code": "123", "name": "A"}, "list": [{"apiKey": 1, "n": 2}, "x"],
                       "resetLink": "https://", "PASSWORD": null, "Authorization": {"a": 1}}'),
	'{"to": "a@example.org", "values": {"code": "***", "name": "A"}, "list": [{"apiKey": "***", "n": 2}, "x"],
	  "resetLink": "***", "PASSWORD": "***", "Authorization": "***"}', 'what sounds secret is masked, however deep');
SELECT is(job_text('{"to": "a@example.org", "token": "abcdef"}'), '{"to": "a@example.org", "token": "***"}', 'nor is it looked in');
SELECT is(job_text('{}'), '', 'no arguments are no text');

-- The move from waiting is made by one who has the key's lock, also where a job has just ended.
SELECT is_empty($$SELECT key FROM jobs WHERE key IS NOT NULL AND state IN ('queued', 'running')
                   GROUP BY key HAVING count(*) > 1$$, 'of no key two go at once');
SELECT is_empty($$SELECT key FROM jobs WHERE state = 'waiting' AND key NOT IN
                    (SELECT key FROM jobs WHERE key IS NOT NULL AND state IN ('queued', 'running'))$$,
	'and none waits behind nobody');

SELECT * FROM finish();
ROLLBACK;
