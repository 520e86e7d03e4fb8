# SPDX-License-Identifier: ISC
"""A caller as a browser is one: it keeps cookies and says where it comes from."""

import client


class Browser(client.Client):
    def __init__(self, origin=client.BASE_URL):
        super().__init__()
        self.origin = origin
        self.jar = {}

    def send(self, method, path, body=None, headers=None, base=client.BASE_URL):
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        names = {name.lower() for name, _ in pairs}
        if "cookie" not in names and self.jar:
            pairs.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.jar.items())))
        if "origin" not in names and self.origin and method not in ("GET", "HEAD"):
            pairs.append(("Origin", self.origin))
        answer = super().send(method, path, body, pairs, base)
        for name, (value, attributes) in answer.cookies.items():
            if attributes.get("max-age") == "0":
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer

    def sign_in(self, email, password=client.PASSWORD):
        answer = self.post("/auth/login", {"email": email, "password": password, "cookie": True})
        assert answer.status == 200, answer
        self.user = answer.json["user"]
        return self
