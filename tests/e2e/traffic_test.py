"""Traffic through `headroom run`: the first request, every request once, growing and shrinking."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest


class Traffic(SystemTest):
    def test_the_first_request_is_answered_soon_after_the_first_replica_is_ready(self):
        self.write({"shop": self.service("--warm-ms", 500)})
        headroom = self.start()
        self.until_said(headroom, "shop-1 is ready")
        ready = time.monotonic()
        self.assertEqual(self.ask("/")[0], 200)
        took = time.monotonic() - ready
        self.figure(f"first answer {took * 1e3:.0f} ms after the first replica was ready")
        self.assertLess(took, 5)

    def test_nothing_is_lost_and_nothing_is_done_twice(self):
        self.write({
            name: self.service("--log", f"{name}.jsonl", "--slots", 8, replicas={"min": 2},
                               routes=[{"match": f"/{name}"}])
            for name in ("checkout", "catalog")})
        headroom = self.start(ready={"checkout": 2, "catalog": 2})
        load = self.load("POST:/checkout", "/catalog*2", rate=120, seconds=15)
        result = load.result()
        self.stop(headroom)
        self.assertEqual(result["sent"], result["ok"], result)
        self.assertEqual(result["sent"], len(self.lines("load.jsonl")))
        executed = [x["id"] for x in self.lines("checkout.jsonl")]
        self.assertEqual(len(executed), len(set(executed)))
        self.reconcile("checkout.jsonl", "catalog.jsonl")

    def test_services_reach_each_other_through_the_gateway_by_name(self):
        self.write({"shop": self.service("--gateway", self.listen),
                    "catalog": self.service("--log", "catalog.jsonl")})
        self.start(ready={"shop": 1, "catalog": 1})
        self.assertEqual(self.ask("/ask/catalog/items", host="shop")[0], 200)
        self.assertEqual([x["route"] for x in self.lines("catalog.jsonl")], ["/items"])

    def test_replicas_follow_demand_up_and_down_within_their_bounds(self):
        # One slot of 100 ms carries 10/s: 30/s need three replicas and more, of at most five.
        self.write({"shop": self.service("--slots", 1, "--wait-ms", 100,
                                         replicas={"min": 2, "max": 5, "concurrency": 2},
                                         scale={"in_delay": "3s"})})
        self.start(ready={"shop": 2})
        load = self.load("/", rate=30, seconds=20, options=("--timeout", "20s"))
        counts = set()

        def note_until(enough):
            counts.add(self.count("shop"))
            return enough(self.count("shop"))

        self.until(lambda: note_until(lambda n: n >= 4), "there are 4 replicas")
        self.until(lambda: note_until(lambda n: not load.running()), "the load ends")
        self.until(lambda: note_until(lambda n: n == 2), "there are 2 replicas again")
        self.assertGreaterEqual(min(counts), 2)
        self.assertLessEqual(max(counts), 5)
        code, text, problem = self.complete("explain", "-j", "journal", "--service", "shop")
        self.assertEqual(code, 0, problem)
        self.assertIn("replicas", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
