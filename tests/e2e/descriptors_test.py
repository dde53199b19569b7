"""More clients than the limit of open files carries: nobody is blamed, and everybody is told."""

import contextlib
import http.client
import pathlib
import resource
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest

LONG_ENOUGH_TO_BLAME_S = 5  # three failed looks, one a second, would put a replica out


def limited(soft, hard):
    """For a program about to start."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))}


class Descriptors(SystemTest):
    def open_files_of(self, pid):
        lines = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
        return next(line.split()[3:5] for line in lines if line.startswith("Max open files"))

    def idle_clients(self, count):
        host, port = self.listen.split(":")
        clients = []
        for _ in range(count):
            client = socket.create_connection((host, int(port)))
            self.addCleanup(client.close)
            clients.append(client)
        return clients

    def test_idle_clients_beyond_the_limit_put_no_replica_out_and_open_connections_go_on(self):
        self.write({"shop": self.service(replicas={"min": 2, "max": 2})}, {"workers": 1})
        headroom = self.start(ready={"shop": 2}, **limited(256, 256))
        before = self.replicas()
        kept = http.client.HTTPConnection(self.listen, timeout=60)
        self.addCleanup(kept.close)
        kept.request("GET", "/")
        kept.getresponse().read()
        self.idle_clients(300)
        deadline = time.monotonic() + LONG_ENOUGH_TO_BLAME_S
        while time.monotonic() < deadline:
            kept.request("GET", "/")
            answer = kept.getresponse()
            self.assertEqual(answer.status, 200, answer.read())
            answer.read()
            self.assertEqual(self.ask("/healthz", address=self.admin)[0], 200)
            time.sleep(0.05)
        self.assertNotIn("unhealthy", headroom.err())
        self.assertEqual(self.replicas(), before)
        self.assertIn("gateway.connections_max is 53 instead of 20000: of 256 open files (ulimit "
                      "-Hn) 150 are kept", headroom.err())
        self.assertEqual(self.services()["connections"]["limit"], 53)
        self.assertIn("headroom_connections_limit 53", self.ask("/metrics", address=self.admin)[1])
        late = http.client.HTTPConnection(self.listen, timeout=60)
        with contextlib.closing(late):
            late.request("GET", "/")
            refusal = late.getresponse()
            self.assertEqual(refusal.status, 503)
            self.assertEqual(refusal.getheader("retry-after"), "1")
            self.assertIn("too_many_connections", refusal.read().decode())
        self.stop(headroom)

    def test_the_limit_is_raised_and_replicas_get_the_one_of_before(self):
        self.write({"shop": self.service(), "other": self.service(
            run=self.service()["run"] | {"limits": {"open_files": 300}})})
        headroom = self.start(ready={"shop": 1, "other": 1}, **limited(512, 1024))
        self.assertEqual(self.open_files_of(headroom.pid), ["1024", "1024"])
        self.assertEqual(self.open_files_of(self.replicas("shop")[0]), ["512", "1024"])
        self.assertEqual(self.open_files_of(self.replicas("other")[0]), ["300", "300"])
        self.stop(headroom)

    def test_a_limit_that_carries_no_client_is_refused(self):
        self.write({"shop": self.service()}, {"workers": 1})
        for command in ("run", "gateway"):
            if command == "gateway":
                self.write({"shop": {"objective": {"latency": {"p99": "500ms"}},
                                     "endpoints": ["127.0.0.1:1"]}}, {"workers": 1})
            code, _, err = self.complete(command, "-f", "headroom.yaml", **limited(100, 100))
            self.assertEqual(code, 1)
            self.assertIn("100 open files are not enough", err)
        self.assertEqual(self.replicas(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
