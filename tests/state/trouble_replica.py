#!/usr/bin/env python3
"""A replica that asks for trouble: answers before it has read, answers hugely, holds its answers.

    trouble_replica.py --listen 127.0.0.1:20000 --log odd.jsonl --open FILE

POST /odd/early gets 12 MB as soon as its head is there, and its body is never read; GET /odd/large
gets 1 GiB; GET /odd/held/… waits until FILE exists. Each executed request is a line of the log.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import threading
import time

EARLY = b"0123456789abcde\n" * 750_000
LARGE_PART = bytes(1 << 20)
LARGE_PARTS = 1024
EARLY_PATIENCE_S = 60  # for a client that reads slowly; then the connection ends


class Connection:
    """One connection of the gateway."""

    def __init__(self, sock, options, log):
        self.sock, self.options, self.log = sock, options, log
        self.pending = b""

    def head(self):
        while b"\r\n\r\n" not in self.pending:
            some = self.sock.recv(65536)
            if not some:
                return None
            self.pending += some
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        return head.decode("latin-1").split("\r\n")

    def serve(self):
        with self.sock, contextlib.suppress(OSError):
            while head := self.head():
                method, path, _ = head[0].split(" ")
                fields = dict((k.lower(), v.strip()) for k, _, v in
                              (line.partition(":") for line in head[1:]))
                if not self.one(method, path, fields.get("x-request-id", "")):
                    break

    def one(self, method, path, request_id):
        """Whether the connection can go on."""
        if path != "/readyz":
            while path.startswith("/odd/held/") and not os.path.exists(self.options.open):
                time.sleep(0.02)
            line = {"id": request_id, "method": method, "route": path, "status": 200}
            os.write(self.log, (json.dumps(line) + "\n").encode())
        if path == "/odd/early":
            self.answer(len(EARLY), EARLY)
            self.stay()
            return False
        if path == "/odd/large":
            self.answer(len(LARGE_PART) * LARGE_PARTS)
            for _ in range(LARGE_PARTS):
                self.sock.sendall(LARGE_PART)
        else:
            self.answer(3, b"ok\n")
        return True

    def answer(self, length, body=b""):
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        self.sock.sendall(head.encode() + body)

    def stay(self):
        """Until the gateway ends it, without a look at what it sent."""
        deadline = time.monotonic() + EARLY_PATIENCE_S
        while time.monotonic() < deadline and self.established():
            time.sleep(0.05)

    def established(self):
        return self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--listen", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--open", required=True)
    options = parser.parse_args()
    log = os.open(options.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    host, port = options.listen.split(":")
    with socket.create_server((host, int(port)), backlog=512) as server:
        while True:
            sock, _ = server.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Connection(sock, options, log).serve, daemon=True).start()


if __name__ == "__main__":
    main()
