# SPDX-License-Identifier: BSD-2-Clause
"""The gateway double as a program."""
import json
import subprocess
import sys
import urllib.request

import gateway_double


def test_double_as_a_program():
    program = subprocess.Popen([sys.executable, gateway_double.__file__, "--plain", "--api", "vonage"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(program.stdout.readline())

        def ask(path, document=None):
            data = None if document is None else json.dumps(document).encode()
            with urllib.request.urlopen(told["control"] + path, data, timeout=10) as answer:
                return json.load(answer)
        ask("/behave", {"behaviour": "say", "status": 200, "body": "{}"})
        with urllib.request.urlopen(told["url"] + "/sms/json", b"a=b", timeout=10) as answer:
            assert answer.read() == b"{}"
        assert ask("/count") == 1 and ask("/requests")[0]["body"] == "a=b"
        ask("/reset", {})
        assert ask("/count") == 0
    finally:
        program.stdin.close()
        assert program.wait(10) == 0
        program.stdout.close()
