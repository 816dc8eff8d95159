# SPDX-License-Identifier: BSD-2-Clause
"""A name server on this machine that some names never get an answer from."""
import os
import socket
import threading

import pytest


class NameServer:
    """127.0.0.53:53 of a private network, and not 127.0.0.1, which glibc would ask where it can read no
    /etc/resolv.conf: gateway.example is 127.0.0.1; black_hole.example gets no answer."""

    def __init__(self):
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.53", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            query, peer = self._socket.recvfrom(512)
            if query == b"end":
                return
            end = query.index(b"\0", 12) + 5
            self.asked.append(query[12:end])
            if b"black_hole" in query:
                continue
            is_a = query[end - 4:end - 2] == b"\0\1" and b"gateway" in query
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if is_a else b""
            flags = b"\x81\x80" if b"gateway" in query else b"\x81\x83"
            self._socket.sendto(query[:2] + flags + b"\0\1\0" + (b"\1" if is_a else b"\0") + b"\0\0\0\0" +
                                query[12:end] + answer, peer)

    def stop(self):
        self._socket.sendto(b"end", ("127.0.0.53", 53))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def name_server(stage):  # pylint: disable=unused-argument
    """Needs the private machine: it changes /etc/resolv.conf and listens on port 53."""
    kept = {}
    for path, text in (("/etc/resolv.conf", "nameserver 127.0.0.53\noptions timeout:5 attempts:3\n"),
                       ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n")):
        kept[path] = os.path.exists(path) and open(path, encoding="utf-8").read()
        if os.path.islink(path):
            os.unlink(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    server = NameServer()
    try:
        yield server
    finally:
        server.stop()
        for path, text in kept.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(text or "")
