# SPDX-License-Identifier: ISC
"""The command `bureau`, tried on homes of its own."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import time
import urllib.error
import urllib.request

import pytest

BUILD = pathlib.Path(os.environ["build"])
ROOT = pathlib.Path(os.environ["root"])
BUREAU = str(BUILD / "bin/bureau/bureau")
PASSWORD = "a-rather-long-secret-71"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


class Home:
    """A home under build/, its environment, and maybe its supervisor."""

    def __init__(self, name, **settings):
        self.path = BUILD / "homes" / name
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        self.port = free_port()
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "BUREAU_DATA", "BUREAU_LIBEXEC")}
        self.env = {**keep, "BUREAU_HOME": str(self.path), "BUREAU_PORT": str(self.port), "SCRYPT_N": "1024",
                    "SCRYPT_P": "1", "MAX_WORKERS": "1", "WORKER_CHILDREN": "2", "RESPONDERS": "auth admin", **settings}
        self.process = None

    def run(self, *args, stdin="", **more):
        return subprocess.run([BUREAU, *args], env={**self.env, **more}, input=stdin, text=True,
                              capture_output=True, check=False, timeout=60)

    def start(self, *args):
        self.log = open(self.path / "serve.log", "a", encoding="utf-8")
        self.process = subprocess.Popen([BUREAU, "serve", *args], env=self.env, stdout=self.log, stderr=self.log)
        wait_until(lambda: self.process.poll() is not None or self.get("/health/ready")[0] == 200, "it serves")
        assert self.process.poll() is None, self.said()
        return self

    def said(self):
        return (self.path / "serve.log").read_text()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        return self.process.returncode if self.process else None

    def get(self, path, data=None, token=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        if data is not None:
            request.data = json.dumps(data).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("Origin", f"http://127.0.0.1:{self.port}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, None
        except OSError:
            return 0, None

    def sql(self, text):
        run = (self.path / "run").resolve()
        return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", run, "-U", "postgres", "-d", "bureau",
                               "-c", "SET search_path = bureau, public", "-c", text],
                              env={**os.environ, "PGPASSFILE": str(self.path / "secrets/pgpass")},
                              text=True, capture_output=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def served():
    home = Home("command").start()
    yield home
    home.stop()


@pytest.fixture
def home(request):
    made = Home("command-" + re.sub(r"\W", "-", request.node.name)[-40:])
    yield made
    made.stop()


# --- usage ---------------------------------------------------------------------

def test_without_a_command_it_lists_them_and_exits_2(home):
    got = home.run()
    assert got.returncode == 2 and "serve" in got.stderr and got.stdout == ""


@pytest.mark.parametrize("command", ["audit", "check", "doctor", "jobs", "key", "mail", "migrate", "openapi", "prune", "reload",
                                     "serve", "status", "stop", "user", "version"])
def test_every_command_helps_and_refuses_what_it_does_not_know(home, command):
    assert home.run(command, "--help").stdout.startswith(f"usage: bureau {command}")
    got = home.run(command, "--nonsense")
    assert (got.returncode, got.stdout) == (2, "") and f"bureau {command}" in got.stderr


def test_the_manual_names_every_command():
    manual = (ROOT / "doc/man/bureau.1").read_text()
    listed = subprocess.run([BUREAU, "help"], text=True, capture_output=True, check=True).stdout
    for command in re.findall(r"^  ([a-z]+) ", listed, re.M):
        assert f".Cm {command}" in manual, command


# --- settings --------------------------------------------------------------------

@pytest.mark.parametrize("key, value, mend", [
    ("BUREAU_PORT", "0", "1"), ("BUREAU_PORT", "http", "number"), ("ENVIRONMENT", "staging", "development"),
    ("REGISTRATION", "closed", "invite"), ("LISTEN", "example", "127.0.0.1"), ("SCRYPT_N", "30000", "power of two"),
    ("DATABASE_URL", "postgresql://me:pw@db/x", "DATABASE_ADMIN_URL"), ("LOG_LEVEL", "loud", "debug"),
    ("RESPONDERS", "auth auth", "twice"), ("JWT_KEY_FILE", "/nonexistent", "cannot be read"),
    ("MAX_WORKERS", "64", "too large"), ("ALLOWED_ORIGINS", "example.org", "https://"),
    ("DATABASE_URL", "mysql://db/x", "postgresql://"), ("RESPONDERS", "auth nosuch", "install it"),
    ("METRICS_ALLOW", "everybody", "127.0.0.1"), ("TRUSTED_PROXIES", "10.0.0.0/99", "10.0.0.0/8"),
    ("MAIL_FROM", "Bureau", "Bureau <bureau@example.org>"), ("WEBHOOKS_ALLOW", "localhost", "private"),
    ("PUBLIC_URL", "office.example.org", "https://"), ("PUBLIC_URL", "https://office.example.org/", "without a path"),
    ("PUBLIC_URL", "https://", "https://"), ("PUBLIC_URL", "https://a@b.example", "https://"),
    ("PUBLIC_URL", "https://office.example.org?x", "without a path"),
])
def test_check_tells_each_mistake_and_how_to_mend_it(home, key, value, mend):
    got = home.run("check", **{key: value})
    name = "PORT" if key == "BUREAU_PORT" else key
    assert got.returncode == 1 and got.stderr.startswith(f"bureau: {name} ") and mend in got.stderr
    assert got.stderr.count(name) == 1
    got = home.run("check", "--json", **{key: value})
    told = json.loads(got.stdout)
    assert got.returncode == 1 and told["ok"] is False and told["mistakes"][0]["key"] == name


@pytest.mark.parametrize("command", [("jobs", "list"), ("user", "list"), ("audit", "verify"), ("prune",)])
def test_a_command_that_looks_makes_nothing_where_there_is_nothing(command):
    empty = Home("empty")
    got = empty.run(*command)
    assert got.returncode == 1 and "there is nothing at" in got.stderr and not list(empty.path.iterdir())


def test_check_is_content_with_nothing_set(home):
    assert home.run("check").returncode == 0
    assert json.loads(home.run("check", "--json").stdout) == {"ok": True, "mistakes": []}


def test_the_file_is_read_and_the_environment_wins(home):
    (home.path / "bureau.conf").write_text("LOG_LEVEL=loud\n")
    assert home.run("check").returncode == 1
    assert home.run("check", LOG_LEVEL="warn").returncode == 1   # the file is still wrong
    (home.path / "bureau.conf").write_text("# fine\nLOG_LEVEL=warn\n")
    assert home.run("check").returncode == 0


def test_an_empty_public_address_is_noted_where_mail_is_sent(home):
    mail = {"SMTP_URL": "smtp://mail.example.org", "MAIL_FROM": "bureau@example.org"}
    assert "PUBLIC_URL" in home.run("check", ENVIRONMENT="production", **mail).stdout
    for public in ("https://office.example.org", "http://[::1]:8080"):
        got = home.run("check", ENVIRONMENT="production", PUBLIC_URL=public, **mail)
        assert got.returncode == 0 and "PUBLIC_URL" not in got.stdout
    assert "PUBLIC_URL" not in home.run("check", ENVIRONMENT="development", **mail).stdout


def test_networks_of_proxies_are_fine(home):
    assert home.run("check", TRUSTED_PROXIES="192.0.2.1 10.0.0.0/8 2001:db8::/32").returncode == 0


def test_wrong_settings_do_not_hide_what_runs(home):
    for command in ("status", "stop"):
        got = home.run(command, LOG_LEVEL="loud")
        assert got.returncode == 3 and "nothing runs" in got.stderr


# --- serving ---------------------------------------------------------------------

def test_nothing_runs_is_exit_3(home):
    for command in ("status", "stop", "reload"):
        assert home.run(command).returncode == 3, command
    assert json.loads(home.run("status", "--json").stdout) == {"running": False}


def test_status_tells_every_child(served):
    told = json.loads(served.run("status", "--json").stdout)
    pools = [child["pool"] for child in told["children"]]
    # auth has three more, for those that hash.
    assert sorted(pools) == ["admin"] + ["auth"] * 4 + ["lighttpd", "postgres"] + ["worker"] * 2
    assert told["pid"] == served.process.pid and told["url"].endswith(f":{served.port}/")
    assert "postgres" in served.run("status").stdout


def test_a_second_supervisor_of_a_home_is_refused(served):
    got = served.run("serve")
    assert got.returncode == 1 and f"process {served.process.pid}" in got.stderr


def test_a_taken_port_is_told(served, home):
    got = home.run("serve", BUREAU_PORT=str(served.port))
    assert got.returncode == 1 and "is taken" in got.stderr and "BUREAU_PORT" in got.stderr


def test_a_missing_responder_is_told(home):
    got = home.run("serve", RESPONDERS="auth nonesuch")
    assert got.returncode == 1 and "bureau-nonesuch" in got.stderr


def test_two_instances_run_side_by_side(served, home):
    home.start()
    for each, other in ((served, home), (home, served)):
        told = json.loads(each.run("status", "--json").stdout)
        assert told["pid"] == each.process.pid != other.process.pid
        assert each.get("/health")[0] == 200


def test_a_second_start_keeps_the_data_and_takes_seconds(home):
    home.start()
    home.run("user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", stdin=PASSWORD)
    assert home.stop() == 0
    began = time.monotonic()
    home.start()
    assert time.monotonic() - began < 10
    assert "ada@example.org" in home.run("user", "list").stdout


def test_a_home_too_deep_for_sockets_still_serves(home):
    deep = Home(home.path.name + "/" + "d" * 100)
    try:
        deep.start()
        assert (deep.path / "run").is_symlink()
        assert (deep.path / "run").stat().st_uid == os.geteuid()
    finally:
        deep.stop()


def test_a_leftover_postgres_of_a_killed_supervisor_is_no_hindrance(home):
    home.start()
    (home.path / "pg/postmaster.pid").read_text()
    home.process.kill()
    home.process.wait()
    home.start()


def test_a_stale_pid_of_a_stranger_is_no_hindrance(home):
    home.start()
    lock = (home.path / "pg/postmaster.pid").read_text().splitlines()
    home.stop()
    (home.path / "pg/postmaster.pid").write_text("\n".join([str(os.getpid())] + lock[1:]) + "\n")
    home.start()


def test_secrets_and_sockets_are_closed_to_others(served):
    def mode(path):
        return stat.S_IMODE((served.path / path).stat().st_mode)
    assert mode("secrets") == 0o700
    assert {mode(f"secrets/{name}") for name in os.listdir(served.path / "secrets")} == {0o600}
    assert mode("run/auth.sock") == mode("run/admin.sock") == 0o660
    assert mode("run/control.sock") == 0o600


def test_responders_hold_no_secret_that_is_not_theirs(served):
    secrets = {p.name: p.read_text().strip() for p in (served.path / "secrets").iterdir()}
    for child in json.loads(served.run("status", "--json").stdout)["children"]:
        if child["pool"] not in ("auth", "admin"):
            continue
        settings = pathlib.Path(f"/proc/{child['pid']}/fd/3").read_text()
        environment = pathlib.Path(f"/proc/{child['pid']}/environ").read_text()
        assert secrets["cluster"] not in settings + environment
        assert ("JWT_PRIVATE_KEY" in settings) == ("REFRESH_KEY" in settings) == (child["pool"] == "auth")
        assert secrets[f"db-{child['pool']}"] in settings
        assert all(secrets[name] not in environment for name in secrets)


def test_a_responder_cannot_sign_in_as_another_role(served):
    secrets = served.path / "secrets"
    for password in ((secrets / "db-admin").read_text(), ""):
        for role in ("postgres", "bureau_auth"):
            got = subprocess.run(["psql", "-XAtw", "-h", (served.path / "run").resolve(), "-U", role, "-d", "bureau",
                                  "-c", "SELECT 1"], env={"PATH": os.environ["PATH"], "PGPASSWORD": password},
                                 capture_output=True, text=True, check=False)
            assert got.returncode == 2 and "authentication failed" in got.stderr or "no password" in got.stderr


def outside(home, database="bureau", **settings):
    """Settings of a home whose PostgreSQL is another home's."""
    where = f"host={(home.path / 'run').resolve()} dbname={database}"
    return {"DATABASE_URL": where,
            "DATABASE_ADMIN_URL": f"{where} user=postgres passfile={home.path / 'secrets/pgpass'}", **settings}


