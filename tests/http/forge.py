# SPDX-License-Identifier: ISC
"""Access tokens as nobody should make them, signed with the instance's own key."""

import base64
import hashlib
import hmac
import json
import os
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def own_key():
    with open(os.environ["BUREAU_HOME"] + "/secrets/jwt.pem", "rb") as pem:
        return serialization.load_pem_private_key(pem.read(), None)


def public(key, encoding):
    return key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_pem(key):
    return public(key, serialization.Encoding.PEM)


def public_der(key):
    return public(key, serialization.Encoding.DER)


def read(token):
    """Header and claims of a token, unverified."""
    header, payload, _ = token.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


def signing_input(header, payload):
    """Both as dict, or as text to be sent just so."""
    parts = [part if isinstance(part, str) else compact(part) for part in (header, payload)]
    return ".".join(b64(part.encode()) for part in parts)


def es256(header, payload, key=None):
    data = signing_input(header, payload)
    r, s = utils.decode_dss_signature((key or own_key()).sign(data.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{data}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def hs256(header, payload, secret):
    data = signing_input(header, payload)
    return f"{data}.{b64(hmac.new(secret, data.encode(), hashlib.sha256).digest())}"


def fresh(claims, **changes):
    """The claims as of now, some of them changed; None takes one away."""
    now = int(time.time())
    out = {**claims, "iat": now, "nbf": now, "exp": now + 600, **changes}
    return {name: value for name, value in out.items() if value is not None}
