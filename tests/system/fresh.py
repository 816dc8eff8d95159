# SPDX-License-Identifier: BSD-2-Clause
"""A host on which the module was just installed: the stage's own /etc, /var/lib and /run, empty."""
import itertools
import json
import os
import shutil
import subprocess

import hosts
import namespace

_numbers = itertools.count(1)


class Fresh:
    """`base` has what lies at the stage's paths; what is written there is gone with it."""

    def __init__(self, stage, log):
        self.stage, self.log = stage, log
        self.log_start = len(log.flushed())
        self.base = f"/run/fresh-{next(_numbers)}"
        self.etc = stage.root + "/etc/smsotp"
        self.conf = self.etc + "/smsotp.conf"
        self.state = stage.root + "/var/lib/smsotp"
        self.run = stage.root + "/run/smsotp"
        self.bound = []
        for place in ("etc", "var/lib", "run"):
            os.makedirs(f"{self.base}/{place}", 0o755)
            os.makedirs(f"{stage.root}/{place}", exist_ok=True)
            namespace.bind(f"{self.base}/{place}", f"{stage.root}/{place}")
            self.bound.append(f"{stage.root}/{place}")
        os.makedirs(self.etc, 0o700)
        os.makedirs(self.etc + "/gateways", 0o700)
        os.makedirs(self.state, 0o700)

    def remove(self):
        for place in self.bound:
            namespace.unbind(place)
        shutil.rmtree(self.base)

    def ctl(self, *arguments, status=0, text="", environment=None):
        """One run of smsotpctl without a terminal."""
        done = subprocess.run([self.stage.ctl, *arguments], input=text, capture_output=True, text=True,
                              env=dict(hosts.ENVIRONMENT, **(environment or {})), timeout=60, check=False)
        assert status is None or done.returncode == status, \
            f"exit {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def terminal(self, *arguments, environment=None):
        return hosts.Terminal(None, [self.stage.ctl, *arguments], environment=environment)

    def errors(self):
        """What check calls an error: {(id, file)}."""
        found = json.loads(self.ctl("check", "--offline", "--json", status=None).stdout)["findings"]
        return {(finding["id"], finding["file"]) for finding in found if finding["severity"] == "error"}

    def logged(self):
        return [line.split("]: ", 1)[1] for line in self.log.flushed()[self.log_start:] if "smsotpctl" in line]

    def files(self):
        """Everything below etc and var/lib: {path: (mode, owner, content)}."""
        found = {}
        for top in (self.etc, self.state):
            for folder, _, names in os.walk(top):
                for name in names:
                    path = f"{folder}/{name}"
                    status = os.lstat(path)
                    content = None
                    if not os.path.islink(path):
                        with open(path, "rb") as file:
                            content = file.read()
                    found[path] = (status.st_mode & 0o7777, status.st_uid, content)
        return found
