"""Connections that ask for trouble byte by byte, and the ledger of what was asked on them."""

import json
import socket

PATIENCE_S = 90


class Ledger:
    """Requests by id with the status that the client saw; 0 without a whole answer."""

    def __init__(self):
        self.statuses = {}

    def begin(self, fault):
        request = f"trouble-{fault}-{len(self.statuses):06}"
        self.statuses[request] = 0
        return request

    def write(self, path):
        """As `headroom load --log` does."""
        with open(path, "w", encoding="utf-8") as file:
            for request, status in self.statuses.items():
                line = {"id": request, "sent_ns": 0, "status": status}
                file.write(json.dumps(line) + "\n")


class Wire:
    """A client's connection; answers come in the order of what was asked."""

    def __init__(self, address, ledger, receive_buffer=None):
        host, port = address.split(":")
        self.ledger, self.pending, self.asked = ledger, b"", []
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect((host, int(port)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def text(self, fault, method, path, *fields):
        """The head of a request that from now on is accounted for."""
        request = self.ledger.begin(fault)
        self.asked.append(request)
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost",
                            f"X-Request-Id: {request}", *fields, "", ""]).encode()

    def send(self, *args):
        self.sock.sendall(self.text(*args))

    def ask(self, *args):
        self.send(*args)
        return self.answer()

    def head(self):
        """Status and fields of the next answer."""
        while b"\r\n\r\n" not in self.pending:
            self.pending += self.some()
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = dict((k.lower(), v.strip()) for k, _, v in (x.partition(":") for x in lines))
        return int(first.split()[1]), fields

    def some(self, most=65536):
        read = self.sock.recv(most)
        if not read:
            raise ConnectionError(f"ended before the answer to {self.asked[0]}")
        return read

    def whole(self, status):
        """The oldest request has had its whole answer."""
        self.ledger.statuses[self.asked.pop(0)] = status

    def answer(self):
        """Status and body of the next answer."""
        status, fields = self.head()
        length = int(fields["content-length"])
        while len(self.pending) < length:
            self.pending += self.some()
        body, self.pending = self.pending[:length], self.pending[length:]
        self.whole(status)
        return status, body
