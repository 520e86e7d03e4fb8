#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Raw bytes at the edge, with the answers we rely on.

usage: raw.py HOST:PORT

Each case opens a connection of its own, sends bytes no HTTP library would, and
compares the statuses that come back, and whether the edge hung up, with the
pinned ones.  What must hold in all of them: one request has one reading, so
nothing can be smuggled past lighttpd to a responder, and a path has one
spelling, so a rule about it cannot be walked around.
"""

import re
import socket
import sys

HOST = b"Host: edge.test\r\n"
# Matched by no route: what reaches a responder is answered 404 whatever its body.
NOWHERE = b"/api/v1/no-such-thing"
# Wants a signed-in caller: what reaches the responder is answered 401.
ME = b"/api/v1/auth/me"

# A case: name, bytes, statuses in order, and True where the edge must hang up.
CASES = []


def case(name, data, statuses, closed=None):
    CASES.append((name, data, statuses, closed))


def get(path, headers=b"", version=b"HTTP/1.1"):
    return b"GET " + path + b" " + version + b"\r\n" + HOST + headers + b"\r\n"


def post(headers, body=b"", path=NOWHERE, version=b"HTTP/1.1"):
    return (b"POST " + path + b" " + version + b"\r\n" + HOST + headers
            + b"\r\n" + body)


def chunked(body, headers=b""):
    return post(b"Transfer-Encoding: chunked\r\n" + headers, body)


# --- how long a request is -------------------------------------------------------
case("a plain request is answered and the connection kept", get(b"/"), [200], False)
case("pipelined requests are answered in order", get(b"/") + get(ME), [200, 401])
case("Content-Length with Transfer-Encoding",
     post(b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\nX"), [400], True)
case("Transfer-Encoding with Content-Length",
     post(b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", b"0\r\n\r\nX"), [400], True)
case("two different Content-Lengths",
     post(b"Content-Length: 6\r\nContent-Length: 5\r\n", b"abcdef"), [400], True)
case("two equal Content-Lengths",
     post(b"Content-Length: 6\r\nContent-Length: 6\r\n", b"abcdef"), [400], True)
case("a list as Content-Length", post(b"Content-Length: 6, 6\r\n", b"abcdef"), [400], True)
case("a negative Content-Length", post(b"Content-Length: -1\r\n"), [400], True)
case("a Content-Length with a plus", post(b"Content-Length: +1\r\n", b"a"), [400], True)
case("a hexadecimal Content-Length", post(b"Content-Length: 0x1\r\n", b"a"), [400], True)
case("a Content-Length with a gap", post(b"Content-Length: 1 0\r\n", b"a"), [400], True)
case("a Content-Length beyond 64 bits",
     post(b"Content-Length: 99999999999999999999\r\n", b"a"), [400], True)
case("a Content-Length beyond the limit", post(b"Content-Length: 13000000\r\n", b"a"), [413], True)
case("a body without a length", post(b""), [411], True)
case("a GET with a body", get(b"/", b"Content-Length: 3\r\n") + b"abc", [400], True)
case("an unknown transfer coding", post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"), [501], True)
case("the identity transfer coding", post(b"Transfer-Encoding: identity\r\n"), [501], True)
case("two transfer codings", post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"), [501], True)
case("a transfer coding behind a vertical tab",
     post(b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n"), [400], True)
case("a folded transfer coding",
     post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"), [501], True)
case("chunks in HTTP/1.0",
     post(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", version=b"HTTP/1.0"), [400], True)

# --- chunks ----------------------------------------------------------------------
case("well-formed chunks", chunked(b"3\r\nabc\r\n0\r\n\r\n"), [404], False)
case("a chunk with an extension", chunked(b"3;a=b\r\nabc\r\n0\r\n\r\n"), [404], False)
case("trailers are read and dropped",
     chunked(b"3\r\nabc\r\n0\r\nX-Real-IP: 192.0.2.1\r\n\r\n") + get(ME), [404, 401])
case("a chunk size that is no number", chunked(b"zz\r\nabc\r\n0\r\n\r\n"), [400], True)
case("a negative chunk size", chunked(b"-3\r\nabc\r\n0\r\n\r\n"), [400], True)
case("a chunk size with 0x", chunked(b"0x3\r\nabc\r\n0\r\n\r\n"), [400], True)
case("a chunk size beyond 64 bits", chunked(b"fffffffffffffffff1\r\nabc\r\n0\r\n\r\n"), [400], True)
case("chunks with bare line feeds", chunked(b"3\nabc\n0\n\n"), [400], True)
case("a chunk longer than it says", chunked(b"3\r\nabcX0\r\n\r\n"), [400], True)

# --- the shape of headers --------------------------------------------------------
case("lines ended by a bare line feed", b"GET / HTTP/1.1\nHost: edge.test\n\n", [400], True)
case("a bare line feed between headers", get(b"/", b"X-A: b\nX-B: c\r\n"), [400], True)
case("a carriage return inside a header", get(b"/", b"X-A: b\rX-B: c\r\n"), [400], True)
case("a NUL in a header", get(b"/", b"X-A: b\0c\r\n"), [400], True)
case("a control character in a name", get(b"/", b"X\x01: x\r\n"), [400], True)
case("a space before the colon", get(b"/", b"X-A : x\r\n"), [400], True)
case("a header without a name", get(b"/", b": x\r\n"), [400], True)
case("a header without a colon", get(b"/", b"xxxx\r\n"), [400], True)
case("a folded first header", b"GET / HTTP/1.1\r\n X: y\r\n" + HOST + b"\r\n", [400], True)
case("a header over 8 KB", get(b"/", b"X-A: " + b"a" * 9000 + b"\r\n"), [431], True)
case("two thousand headers",
     get(b"/", b"".join(b"X-%d: 1\r\n" % i for i in range(2000))), [431], True)
case("no Host", b"GET / HTTP/1.1\r\n\r\n", [400], True)
case("an empty Host", b"GET / HTTP/1.1\r\nHost: \r\n\r\n", [400], True)
case("two Hosts", get(b"/", b"Host: other.test\r\n"), [400], True)
case("a Host with a slash", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", [400], True)
case("a Host with a user", b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", [400], True)
case("a target that names another host", get(b"http://other.test/"), [400], True)

# --- one spelling for a path -----------------------------------------------------
for spelling in (b"/a%2fb", b"/api%2fv1/auth/me", b"/a/../index.html", b"/a/%2e%2e/index.html",
                 b"/./index.html", b"//index.html", b"/api//v1/auth/me", b"/a%00", b"/a%0a",
                 b"/a%ff", b"/a%c0%af", b"/a\xff", b"/a\x01", b"/?a=%00", b"index.html"):
    case("the path %s" % ascii(spelling)[2:-1], get(spelling), [400], True)
case("an encoded percent sign is no slash", get(b"/api/v1/auth%252fme"), [404])
case("a backslash is no slash", get(b"/a\\..\\index.html"), [404])
case("an encoded backslash is no slash", get(b"/a%5c..%5cindex.html"), [404])
case("a path over 8 KB", get(b"/" + b"a" * 9000), [431], True)
case("a path behind a file", get(b"/index.html/x"), [403])
for hidden in (b"/.git/config", b"/%2egit/config", b"/.env", b"/index.html~", b"/index.html.bak"):
    case("the hidden file %s" % hidden.decode(), get(hidden), [403])
case("no directory is listed", get(b"/style/"), [403])

# --- methods and versions --------------------------------------------------------
for method in (b"TRACE", b"PROPFIND", b"QUERY", b"LOCK"):
    case("the method %s on a responder" % method.decode(),
         method + b" " + ME + b" HTTP/1.1\r\n" + HOST + b"\r\n", [405])
case("TRACE on a file", b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", [405])
case("POST on a file", post(b"Content-Length: 0\r\n", path=b"/"), [405])
case("PUT on a file", b"PUT /index.html HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n", [405])
case("DELETE on a file", b"DELETE /index.html HTTP/1.1\r\n" + HOST + b"\r\n", [405])
case("CONNECT", b"CONNECT other.test:80 HTTP/1.1\r\n" + HOST + b"\r\n", [400], True)
case("a method nobody knows", b"FOO / HTTP/1.1\r\n" + HOST + b"\r\n", [501], True)
case("a method in small letters", b"get / HTTP/1.1\r\n" + HOST + b"\r\n", [501], True)
case("HTTP/0.9", b"GET /\r\n\r\n", [400], True)
case("HTTP/1.2", get(b"/", version=b"HTTP/1.2"), [505], True)
case("the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505], True)
case("an upgrade to h2c is not taken",
     get(b"/", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
         b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n"), [200], False)

# --- names that would collide in a responder's environment ------------------------
for name in (b"X_Forwarded_For", b"X.Forwarded.For", b"X_Real_IP", b"X_Request_Id",
             b"Content_Type", b"Content_Length", b"Transfer_Encoding", b"If_Match",
             b"Idempotency_Key", b"Sec_Fetch_Site"):
    case("the header %s" % name.decode(), get(ME, name + b": 1\r\n"), [403])
case("two names that become one", get(ME, b"X-Any: 1\r\nX_Any: 2\r\n"), [400])
case("a Connection header cannot strip Authorization",
     get(ME, b"Connection: close, Authorization\r\nAuthorization: Bearer x\r\n"), [401], True)


def exchange(address, data):
    """Send data; return the statuses that came and whether the far end hung up."""
    with socket.create_connection(address, timeout=5) as s:
        try:
            s.sendall(data)
        except OSError:
            pass  # It may hang up before it has read everything.
        received = b""
        closed = False
        expected = 1
        while not closed:
            # After an answer, only wait long enough to see whether it hangs up.
            s.settimeout(0.3 if len(statuses(received)) >= expected else 5)
            try:
                more = s.recv(65536)
            except TimeoutError:
                break
            except ConnectionResetError:
                more = b""
            closed = not more
            received += more
        return statuses(received), closed


def statuses(received):
    return [int(x) for x in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]


def main():
    if len(sys.argv) != 2 or ":" not in sys.argv[1]:
        sys.exit("usage: raw.py HOST:PORT")
    host, port = sys.argv[1].rsplit(":", 1)
    failed = 0
    for name, data, want, hang_up in CASES:
        got, closed = exchange((host, int(port)), data)
        if got != want or (hang_up is not None and closed != hang_up):
            failed += 1
            print("not ok - %s: want %s%s, got %s%s" % (
                name, want, "" if hang_up is None else " and " + kept(hang_up),
                got, " and " + kept(closed)))
    print("%d passed, %d failed" % (len(CASES) - failed, failed))
    return 1 if failed else 0


def kept(closed):
    return "closed" if closed else "kept open"


if __name__ == "__main__":
    sys.exit(main())
