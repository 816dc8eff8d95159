# SPDX-License-Identifier: BSD-2-Clause
"""smsotp-lookup as the keeper starts it, asked of an ldap.conf. And the fixtures that its tests share."""
import os
import pwd
import tempfile

import pytest

import directory
import gateway_authority
from send_harness import ACCEPTED, STAGE, TASK_LOOKUP, Helper, request, write_settings

LOOKUP = os.environ.get("SMSOTP_LOOKUP", STAGE + "/usr/libexec/smsotp/smsotp-lookup")
ALICE = "+44 7700 900101"

needs_slapd = pytest.mark.skipif(directory.SLAPD is None, reason="slapd is not installed")


def confined_uid():
    for name in ("smsotp", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            pass
    return 0


def order(name, timeout_ms=10250, **fields):
    """A request for the numbers of one user; fields are what is to be otherwise in it."""
    nothing = dict.fromkeys(("text", "to", "code", "ref", "user", "host", "service", "client"), "")
    return request(**{"task": TASK_LOOKUP, "name": name, "timeout_ms": timeout_ms, "validity_s": 0,
                      **nothing, **fields})


class Source:
    """An ldap.conf of the test's own."""

    def __init__(self, path):
        self.path = path
        self.file = path / "ldap.conf"

    def write(self, settings):
        write_settings(self.file, settings)

    def start(self, user="alice", settings=None, timeout_ms=10250, **options):
        if settings is not None:
            self.write(settings)
        return Helper(None, message=order(user, timeout_ms), program=LOOKUP,
                      argv=["smsotp-lookup", "ldap", str(self.file)], **options)

    def ask(self, user="alice", settings=None, **options):
        reply = self.start(user, settings, **options).reply()
        assert reply.status == 0 and reply.posted == 0 and reply.message_id == "", reply
        assert reply.outcome == ACCEPTED or reply.numbers == b"", reply
        return reply


def knows(reply, *numbers):
    assert reply.outcome == ACCEPTED and reply.numbers == ",".join(numbers).encode(), reply
    return True


def fails(reply, outcome, *words):
    assert reply.outcome == outcome and reply.numbers == b"", reply
    for word in words:
        assert word in reply.detail, reply
    return True


@pytest.fixture
def conf(tmp_path):
    assert os.access(LOOKUP, os.X_OK), f"SMSOTP_STAGE or SMSOTP_LOOKUP names no program: {LOOKUP}"
    return Source(tmp_path)


@pytest.fixture(scope="module")
def authority(stage, tmp_path_factory):  # pylint: disable=unused-argument
    return gateway_authority.Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="module")
def folder(stage):  # pylint: disable=unused-argument
    """Where user smsotp can reach a socket, and whose path is short enough for one."""
    with tempfile.TemporaryDirectory(prefix="ldap-", dir="/run") as path:
        os.chmod(path, 0o755)
        yield path
