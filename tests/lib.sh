# SPDX-License-Identifier: ISC
# shellcheck shell=sh
#
# What suites share: an instance of their own.  Sourced by tests/*/run, which
# get root (the tree) and build (where it was built) from ./dev.

: "${root:?}" "${build:?}"

# Debian's own psql is a script that looks for clusters first; ours are named.
for folder in /usr/lib/postgresql/*/bin; do
	PATH=$folder:$PATH
done
export PATH

free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# as_installed FOLDER: what instances serve from now on is what `make install` puts there, with
# addresses that browsers keep.
as_installed() {
	rm -rf "$1"
	mkdir -p "$1"
	make -s -C "$build" install-data DESTDIR="$1" >"$1/install.log" 2>&1 || {
		tail -n 40 "$1/install.log" >&2
		exit 1
	}
	BUREAU_DATA=$1$(sed -n 's/^prefix = //p' "$build/Makefile")/share/bureau
	export BUREAU_DATA
}

# start_instance NAME [SETTING=VALUE …]: a fresh one, ready to answer.  Sets
# BASE_URL, BUREAU_HOME, BUREAU_PORT and what psql needs to be its administrator,
# and stops it at exit.
start_instance() {
	instance=$1
	shift
	BUREAU_HOME=$build/homes/$instance
	rm -rf "$BUREAU_HOME"
	mkdir -p "$BUREAU_HOME"
	BUREAU_PORT=$(free_port)
	BASE_URL=http://127.0.0.1:$BUREAU_PORT
	PGDATABASE=bureau
	PGUSER=postgres
	PGPASSFILE=$BUREAU_HOME/secrets/pgpass
	export BUREAU_HOME BUREAU_PORT BASE_URL PGDATABASE PGUSER PGPASSFILE
	# Exported, so that a suite can start it again, and its command line agrees.
	# shellcheck disable=SC2163 # words such as NAME=VALUE
	# shellcheck disable=SC2163 # "$@" are assignments
	export ENVIRONMENT=development RESPONDERS='auth admin customers push skeleton' \
	    RATE_LIMIT_MAX_REQUESTS=1000000 RATE_LIMIT_ANONYMOUS=1000000 \
	    SCRYPT_N=1024 SCRYPT_P=1 "$@"
	"${bureau:-$build/bin/bureau/bureau}" serve >"$BUREAU_HOME/serve.log" 2>&1 &
	instance_pid=$!
	trap stop_instance EXIT
	trap 'exit 1' INT TERM
	wait_ready
	# Elsewhere when the path is too long for a socket.
	PGHOST=$(readlink -f "$BUREAU_HOME/run")
	export PGHOST
}

# The condition, not the clock: readiness, or the end of the process.
wait_ready() {
	tries=0
	until curl -fsS -o /dev/null "$BASE_URL/health/ready" 2>/dev/null; do
		tries=$((tries + 1))
		if ! kill -0 "$instance_pid" 2>/dev/null || [ $tries -gt 600 ]; then
			echo "the instance does not start:" >&2
			tail -n 50 "$BUREAU_HOME/serve.log" >&2
			return 1
		fi
		/usr/bin/python3 -c 'import select; select.select([], [], [], 0.1)'
	done
}

stop_instance() {
	if [ -n "${instance_pid:-}" ]; then
		kill "$instance_pid" 2>/dev/null || :
		wait "$instance_pid" 2>/dev/null || :
		# One that a suite started anew is no child of this shell.
		timeout 60 tail --pid="$instance_pid" -f /dev/null || :
		instance_pid=
	fi
}

# tap_sum: counts TAP on standard input, shows it, ends in the closing line.
tap_sum() {
	awk '{ print }
	    /^ok / { passed++ }
	    /^not ok / { failed++ }
	    END { printf "%d passed, %d failed\n", passed, failed
	          exit failed > 0 || passed == 0 }'
}
