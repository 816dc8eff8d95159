# SPDX-License-Identifier: BSD-2-Clause
"""Where smsotp-send connects to, and whom it believes."""
# pylint: disable=redefined-outer-name,unused-import
import os
import shutil
import socket
import ssl
import threading

import pytest

from gateway_double import Double
from name_server import name_server  # noqa: F401
from send_harness import OPERATOR, UNREACHABLE, MEMORY_KIB, SLACK, TWILIO, accepted, own_api, request
from send_harness import authority, behaving, conf, to_twilio, to_vonage, twilio, vonage  # noqa: F401


# --- where it connects to --------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["wrong_host", "expired", "self_signed", "other_authority"])
def test_wrong_certificate(conf, authority, kind):
    with Double("twilio", authority.context(kind)) as double:
        reply = conf.send({**TWILIO, "base_url": double.url, "ca_file": authority.ca_file})
        assert (reply.outcome, reply.posted, double.count()) == (UNREACHABLE, 0, 0), reply
        assert reply.detail.startswith("certificate verification failed: ")


def test_system_certificates_do_not_know_ours(conf, twilio, to_twilio):
    del to_twilio["ca_file"]
    reply = conf.send(to_twilio)
    assert (reply.outcome, reply.posted, twilio.count()) == (UNREACHABLE, 0, 0), reply


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls(conf, authority):
    context = authority.context("right")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with Double("twilio", context) as double:
        reply = conf.send({**TWILIO, "base_url": double.url, "ca_file": authority.ca_file})
        assert (reply.outcome, reply.posted, double.count()) == (UNREACHABLE, 0, 0), reply


@pytest.fixture
def lenient_openssl(stage):  # pylint: disable=unused-argument
    """Needs the private machine: there OpenSSL itself would take TLS 1.0."""
    path = "/etc/ssl/openssl.cnf"
    with open(path, encoding="utf-8") as file:
        kept = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
                   "[c]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n")
    yield
    with open(path, "w", encoding="utf-8") as file:
        file.write(kept)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("key", ["base_url", "proxy"])
def test_old_tls_where_the_system_has_it(conf, authority, to_twilio, lenient_openssl, key):
    context = authority.context("right")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with Double("twilio", context) as double:
        reply = conf.send({**to_twilio, key: double.url})
        assert (reply.outcome, reply.posted, double.count()) == (UNREACHABLE, 0, 0), reply
        assert "handshake" in reply.detail, reply


def test_plain_answer_to_tls(conf, to_twilio):
    with Double("twilio") as double:
        reply = conf.send({**to_twilio, "base_url": double.url.replace("http:", "https:")})
        assert (reply.outcome, reply.posted, double.count()) == (UNREACHABLE, 0, 0), reply


def test_connection_refused(conf, to_twilio):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        reply = conf.send({**to_twilio, "base_url": f"https://127.0.0.1:{unused.getsockname()[1]}"})
    assert (reply.outcome, reply.posted) == (UNREACHABLE, 0) and reply.seconds < 1, reply


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"])
def test_plain_http_on_loopback(conf, host):
    address = host.strip("[]") if host != "localhost" else "127.0.0.1"
    try:
        double = Double("twilio", host=address)
    except OSError as error:
        pytest.skip(f"no {address} here: {error}")
    with double:
        assert accepted(conf.send({**TWILIO, "base_url": f"http://{host}:{double.port}"}))


@pytest.mark.parametrize("base_url", [
    "http://0.0.0.0:%d", "http://192.0.2.1:%d", "http://127.0.0.1.example:%d", "http://localhost.example:%d",
    "http://[::ffff:127.0.0.1]:%d", "ftp://127.0.0.1:%d", "file:///etc/passwd", "gopher://127.0.0.1:%d", "127.0.0.1:%d",
    "https://user:pw@127.0.0.1:%d", "http://127.0.0.1:%d/?a=b", "http://127.0.0.1:%d/#x", "http://127.0.0.1:%d/x?",
    "http://127.0.0.1:%d#", "https://", "://x", "no url"])
def test_refused_urls(conf, base_url):
    with Double("twilio") as double:
        shown = base_url % double.port if "%" in base_url else base_url
        reply = conf.send({**TWILIO, "base_url": shown})
        assert (reply.outcome, reply.posted, double.connections) == (OPERATOR, 0, 0), reply
        assert "base_url" in reply.detail and shown not in reply.detail and "pw" not in reply.detail


def test_host_from_a_setting(conf, twilio, authority):
    """A setting that is part of a host's name cannot say more than that."""
    settings = own_api(conf, authority, twilio, "", region="127.0.0.1:1/")
    del settings["base_url"]
    reply = conf.send(settings)
    assert reply.outcome == OPERATOR and reply.posted == 0 and "host name" in reply.detail, reply


