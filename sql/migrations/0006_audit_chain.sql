-- SPDX-License-Identifier: ISC
--
-- The audit chain as functions/84_audit_chain.sql keeps it, and what operators
-- look for in jobs (functions/81_operators.sql).

-- Rows come into the chain as they become visible, which is not always in the order of
-- their ids: seq is their order in it, without gaps.
ALTER TABLE audit_chain
	ADD COLUMN seq bigint NOT NULL CONSTRAINT audit_chain_seq_key UNIQUE;

-- How far the chain is known to be whole.  That this row is older than every transaction
-- that still runs says that nothing at or below `high` can still appear.
CREATE TABLE audit_mark (
	-- Every audit row up to here that there is or will be is in the chain.
	done   bigint NOT NULL DEFAULT 0,
	-- The highest that was in it when this row was written.
	high   bigint NOT NULL DEFAULT 0,
	-- Makes a second row impossible.
	single boolean PRIMARY KEY DEFAULT true CONSTRAINT audit_mark_single_check CHECK (single)
);
INSERT INTO audit_mark DEFAULT VALUES;

-- The audit row that tells of the redaction of this payload, and what it became.
ALTER TABLE audit_payload ADD COLUMN redacted_by bigint;

-- Jobs that had a secret which went when they ended cannot be done again.
ALTER TABLE jobs ADD COLUMN secret_gone boolean NOT NULL DEFAULT false;

-- What the names of members that are secrets have in them.
CREATE FUNCTION job_secret_names() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '(pass|pwd|secret|token|code|otp|link|authori[sz]ation|cookie|credential|signature|api.?key|private.?key|hash|salt)';

-- Arguments as operators see them: members whose names sound like secrets are masked, however
-- deep.  They should be in `secret`; this is for those that are not.  Here, and not among
-- the functions, because an index is made of it.
CREATE FUNCTION job_masked(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN CASE jsonb_typeof(_args)
		WHEN 'object' THEN (
			SELECT coalesce(jsonb_object_agg(m.key, CASE WHEN m.key ~* job_secret_names()
			       THEN '"***"' ELSE job_masked(m.value) END), '{}')
			  FROM jsonb_each(_args) m)
		WHEN 'array' THEN (
			SELECT coalesce(jsonb_agg(job_masked(m.value) ORDER BY m.ordinality), '[]')
			  FROM jsonb_array_elements(_args) WITH ORDINALITY m)
		ELSE _args END;
END
$$;

-- The same as text to look in; most arguments have nothing to mask.
CREATE FUNCTION job_text(_args jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN _args = '{}' THEN ''
            WHEN _args::text !~* job_secret_names() THEN _args::text
            ELSE job_masked(_args)::text END;

-- Of jobs that have ended only: putting one in and beginning it costs nothing more.  Live ones
-- are looked through.  Stored requests say in their arguments nothing to look for.
CREATE INDEX jobs_text ON jobs USING gin (job_text(args) public.gin_trgm_ops)
	WHERE finished_at IS NOT NULL AND queue <> 'requests';
