#!/usr/bin/env python3
"""Memory of a gateway that holds 10,000 keep-alive connections, each of which was used once."""

import argparse
import json
import selectors
import socket

import harness

REQUEST = b"GET /bench HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BATCH = 200  # connections with a request under way


def answered_once(port, count):
    """Opens the connections and waits for one whole answer on each; returns them open."""
    connections = []
    while len(connections) < count:
        batch = [
            socket.create_connection(("127.0.0.1", port), timeout=20)
            for _ in range(min(BATCH, count - len(connections)))
        ]
        for connection in batch:
            connection.sendall(REQUEST)
        for connection in batch:
            read_answer(connection)
        connections += batch
        harness.progress(f"idle: {len(connections)} of {count} connections")
    harness.progress("")
    return connections


def read_answer(connection):
    received = b""
    while True:
        part = connection.recv(65536)
        if not part:
            raise SystemExit("the gateway closed a connection")
        received += part
        head, found, body = received.partition(b"\r\n\r\n")
        if found:
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(body) >= length:
                return


def still_open(connections):
    """How many connections have seen no end since; an idle one has nothing to read."""
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        return len(connections) - len(selector.select(timeout=0.2))


def measure(name, count):
    with harness.Bench() as bench:
        proxy = bench.proxy(name)
        before = proxy.rss_bytes()
        connections = answered_once(proxy.port, count)
        result = {
            "connections": still_open(connections),
            "rss_mb": proxy.rss_bytes() / 1e6,
            "rss_before_mb": before / 1e6,
        }
        for connection in connections:
            connection.close()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--proxy", default="headroom", choices=["headroom", "haproxy", "nginx"])
    parser.add_argument("--require-mb", type=float, help="exit 3 above this")
    options = parser.parse_args()
    harness.allow_files(options.connections + 2000)
    result = measure(options.proxy, options.connections)
    print(json.dumps(result))
    complete = result["connections"] == options.connections
    if not complete or result["rss_mb"] > (options.require_mb or float("inf")):
        raise SystemExit(3)


if __name__ == "__main__":
    main()
