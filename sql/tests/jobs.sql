-- SPDX-License-Identifier: ISC
--
-- Jobs: what holds for every row after every move, schedules, and that a worker's word counts only
-- for the try it began.

\ir helpers.psql
SELECT plan(58);

INSERT INTO queues (name, doc, leased, batch) VALUES ('t', 't', true, 10), ('t-inside', 't', false, 10);
INSERT INTO job_kinds (name, queue, doc, priority, tries, wait, longest, lease, keep) VALUES
	('t.kept', 't', 't', 2, 3, '10 s', '1 min', '30 s', '1 day'),
	('t.gone', 't', 't', 2, 3, '10 s', '1 min', '30 s', '0'),
	('t.inside', 't-inside', 't', 2, 3, '10 s', '1 min', '30 s', '1 day');
CREATE FUNCTION bureau.job_t_inside(_args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	IF _args ? 'fail' THEN RAISE EXCEPTION 'no'; END IF;
	RETURN _args;
END $$;

-- What is true of all rows whatever happened to them.
CREATE VIEW pg_temp.wrong AS SELECT * FROM jobs
 WHERE (finished_at IS NOT NULL) <> (state IN ('done', 'failed', 'cancelled'))
    OR (state = 'running') <> (worker IS NOT NULL AND lease_until IS NOT NULL)
    OR finished_at IS NOT NULL AND secret IS NOT NULL
    OR state NOT IN ('waiting', 'queued', 'running', 'done', 'failed', 'cancelled')
    OR priority NOT BETWEEN 0 AND 3 OR progress NOT BETWEEN 0 AND 100;

-- One turn of a worker: claim, and how the first that it got ends, and the others.
CREATE FUNCTION pg_temp.turn(_outcome text, _worker text DEFAULT 'w', _others text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE _ends jsonb;
BEGIN
	-- The clock of a transaction stands still.
	UPDATE jobs SET run_at = now() WHERE state = 'queued' AND queue = 't';
	SELECT jsonb_agg(jsonb_build_object('id', c.id, 'attempt', c.attempt, 'cause', 'why',
	                                    'outcome', CASE c.at WHEN 1 THEN _outcome ELSE coalesce(_others, _outcome) END))
	  INTO _ends FROM jobs_claim(_worker, '{t}') WITH ORDINALITY c (id, kind, args, attempt, key, at);
	RETURN coalesce(jobs_finish(_worker, _ends), 0) || ' ended';
END $$;
CREATE FUNCTION pg_temp.state(_id uuid) RETURNS text LANGUAGE sql AS
	$$SELECT state || ' ' || attempts || ' ' || lost FROM jobs WHERE id = _id$$;

-- Putting in.
SELECT throws_ok($$SELECT job_add('t.none', '{}')$$, 'P0001', NULL, 'a kind that is not there is refused');
SELECT job_add('t.kept', '{"a": 1}', _secret => '{"b": 2}') AS a \gset
SELECT is(pg_temp.state(:'a'), 'queued 0 0', 'a new job is queued');
SELECT is((SELECT args FROM jobs_claim('w', '{t}')), '{"a": 1, "b": 2}', 'a worker is told the secret, too');
SELECT is(pg_temp.state(:'a'), 'running 1 0', 'and runs it');
SELECT is((SELECT count(*) FROM jobs_claim('x', '{t}')), 0::bigint, 'nobody else does');
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'running is whole');

-- A worker's word.
SELECT is(job_beat('w', :'a', 1), true, 'who is at it goes on');
SELECT is(job_beat('x', :'a', 1), NULL, 'another does not');
SELECT is(job_beat('w', :'a', 2), NULL, 'nor does another try');
SELECT is(jobs_finish('x', jsonb_build_array(jsonb_build_object('id', :'a', 'attempt', 1, 'outcome', 'done'))), 0,
	'nobody ends what another runs');
SELECT lives_ok(format('SELECT job_progress(''w'', %L, 1, 40)', :'a'), 'it tells how far it is');
SELECT is((SELECT progress FROM jobs WHERE id = :'a'), 40::smallint, 'which is kept');
SELECT is(jobs_finish('w', jsonb_build_array(jsonb_build_object('id', :'a', 'attempt', 1, 'outcome', 'again',
	'cause', 'why', 'after', '0 s'))), 1, 'a try may end');
SELECT is(pg_temp.state(:'a'), 'queued 1 0', 'and be followed by another');
SELECT is((SELECT outcome || ' ' || cause FROM job_attempts WHERE job_id = :'a'), 'again why', 'its end is written down');
SELECT is(pg_temp.turn('back'), '1 ended', 'what was not begun is given back');
SELECT is(pg_temp.state(:'a'), 'queued 1 0', 'as if nothing had been');
SELECT is(pg_temp.turn('done'), '1 ended', 'the next try');
SELECT is((SELECT state || ' ' || coalesce(cause, '-') || coalesce(secret::text, '-') FROM jobs WHERE id = :'a'),
	'done why-', 'ends it, and the secret is gone');

-- Failing.
SELECT job_add('t.kept', '{}') AS b \gset
UPDATE job_kinds SET wait = '0', longest = '0' WHERE name = 't.kept';
SELECT pg_temp.turn('again') AS x, pg_temp.turn('lost') AS y \gset
SELECT is(pg_temp.state(:'b'), 'queued 2 1', 'two tries failed, one by its worker');
SELECT pg_temp.turn('again') AS x \gset
SELECT is(pg_temp.state(:'b'), 'failed 3 1', 'after the last it is a dead letter');
SELECT job_add('t.kept', '{}') AS c \gset
SELECT pg_temp.turn('failed') AS x \gset
SELECT is(pg_temp.state(:'c'), 'failed 1 0', 'what fails for good is one at once');
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'ends are whole');