class Trap:
    """Listens, and counts who comes. With relay it is an HTTP proxy."""

    def __init__(self, relay=False):
        self.connections, self.asked, self._relay = 0, [], relay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self):
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            if not self._relay:
                connection.close()
                continue
            self.asked.append(connection.recv(65536).split(b"\r\n")[0].decode())
            host, port = self.asked[-1].split(" ")[1].rsplit(":", 1)
            onward = socket.create_connection((host, int(port)))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for source, sink in ((connection, onward), (onward, connection)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def test_hostile_environment(conf, twilio, to_twilio, tmp_path):
    keys = tmp_path / "keys"
    keys.touch(0o666)
    keys.chmod(0o666)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    (tmp_path / "openssl.cnf").write_text("this is = [ no configuration\n.include /nowhere\n")
    with Trap() as trap:
        proxy = f"http://127.0.0.1:{trap.port}"
        hostile = {name: proxy for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")}
        hostile.update({
            "NO_PROXY": "", "SSLKEYLOGFILE": str(keys), "SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere",
            "CURL_CA_BUNDLE": "/nowhere", "OPENSSL_CONF": str(tmp_path / "openssl.cnf"), "OPENSSL_MODULES": "/nowhere",
            "HOME": str(tmp_path), "CURL_HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc"),
            "RES_OPTIONS": "timeout:30", "LOCALDOMAIN": "evil.example", "HOSTALIASES": str(keys),
            "TZ": ":/etc/passwd", "LC_ALL": "xx_XX", "TMPDIR": str(tmp_path), "PATH": str(tmp_path)})
        assert accepted(conf.send(to_twilio, environment=hostile))
        assert trap.connections == 0
    assert keys.read_bytes() == b"" and twilio.requests[0].basic()[0] == TWILIO["account_sid"]


def test_configured_proxy(conf, twilio, to_twilio):
    with Trap(relay=True) as proxy:
        assert accepted(conf.send({**to_twilio, "proxy": f"http://127.0.0.1:{proxy.port}"}))
        assert proxy.asked == [f"CONNECT 127.0.0.1:{twilio.port} HTTP/1.1"]


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:1", "127.0.0.1", "socks4://127.0.0.1:1", "x", "http://127.0.0.1"])
def test_refused_proxies(conf, twilio, to_twilio, proxy):
    reply = conf.send({**to_twilio, "proxy": proxy})
    assert (reply.outcome, reply.posted, twilio.connections) == (OPERATOR, 0, 0), reply
    assert "proxy" in reply.detail


BAD_PROXIES = [(b"", b""), (b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"A" * 4000 + b"\r\n"),
               (b"", b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"), (b"HTTP/1.1 200 OK\r\nX: ", b"A" * 65536),
               (b"HTTP/1.1 407 No\r\nContent-Length: 99999999999\r\n\r\n", b"A" * 65536),
               (b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"A" * 65536 + b"\r\n")]


@pytest.mark.parametrize("begin, endless", BAD_PROXIES, ids=["hang", "lines", "interim", "line", "body", "chunks"])
def test_proxy_without_an_end(conf, twilio, to_twilio, begin, endless):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with listener.accept()[0] as connection:
                try:
                    connection.recv(65536)
                    connection.sendall(begin)
                    while endless:
                        connection.sendall(endless)
                    connection.recv(1)
                except OSError:
                    pass

        threading.Thread(target=serve, daemon=True).start()
        reply = conf.send({**to_twilio, "proxy": f"http://127.0.0.1:{listener.getsockname()[1]}", "connect_timeout": 1})
    assert (reply.outcome, reply.posted, twilio.count()) == (UNREACHABLE, 0, 0), reply
    assert reply.seconds < 1 + SLACK and reply.memory_kib < MEMORY_KIB, reply


def test_plain_http_never_through_a_proxy(conf):
    with Double("twilio") as double, Trap() as trap:
        reply = conf.send({**TWILIO, "base_url": double.url, "proxy": f"http://127.0.0.1:{trap.port}"})
        assert (reply.outcome, trap.connections, double.connections) == (OPERATOR, 0, 0), reply


# --- the resolver within the sandbox ---------------------------------------------------------------------

def test_resolves_by_dns(conf, twilio, to_twilio, name_server):
    reply = conf.send({**to_twilio, "base_url": f"https://gateway.example:{twilio.port}"})
    assert accepted(reply) and name_server.asked


@pytest.mark.parametrize("real", ["/run/netconfig/resolv.conf", "/mnt/resolv.conf"])
def test_resolves_where_links_lead(conf, twilio, to_twilio, name_server, real):
    """/etc/resolv.conf is a link into another folder on most systems."""
    os.makedirs(os.path.dirname(real), exist_ok=True)
    shutil.move("/etc/resolv.conf", real)
    os.symlink(real, "/etc/resolv.conf")
    try:
        reply = conf.send({**to_twilio, "base_url": f"https://gateway.example:{twilio.port}"})
    finally:
        os.unlink("/etc/resolv.conf")
        shutil.move(real, "/etc/resolv.conf")
    assert accepted(reply) and name_server.asked


def test_resolves_by_hosts_file(conf, twilio, to_twilio, stage):  # pylint: disable=unused-argument
    reply = conf.send({**to_twilio, "base_url": f"https://web1:{twilio.port}"})
    assert reply.outcome == UNREACHABLE and "certificate verification failed" in reply.detail, reply


def test_name_that_does_not_exist(conf, to_twilio, name_server):
    reply = conf.send({**to_twilio, "base_url": "https://nowhere.example"})
    assert reply.outcome == UNREACHABLE and reply.posted == 0 and name_server.asked, reply
    assert reply.detail.startswith("the gateway's name cannot be resolved"), reply


def test_name_server_that_does_not_answer(conf, to_twilio, name_server):
    """libcurl would wait for its resolver thread: here, fifteen seconds."""
    settings = {**to_twilio, "base_url": "https://black_hole.example", "connect_timeout": 1}
    reply = conf.send(settings, request(timeout_ms=20000))
    assert reply.outcome == UNREACHABLE and reply.posted == 0 and name_server.asked, reply
    assert reply.seconds < 1 + SLACK, reply
