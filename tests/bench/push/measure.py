# SPDX-License-Identifier: ISC
"""Bureau, nchan and Socket.IO in turn: clients connect, and are sent single events and bursts."""

import http.client
import json
import os
import resource
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.environ["root"] + "/tests/http")
import bell  # noqa: E402

WORK = os.environ["work"]
SINGLES = int(os.environ.get("SINGLES", "15"))
BURSTS = int(os.environ.get("BURSTS", "3"))
BURST = int(os.environ.get("BURST", "100"))
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
PATIENCE = 60000        # ms
EVENT = ("INSERT INTO bureau.events (audience, kind, resource, resource_id, payload)"
         " SELECT '{{all}}', 'refresh_data', 'bench~', bureau.uuid_v7(), '{{\"action\": \"updated\"}}'"
         " FROM generate_series(1, {});")


def write(name, data):
    path = os.path.join(WORK, name)
    with open(path, "wb") as out:
        out.write(data)
    return path


def below(pid):
    """A process and its children."""
    out = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
            for child in children.read().split():
                out += below(int(child))
    return out


def memory(pids):
    """{name: bytes that are its processes' alone}."""
    total = {}
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            mine = sum(int(line.split()[1]) for line in rollup if line.startswith("Private_")) * 1024
        total[name_of(pid)] = total.get(name_of(pid), 0) + mine
    return total


def processor(pids):
    """{name: seconds of processor its processes have had}."""
    total = {}
    for pid in pids:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as stat:
            total[name_of(pid)] = total.get(name_of(pid), 0) + int(stat.read().split()[0]) / 1e9
    return total


def name_of(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
        return comm.read().strip()


class Bureau:
    name, ready = "bureau", "retry:"

    def __init__(self):
        self.port = int(os.environ["BUREAU_PORT"])
        self.psql = subprocess.Popen(["psql", "-XAtq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.bell = bell.find()
        self.request = write("bureau.request", b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             b"Accept: text/event-stream\r\nAuthorization: Bearer %T\r\n\r\n")
        self.tokens = [os.path.join(WORK, "tokens")]

    def pids(self):
        everything = below(int(os.environ["instance_pid"]))
        return [pid for pid in everything if name_of(pid) in ("bureau-push", "lighttpd")] + self.backends()

    def backends(self):
        """Of push: what the database does for it."""
        self.psql.stdin.write("SELECT pid FROM pg_stat_activity WHERE usename = 'bureau_push' AND backend_type = 'client backend';\n\\echo done\n")
        return [int(line) for line in iter(self.psql.stdout.readline, "done\n")]

    def publish(self, count):
        self.psql.stdin.write(EVENT.format(count) + "\\echo done\n")
        self.psql.stdout.readline()
        bell.ring(self.bell)


class Peer:
    tokens = []

    def __init__(self, port):
        self.port = port
        self.conn = http.client.HTTPConnection("127.0.0.1", port)

    def post(self, path, body=""):
        self.conn.request("POST", path, body)
        self.conn.getresponse().read()


class Nchan(Peer):
    name, ready = "nchan", "HTTP/1.1 200"

    def __init__(self):
        super().__init__(int(os.environ["NCHAN_PORT"]))
        self.sent = 0
        self.request = write("nchan.request", b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")

    def pids(self):
        return below(int(os.environ["NCHAN_PID"]))

    def publish(self, count):
        for _ in range(count):
            self.sent += 1
            self.post("/pub", json.dumps({"resource": "bench~", "id": f"00000000-0000-7000-8000-{self.sent:012}", "action": "updated"}))


class SocketIO(Peer):
    name, ready = "socket.io", "40{"

    def __init__(self):
        super().__init__(int(os.environ["SOCKETIO_PORT"]))
        # The upgrade, and after it the packet that joins the namespace, masked with zeros.
        self.request = write("socketio.request", b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + b"%N" + bytes([0x81, 0x82, 0, 0, 0, 0]) + b"40")

    def pids(self):
        return [int(os.environ["SOCKETIO_PID"])]

    def publish(self, count):
        self.post(f"/emit?events={count}")


class Load:
    def __init__(self, system, count):
        before = memory(system.pids())
        self.count, self.system = count, system
        began = processor(system.pids())
        self.process = subprocess.Popen([WORK + "/load", str(system.port), str(count), system.ready, system.request, *system.tokens],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        word, _, us = self.process.stdout.readline().split()
        assert word == "connected"
        self.connects = count / (int(us) / 1e6)
        self.connect_cpu = self.spent(began, 1)
        self.publish = system.publish
        self.send(1)            # so that what grows with the first event has grown
        self.memory = {name: (size - before.get(name, 0)) / count for name, size in memory(system.pids()).items()}

    def spent(self, before, times):
        """Microseconds of processor since then, for one client, once, as words."""
        now = processor(self.system.pids())
        return ", ".join(f"{name} {(now[name] - before[name]) / self.count / times * 1e6:.1f}" for name in now)

    def send(self, events):
        """Seconds until the last client has them."""
        self.process.stdin.write(f"expect {events} {PATIENCE}\n")
        assert self.process.stdout.readline() == "expecting\n"
        began = time.monotonic()
        self.publish(events)
        word, *rest = self.process.stdout.readline().split()
        assert word == "done", f"late: {rest}"
        return int(rest[0]) / 1e6 - began

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(system, count):
    load = Load(system, count)
    began = processor(system.pids())
    singles = [load.send(1) for _ in range(SINGLES)]
    single_cpu = load.spent(began, SINGLES)
    bursts = [load.send(BURST) for _ in range(BURSTS)]
    load.close()
    single, burst = statistics.median(singles), statistics.median(bursts)
    return {"last": single * 1000, "single": count / single, "burst": count * BURST / burst,
            "connects": load.connects, "memory": load.memory,
            "cpu": f"us of processor a connect: {load.connect_cpu}; a single event: {single_cpu}"}


SYSTEMS = [kind for kind in (Bureau, Nchan, SocketIO) if kind.name in os.environ.get("SYSTEMS", "bureau nchan socket.io").split()]


def main():
    counts = [int(word) for word in os.environ.get("CLIENTS", f"1000 5000 {int(FILES * 0.44)}").split()]
    print(f"{'clients':>8} {'':10}{'last ms':>9}{'singles/s':>11}{'bursts/s':>11}{'connects/s':>11}  KB a client")
    for count in counts:
        got = {}
        for kind in SYSTEMS:
            system = kind()
            got[system.name] = m = measure(system, count)
            sizes = ", ".join(f"{name} {size / 1024:.1f}" for name, size in m["memory"].items())
            print(f"{count:8} {system.name:10}{m['last']:9.1f}{m['single']:11.0f}{m['burst']:11.0f}{m['connects']:11.0f}  {sizes}", flush=True)
            print(f"{'':19}{m['cpu']}", flush=True)
        if len(got) < 3:
            continue
        b, n, s = got["bureau"], got["nchan"], got["socket.io"]
        print(f"{'':8} bureau = singles {b['single'] / n['single']:.2f} x nchan (aim 0.9), {b['single'] / s['single']:.2f} x Socket.IO (aim 1.3); "
              f"bursts {b['burst'] / n['burst']:.1f} x nchan (aim 5), {b['burst'] / s['burst']:.1f} x Socket.IO; "
              f"push {b['memory']['bureau-push'] / 1024:.1f} KB a client (aim 6)", flush=True)


main()
