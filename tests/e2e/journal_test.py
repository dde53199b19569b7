"""The journal: what happens while it cannot be written, and that its decisions can be repeated."""

import json
import pathlib
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from small_disk import SmallDisk
from system import SystemTest, may_mount


class FullDisk(SmallDisk):
    @unittest.skipUnless(may_mount(), "a disk of its own needs the right to mount one")
    def test_a_full_disk_stops_lowering_but_neither_service_nor_raising(self):
        (self.folder / "disk").mkdir()
        shop = self.service("--slots", 1, "--wait-ms", 100, objective={"latency": {"p99": "10s"}},
                            replicas={"min": 1, "max": 4, "concurrency": 2},
                            scale={"in_delay": "1s"})
        self.write({"shop": shop}, gateway={"queue": {"wait": "10s"}},
                   journal={"path": "disk/journal"})
        headroom = self.start_on_small_disk()
        self.until(lambda: self.count("shop") == 1, "it is ready")
        disk = self.disk_of(headroom)
        self.fill(disk / "filler")
        self.until(lambda: not self.journal()["healthy"], "the journal says it is not healthy")
        self.assertIn("full", self.journal()["problem"])
        self.assertIn("headroom_journal_healthy 0", self.ask("/metrics", address=self.admin)[1])
        self.until_said(headroom, " error the journal cannot be written: .* full")

        load = self.load("/", rate=30, seconds=15, options=("--timeout", "20s"))
        self.until(lambda: self.count("shop") >= 3, "raising works")
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)
        most = self.count("shop")
        self.until(lambda: self.wanted_less_than(most), "fewer would be enough")
        self.assertEqual(self.count("shop"), most)  # decided and not done

        (disk / "filler").unlink()
        self.until(lambda: self.journal()["healthy"], "the journal heals")
        self.until(lambda: self.count("shop") < most, "lowering goes on")
        self.until_said(headroom, " info the journal is written again\n")
        self.assertEqual(headroom.err().count("the journal cannot be written"), 1)
        self.stop(headroom)

    def test_a_limit_on_the_size_of_files_is_a_full_disk_and_kills_nobody(self):
        self.write({"shop": self.service()})
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        headroom = self.start(preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (64 << 10, before[1])))
        self.until(lambda: not self.journal()["healthy"], "the journal says it is not healthy")
        self.assertEqual(self.ask("/")[0], 200)
        resource.prlimit(headroom.pid, resource.RLIMIT_FSIZE, before)
        self.until(lambda: self.journal()["healthy"], "the journal heals")
        self.stop(headroom)

    def journal(self):
        return self.services()["journal"]

    def wanted_less_than(self, count):
        return self.seen("shop")["replicas"]["wanted"] < count


class Memory(SystemTest):
    def test_what_was_learned_survives_a_restart_and_replay_repeats_every_decision(self):
        self.write({"shop": self.service("--slots", 4, "--wait-ms", 10,
                                         replicas={"min": 1, "max": 4})})
        first = self.start(ready={"shop": 1})
        self.assertEqual(self.seen("shop")["capacity_basis"], "stated")
        load = self.load("/", rate=100, seconds=10)
        self.until(lambda: self.seen("shop")["capacity_basis"] == "learned", "it has learned")
        load.wait()
        self.assertNotIn("learned before", first.err())
        self.stop(first)

        again = self.start(ready={"shop": 1}, name="again")
        self.assertRegex(again.err(), r"learned before: shop [\d,]+ attempts, \d+ starts?\n")
        self.assertEqual(self.seen("shop")["capacity_basis"], "learned")  # nobody has asked yet
        self.assertEqual(self.seen("shop")["counts"]["arrivals"], 0)
        self.stop(again)
        code, out, problem = self.complete("replay", "-j", "journal", "--format", "json")
        self.assertEqual(code, 0, problem)
        found = json.loads(out)
        self.figure(f"{found['observations']} observations, {found['differences']} differences, "
                    f"{found['starts']} starts")
        self.assertEqual((found["differences"], found["starts"]), (0, 2), found["listed"])

    def test_a_damaged_journal_costs_only_what_was_learned(self):
        self.write({"shop": self.service()})
        self.stop(self.start(ready={"shop": 1}))
        size = (self.folder / "journal").stat().st_size
        with open(self.folder / "journal", "r+b") as journal:
            journal.seek(100)  # behind the header
            journal.write(b"\x5a" * (size - 100))
        again = self.start(ready={"shop": 1}, name="again")
        self.assertIn("it is kept as", again.err())
        self.assertTrue((self.folder / "journal.damaged").exists())
        self.assertTrue(self.services()["journal"]["healthy"])
        self.stop(again)


class Replay(SystemTest):
    def replay(self, *options):
        code, out, problem = self.complete("replay", "-j", "journal", "--format", "json", *options)
        self.assertEqual(code, 0, problem)
        return json.loads(out)

    def test_replay_repeats_every_decision_across_a_reload_and_restarts(self):
        def shop(most):
            return {"shop": self.service("--slots", 1, "--wait-ms", 100,
                                         replicas={"min": 1, "max": most, "concurrency": 2},
                                         scale={"in_delay": "2s"})}

        self.write(shop(4))
        headroom = self.start(ready={"shop": 1})
        load = self.load("/", rate=25, seconds=14, options=("--timeout", "20s"))
        self.until(lambda: self.count("shop") >= 3, "it has grown")
        self.write(shop(5))
        self.until_said(headroom, "reloaded ")
        seen = self.services()["uptime_s"]
        self.until(lambda: self.services()["uptime_s"] > seen + 2, "it has decided by that")
        headroom.kill()
        again = self.start(name="again", ready={"shop": 3})
        load.wait()
        self.until(lambda: self.count("shop") < 3, "it has shrunk")
        self.stop(again)

        found = self.replay()
        self.figure(f"{found['observations']} observations, {found['differences']} differences, "
                    f"{found['starts']} starts, {found['reloads']} reloads")
        self.assertGreater(found["observations"], 10)
        self.assertEqual(found["differences"], 0, found["listed"])
        self.assertEqual(found["starts"], 2)
        self.assertEqual(found["reloads"], 1)
        changed = self.replay("--set", "services.shop.replicas.max=2")
        self.figure(f"with at most 2 replicas {changed['differences']} differences")
        self.assertGreaterEqual(changed["differences"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
