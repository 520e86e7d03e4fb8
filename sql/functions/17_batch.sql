-- SPDX-License-Identifier: ISC
--
-- Many changes in one call, for every resource that has some: batch_run() with functions of its own.

SET search_path = bureau, public;

-- What is wrong with one change, from what it raised.
CREATE OR REPLACE FUNCTION change_faults(_state text, _hint text, _detail text) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
	IF _state = '23505' THEN
		RETURN jsonb_build_array(fault('data', 3002, 'Another has this already.'));
	ELSIF _hint = '*' THEN
		RETURN (SELECT jsonb_agg(f || jsonb_build_object('field', 'data.' || (f ->> 'field')))
		          FROM jsonb_array_elements(_detail::jsonb) f);
	END IF;
	RETURN jsonb_build_array(fault(
		CASE WHEN _state = 'U3003' THEN 'version' WHEN _hint = '' THEN 'id' ELSE 'data.' || _hint END,
		right(_state, 4)::int,
		CASE WHEN _detail <> '' THEN _detail WHEN _state = 'U3004' THEN 'It was deleted.'
		     WHEN _state = 'U3003' THEN 'It was changed by somebody else in the meantime.'
		     ELSE 'It is not there.' END));
END
$$;

-- Makes as many of these changes as can be and tells of each, in their order: all in one
-- statement or, where that is refused, one half and then the other.
CREATE OR REPLACE FUNCTION batch_try(_change text, _there text, _updates jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	_n CONSTANT int := jsonb_array_length(_updates);
	_items jsonb;
	_detail text;
	_hint text;
BEGIN
	EXECUTE format('SELECT jsonb_agg(jsonb_build_object(''id'', c.id, ''status'', ''updated'', ''version'', c.version)'
		' ORDER BY u.n) FROM %I($1) c JOIN jsonb_array_elements($1) WITH ORDINALITY u (u, n)'
		' ON (u.u ->> ''id'')::uuid = c.id', _change) INTO _items USING _updates;
	IF jsonb_array_length(_items) = _n THEN
		RETURN _items;
	END IF;
	IF _n = 1 THEN
		EXECUTE format('SELECT %I($1)', _there) USING (_updates -> 0 ->> 'id')::uuid;
	END IF;
	RAISE EXCEPTION 'of another version' USING ERRCODE = 'U3003';
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE !~ '^(U[0-9]{4}|23505)$' THEN
		RAISE;
	ELSIF _n = 1 THEN
		GET STACKED DIAGNOSTICS _detail = PG_EXCEPTION_DETAIL, _hint = PG_EXCEPTION_HINT;
		RETURN jsonb_build_array(jsonb_build_object('id', _updates -> 0 -> 'id', 'status', 'failed',
			'errors', change_faults(SQLSTATE, _hint, _detail)));
	END IF;
	RETURN batch_try(_change, _there, jsonb_path_query_array(_updates, '$[0 to $m]', jsonb_build_object('m', _n / 2 - 1)))
		|| batch_try(_change, _there, jsonb_path_query_array(_updates, '$[$m to last]', jsonb_build_object('m', _n / 2)));
END
$$;

-- Many changes of rows of _table at once, [{id, data, version}]: all or, where _lenient, as many
-- as can be.  _change(jsonb) makes them and returns (id, version) of those it found; _there(uuid)
-- raises why it did not.
CREATE OR REPLACE FUNCTION batch_run(_table text, _change text, _there text, _updates jsonb, _lenient boolean,
                                     OUT updated int, OUT failed int, OUT items jsonb)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM faults_raise((SELECT coalesce(jsonb_agg(fault(format('updates[%s].id', t.n - 1), 2001, 'It is there twice.')), '[]')
	  FROM (SELECT n, row_number() OVER (PARTITION BY u ->> 'id' ORDER BY n) AS k
	          FROM jsonb_array_elements(_updates) WITH ORDINALITY e (u, n)) t WHERE t.k > 1));
	-- Locked in one order, so that two batches wait for each other and no more.
	EXECUTE format('SELECT FROM %I c WHERE c.id = ANY (ARRAY(SELECT (u ->> ''id'')::uuid'
		' FROM jsonb_array_elements($1) u)) ORDER BY c.id FOR NO KEY UPDATE', _table) USING _updates;
	items := batch_try(_change, _there, _updates);
	failed := jsonb_array_length(jsonb_path_query_array(items, '$[*] ? (exists(@.errors))'));
	updated := jsonb_array_length(items) - failed;
	IF failed > 0 AND NOT _lenient THEN
		PERFORM faults_raise((SELECT jsonb_agg(f || jsonb_build_object('field', format('updates[%s].%s', i.n - 1, f ->> 'field'))
		                                       ORDER BY i.n, k.n)
			FROM jsonb_array_elements(items) WITH ORDINALITY i (i, n),
			     jsonb_array_elements(i.i -> 'errors') WITH ORDINALITY k (f, n)));
	END IF;
END
$$;
