-- SPDX-License-Identifier: ISC
--
-- Requests that were asked to be answered later (Prefer: respond-async).  What came is
-- here, whole, until a worker has the responder run it; what was answered is here for a
-- day.  functions/78_requests.sql puts them in and moves them.

-- Working table: rows expire.  Without CHECK constraints, for the reason that jobs has none.
CREATE TABLE requests (
	-- The X-Request-Id under which it was accepted; it is run under the same.
	id          uuid PRIMARY KEY,
	user_id     uuid NOT NULL CONSTRAINT requests_user_id_fkey REFERENCES users (id),
	-- As whom it is run: in a session or by a personal token, whichever it was then.
	session_id  uuid,
	token_id    uuid,
	-- The job that has it run: strictly in order for one person.
	job_id      uuid NOT NULL,
	-- Whose routes it is for; this role alone reads it.
	responder   text NOT NULL,

	-- As it came; text throughout, for bodies that are not are refused.
	method      text NOT NULL,
	path        text NOT NULL,
	query       text,
	type        text,
	-- Further headers that are looked at, by their CGI names.
	variables   jsonb NOT NULL DEFAULT '{}',
	body        text NOT NULL DEFAULT '',
	address     inet,
	agent       text,
	host        text,
	is_tls      boolean NOT NULL DEFAULT false,

	-- The answer, stored in the transaction that did the work; of one that was given up
	-- the status only, of one that was cancelled nothing.
	status      integer,
	headers     jsonb,
	answer      text,
	created_at  timestamptz NOT NULL DEFAULT now(),
	finished_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX requests_user_created ON requests (user_id, created_at, id);
CREATE INDEX requests_created ON requests USING brin (created_at);

-- Whether one of a key has begun; without it, the end of each job looks through all that wait
-- behind it.
CREATE INDEX jobs_key_begun ON jobs (key) WHERE key IS NOT NULL AND state IN ('queued', 'running');