def test_max_connections_too_small_is_refused(served, home):
    got = home.run("serve", **outside(served, MAX_WORKERS="25"))
    assert got.returncode == 1 and re.search("max_connections is 60, .* may open 1[0-9][0-9] ", got.stderr), got.stderr


def test_a_database_of_ones_own_is_migrated_when_asked_and_served(home):
    home.start()
    home.sql("CREATE DATABASE other TEMPLATE template0")
    guest = Home(home.path.name + "-guest", **outside(home, "other"))
    try:
        got = guest.run("serve")
        assert got.returncode == 1 and "bureau migrate" in got.stderr
        guest.start("--migrate")
        told = json.loads(guest.run("status", "--json").stdout)
        assert "postgres" not in [child["pool"] for child in told["children"]]
        assert guest.run("user", "list").returncode == 0 and not (guest.path / "pg").exists()
        guest.stop()
        guest.start()
    finally:
        guest.stop()


def test_tls_is_served_from_a_key_only_root_can_read(home):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", home.path / "key.pem", "-out", home.path / "cert.pem", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    pem = home.path / "tls.pem"
    pem.write_text((home.path / "cert.pem").read_text() + (home.path / "key.pem").read_text())
    pem.chmod(0o600)
    home.env |= {"TLS_CERT_FILE": str(pem), "LISTEN": "::"}
    trust = ssl.create_default_context(cafile=home.path / "cert.pem")

    def answer():
        try:
            return urllib.request.urlopen(f"https://localhost:{home.port}/health/ready", context=trust, timeout=5)
        except OSError:
            return None
    home.log = open(home.path / "serve.log", "a", encoding="utf-8")
    home.process = subprocess.Popen([BUREAU, "serve"], env=home.env, stdout=home.log, stderr=home.log)
    wait_until(answer, "it answers over TLS")
    assert "max-age" in answer().headers["Strict-Transport-Security"]
    before = [c["pid"] for c in json.loads(home.run("status", "--json").stdout)["children"] if c["pool"] == "lighttpd"]
    os.utime(pem)                       # a renewed certificate is taken up
    assert home.run("reload").returncode == 0
    after = [c["pid"] for c in json.loads(home.run("status", "--json").stdout)["children"] if c["pool"] == "lighttpd"]
    assert before != after and answer().status == 200


