#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A gateway on loopback that speaks like one of many, over TLS or in the clear, and misbehaves when told to.

As a module: Authority makes certificates, Double serves and records. As a program it prints one JSON line with
its addresses, and takes orders over HTTP on a second port until its input ends:

    GET /requests          everything received so far, as JSON
    GET /count             how many requests were received whole
    POST /behave           {"behaviour": "hang_request", "seconds": 3}
    POST /reset            forgets the requests and behaves again
"""
import argparse
import base64
import http.server
import json
import os
import select
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
import urllib.parse

from gateway_apis import SETTINGS, SPEAKERS, TWILIO, VONAGE  # noqa: F401
from gateway_authority import CERTIFICATES, Authority


class Request:
    """One request, received whole."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.time = time.time()

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if len(values) == 1 else None

    def form(self):
        """The fields of a form as a dict; None if it is none, or has a field twice."""
        if self.header("Content-Type") != "application/x-www-form-urlencoded":
            return None
        try:
            pairs = urllib.parse.parse_qsl(self.body.decode("ascii"), keep_blank_values=True,
                                           strict_parsing=True, errors="strict")
        except (ValueError, UnicodeError):
            return None
        fields = dict(pairs)
        return fields if len(fields) == len(pairs) else None

    def basic(self):
        """(user, password), or None."""
        value = self.header("Authorization") or ""
        if not value.startswith("Basic "):
            return None
        try:
            user, _, password = base64.b64decode(value[6:], validate=True).decode().partition(":")
        except ValueError:
            return None
        return user, password

    def as_json(self):
        return {"method": self.method, "target": self.target, "headers": self.headers,
                "body": self.body.decode("utf-8", "backslashreplace"), "time": self.time}


