-- SPDX-License-Identifier: ISC
--
-- Who is asking.  authorize() leaves the answers as settings of the transaction;
-- these read them, for queries, triggers and constraints of every responder.
-- They are inlined into the statement, so they cost what an expression costs.

SET search_path = bureau, public;

-- The person, or null.
CREATE OR REPLACE FUNCTION actor() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('bureau.user', true), '')::uuid;

-- Their session, or null: with a personal token there is none.
CREATE OR REPLACE FUNCTION session_now() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('bureau.session', true), '')::uuid;

-- Their personal token, or null.
CREATE OR REPLACE FUNCTION token_now() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('bureau.token', true), '')::uuid;

-- Where a write comes from: request id, address and program in one setting, since each
-- costs; a read has none.
CREATE OR REPLACE FUNCTION origin_now(_part int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(split_part(current_setting('bureau.origin', true), E'\x1f', _part), '');

CREATE OR REPLACE FUNCTION request_now() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN origin_now(1)::uuid;

CREATE OR REPLACE FUNCTION address_now() RETURNS inet
LANGUAGE sql STABLE PARALLEL SAFE
RETURN origin_now(2)::inet;

CREATE OR REPLACE FUNCTION agent_now() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN origin_now(3);

-- Everything the caller may do in this transaction.
CREATE OR REPLACE FUNCTION rights_now() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('bureau.permissions', true), ''), '{}')::text[];

-- Whether the caller holds this permission.
CREATE OR REPLACE FUNCTION may(_permission text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN _permission
	= ANY (coalesce(nullif(current_setting('bureau.permissions', true), ''), '{}')::text[]);

-- Whether the connection is the administrator's (psql, `bureau`), not a responder's.
CREATE OR REPLACE FUNCTION is_operator() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_has_role(session_user, 'bureau_owner', 'MEMBER');

-- A time as the API writes it: RFC 3339, UTC, milliseconds.
CREATE OR REPLACE FUNCTION ts(_at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