-- Order within a key.
SELECT job_add('t.kept', '{}', 'k') AS k1, job_add('t.kept', '{}', 'k') AS k2, job_add('t.gone', '{}', 'k') AS k3 \gset
SELECT is(pg_temp.state(:'k1') || ', ' || pg_temp.state(:'k2'), 'queued 0 0, waiting 0 0', 'the second waits for the first');
SELECT is(pg_temp.turn('again', _others => 'back'), '3 ended', 'all are claimed by one, in their order');
SELECT is(pg_temp.state(:'k1') || ', ' || pg_temp.state(:'k2') || ', ' || pg_temp.state(:'k3'),
	'queued 1 0, waiting 0 0, waiting 0 0', 'behind one that is to be tried again they wait as before');
SELECT is(pg_temp.turn('done'), '1 ended', 'one that had trouble is claimed alone');
SELECT is(pg_temp.state(:'k1') || ', ' || pg_temp.state(:'k2') || ', ' || pg_temp.state(:'k3'),
	'done 2 0, queued 0 0, waiting 0 0', 'then comes the second');
SELECT is(pg_temp.turn('lost'), '2 ended', 'with a worker all is lost that it had');
SELECT is(pg_temp.state(:'k2') || ', ' || pg_temp.state(:'k3'), 'queued 1 1, waiting 1 1', 'in its order');
UPDATE jobs SET run_at = now() - interval '1 hour' WHERE id = :'k3';
SELECT is(pg_temp.turn('failed'), '1 ended', 'and then done one by one');
SELECT is(pg_temp.state(:'k3'), 'queued 1 1', 'a dead one lets the next go');
SELECT is((SELECT run_at FROM jobs WHERE id = :'k3'), now(), 'behind those of others that wait already');
SELECT pg_temp.turn('done') AS x \gset
SELECT is(pg_temp.state(:'k3'), NULL, 'whose row goes when it is done, for its kind keeps none');

-- What went down with a worker.
SELECT job_add('t.kept', '{}') AS p, job_add('t.kept', '{}') AS q, job_add('t.kept', '{}') AS r \gset
SELECT is(pg_temp.turn('lost', _others => 'lost'), '3 ended', 'what was claimed together is lost together');
SELECT job_add('t.kept', '{}') AS s \gset
SELECT is(pg_temp.turn('done'), '1 ended', 'after that each is claimed alone');
SELECT is(pg_temp.turn('done'), '1 ended', 'so that one that kills workers takes nobody along');
SELECT is(pg_temp.turn('done'), '1 ended', 'until it is found out');
SELECT is(pg_temp.turn('done'), '1 ended', 'while others wait no longer than that');
SELECT is((SELECT count(*) FROM jobs WHERE id IN (:'p', :'q', :'r', :'s') AND state = 'done'), 4::bigint, 'all are done');