# --- reload ------------------------------------------------------------------------

def test_a_reload_takes_up_settings_and_replaces_every_responder(home):
    home.start()
    before = {c["pid"]: c["pool"] for c in json.loads(home.run("status", "--json").stdout)["children"]}
    (home.path / "bureau.conf").write_text("LOG_LEVEL=error\n")
    assert home.run("reload").returncode == 0
    after = {c["pid"]: c["pool"] for c in json.loads(home.run("status", "--json").stdout)["children"]}
    kept = [before[pid] for pid in before if pid in after]
    assert sorted(kept) == ["lighttpd", "postgres"]
    auth = next(pid for pid, pool in after.items() if pool == "auth")
    assert "LOG_LEVEL=error" in pathlib.Path(f"/proc/{auth}/fd/3").read_text()


def test_wrong_settings_are_refused_and_the_old_ones_stay(home):
    home.start()
    before = home.run("status", "--json").stdout
    (home.path / "bureau.conf").write_text("LOG_LEVEL=loud\n")
    assert home.run("reload").returncode == 1
    home.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reload.refused" in home.said(), "the refusal is logged")
    assert [c["pid"] for c in json.loads(before)["children"]] == \
        [c["pid"] for c in json.loads(home.run("status", "--json", LOG_LEVEL="info").stdout or
                              before)["children"]]
    assert home.get("/health")[0] == 200


