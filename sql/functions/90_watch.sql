-- SPDX-License-Identifier: ISC
--
-- Makes the triggers of every table named in `watched`: touch, audit, events.  Runs last, and
-- again after every migration, so a migration only inserts its row there.

SET search_path = bureau, public;

-- The columns of a table whose change is a change.
CREATE OR REPLACE FUNCTION watch_columns(_table name, _quiet text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
	         WHERE attrelid = format('bureau.%I', _table)::regclass AND attnum > 0
	           AND NOT attisdropped AND attname <> ALL (_quiet || '{version,created_at,updated_at}'));
END
$$;

CREATE OR REPLACE FUNCTION watch(_w watched) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_out text[] := _w.quiet || _w.derived || '{version,created_at,updated_at}';
	_event text;
BEGIN
	EXECUTE format('CREATE OR REPLACE TRIGGER zz_touch BEFORE UPDATE OF %s ON %I'
		' FOR EACH ROW EXECUTE FUNCTION touch()',
		watch_columns(_w.table_name, _w.quiet), _w.table_name);

	FOREACH _event IN ARRAY string_to_array(coalesce(_w.audited, ''), ' OR ') LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER audit_%s AFTER %s ON %I FOR EACH ROW %s'
			' EXECUTE FUNCTION audit_row(%L, %L, %L)',
			lower(_event), _event, _w.table_name,
			CASE _event WHEN 'UPDATE' THEN 'WHEN (OLD.version <> NEW.version)' END,
			_w.resource, _w.masked, _out);
	END LOOP;

	IF _w.audience IS NOT NULL THEN
		EXECUTE format('CREATE OR REPLACE TRIGGER event_insert AFTER INSERT ON %I'
			' REFERENCING NEW TABLE AS changed FOR EACH STATEMENT'
			' EXECUTE FUNCTION event_rows(%L, %L, ''created'')',
			_w.table_name, _w.resource, _w.audience);
		EXECUTE format('CREATE OR REPLACE TRIGGER event_delete AFTER DELETE ON %I'
			' REFERENCING OLD TABLE AS changed FOR EACH STATEMENT'
			' EXECUTE FUNCTION event_rows(%L, %L, ''deleted'')',
			_w.table_name, _w.resource, _w.audience);
		EXECUTE format('CREATE OR REPLACE TRIGGER event_update AFTER UPDATE ON %I'
			' REFERENCING OLD TABLE AS former NEW TABLE AS changed FOR EACH STATEMENT'
			' EXECUTE FUNCTION event_updates(%L, %L)',
			_w.table_name, _w.resource, _w.audience);
	END IF;
END
$$;

SELECT watch(w) FROM watched w ORDER BY table_name;