class Double:
    """Listens on 127.0.0.1 at once. context None serves plain HTTP. Use as a context manager, or call stop()."""

    def __init__(self, api="twilio", context=None, host="127.0.0.1"):
        self.speak = SPEAKERS[api]
        self._context = context
        self._behaviour, self._options = "ok", {}
        self.requests, self.connections, self.broken = [], 0, 0
        self._open = set()
        self._lock = threading.Lock()
        self._accepting = threading.Lock()
        self._ended = threading.Event()
        self._listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._listener.bind((host, 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if context else 'http'}://{shown}:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._ended.set()
        # Wakes who waits for a connection: many doubles that looked every few milliseconds took a processor.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def behave(self, behaviour="ok", **options):
        """From the next request on. Names and options are those of the methods _do_…."""
        if behaviour not in ("hang_accept", "hang_tls"):
            getattr(self, "_do_" + behaviour)
        self._behaviour, self._options = behaviour, options

    def reset(self):
        with self._accepting:
            # Who was left waiting is turned away, and not counted in what comes next.
            while self._behaviour == "hang_accept" and select.select([self._listener], [], [], 0)[0]:
                self._listener.accept()[0].close()
            self.behave()
            self.requests, self.connections, self.broken = [], 0, 0

    def count(self):
        return len(self.requests)

    # --- connections ---------------------------------------------------------------------------------

    def _accept(self):
        while True:
            select.select([self._listener], [], [])
            with self._accepting:
                hang = self._behaviour == "hang_accept" or not select.select([self._listener], [], [], 0)[0]
                if self._ended.is_set():
                    return
                if not hang:
                    try:
                        connection = self._listener.accept()[0]
                    except OSError:
                        continue    # stopped meanwhile
                    self.connections += 1
            if hang:
                self._ended.wait(0.02)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self._lock:
            self._open.add(connection)
        raw = connection
        try:
            raw.settimeout(30)
            if self._behaviour == "hang_tls":
                self._ended.wait(30)
                return
            if self._context:
                connection = self._context.wrap_socket(raw, server_side=True)
                with self._lock:
                    self._open.add(connection)
            request = self._receive(connection)
            if request is None:
                self.broken += 1
                return
            self.requests.append(request)
            getattr(self, "_do_" + self._behaviour)(connection, request, **self._options)
        except (OSError, ValueError):
            self.broken += 1
        finally:
            with self._lock:
                self._open -= {raw, connection}
            try:
                # A polite end, so that the answer ends where it ended, and not with a reset.
                if isinstance(connection, ssl.SSLSocket):
                    connection = connection.unwrap()
            except (OSError, ValueError):
                pass
            connection.close()

    @staticmethod
    def _receive(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more or len(data) > 65536:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, version = lines[0].split(" ")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        if version != "HTTP/1.1" or len(lengths) > 1:
            return None
        while len(body) < (lengths or [0])[0]:
            more = connection.recv(65536)
            if not more:
                return None
            body += more
        return Request(method, target, headers, body)

    @staticmethod
    def _answer(connection, status, body, headers=(), length=None):
        """Sends a whole answer; length lies about the body's."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        head = [f"HTTP/1.1 {status} Words", "Content-Type: application/json",
                f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers]
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    # --- behaviours ----------------------------------------------------------------------------------

    def _do_ok(self, connection, request):
        status, document = self.speak(request)
        self._answer(connection, status, document)

    def _do_slow(self, connection, request, seconds=3.0):
        self._ended.wait(seconds)
        self._do_ok(connection, request)

    def _do_say(self, connection, _, status=200, body=b"", headers=(), length=None):
        """Whatever the test wants."""
        self._answer(connection, status, body.encode() if isinstance(body, str) else body, headers, length)

    def _do_too_many(self, connection, _, retry_after="7"):
        self._answer(connection, 429, {"code": 20429, "message": "Too Many Requests", "status": 429},
                     [f"Retry-After: {retry_after}"])

    def _do_server_error(self, connection, _, status=503):
        self._answer(connection, status, b"<html>Service Unavailable</html>")

    def _do_hang_request(self, _connection, _, seconds=60.0):
        self._ended.wait(seconds)

    def _do_hang_header(self, connection, _, seconds=60.0):
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Ty")
        self._ended.wait(seconds)

    def _do_hang_body(self, connection, request, seconds=60.0):
        status, document = self.speak(request)
        body = json.dumps(document).encode()
        self._answer(connection, status, body[:len(body) // 2], length=len(body))
        self._ended.wait(seconds)

    def _do_drip(self, connection, request, pause=0.05):
        """A right answer, byte by byte."""
        status, document = self.speak(request)
        body = json.dumps(document).encode()
        answer = f"HTTP/1.1 {status} Words\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        for byte in answer:
            connection.sendall(bytes([byte]))
            if self._ended.wait(pause):
                return

    def _do_redirect(self, connection, _, to="", status=302):
        self._answer(connection, status, b"", [f"Location: {to}"])

    def _do_endless(self, connection, _, size=10 * 1024 ** 3):
        """Ten gigabytes, of which as many are sent as are taken."""
        head = f"HTTP/1.1 201 Created\r\nContent-Length: {size}\r\n\r\n"
        connection.sendall(head.encode())
        block = b'{"sid":"' + b"A" * 65536
        while size > 0 and not self._ended.is_set():
            connection.sendall(block)
            size -= len(block)

    def _do_endless_header(self, connection, _):
        connection.sendall(b"HTTP/1.1 201 Created\r\n")
        while not self._ended.is_set():
            connection.sendall(b"X-Filler: " + b"A" * 4000 + b"\r\n")

    def _do_endless_interim(self, connection, _):
        while not self._ended.is_set():
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)

    def _do_truncated(self, connection, request):
        """Whole as HTTP has it, and half a document."""
        status, document = self.speak(request)
        body = json.dumps(document).encode()
        self._answer(connection, status, body[:len(body) // 2])

    def _do_cut(self, connection, request):
        """Half of what was announced, then the end."""
        status, document = self.speak(request)
        body = json.dumps(document).encode()
        self._answer(connection, status, body[:len(body) // 2], length=len(body))

    def _do_nested(self, connection, _, status=201, depth=65000):
        self._answer(connection, status, b"[" * depth)

    def _do_reset(self, connection, _):
        """RST instead of an answer."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())

    def _do_garbage(self, connection, _):
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)

    def _do_nothing(self, _connection, _request):
        """The connection ends without a word."""


# --- as a program ----------------------------------------------------------------------------------------

def control(double):
    """Serves orders for double; returns the server."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

        def reply(self, document, status=200):
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):  # pylint: disable=invalid-name
            if self.path == "/requests":
                self.reply([request.as_json() for request in double.requests])
            elif self.path == "/count":
                self.reply(double.count())
            else:
                self.reply({"error": "not found"}, 404)

        def do_POST(self):  # pylint: disable=invalid-name
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            try:
                if self.path == "/behave":
                    options = json.loads(body)
                    double.behave(options.pop("behaviour"), **options)
                elif self.path == "/reset":
                    double.reset()
                else:
                    raise ValueError("not found")
            except (ValueError, KeyError, AttributeError, TypeError) as error:
                self.reply({"error": str(error)}, 400)
                return
            self.reply({})

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--api", choices=sorted(SPEAKERS), default="twilio")
    parser.add_argument("--certificate", choices=CERTIFICATES, default="right")
    parser.add_argument("--plain", action="store_true", help="HTTP without TLS")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        context = None if options.plain else authority.context(options.certificate)
        with Double(options.api, context) as double:
            server = control(double)
            print(json.dumps({"url": double.url, "ca_file": authority.ca_file, "port": double.port,
                              "control": f"http://127.0.0.1:{server.server_port}",
                              "settings": SETTINGS[options.api]}), flush=True)
            sys.stdin.read()
            server.shutdown()


if __name__ == "__main__":
    main()