# --- keys ----------------------------------------------------------------------------

def kid_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def test_a_rotated_key_leaves_old_tokens_good_and_signs_new_ones(home):
    home.start()
    home.run("user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", stdin=PASSWORD)
    who = {"email": "ada@example.org", "password": PASSWORD}
    old = home.get("/api/v1/auth/login", who)[1]["accessToken"]
    assert home.run("key", "rotate").returncode == 0
    new = home.get("/api/v1/auth/login", who)[1]["accessToken"]
    assert kid_of(old) != kid_of(new)
    assert home.get("/api/v1/auth/me", token=old)[0] == home.get("/api/v1/auth/me", token=new)[0] == 200


# --- migrating --------------------------------------------------------------------------

@pytest.fixture
def own_data(home, tmp_path):
    """A copy of the SQL that a test may change."""
    shutil.copytree(pathlib.Path(home.env["BUREAU_DATA"]) / "sql", tmp_path / "sql")
    home.env["BUREAU_DATA"] = str(tmp_path)
    return tmp_path


def test_migrate_works_without_a_supervisor_and_again(home):
    first, again = home.run("migrate", "--json"), home.run("migrate", "--json")
    assert json.loads(first.stdout)["applied"] >= 1 and first.returncode == 0
    assert json.loads(again.stdout) == {"ok": True, "applied": 0}
    assert not (home.path / "pg/postmaster.pid").exists()


