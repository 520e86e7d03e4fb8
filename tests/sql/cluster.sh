# SPDX-License-Identifier: ISC
# shellcheck shell=sh
#
# A throw-away cluster with the schema, applied by psql alone in the order of
# `bureau migrate`, so that it needs nothing built.  Sourced; wants root.

: "${root:?}"

# PostgreSQL refuses to run as root.
unprivileged() {
	if [ "$(id -u)" = 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

# start_cluster FOLDER: sets PGHOST, PGUSER and PGDATABASE; ends at exit.
start_cluster() {
	start_empty_cluster "$1"
	apply_schema
}

# The same without the schema.
start_empty_cluster() {
	cluster=$1
	bin=$(pg_config --bindir)
	PGHOST=$(mktemp -d /tmp/bureau-sql.XXXXXX)
	PGUSER=postgres
	PGDATABASE=bureau
	export PGHOST PGUSER PGDATABASE
	trap stop_cluster EXIT
	trap 'exit 1' INT TERM
	rm -rf "$cluster"
	mkdir -p "$cluster"
	log=$cluster/log
	if [ "$(id -u)" = 0 ]; then
		chown postgres "$PGHOST"
	fi
	unprivileged "$bin/initdb" -D "$PGHOST/data" -U "$PGUSER" -A trust \
	    --no-sync --locale=C.UTF-8 --encoding=UTF8 >"$log" 2>&1
	unprivileged "$bin/pg_ctl" -D "$PGHOST/data" -l "$PGHOST/log" -w \
	    -o "-k $PGHOST -c listen_addresses= -c fsync=off" start >>"$log" 2>&1
	createdb "$PGDATABASE"
}

stop_cluster() {
	unprivileged "$bin/pg_ctl" -D "$PGHOST/data" -m immediate -w stop \
	    >>"$log" 2>&1 || :
	rm -rf "$PGHOST"
}

sql() {
	PGOPTIONS='-c client_min_messages=warning' \
	    psql -qX -v ON_ERROR_STOP=1 -o /dev/null "$@"
}

as_owner() {
	sql -1 -c 'SET ROLE bureau_owner' "$@"
}

apply() {
	for file in "$@"; do
		as_owner -c 'SET search_path = bureau, public' -f "$file"
	done
}

# All of it, and what is done at every upgrade once more: it must bear that,
# and a grant that nobody meant must not outlive it.
apply_schema() {
	sql -f "$root/sql/roles.sql"
	as_owner -f "$root/sql/ledger.sql"
	apply "$root"/sql/migrations/*.sql "$root"/sql/examples/*.sql \
	    "$root"/sql/functions/*.sql
	as_owner -c 'GRANT ALL ON ALL TABLES IN SCHEMA bureau TO PUBLIC, bureau_auth' \
	    -c 'GRANT ALL ON ALL FUNCTIONS IN SCHEMA bureau TO PUBLIC, bureau_auth'
	sql -f "$root/sql/roles.sql"
	apply "$root"/sql/functions/*.sql "$root/sql/privileges.sql"
	as_owner -c "SELECT bureau.permissions_sync('$(permissions_json)')" \
	    -c "SELECT bureau.jobs_sync('$(jobs_json)')"
}

# Queues and kinds of jobs, but nothing that comes by the clock, as jobs_sync() wants them.
jobs_json() {
	cat "$root/lib/tbl/queues.def" "$root/lib/tbl/jobs.def" | awk -F' *[(),] *' '
	    function flat(text) { gsub("[ \t]", "", text); return text }
	    /^QUEUE\(/ {
		queues = queues sprintf("%s{\"name\":%s,\"doc\":\"-\",\"leased\":%s,\"at_once\":%s,\"per_minute\":%s,\"batch\":%s}",
		    queues == "" ? "" : ",", $2, flat($3) == "LEASED" ? "true" : "false", $4, $5, $6)
	    }
	    /^JOB\(/ {
		kinds = kinds sprintf("%s{\"name\":%s,\"queue\":%s,\"priority\":%s,\"tries\":%s,\"wait\":\"%s s\",\"longest\":\"%s s\",\"lease\":\"%s s\",\"keep\":\"%s s\",\"doc\":\"-\"}",
		    kinds == "" ? "" : ",", $2, $3, $4, $5, $6, $7, $8, $9)
	    }
	    END { printf "{\"queues\":[%s],\"kinds\":[%s],\"crons\":[]}", queues, kinds }'
}

# permissions.def as permissions_sync() wants it, quoted for SQL.
permissions_json() {
	awk -F'"' -v q="'" '
	    /^PERM\(/ {
		roles = ($4 ~ /M/ ? ",\"manager\"" : "") ($4 ~ /E/ ? ",\"employee\"" : "")
		gsub(q, q q, $6)
		printf "%s{\"name\":\"%s\",\"doc\":\"%s\",\"roles\":[%s]}",
		    (n++ ? "," : "["), $2, $6, substr(roles, 2)
	    }
	    END { print "]" }' "$root/lib/tbl/permissions.def"
}
