"""Replicas that die, hang, never become ready or crash in a loop: the service goes on."""

import os
import pathlib
import signal
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest


class Faults(SystemTest):
    def test_only_what_a_killed_replica_held_fails_and_it_is_replaced(self):
        self.write({"shop": self.service("--slots", 8, "--wait-ms", 50, "--log", "shop.jsonl",
                                         replicas={"min": 3, "max": 3})})
        headroom = self.start(ready={"shop": 3})
        before = self.replicas("shop")
        load = self.load("POST:/", rate=60, seconds=10)
        self.until(lambda: len(self.lines("shop.jsonl")) > 100, "the load is under way")
        os.kill(before[0], signal.SIGKILL)
        self.until_said(headroom, r"shop-1 was killed by SIGKILL|shop-1 .*signal")
        self.until(lambda: len(self.replicas("shop")) == 3 and self.count("shop") == 3,
                   "the dead replica is replaced")
        result = load.result()
        failed = result["sent"] - result["ok"]
        self.figure(f"{failed} of {result['sent']} requests failed with the replica")
        self.assertLessEqual(failed, 8)  # its slots; a POST that may have begun is not sent again
        self.assertEqual(set(before[1:]), set(before[1:]) & set(self.replicas("shop")))
        self.stop(headroom)
        self.reconcile("shop.jsonl")

    def test_a_replica_that_never_becomes_ready_is_given_up_and_the_others_serve(self):
        self.write({"shop": self.service("--unready-while", "unready-PID",
                                         run={"ready_timeout": "1s"})})
        headroom = self.start(ready={"shop": 1})
        self.write({"shop": self.service("--unready-while", "headroom.yaml",
                                         run={"ready_timeout": "1s"})})
        self.until_said(headroom, r"shop-2 did not start: it was not ready within 1s")
        self.until_said(headroom, r"the next start is in")
        self.assertEqual(self.ask("/")[0], 200)
        self.assertEqual(self.count("shop"), 1)

    def test_a_replica_that_hangs_is_replaced(self):
        self.write({"shop": self.service("--hang-while", "hang-PID",
                                         replicas={"min": 2, "max": 2}, routes=[
                                             {"match": "/", "timeout": "2s"}])})
        headroom = self.start(ready={"shop": 2})
        first = self.replicas("shop")[0]
        (self.folder / f"hang-{first}").touch()
        self.until_said(headroom, r"shop-1 is unhealthy \(.*\): nothing is sent to it")
        self.assertEqual(self.ask("/")[0], 200)
        self.until_said(headroom, r"shop-1 hangs \(.*\): it is replaced")
        self.until_said(headroom, r"shop-3 is ready")
        self.until(lambda: first not in self.replicas("shop"), "the one that hangs is gone")
        self.assertEqual(self.ask("/")[0], 200)

    def test_a_crash_loop_backs_off_and_shows_the_last_output(self):
        self.write({"shop": self.service("--say", "no database at db:5432", "--exit", 3),
                    "catalog": self.service()}, gateway={"queue": {"wait": "200ms"}})
        headroom = self.start(ready={"catalog": 1})
        self.until_said(headroom, r"shop-3 did not start: it .*3.*the next start is in [12]")
        self.assertIn(": no database at db:5432 (log: ", headroom.err())
        self.assertEqual(self.ask("/", host="catalog")[0], 200)
        status, problem = self.ask("/", host="shop")
        self.assertEqual(status, 503)
        self.assertIn('"reason":"no_replica"', problem)
        started = headroom.err().count(" started on ")
        self.assertLess(started, 12)

    def test_a_port_that_is_taken_costs_one_replica_another_port(self):
        # A replica's port is known only once it is chosen, so the next one in line is taken away.
        self.write({"shop": self.service(replicas={"min": 1, "max": 3})})
        headroom = self.start(ready={"shop": 1})
        port = int(headroom.err().split("started on 127.0.0.1:")[1].split(" ")[0])
        with socket.socket() as squatter:
            squatter.bind(("127.0.0.1", port + 1))
            squatter.listen()
            self.write({"shop": self.service(replicas={"min": 2, "max": 3})})
            self.until(lambda: self.count("shop") == 2, "there are two replicas")
        self.assertNotIn("did not start", headroom.err())
        self.assertEqual(self.ask("/")[0], 200)

    def test_a_port_that_somebody_takes_before_the_replica_is_noticed(self):
        # The replica is told to listen on a port that this test holds and answers on.
        taken = self.listen
        self.write({"shop": self.service("--listen", taken)})
        headroom = self.start()
        self.until_said(headroom, r"shop-1 did not start: .*\n?.*(in use|listens on)")
        self.until_said(headroom, r"the next start is in")
        self.assertTrue(headroom.running())


if __name__ == "__main__":
    unittest.main(verbosity=2)