def test_a_changed_migration_is_refused(home, own_data):
    assert home.run("migrate").returncode == 0
    with open(own_data / "sql/migrations/0001_ground.sql", "a", encoding="utf-8") as file:
        file.write("-- one more line\n")
    got = home.run("migrate")
    assert got.returncode == 1 and "0001_ground.sql" in got.stderr and "never changes" in got.stderr


def test_a_newer_database_is_refused(home, own_data):
    (own_data / "sql/migrations/9000_later.sql").write_text("CREATE TABLE bureau.later (id int);\n")
    assert home.run("migrate").returncode == 0
    (own_data / "sql/migrations/9000_later.sql").unlink()
    got = home.run("migrate")
    assert got.returncode == 1 and "9000_later.sql" in got.stderr and "newer" in got.stderr


def test_a_migration_that_fails_leaves_nothing(home, own_data):
    bad = own_data / "sql/migrations/9000_bad.sql"
    bad.write_text("CREATE TABLE bureau.half (id int);\nSELECT 1 / 0;\n")
    got = home.run("migrate")
    assert got.returncode == 1 and "division by zero" in got.stderr
    bad.write_text("CREATE TABLE bureau.half (id int);\n")
    assert home.run("migrate").returncode == 0


def test_two_that_migrate_at_once_take_turns(served):
    runs = [subprocess.Popen([BUREAU, "migrate", "--json"], env=served.env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE) for _ in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]


def test_examples_come_only_with_the_skeleton(served):
    assert served.sql("SELECT to_regclass('bureau.notes') IS NULL") == "t"


# --- people --------------------------------------------------------------------------------

def test_people_are_added_listed_and_revoked(served):
    add = ("user", "add", "Grace@Example.org", "--name", "Grace", "--role", "manager", "--password-stdin")
    assert served.run(*add, stdin=PASSWORD).returncode == 0
    again = served.run(*add, stdin=PASSWORD)
    assert again.returncode == 1 and "already" in again.stderr
    served.run("user", "add", "joan@example.org", "--name", "Joan", "--role", "manager", "--password-stdin",
               stdin=PASSWORD)
    token = served.get("/api/v1/auth/login", {"email": "joan@example.org", "password": PASSWORD})[1]["accessToken"]
    assert served.run("user", "revoke", "joan@example.org").returncode == 0
    assert served.get("/api/v1/auth/me", token=token)[0] == 403
    listed = {each["email"]: each for each in json.loads(served.run("user", "list", "--json").stdout)}
    assert listed["joan@example.org"]["isActive"] is False and listed["joan@example.org"]["role"] == "manager"
    assert listed["grace@example.org"]["role"] == "chairperson"     # the first of all
    assert served.run("user", "restore", "joan@example.org").returncode == 0
    assert served.run("user", "role", "joan@example.org", "employee").returncode == 0
    assert served.get("/api/v1/auth/login", {"email": "joan@example.org", "password": PASSWORD})[0] == 200
    last = served.run("user", "revoke", "grace@example.org")
    assert last.returncode == 1 and "chairperson" in last.stderr


