"""The simulator beside a live run of the example services, with what was measured in that run."""

import json
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "../../bench/truth")]
from live import Live, demo_slice, demo_streams
from measured import SATURATED_CPU, Measured, Tick, measure
from simulated import Simulated, compare, decisions_text, header, simulate
from system import PROGRAM, SystemTest

PROGRAMS = pathlib.Path(os.environ.get("HEADROOM_EXAMPLES", HERE / "../../build/examples"))
CROWD = demo_slice(hours=3.5, skip_hours=3)  # a minute: a crowd comes and begins to leave
SEEDS = range(1, 11)
STALL_MS = 100  # the load generator was woken so late: nothing ran on the machine meanwhile


@unittest.skipUnless(all((PROGRAMS / name).exists() for name in ("checkout", "catalog")),
                     "the example services are not built: examples/build.sh")
@unittest.skipUnless(CROWD.trace.exists(), "the recorded traffic is not here: ../shared/traces")
class Truth(SystemTest):
    def test_what_was_lived_through_is_what_is_simulated(self):
        Live(PROGRAM, PROGRAMS.resolve(), self.folder).run(CROWD, demo_streams(share=0.5))
        lives = [measure(self.folder, service) for service in ("checkout", "catalog")]
        rows = []
        for live in lives:
            result = simulate(PROGRAM, self.folder, live, SEEDS)
            self.figure(decisions_text(live, result))
            rows += compare(live, result)
        self.figure("\n".join(["", header(), *(row.text() for row in rows)]))
        apart = [row.text() for row in rows if not row.within]
        if apart and lives[0].saturated:
            self.skipTest(f"the machine's CPU was above {100 * SATURATED_CPU:.0f}% in more than a "
                          f"tenth of the run, {100 * lives[0].cpu_mean:.0f}% on average: latency "
                          "told about the machine")
        stall_ms = max(self.wake_ms("checkout"), self.wake_ms("catalog"))
        if apart and stall_ms > STALL_MS:
            self.skipTest(f"the machine stood still for {stall_ms:.0f} ms: latency told about it")
        self.assertEqual(apart, [])

    def wake_ms(self, service):
        """The longest that the load generator had to wait for the machine."""
        told = (pathlib.Path(self.folder) / f"load-{service}.json").read_text()
        return json.loads(told)["generator"]["wake_ms_max"]


class Comparison(unittest.TestCase):
    """Ten seconds with two replicas, 100 requests, one of them missed, p99 of 100 ms."""

    live = Measured("shop", ticks=[Tick(1, 10, {"ready": 2}, 2, 0.1, True)] * 10,
                    latencies_s=[0.1] * 100, requests=100, missed=1)

    def within(self, replica_seconds=20, p99_s=0.1, missed_share=0.01):
        rows = compare(self.live, Simulated(replica_seconds, p99_s, missed_share))
        return [row.what for row in rows if row.within]

    def test_what_is_alike_is_within(self):
        everything = ["replica-seconds", "p99", "missed"]
        self.assertEqual(self.within(), everything)
        self.assertEqual(self.within(21.9, 0.124, 0.0199), everything)
        self.assertEqual(self.within(18.1, 0.076, 0.0001), everything)

    def test_each_figure_is_judged_by_itself(self):
        for worse in (22.1, 17.9):
            self.assertEqual(self.within(replica_seconds=worse), ["p99", "missed"])
        for worse in (0.126, 0.074):
            self.assertEqual(self.within(p99_s=worse), ["replica-seconds", "missed"])
        self.assertEqual(self.within(missed_share=0.0201), ["replica-seconds", "p99"])

    def test_where_decisions_part_is_told(self):
        wanted = [[2] * 10, [2] * 4 + [5] + [3] * 5]
        self.assertIn("in 100% of 10 s", decisions_text(self.live, Simulated(wanted=wanted)))
        wanted = [[2] * 4 + [4] + [2] * 5] * 2
        self.assertIn("in 90% of 10 s", decisions_text(self.live, Simulated(wanted=wanted)))
        self.assertIn("farthest at 4 s: 2 live, 4 to 4 simulated",
                      decisions_text(self.live, Simulated(wanted=wanted)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
