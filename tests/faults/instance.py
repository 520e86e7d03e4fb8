# SPDX-License-Identifier: ISC
"""The instance under test as processes, and a load that keeps a ledger."""

import http.client
import json
import os
import select
import subprocess
import threading
import time
import urllib.parse
import uuid

import client

HOME = os.environ["BUREAU_HOME"]
URL = urllib.parse.urlsplit(os.environ["BASE_URL"])


def pause(seconds):
    """Between two acts of a fault, never instead of a condition."""
    select.select([], [], [], seconds)


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        pause(0.02)


class Master:
    pid = int(os.environ["instance_pid"])

    @classmethod
    def start(cls):
        log = open(HOME + "/serve.log", "a", encoding="utf-8")
        cls.process = subprocess.Popen([os.environ["build"] + "/bin/bureau/bureau", "serve"], stdout=log, stderr=log)
        cls.pid = cls.process.pid


def processes():
    """{pid: (parent, name)} of everything there is."""
    out = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
                text = stat.read()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        if fields[0] != "Z":
            out[int(pid)] = (int(fields[1]), text[text.index("(") + 1:text.rindex(")")])
    return out


def below(root, name=None):
    everyone = processes()

    def is_below(pid):
        while pid in everyone and pid != root:
            pid = everyone[pid][0]
        return pid == root

    return [pid for pid in everyone if pid != root and is_below(pid) and (name is None or everyone[pid][1] == name)]


def children(name):
    return below(Master.pid, name)


def is_up():
    try:
        return client.Client().get("/health/ready").status == 200
    except OSError:
        return False


class Load(threading.Thread):
    """Callers that each store notes, one after the other, and log every answer."""

    def __init__(self, who, callers=6):
        super().__init__(daemon=True)
        self.who, self.callers = who, callers
        self.stop = threading.Event()
        self.log = []          # (key, status or None, started, ended)

    def one(self):
        conn = None
        while not self.stop.is_set():
            key = str(uuid.uuid4())
            started = time.monotonic()
            status = None
            try:
                if conn is None:
                    conn = http.client.HTTPConnection(URL.hostname, URL.port, timeout=30)
                conn.request("POST", "/api/v1/notes", json.dumps({"title": key}), {
                    "Content-Type": "application/json", "Idempotency-Key": key,
                    "Authorization": "Bearer " + self.who.token})
                answer = conn.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                conn = None
                pause(0.01)
            self.log.append((key, status, started, time.monotonic()))

    def run(self):
        threads = [threading.Thread(target=self.one) for _ in range(self.callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def __enter__(self):
        self.start()
        wait_until(lambda: sum(s == 201 for _, s, _, _ in self.log) > 20, 20, "load flows")
        return self

    def __exit__(self, *_):
        wait_until(lambda: any(s == 201 and begun > time.monotonic() - 1 for _, s, begun, _ in self.log[-50:]), 20,
                   "load flows again")
        self.stop.set()
        self.join()

    @property
    def failures(self):
        return [entry for entry in self.log if entry[1] != 201]

    def gap_after(self, moment):
        """Seconds from then to the first success that began later."""
        return min(end for _, s, begun, end in self.log if s == 201 and begun > moment) - moment

    def is_stored(self, key):
        """False where the answer is to come again: a child waits a moment after a connect that failed."""
        answer = self.who.post("/notes", {"title": key}, Idempotency_Key=key)
        assert answer.status in (201, 503), answer
        return answer.status == 201

    def check_ledger(self):
        acknowledged = {key for key, status, _, _ in self.log if status == 201}
        known = {key for key, _, _, _ in self.log}
        stored = {}
        for row in client.sql("SELECT title, count(*) FROM notes WHERE owner_id = '{}' GROUP BY title",
                              self.who.user["id"]):
            stored[row[0]] = int(row[1])
        assert acknowledged - set(stored) == set(), "acknowledged and lost"
        assert [key for key in stored if stored[key] > 1] == [], "stored twice"
        assert set(stored) - known == set(), "stored without being asked"
        # What is unknown becomes known by asking again with the same key.
        for key, _, _, _ in self.failures[:200]:
            wait_until(lambda: self.is_stored(key), 20, "a child connects again")
        twice = client.sql("SELECT title FROM notes WHERE owner_id = '{}' GROUP BY title HAVING count(*) > 1",
                           self.who.user["id"])
        assert twice == []