@pytest.mark.parametrize("args, password, why", [
    (("not-an-address", "--name", "N"), PASSWORD, "not an e-mail address"),
    (("x@example.org", "--name", "N"), "short", "8"),
    (("x@example.org", "--name", "N\nN"), PASSWORD, "one line"),
    (("x@example.org", "--name", "N", "--role", "emperor"), PASSWORD, "no role emperor"),
])
def test_a_person_that_cannot_be_is_told_why(served, args, password, why):
    got = served.run("user", "add", *args, "--password-stdin", stdin=password)
    assert got.returncode == 1 and why in got.stderr


def test_prune_lets_old_rows_go_and_keeps_young_ones(served):
    served.sql("INSERT INTO throttle (kind, key, count, ends_at) VALUES "
               "('t', 'old', 1, now() - interval '1 s'), ('t', 'young', 1, now() + interval '1 h')")
    assert json.loads(served.run("prune", "--json").stdout)["throttle"] >= 1
    assert served.sql("SELECT convert_from(key, 'UTF8') FROM throttle WHERE kind = 't'") == "young"


def test_the_demo_makes_three_people_once(home):
    home.start("--demo")
    first = (home.path / "demo.txt").read_text()
    email, password = first.splitlines()[0].split()
    assert email == "chairperson@bureau.test"
    assert home.get("/api/v1/auth/login", {"email": email, "password": password})[1]["role"] == "chairperson"
    home.stop()
    home.start("--demo")
    assert (home.path / "demo.txt").read_text() == first and password in home.said()


# --- jobs --------------------------------------------------------------------------------------

def paused(served, queue, state):
    assert served.run("jobs", "pause", queue).returncode == 0
    told = {q["name"]: q for q in json.loads(served.run("jobs", "queues", "--json").stdout)}
    assert told[queue]["pausedAt"] is not None
    return served.sql(f"SELECT job_add('mail.send', '{{\"to\": \"a@example.org\", \"code\": \"123456\"}}', _run_at => now() + '{state}')")


def test_jobs_are_listed_shown_cancelled_and_retried(served):
    ident = paused(served, "mail", "0 s")
    listed = json.loads(served.run("jobs", "list", "--queue", "mail", "--state", "queued", "--json").stdout)
    assert [job["id"] for job in listed] == [ident]
    assert ident in served.run("jobs", "list", "--kind", "mail.send").stdout
    assert ident not in served.run("jobs", "list", "--queue", "upkeep").stdout
    shown = json.loads(served.run("jobs", "show", ident, "--json").stdout)
    assert (shown["state"], shown["args"], shown["log"]) == ("queued", {"to": "a@example.org", "code": "***"}, [])
    text = served.run("jobs", "show", ident).stdout
    assert "mail.send" in text and "123456" not in text
    again = served.run("jobs", "retry", ident)
    assert again.returncode == 1 and "Only a job that failed or was cancelled" in again.stderr
    assert served.run("jobs", "cancel", ident).returncode == 0
    gone = served.run("jobs", "cancel", ident)
    assert gone.returncode == 1 and "It has ended: cancelled." in gone.stderr
    assert served.run("jobs", "retry", ident).returncode == 0
    assert served.sql(f"SELECT state FROM jobs WHERE id = '{ident}'") == "queued"
    served.run("jobs", "cancel", ident)
    many = served.run("jobs", "retry", "--queue", "mail", "--state", "cancelled")
    assert many.returncode == 0 and many.stdout == "1 jobs were put in again.\n"
    served.run("jobs", "cancel", ident)
    assert served.run("jobs", "resume", "mail").returncode == 0
    assert " mail " not in served.run("doctor").stdout


