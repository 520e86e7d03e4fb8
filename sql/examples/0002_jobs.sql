-- SPDX-License-Identifier: ISC
--
-- Kinds of jobs to try the queue with: one of each way of running that does
-- nothing, and one that fails now and then and keeps a diary.

INSERT INTO queues (name, doc, leased, batch) VALUES
	('example', 'To try what workers do.', true, 100),
	('example-inside', 'To try what the database does.', false, 1000);
INSERT INTO job_kinds (name, queue, doc, priority, tries, wait, longest, lease, keep) VALUES
	('example.nothing', 'example', 'Does nothing.', 2, 5, '1 s', '10 s', '30 s', '0'),
	('example.void', 'example-inside', 'Does nothing.', 2, 5, '1 s', '10 s', '30 s', '0'),
	('example.diary', 'example-inside', 'Writes into the diary, or fails.', 2, 20, '20 ms', '50 ms', '30 s', '1 day');

CREATE TABLE job_diary (
	id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	page   text NOT NULL,
	number integer NOT NULL,
	worker text
);

CREATE FUNCTION job_example_void(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
	RETURN NULL;
END
$$;

-- Fails as often as its argument `odds` says, 0 to 1, after it has written.
CREATE FUNCTION job_example_diary(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO job_diary (page, number) VALUES (_args ->> 'page', (_args ->> 'number')::int);
	IF random() < coalesce((_args ->> 'odds')::float, 0) THEN
		RAISE EXCEPTION 'the pen broke';
	END IF;
	RETURN jsonb_build_object('written', _args -> 'number');
END
$$;
