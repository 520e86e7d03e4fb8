# SPDX-License-Identifier: ISC
"""A mail server that keeps what it takes, and errs when it is told to.

    box = Box(port=2525); box.start()
    box.rule("ann@example.org", at="RCPT", reply="450 4.2.0 later", times=1)
    (mail,) = box.wait_for("ann@example.org")

Waiting is for a condition: whatever comes wakes who waits.  Rules count for one recipient,
so tests do not meet each other.
"""

import asyncio
import datetime
import email
import email.policy
import ipaddress
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DROP = "drop"       # hang up without a word
STALL = "stall"     # say nothing until the other side gives up


class Mail:
    def __init__(self, sender, recipients, data):
        self.sender = sender
        self.recipients = recipients
        self.data = data
        self.parsed = email.message_from_bytes(data, policy=email.policy.default)

    def part(self, kind):
        return self.parsed.get_body((kind,)).get_content().replace("\r\n", "\n")

    @property
    def text(self):
        return self.part("plain")

    @property
    def html(self):
        return self.part("html")

    @property
    def subject(self):
        return self.parsed["Subject"]

    @property
    def id(self):
        return self.parsed["Message-ID"]


class Listener(SMTP):
    """Tells the box of every RCPT there is on the wire, taken or not."""

    async def smtp_RCPT(self, arg):
        self.event_handler.heard_rcpt(arg)
        return await super().smtp_RCPT(arg)


class Box:
    def __init__(self, port=0, users=None, tls=None, starttls=None, **more):
        """users: {name: password}, and who is not one of them may not send.  tls, starttls:
        contexts."""
        self.port = port
        self.options = dict(more)
        if starttls is not None:
            self.options.update(tls_context=starttls, require_starttls=bool(users))
        if users is not None:
            self.options.update(authenticator=self.authenticate, auth_required=True,
                                auth_require_tls=tls is None and starttls is not None)
        self.users = users or {}
        self.tls = tls
        self.mails = []
        self.rcpts = []
        self.rules = []
        self.stalled = 0
        self.changed = threading.Condition()
        self.controller = None

    # --- its life ---

    def start(self):
        import house

        self.port = self.port or house.free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ssl_context=self.tls)
        self.controller.factory = lambda: Listener(self, hostname="mx.test", **self.options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # --- what tests say and ask ---

    def rule(self, to, at, reply, times=None):
        """at: RCPT, DATA (before the message) or END (behind it)."""
        with self.changed:
            self.rules.append({"to": to, "at": at, "reply": reply, "left": times, "used": 0})
            return self.rules[-1]

    def got(self, to):
        with self.changed:
            return [mail for mail in self.mails if to in mail.recipients]

    def wait(self, condition, seconds=30):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "it did not come to be"

    def wait_for(self, to, count=1, seconds=30):
        """At least so many messages to somebody."""
        self.wait(lambda: len([mail for mail in self.mails if to in mail.recipients]) >= count, seconds)
        return self.got(to)

    # --- what aiosmtpd asks ---

    def heard_rcpt(self, arg):
        with self.changed:
            self.rcpts.append(arg)
            self.changed.notify_all()

    def authenticate(self, server, session, envelope, mechanism, data):
        name, password = data.login.decode(), data.password.decode()
        return AuthResult(success=self.users.get(name) == password, handled=False)

    def ruling(self, at, recipients):
        with self.changed:
            for rule in self.rules:
                if rule["at"] == at and rule["to"] in recipients and rule["left"] != 0:
                    rule["left"] = rule["left"] and rule["left"] - 1
                    rule["used"] += 1
                    self.changed.notify_all()
                    return rule["reply"]
        return None

    async def obey(self, server, reply):
        if reply == DROP:
            server.transport.abort()
        elif reply == STALL:
            with self.changed:
                self.stalled += 1
                self.changed.notify_all()
            await asyncio.Event().wait()        # ends with the connection
        return reply

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.ruling("RCPT", [address])
        if reply is not None:
            return await self.obey(server, reply)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        reply = self.ruling("END", envelope.rcpt_tos)
        if reply is None or reply == DROP:
            with self.changed:
                self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
                self.changed.notify_all()
        if reply is not None:
            return await self.obey(server, reply)
        return "250 2.0.0 Ok: queued"


class Authority:
    """A certificate authority of a test's own."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority of tests")])
        cert = (self.building(self.name, self.key)
                .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
                .sign(self.key, hashes.SHA256()))
        self.file = self.folder + "/ca.pem"
        with open(self.file, "wb") as out:
            out.write(cert.public_bytes(serialization.Encoding.PEM))

    def building(self, subject, key):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name)
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1)))

    def context(self, host="127.0.0.1"):
        """A server's, for a host of this name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        cert = (self.building(x509.Name([]), key).add_extension(x509.SubjectAlternativeName([name]), True)
                .sign(self.key, hashes.SHA256()))
        path = f"{self.folder}/{host}.pem"
        with open(path, "wb") as out:
            out.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                        serialization.NoEncryption()))
            out.write(cert.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context
