# SPDX-License-Identifier: BSD-2-Clause
"""Certificates for servers on loopback: right ones, and wrong ones of each kind."""
import datetime
import ipaddress
import os
import secrets
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CERTIFICATES = ("right", "wrong_host", "expired", "self_signed", "other_authority")


class Authority:
    """A certificate authority in a folder: ca.pem, and chains for the certificates asked for."""

    def __init__(self, folder):
        self.folder = folder
        self._key, self._certificate = self._sign("Test authority", None, None, authority=True)
        self.ca_file = os.path.join(folder, f"ca-{secrets.token_hex(4)}.pem")
        self._write(self.ca_file, self._certificate.public_bytes(serialization.Encoding.PEM), 0o644)

    @staticmethod
    def _write(path, data, mode):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)

    @staticmethod
    def _sign(name, issuer, issuer_key, authority=False, names=(), expired=False):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.utcnow()
        end = now + datetime.timedelta(days=-1 if expired else 1)
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(days=2)).not_valid_after(end)
                   .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        return key, builder.sign(issuer_key or key, hashes.SHA256())

    def pem(self, kind, name="localhost"):
        """The path of a file with a key and a certificate of one of CERTIFICATES for that name."""
        local = (x509.DNSName("localhost"), x509.DNSName("gateway.example"),
                 x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.IPAddress(ipaddress.ip_address("::1")))
        names = (x509.DNSName("elsewhere.example"),) if kind == "wrong_host" else local
        issuer, key = self._certificate.subject, self._key
        if kind == "self_signed":
            issuer = key = None
        elif kind == "other_authority":
            key, other = self._sign("Another authority", None, None, authority=True)
            issuer = other.subject
        leaf_key, leaf = self._sign(name, issuer, key, names=names, expired=kind == "expired")
        path = os.path.join(self.folder, f"{kind}-{secrets.token_hex(4)}.pem")
        self._write(path, leaf_key.private_bytes(serialization.Encoding.PEM,
                                                 serialization.PrivateFormat.PKCS8,
                                                 serialization.NoEncryption()) +
                    leaf.public_bytes(serialization.Encoding.PEM), 0o600)
        return path

    def context(self, kind):
        """A server's SSL context with such a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem(kind))
        return context