-- Whether one that was claimed behind others may begin by now.
SELECT job_add('t.kept', '{}') AS u \gset
SELECT count(*) AS n FROM jobs_claim('w', '{t}') \gset
SELECT is(job_stands('w', :'u', 1), 'go', 'one that nothing happened to may begin');
SELECT is(job_stands('x', :'u', 1), NULL, 'but by nobody else');
UPDATE queues SET paused_at = now() WHERE name = 't';
SELECT is(job_stands('w', :'u', 1), 'back', 'where its queue was paused it is given back');
UPDATE queues SET paused_at = NULL WHERE name = 't';
UPDATE jobs SET cancel_asked = true WHERE id = :'u';
SELECT is(job_stands('w', :'u', 1), 'cancelled', 'one that is to stop does not begin');
SELECT jobs_recover('w', 'back') AS n \gset

-- Of a key no more than a few at once, and none that is to come later or has had trouble.
SELECT job_add('t.kept', '{}', 'many') AS m FROM generate_series(1, 11) \g /dev/null
SELECT is((SELECT count(*) FROM jobs_claim('w', '{t}')), 8::bigint, 'eight of a key are claimed at once');
SELECT is((SELECT count(*) FROM jobs_claim('x', '{t}')), 0::bigint, 'and none of it by another');
SELECT jobs_recover('w', 'back') AS n \gset
SELECT is((SELECT count(*) FROM jobs WHERE key = 'many' AND state = 'queued'), 1::bigint, 'given back, one of them is queued');
SELECT is((SELECT state FROM jobs WHERE key = 'many' ORDER BY seq LIMIT 1), 'queued', 'the first');
UPDATE jobs SET run_at = now() + interval '1 hour' WHERE id = (SELECT id FROM jobs WHERE key = 'many' ORDER BY seq OFFSET 2 LIMIT 1);
SELECT is((SELECT count(*) FROM jobs_claim('w', '{t}')), 1::bigint, 'none behind one that is to come later');
DELETE FROM jobs WHERE key = 'many';

-- What is asked to stop.
SELECT job_add('t.kept', '{}') AS d \gset
SELECT count(*) AS n FROM jobs_claim('w', '{t}') \gset
UPDATE jobs SET cancel_asked = true WHERE id = :'d';
SELECT is(job_beat('w', :'d', 1), false, 'a worker is told to stop');
SELECT jobs_recover('w', 'lost') AS n \gset
SELECT is(pg_temp.state(:'d'), 'cancelled 1 1', 'and one that is lost at it is not tried again');

-- Inside.
SELECT job_add('t.inside', '{"n": 1}') AS i, job_add('t.inside', '{"fail": 1}') AS f \gset
SELECT is(jobs_run_inside('w'), 2, 'functions of the database are done at once');
SELECT is(pg_temp.state(:'i') || ', ' || pg_temp.state(:'f'), 'done 1 0, queued 1 0', 'each for itself');
SELECT is((SELECT cause FROM jobs WHERE id = :'f'), 'no', 'with its cause');
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'and whole');

-- Schedules.
SELECT results_eq($$SELECT cron_next(s, '2026-11-27 10:07:30+00') FROM unnest(ARRAY['* * * * *', '*/15 * * * *',
		'0 3 * * *', '30 8 1 * *', '0 9 * * 1-5', '0 0 29 2 *', '0 0 13 * 5', 'every 90 seconds', '0,30 */6 * * 0']) s$$,
	$$SELECT t::timestamptz FROM unnest(ARRAY['2026-11-27 10:08+00', '2026-11-27 10:15+00', '2026-11-28 03:00+00',
		'2026-12-01 08:30+00', '2026-11-30 09:00+00', '2028-02-29 00:00+00', '2026-12-04 00:00+00',
		'2026-11-27 10:09+00', '2026-11-29 00:00+00']) t$$, 'schedules are as cron has them');
SELECT is_empty($$SELECT s FROM unnest(ARRAY['', '* * * *', '60 * * * *', '* * 0 * *', '5-1 * * * *', '*/0 * * * *',
		'a * * * *', '0 0 31 2 *', '* * * * 8', 'every']) s
	 WHERE pg_temp.try(format('SELECT cron_next(%L, now())::text', s)) NOT LIKE '22%'$$, 'others are refused');
SELECT is((SELECT count(*) FROM crons c WHERE cron_next(c.schedule, now()) IS NULL), 0::bigint, 'ours come');

SELECT * FROM finish();
ROLLBACK;
