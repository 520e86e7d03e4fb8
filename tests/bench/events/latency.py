# SPDX-License-Identifier: ISC
"""From a COMMIT to whoever follows: 200 writes a second, each rung for as a responder does."""

import json
import os
import random
import select
import statistics
import subprocess
import threading
import time
import uuid

import bell
import client
from follow import Stream

WRITES = int(os.environ.get("WRITES", "2000"))
RATE = 200              # a second
FOLLOWERS = 20          # others who are told, too


class Follower(threading.Thread):
    def __init__(self, who, is_timed):
        super().__init__(daemon=True)
        self.stream = Stream(client.BASE_URL, who.token)
        self.is_timed, self.seen = is_timed, {}

    def run(self):
        for _, name, data in self.stream.events(time.monotonic() + 600):
            now = time.monotonic()
            if self.is_timed and name == "refresh_data":
                self.seen[json.loads(data)["id"]] = now


def main():
    who = client.person("chairperson")
    timed = Follower(who, True)
    timed.start()
    # Read by nobody here: what is measured is not this program.
    others = [Stream(client.BASE_URL, who.token) for _ in range(FOLLOWERS)]
    psql = subprocess.Popen(["psql", "-XAtq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    of_push = bell.find()
    committed = {}
    due = time.monotonic()
    for _ in range(WRITES):
        due += random.expovariate(RATE)
        select.select([], [], [], max(0, due - time.monotonic()))
        ident = str(uuid.uuid4())
        psql.stdin.write(f"INSERT INTO bureau.told (id, title) VALUES ('{ident}', 'x');\\echo done\n")
        psql.stdout.readline()
        committed[ident] = time.monotonic()
        bell.ring(of_push)
    end = time.monotonic() + 30
    while len(timed.seen) < WRITES and time.monotonic() < end:
        select.select([], [], [], 0.05)
    for stream in others:
        stream.close()
    took = sorted((timed.seen[ident] - at) * 1000 for ident, at in committed.items() if ident in timed.seen)
    print(f"commit to browser at {RATE} writes a second: p50 {statistics.median(took):.1f} ms (aim 5), p99 {took[len(took) * 99 // 100]:.1f} ms (aim 25), "
          f"longest {took[-1]:.1f} ms; {len(committed) - len(took)} of {len(committed)} never came")


main()
