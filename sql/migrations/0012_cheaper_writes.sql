-- SPDX-License-Identifier: ISC
--
-- What every write pays for and nothing needs: each of these looked up, and locked, a row that the same
-- function had just written or the same transaction just read, and that nobody can delete.

SET search_path = bureau, public;

-- audit_write() alone writes both, job_audit_chain() what it has just read; all three are append-only.
ALTER TABLE audit_payload DROP CONSTRAINT audit_payload_audit_id_fkey;
ALTER TABLE audit_chain DROP CONSTRAINT audit_chain_audit_id_fkey;

-- A working table, as jobs is: request_accept() takes the person from authorize().
ALTER TABLE requests DROP CONSTRAINT requests_user_id_fkey;
