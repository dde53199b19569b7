"""Services whose replicas somebody else runs: one that is not well gets no requests."""

import os
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import HERE, Process, SystemTest


class Endpoints(SystemTest):
    def shop(self, *arguments, **more):
        """Three endpoints, the third with more arguments, and the file that lists them."""
        self.addresses = [self.other_address() for _ in range(3)]
        self.endpoints = []
        for i, address in enumerate(self.addresses):
            extra = arguments if i == 2 else ()
            self.endpoints.append(Process(self.folder, f"endpoint{i}", [
                sys.executable, "-I", "-S", str(HERE / "replica.py"), "--listen", address, "--log",
                f"{i}.jsonl", *extra]))
        self.processes += self.endpoints
        for address in self.addresses:
            self.until(lambda a=address: not self.refused(a), f"{address} listens")
        self.write({"shop": {"objective": {"latency": {"p99": "500ms"}},
                             "endpoints": self.addresses} | more})

    def begin_command(self, command):
        headroom = self.spawn(command, command, "-f", "headroom.yaml")
        self.until_said(headroom, "listening on ")
        return headroom

    def requests(self, count=60):
        """How many of so many requests each endpoint got; all must be answered."""
        before = [len(self.lines(f"{i}.jsonl")) for i in range(3)]
        for _ in range(count):
            self.assertEqual(self.ask("/")[0], 200)
        return [len(self.lines(f"{i}.jsonl")) - b for i, b in enumerate(before)]

    def test_one_that_answers_503_gets_no_requests_until_it_is_well(self):
        for command in ("gateway", "run"):
            with self.subTest(command):
                self.shop("--unready-while", "unready", ready="/readyz")
                headroom = self.begin_command(command)
                self.until(lambda: self.requests()[2] > 0, "all three get requests")
                (self.folder / "unready").touch()
                self.until_said(headroom, rf"shop: shop@{self.addresses[2]} is unhealthy "
                                          r"\(answered 503\): nothing is sent to it")
                self.until(lambda: self.requests()[2] == 0, "it gets none")
                (self.folder / "unready").unlink()
                self.until_said(headroom, rf"shop@{self.addresses[2]} is healthy again")
                self.until(lambda: self.requests()[2] > 0, "it gets some again")
                self.stop(headroom)
                for endpoint in self.endpoints:
                    self.assertTrue(endpoint.running(), "their lives are not headroom's")
                    endpoint.kill()

    def test_one_that_hangs_gets_no_requests_until_it_goes_on(self):
        self.shop(ready="/readyz")
        headroom = self.begin_command("gateway")
        os.kill(self.endpoints[2].pid, signal.SIGSTOP)  # its kernel still accepts connections
        self.until_said(headroom, r"is unhealthy \(no answer within 1s\)")
        self.until(lambda: self.requests()[2] == 0, "it gets none")
        os.kill(self.endpoints[2].pid, signal.SIGCONT)
        self.until_said(headroom, "is healthy again")
        self.until(lambda: self.requests()[2] > 0, "it gets some again")
        self.assertTrue(self.endpoints[2].running(), "its life is not headroom's")
        self.stop(headroom)

    def test_a_stated_path_that_no_endpoint_knows_stops_nothing(self):
        self.shop(ready="/missing")
        stated = self.begin_command("gateway")
        self.until_said(stated, r"is unhealthy \(answered 404\)")
        self.assertEqual(self.ask("/")[0], 200)  # all of them: then it is the path that is wrong
        self.stop(stated)


if __name__ == "__main__":
    unittest.main(verbosity=2)
