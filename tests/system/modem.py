# SPDX-License-Identifier: BSD-2-Clause
"""A GSM modem on a loopback port: takes AT commands as a modem does, and decodes what it is told to send.

The decoding is written from the standards, 3GPP TS 27.005 (commands), 23.040 (SMS-SUBMIT) and 23.038 (alphabets), and
shares nothing with the program under test.
"""
import re

from far import Far

# 3GPP TS 23.038, section 6.2.1; the place of a character is its code. 0x1b leads to the extension table.
ALPHABET = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
            "¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENSION = {0x0a: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2f: "\\", 0x3c: "[", 0x3d: "~", 0x3e: "]", 0x40: "|",
             0x65: "€"}


class Submitted:
    """One SMS-SUBMIT (TS 23.040, section 9.2.2.2) as an AT modem gets it: SMSC address and TPDU in hexadecimal."""

    def __init__(self, line):
        data = bytes.fromhex(line)
        data = data[1 + data[0]:]
        first, at = data[0], 2
        assert first & 0x03 == 1, f"not an SMS-SUBMIT: {line}"
        digits, kind = data[at], data[at + 1]
        at += 2
        number = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in data[at:at + (digits + 1) // 2])[:digits]
        self.to = ("+" if kind == 0x91 else "") + number
        at += (digits + 1) // 2
        self.coding = data[at + 1]
        at += 2
        self.validity = data[at] if first & 0x18 == 0x10 else None
        at += {0x00: 0, 0x10: 1, 0x08: 7, 0x18: 7}[first & 0x18]
        length, user = data[at], data[at + 1:]
        header = 1 + user[0] if first & 0x40 else 0
        # Alphabet: bits 3 and 2 of the data coding scheme.
        self.alphabet = {0: "gsm7", 8: "ucs2"}[self.coding & 0x0c]
        if self.alphabet == "ucs2":
            assert length == len(user), line
            self.text = user[header:].decode("utf-16-be")
        else:
            self.text = septets(user, (header * 8 + 6) // 7, length)


def septets(data, first, count):
    bits = int.from_bytes(data, "little")
    text, escaped = "", False
    for place in range(first, count):
        code = bits >> 7 * place & 0x7f
        if escaped:
            text += EXTENSION[code]
        elif code != 0x1b:
            text += ALPHABET[code]
        escaped = not escaped and code == 0x1b
    return text


class Modem(Far):
    """Listens until stop(). refuse: what it says to a message instead of taking it."""

    def __init__(self):
        self.submitted, self.commands, self.refuse = [], [], None
        super().__init__(self._talk)

    def _talk(self, connection):
        pending = b""
        while more := connection.recv(4096):
            pending += more
            while match := re.search(rb"[\r\x1a]", pending):
                line = pending[:match.start()].decode("latin-1").strip()
                ended, pending = match.group(), pending[match.end():]
                answer = self._message(line) if ended == b"\x1a" else self._command(line)
                connection.sendall(answer.encode("latin-1"))

    def _message(self, line):
        if self.refuse:
            return f"\r\n{self.refuse}\r\n"
        self.submitted.append(Submitted(line))
        return f"\r\n+CMGS: {len(self.submitted)}\r\n\r\nOK\r\n"

    def _command(self, line):
        if not line:
            return ""
        self.commands.append(line)
        if line.startswith("AT+CMGS="):
            return "\r\n> "
        answers = {"AT+CPIN?": "+CPIN: READY", "AT+CREG?": "+CREG: 0,1", "AT+CSQ": "+CSQ: 25,0",
                   "AT+CIMI": "001010123456789", "AT+CGSN": "490154203237518"}
        answer = answers.get(line)
        return f"\r\n{answer}\r\n\r\nOK\r\n" if answer else "\r\nOK\r\n"
