"""More than the replicas carry, and the first request of a service that has none."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest


class Overload(SystemTest):
    def test_a_new_service_at_three_times_what_it_carries_serves_what_it_can_in_time(self):
        # Two replicas of two slots of 100 ms carry 40/s. Nothing is learned or stated.
        self.write({"shop": self.service("--slots", 2, "--wait-ms", 100,
                                         replicas={"min": 2, "max": 2, "concurrency": 256})})
        self.start(ready={"shop": 2})
        seconds = 20
        result = self.load("/", rate=120, seconds=seconds,
                           options=("--objective", "p99=500ms")).result()
        self.figure(f"{result['good'] / seconds:.1f} of 40 a second good, {result['late']} late, "
                    f"{result['shed']} shed, {result['failed']} failed")
        self.assertGreater(result["good"], 0.6 * 40 * seconds)
        self.assertEqual(result["failed"], 0, result["errors"])
        reasons = {line["reason"] for line in self.lines("access.jsonl")
                   if line["outcome"] == "shed"}
        self.assertIn("deadline_unreachable", reasons)


class FromZero(SystemTest):
    def test_the_first_request_waits_for_the_first_replica_longer_than_for_a_busy_one(self):
        self.write({"shop": self.service("--warm-ms", 1500, replicas={"min": 0})},
                   gateway={"queue": {"wait": "100ms"}})
        headroom = self.start()
        self.assertEqual(self.count("shop"), 0)
        self.assertEqual(self.ask("/")[0], 200)
        self.assertIn("shop-1 is ready", headroom.err())

    def test_no_longer_than_its_route_gives(self):
        self.write({"shop": self.service("--warm-ms", 60_000, replicas={"min": 0},
                                         routes=[{"match": "/", "timeout": "1s"}])})
        self.start()
        status, problem = self.ask("/")
        self.assertEqual(status, 503)
        self.assertIn('"reason":"no_replica"', problem)


if __name__ == "__main__":
    unittest.main(verbosity=2)
