# SPDX-License-Identifier: BSD-2-Clause
"""The instance metadata service of Amazon EC2, version 2, as AWS's documentation and botocore's utils.py have it."""
import json
import threading
import time

from gateway_double import Double

ROLE = "role-of-the+machine"
ROLES = "/latest/meta-data/iam/security-credentials/"
TOKEN = "AQAEAtokenOfTheSession=="
ID, KEY, SECURITY_TOKEN = "ASIAROLEIDOFTHEMACHINE", "Key/Of+TheRole", "FwoGZXIvYXdzSecurity/Token+OfTheRole=="


def keys(**changes):
    """What the service says about a role; a change to None leaves a part out."""
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    document = {"Code": "Success", "LastUpdated": "2026-11-20T10:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": ID,
                "SecretAccessKey": KEY, "Token": SECURITY_TOKEN, "Expiration": later, **changes}
    return {name: value for name, value in document.items() if value is not None}


class Metadata(Double):
    """questions are the (method, path) it was asked. Each step, "token", "role" and "keys", can be made to answer
    (status, body) of a test's own, or to hang."""

    def __init__(self, **options):
        super().__init__("twilio", **options)
        self.speak = self._speak
        self.answers, self.hang = {}, None
        self.headers = []
        self._stopped = threading.Event()

    @property
    def questions(self):
        return [(request.method, request.target) for request in self.requests]

    def stop(self):
        self._stopped.set()
        super().stop()

    def reset(self):
        super().reset()
        self.answers, self.hang = {}, None

    def _speak(self, request):
        step = "token" if request.method == "PUT" else "role" if request.target == ROLES else "keys"
        if step == self.hang:
            self._stopped.wait(60)
        if step in self.answers:
            status, body = self.answers[step]
            return status, json.dumps(body).encode() if isinstance(body, dict) else body
        if request.body or request.header("Content-Type") or request.header("X-Forwarded-For"):
            return 400, b"Bad Request"
        if step == "token":
            seconds = request.header("X-aws-ec2-metadata-token-ttl-seconds") or ""
            right = request.target == "/latest/api/token" and seconds.isdigit() and 1 <= int(seconds) <= 21600
            return (200, TOKEN.encode()) if right else (400, b"Bad Request")
        if request.method != "GET" or request.header("X-aws-ec2-metadata-token") != TOKEN:
            return 401, b"Unauthorized"
        if step == "role":
            return 200, ROLE.encode()
        if request.target in (ROLES + ROLE, ROLES + ROLE.replace("+", "%2B")):
            return 200, json.dumps(keys()).encode()
        return 404, b"<html>Not Found</html>"
