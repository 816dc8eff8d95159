# SPDX-License-Identifier: BSD-2-Clause
"""A server of the tests' own, on a port of the loopback interface."""
import socket
import threading


class Far:
    """speak(connection) for each client, until it returns; listens until stop()."""

    def __init__(self, speak):
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._speak = speak
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with client:
            try:
                self._speak(client)
            except OSError:
                pass

    def stop(self):
        # shutdown ends the accept that is under way.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
