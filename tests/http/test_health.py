# SPDX-License-Identifier: ISC
"""What the installation says of itself: health, metrics, the description of the API."""

import json
import os
import re
import subprocess

import client
import fastcgi

ADMIN = os.environ["build"] + "/cgi-bin/bureau-admin"
SOCKET = os.environ.get("ADMIN_SOCKET", os.environ.get("BUREAU_HOME", "") + "/run/admin.sock")


def as_cgi(path, folder, settings, inherit=(), parse=json.loads, **variables):
    """The same program as plain CGI, with settings of its own; status and body."""
    conf = folder / "bureau.conf"
    conf.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    env = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path,
           "QUERY_STRING": "", "REMOTE_ADDR": "192.0.2.1", "HTTP_HOST": "bureau.test", "BUREAU_CONF": str(conf)}
    out = subprocess.run([ADMIN], env={**env, **variables}, stdin=subprocess.DEVNULL, capture_output=True, check=True,
                         pass_fds=inherit)
    head, _, body = out.stdout.partition(b"\r\n\r\n")
    return int(re.search(rb"Status: (\d+)", head).group(1)), parse(body)


def metrics():
    """{name{labels}: value}"""
    text = client.Client().get("/metrics").body.decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in text.splitlines() if not line.startswith("#")}


def test_health_tells_how_things_are_to_anybody(anonymous):
    answer = anonymous.get("/health")
    health = answer.json
    assert answer.status == 200 and health["status"] == "healthy"
    assert set(health) == {"status", "timestamp", "version", "environment", "memoryUsage", "uptime", "checks"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", health["timestamp"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", health["version"]) and health["environment"] == "development"
    assert set(health["memoryUsage"]) == {"rss", "heapUsed", "heapTotal", "external"}
    assert health["memoryUsage"]["rss"] > health["memoryUsage"]["heapUsed"] >= 0
    assert health["checks"]["database"]["status"] == "up"
    assert health["checks"]["queue"]["status"] == "up" and health["checks"]["queue"]["oldestSeconds"] < 60
    assert 0 <= health["checks"]["disk"]["freePercent"] <= 100


def test_health_names_no_path_and_no_statement(anonymous):
    text = anonymous.get("/health").body.decode()
    assert "/" not in text and "SELECT" not in text and "postgres" not in text


def test_ready_says_so(anonymous):
    answer = anonymous.get("/health/ready")
    assert answer.status == 200 and answer.json == {"status": "ready"}


def test_a_stale_token_keeps_nobody_from_health(anonymous):
    assert client.Client("a.b.c").get("/health").status == 200


def test_metrics_pass_the_public_checker(anonymous, chair):
    chair.get("/users?limit=1")
    chair.get("/users/not-an-id")
    answer = anonymous.get("/metrics")
    assert answer.status == 200 and answer.header("Content-Type").startswith("text/plain; version=0.0.4")
    checked = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, check=False)
    assert checked.returncode == 0 and not checked.stderr + checked.stdout, checked


def test_metrics_count_requests_by_route_and_errors_by_code(chair):
    route = 'service="admin",route="GET /api/v1/roles/{id}"'
    ok, missing = (f'bureau_http_requests_total{{{route},status="{s}xx"}}' for s in (2, 4))
    code = 'bureau_http_errors_total{service="admin",code="3001",name="RESOURCE_NOT_FOUND"}'
    role = chair.get("/roles?limit=1").json["items"][0]["id"]
    before = metrics()
    assert chair.get("/roles/" + role).status == 200
    assert chair.get("/roles/00000000-0000-7000-8000-000000000000").status == 404
    after = metrics()
    for series in (ok, missing, code):
        assert after[series] - before.get(series, 0) == 1, series
    count = f"bureau_http_request_duration_seconds_count{{{route}}}"
    bucket = f'bureau_http_request_duration_seconds_bucket{{{route},le="+Inf"}}'
    assert after[count] == after[bucket] == after[ok] + after[missing]


def ask_from(address, *headers):
    """Past lighttpd, which says where a request comes from."""
    return fastcgi.call(SOCKET, "GET", "/metrics", headers, address=address).status


def test_metrics_are_for_listed_addresses_and_the_token():
    assert ask_from("127.0.0.1") == ask_from("0:0:0:0:0:0:0:1") == 200
    assert ask_from("192.0.2.7") == 403
    assert ask_from("192.0.2.7", ("Authorization", "Bearer wrong")) == 403
    assert ask_from("192.0.2.7", ("Authorization", "Bearer metrics-of-the-tests")) == 200


def test_the_description_is_for_everybody_and_names_what_each_route_needs(anonymous):
    answer = anonymous.get("/openapi.json")
    document = answer.json
    assert answer.status == 200 and document["openapi"] == "3.1.0"
    assert document["paths"]["/api/v1/users"]["get"]["x-permission"] == "users:read"
    assert "User" in document["components"]["schemas"]


def test_the_description_passes_the_public_linter(anonymous, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_bytes(anonymous.get("/openapi.json").body)
    here = os.path.dirname(os.path.abspath(__file__))
    linted = subprocess.run(["node", os.path.join(here, "lint_openapi.mjs"), str(file)],
                            capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_without_docs_there_is_no_description(tmp_path):
    (tmp_path / "handed").write_text("{}\n{}")
    for docs, status in (("on", 200), ("off", 404)):
        with open(tmp_path / "handed", encoding="utf-8") as file:
            answer = as_cgi("/api/v1/openapi.json", tmp_path, {"DOCS": docs}, [file.fileno()],
                            BUREAU_EXTRA_FD=str(file.fileno()))
        assert answer[0] == status, docs


def test_without_a_database_health_is_degraded_and_ready_is_not(tmp_path):
    nowhere = {"DATABASE_URL": f"host={tmp_path} dbname=bureau"}
    status, health = as_cgi("/health", tmp_path, nowhere)
    assert (status, health["status"], health["checks"]["database"]["status"]) == (200, "degraded", "down")
    assert str(tmp_path) not in json.dumps(health)
    status, problem = as_cgi("/health/ready", tmp_path, nowhere)
    assert (status, problem["code"]) == (503, 4004)
    assert str(tmp_path) not in json.dumps(problem)


def test_without_a_database_metrics_tell_what_the_board_knows(tmp_path):
    nowhere = {"DATABASE_URL": f"host={tmp_path} dbname=bureau", "METRICS_ALLOW": "192.0.2.1"}
    status, text = as_cgi("/metrics", tmp_path, nowhere, parse=bytes.decode)
    assert status == 200 and "bureau_database_up 0" in text and "bureau_uptime_seconds" in text
    assert "bureau_queue_jobs" not in text


def test_metrics_tell_the_queues_and_the_chain():
    told = metrics()
    assert told["bureau_database_up"] == 1 and told["bureau_audit_unchained_rows"] >= 0
    assert told['bureau_queue_jobs{queue="mail",state="ready"}'] >= 0
    assert told['bureau_queue_paused{queue="mail"}'] == 0 and told['bureau_queue_oldest_seconds{queue="mail"}'] >= 0
    assert not [name for name in told if "JOB " in name]


def test_the_reader_of_the_description_is_a_page(anonymous):
    answer = anonymous.get("/docs/")
    assert answer.status == 200 and b"swagger-ui" in answer.body
