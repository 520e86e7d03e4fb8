# SPDX-License-Identifier: ISC
"""Another system: an HTTP server that keeps what it is sent and answers as it is told."""

import http.server
import json
import subprocess
import threading


class Call:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body
        self.status = None

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]


class Receiver:
    """answer(call) gives a status, or a status and headers; 204 where it is not given."""

    def __init__(self, answer=None):
        self.calls = []
        self.answer = answer or (lambda call: 204)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                call = Call(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])).decode())
                outer.calls.append(call)
                answer = outer.answer(call)
                call.status, headers = answer if isinstance(answer, tuple) else (answer, {})
                try:
                    self.send_response(call.status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0" if call.status in (204, 304) else "5")
                    self.end_headers()
                    if call.status not in (204, 304):
                        self.wfile.write(b"hello")
                except OSError:
                    pass

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def taken(self):
        """What it said it took, each message once, in the order of the first time."""
        seen = {}
        for call in list(self.calls):
            if call.status is not None and 200 <= call.status < 300:
                seen.setdefault(call.id, call)
        return list(seen.values())


def verify(secret, *calls, body=None):
    """What the public library says of each: None, or why it refuses it."""
    asked = [{"secret": secret, "body": body or call.body, "headers": call.headers} for call in calls]
    done = subprocess.run(["node", "verify.mjs"], input=json.dumps(asked), text=True, capture_output=True, check=True)
    return json.loads(done.stdout)
