"""The demo as somebody who has just cloned the project sees it, and with its other traffic."""

import json
import os
import pathlib
import re
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import HERE, PROGRAM, Process, SystemTest

ROOT = HERE.parents[1]
PROGRAMS = pathlib.Path(os.environ.get("HEADROOM_EXAMPLES", ROOT / "build/examples"))
SHARED = ROOT.parent / "shared"
STALL_MS = 100  # the load generator was woken so late: nothing ran on the machine meanwhile
BUILT = all((PROGRAMS / name).exists() for name in ("checkout", "catalog"))


@unittest.skipUnless(BUILT, "the example services are not built: examples/build.sh")
class Demo(SystemTest):
    """In a copy of what the demo consists of, with nothing beside it, on ports of its own."""

    def setUp(self):
        super().setUp()
        self.clone = self.folder / "clone"
        shutil.copytree(ROOT / "examples/shop", self.clone / "examples/shop")
        (self.clone / "tests/e2e").mkdir(parents=True)
        shutil.copy(HERE / "reconcile.py", self.clone / "tests/e2e")
        (self.clone / "build").mkdir()
        (self.clone / "build/examples").symlink_to(PROGRAMS.resolve())
        for name in ("demo.sh", "headroom.yaml", "scenario.env"):
            self.edit(name, ("127.0.0.1:8080", self.listen), ("127.0.0.1:9900", self.admin))

    def edit(self, name, *pairs):
        path = self.clone / "examples/shop" / name
        text = path.read_text()
        for old, new in pairs:
            text = text.replace(old, new)
        path.write_text(text)

    def demo(self, *arguments):
        """Its exit code, output and messages."""
        demo = Process(self.folder, "demo", [self.clone / "examples/shop/demo.sh", *arguments],
                       env={**os.environ, "HEADROOM": PROGRAM})
        self.processes.append(demo)
        code = demo.wait(300)
        self.figure("\n" + demo.err() + demo.out().rpartition("the logs agree")[2])
        return code, demo.out(), demo.err()

    def expect_report(self, out):
        """The logs agree, and the last line is the full path of the page."""
        self.assertIn("the logs agree: one outcome each", out)
        page = pathlib.Path(out.splitlines()[-1])
        self.assertEqual(page, self.clone / "build/shop/report.html")
        self.assertGreater(page.stat().st_size, 20_000)

    def skip_if_busy(self, out):
        """Figures of a machine that had other work, or stood still, say nothing."""
        if "This machine is saturated" in out:
            self.skipTest("the machine was saturated: latency told about it")
        results = [json.loads((self.clone / f"build/shop/load-{name}.json").read_text())
                   for name in ("checkout", "catalog")]
        stall_ms = max(result["generator"]["wake_ms_max"] for result in results)
        if stall_ms > STALL_MS:
            self.skipTest(f"the machine stood still for {stall_ms:.0f} ms: latency told about it")

    def test_a_newcomer_sees_both_objectives_met_for_less_than_a_fixed_fleet(self):
        code, out, err = self.demo()
        self.assertRegex(" ".join(err.split()), r"A made day of 6\.5 hours in 110 s\. Its crowd "
                         r"doubles demand within \d\d minutes of its day, \d\.\d s here\. The "
                         r"steepest recorded one took 13 \(World Cup 1998, 25 June\): this one is "
                         r"[\d.]+ x as fast by its day and \d+ x by the clock\.")
        self.expect_report(out)
        if code != 0:
            self.skip_if_busy(out)
        self.assertEqual(code, 0, err)
        self.assertEqual(len(re.findall("objective met$", out, re.M)), 2)

    @unittest.skipUnless(SHARED.is_dir(), "the recorded traffic is not here: ../shared/traces")
    def test_a_recorded_day_is_played_where_it_is_at_hand(self):
        (self.folder / "shared").symlink_to(SHARED)
        self.edit("scenario.env", ("trace_from=897899400", "trace_from=897910200"))  # a minute
        code, out, err = self.demo("--recorded")
        self.assertIn("A recorded day", err)
        self.expect_report(out)
        self.assertIn(code, (0, 3), err)

    def test_a_crowd_that_nothing_announces_is_missed_and_it_is_said_why(self):
        self.edit("scenario.env", ("made_seconds=110", "made_seconds=30"))
        code, out, err = self.demo("--surprise")
        self.assertIn("expected verdict", " ".join(err.split()))
        self.expect_report(out)
        self.assertEqual(code, 0, err)
        if "lost" not in out:
            self.skip_if_busy(out)
        self.assertRegex(" ".join(out.split()),
                         r"lost [\d,]+ of [\d,]+ missed requests in the \d+ s from \S+: demand "
                         r"went from \d+/s to \d+/s, the \d+ replicas ready then carry \d+/s, and "
                         r"a new one takes [\d.]+ s to start")

    def test_what_it_cannot_do_is_refused_in_a_sentence(self):
        code, out, err = self.demo("--recorded")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("the recorded day is not here", err)
        code, out, err = self.demo("--surprice")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("usage: ./dev demo", err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