@pytest.mark.parametrize("args, code, why", [
    (("show", "01890000-0000-7000-8000-000000000000"), 1, "there is no job"),
    (("show", "nonsense"), 1, "there is no job nonsense"),
    (("retry", "nonsense"), 1, "there is no job nonsense"),
    (("cancel", "nonsense"), 1, "there is no job nonsense"),
    (("pause", "nowhere"), 1, "there is no queue nowhere"),
    (("list", "--state", "happy"), 1, "there is no state happy; there are: waiting"),
    (("retry", "--state", "done"), 1, "there is no state done"),
    (("list", "--limit", "many"), 2, "usage"),
    (("retry",), 2, "usage"),
    (("cancel",), 2, "usage"),
    (("dance",), 2, "usage"),
])
def test_what_cannot_be_done_to_jobs_is_told(served, args, code, why):
    got = served.run("jobs", *args)
    assert got.returncode == code and why in got.stderr, got


def test_the_audit_log_is_verified_and_a_changed_row_named(served):
    chained = "SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id)"
    wait_until(lambda: served.sql(chained) == "0", "the chain is at the end of the log")
    whole = json.loads(served.run("audit", "verify", "--json").stdout)
    assert (whole["ok"], whole["firstBroken"]) == (True, None) and whole["checked"] > 0
    assert "The log is whole." in served.run("audit", "verify").stdout
    change = "SET session_replication_role = replica; UPDATE audit SET action = '{}' WHERE id = {}"
    ident, action = served.sql("SELECT id, action FROM audit ORDER BY id LIMIT 1").split("|")
    served.sql(change.format("forged", ident))
    got = served.run("audit", "verify", "--json")
    assert got.returncode == 4 and json.loads(got.stdout)["firstBroken"] == {"id": int(ident), "why": "hash"}
    assert f"broken at row {ident}: hash" in served.run("audit", "verify").stdout
    served.sql(change.format(action, ident))
    assert served.run("audit", "verify").returncode == 0


# --- doctor ----------------------------------------------------------------------------------

def test_the_doctor_is_content_with_what_serves(served):
    got = served.run("doctor", "--json")
    told = json.loads(got.stdout)
    assert [f for f in told["findings"] if f["weight"] == "wrong"] == [] and got.returncode == 0


@pytest.mark.parametrize("spoil, finding", [
    (lambda home: (home.path / "secrets/jwt.pem").chmod(0o644), "jwt.pem has the mode 0644"),
    (lambda home: (home.path / "secrets").chmod(0o755), "secrets has the mode 0755"),
    (lambda home: (home.path / "run/auth.sock").chmod(0o666), "auth.sock is open to everybody"),
    (lambda home: (home.path / "run/admin.sock").unlink(), "there is no"),
    (lambda home: home.sql("DELETE FROM migrations"), "older than this build"),
    (lambda home: home.sql("INSERT INTO migrations VALUES ('migrations', 9999, '9999_x.sql', '')"), "newer than"),
    (lambda home: home.sql("UPDATE migrations SET checksum = 'x'"), "has changed"),
])
def test_the_doctor_finds_it_and_says_how_to_mend_it(home, spoil, finding):
    home.start()
    spoil(home)
    got = home.run("doctor")
    assert got.returncode == 4 and finding in got.stdout and "To mend it" in got.stdout


def test_the_doctor_tells_of_queues_that_stand_still_and_of_dead_letters(home):
    home.start()
    paused(home, "webhooks", "0 s")
    home.sql("UPDATE queues SET leased = false WHERE name = 'mail'; INSERT INTO jobs (queue, kind, priority, run_at)"
             " VALUES ('requests', 'nobody.knows', 1, now() - interval '1 hour')")
    home.sql("INSERT INTO jobs (queue, kind, priority, state, finished_at) VALUES ('upkeep', 'x.y', 1, 'failed', now())")
    got = home.run("doctor")
    assert got.returncode == 4
    for finding in ("the queue webhooks is paused since", "a job of the queue requests has been due for 36",
                    "1 jobs of the queue upkeep failed for good within a day"):
        assert finding in got.stdout, got.stdout


def test_the_doctor_finds_a_taken_port(home):
    with socket.socket() as s:
        s.bind(("127.0.0.1", home.port))
        s.listen()
        got = home.run("doctor")
    assert got.returncode == 4 and "is taken" in got.stdout
