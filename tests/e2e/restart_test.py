"""headroom itself dies and comes back, is upgraded, is stopped: what happens to requests."""

import contextlib
import fcntl
import http.client
import os
import pathlib
import signal
import socket
import sys
import threading
import time
import unittest
from concurrent import futures

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest


class Asking:
    """Asks the admin for a path again and again; what it answered, or the error's name."""

    def __init__(self, test, path):
        self.answers = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.ask, args=(test, path))
        self.thread.start()
        test.addCleanup(self.end)

    def ask(self, test, path):
        while not self.over.wait(0.005):
            try:
                self.answers.append(test.ask(path, address=test.admin)[0])
            except (OSError, http.client.HTTPException) as error:
                self.answers.append(repr(error))

    def end(self):
        self.over.set()
        self.thread.join()
        return self.answers


class Restart(SystemTest):
    def shop(self, *more, minimum=3, **run):
        return {"shop": self.service("--log", "shop.jsonl", "--slots", 8, *more,
                                     replicas={"min": minimum, "max": minimum}, run=run)}

    def test_after_sigkill_the_next_start_takes_the_replicas_over(self):
        self.write(self.shop("--wait-ms", 20))
        headroom = self.start(ready={"shop": 3})
        before = self.replicas()
        load = self.load("POST:/", rate=100, seconds=10)
        self.until(lambda: len(self.lines("shop.jsonl")) > 100, "the load is under way")
        killed_ns = time.time_ns()
        killed = time.monotonic()
        headroom.kill()
        headroom = self.begin(name="again")
        self.until(lambda: self.ask("/readyz", timeout=1)[0] == 200, "the service answers again")
        gap = time.monotonic() - killed
        answered_ns = time.time_ns()
        self.figure(f"{gap * 1e3:.0f} ms from SIGKILL to the next answer")
        self.assertLess(gap, 20)
        self.until(lambda: self.count("shop") == 3, "all three are ready as before")
        self.assertEqual(self.replicas(), before)
        result = load.result()
        started_ns = int(result["started_unix_s"] * 1e9)
        failed = [x for x in self.lines("load.jsonl") if x["status"] != 200]
        self.figure(f"{len(failed)} of {result['sent']} requests failed")
        self.assertTrue(failed, "none was open: the test has not tested")
        for line in failed:  # open when it was killed, or sent before the next one accepted
            self.assertGreater(started_ns + line["done_ns"], killed_ns)
            self.assertLess(started_ns + line["intended_ns"], answered_ns)
        self.reconcile("shop.jsonl", gateway=False)
        self.assertEqual(self.replicas(), before)
        self.assertNotIn("started on", headroom.err())

    def test_an_upgrade_under_load_fails_nothing(self):
        self.write(self.shop("--wait-ms", 20))
        older = self.start(ready={"shop": 3})
        before = self.replicas()
        load = self.load("POST:/", rate=100, seconds=12)
        self.until(lambda: len(self.lines("shop.jsonl")) > 100, "the load is under way")
        asking = Asking(self, "/readyz")
        newer = self.start("--upgrade", name="newer")
        self.until_said(newer, "took over from the process before")
        self.assertEqual(older.wait(), 0)
        self.assertEqual(self.ask("/")[0], 200)
        self.until(lambda: self.count("shop") == 3, "the admin address answers, too")
        self.assertEqual(self.replicas(), before)
        newest = self.start("--upgrade", name="newest")  # and once more
        self.until_said(newest, "took over from the process before")
        self.assertEqual(newer.wait(), 0)
        answers = asking.end()
        self.figure(f"/readyz answered 200 to {answers.count(200)} of {len(answers)}")
        self.assertEqual(set(answers), {200}, [a for a in answers if a != 200])
        result = load.result()
        self.figure(f"{result['sent'] - result['ok']} of {result['sent']} requests failed")
        self.assertEqual(result["sent"], result["ok"], result)
        self.assertEqual(self.replicas(), before)

    def test_an_upgrade_hands_the_sockets_of_200_workers_over(self):
        self.write(self.shop(minimum=1), gateway={"workers": 200})
        older = self.start(ready={"shop": 1})
        newer = self.start("--upgrade", name="newer")
        self.until_said(newer, "took over from the process before")
        self.assertEqual(older.wait(), 0)
        self.assertEqual(self.ask("/")[0], 200)
        self.stop(newer)

    def test_requests_of_twelve_seconds_behind_a_shell_outlive_the_end_of_their_replica(self):
        shop = self.shop("--wait-ms", 12_000, minimum=2)
        command = " ".join(shop["shop"]["run"]["command"])
        shop["shop"]["run"]["command"] = ["sh", "-c", f"{command}; true"]
        self.write(shop)
        headroom = self.start(ready={"shop": 2})
        with futures.ThreadPoolExecutor() as pool:
            asked = [pool.submit(self.ask, "/") for _ in range(2)]
            self.until(lambda: [each["in_flight"] for each in self.seen("shop")["replicas"]["each"]]
                       == [1, 1], "each has one")
            shop["shop"]["replicas"] |= {"min": 1, "max": 1}
            self.write(shop)
            self.until(lambda: self.count("shop", "draining") == 1, "one of them is to end")
            self.assertEqual([one.result()[0] for one in asked], [200, 200])
        self.until(lambda: self.count("shop", "draining") == 0, "it has ended")
        self.stop(headroom)

    def test_an_upgrade_that_fails_leaves_the_older_one_in_charge(self):
        self.write(self.shop())
        older = self.start(ready={"shop": 3})
        before = self.replicas()
        good = (self.folder / "headroom.yaml").read_text()
        load = self.load("/", rate=50, seconds=8)
        (self.folder / "broken.yaml").write_text(good.replace('"p99"', '"p9q"'))
        code, _, problem = self.complete("run", "-f", "broken.yaml", "--upgrade")
        self.assertEqual(code, 2, problem)
        self.assertIn("p9q", problem)
        # One whose replicas cannot become ready never serves; it is killed while it tries.
        held = self.spawn("held", "run", "-f", self.unready_file(good), "--upgrade")
        self.until_said(older, "handing over to a newer process")
        self.until_said(held, "listening on")
        for _ in range(20):  # new connections: none may go to the one that cannot serve
            self.assertEqual(self.ask("/")[0], 200)
        held.kill()
        self.until_said(older, "the newer process did not come to serve; carrying on")
        self.assertTrue(older.running())
        self.write(self.shop(minimum=4))
        self.until(lambda: self.count("shop") == 4, "the older one still starts replicas")
        self.assertTrue(set(before) <= set(self.replicas()))
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)

    def unready_file(self, good, more=""):
        path = self.folder / "slow.yaml"
        path.write_text(good.replace('"run": {', '"run": {"ready": "/missing",' + more, 1))
        return path

    def test_an_upgrade_that_never_becomes_ready_gives_up_and_the_older_one_carries_on(self):
        self.write(self.shop())
        older = self.start(ready={"shop": 3})
        before = self.replicas()
        good = (self.folder / "headroom.yaml").read_text()
        load = self.load("/", rate=50, seconds=10)
        asking = Asking(self, "/readyz")
        code, _, problem = self.complete(
            "run", "-f", self.unready_file(good, '"ready_timeout": "1s",'), "--upgrade")
        self.assertEqual(code, 1, problem)
        self.assertIn(" error the upgrade is given up: no replica of shop was ready within 6s; "
                      "the headroom before carries on\n", problem)
        self.until_said(older, "the newer process did not come to serve; carrying on")
        self.assertEqual(self.replicas(), before, "none was stopped for not being ready there")
        self.write(self.shop(minimum=4))
        self.until(lambda: self.count("shop") == 4, "the older one still starts replicas")
        self.assertEqual(set(asking.end()), {200})
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)

    def test_an_upgrade_may_change_addresses_and_workers(self):
        self.write(self.shop())
        older = self.start(ready={"shop": 3})
        before = self.replicas()
        old_listen, old_admin = self.listen, self.admin
        self.listen, self.admin = self.other_address(), self.other_address()
        self.write(self.shop(), gateway={"workers": 4}, name="moved.yaml")
        newer = self.start("--upgrade", name="newer", file="moved.yaml")
        self.assertIn(f"listening on {self.listen}, admin on {self.admin}", newer.err())
        self.assertEqual(older.wait(), 0)
        self.assertEqual(self.ask("/")[0], 200)
        self.until(lambda: self.count("shop") == 3, "the new admin address answers")
        self.assertTrue(self.refused(old_listen))
        self.assertTrue(self.refused(old_admin))
        self.assertEqual(self.replicas(), before)

    def test_an_upgrade_takes_over_every_listener_by_its_address(self):
        inner = self.other_address()
        outer = {"name": "outer", "address": self.listen, "services": ["shop"]}
        self.write(self.shop(), gateway={"listen": [outer, {"name": "inner", "address": inner}]})
        older = self.start(ready={"shop": 3})
        self.write(self.shop(), gateway={"listen": [{"name": "inside", "address": inner}, outer]})
        self.until_said(older, "reloaded ")
        newer = self.start("--upgrade", name="newer")
        self.assertIn(f"listening on {inner}, {self.listen}, admin on {self.admin}", newer.err())
        self.assertEqual(older.wait(), 0)
        for address in (inner, self.listen):
            self.assertEqual(self.ask("/", address=address)[0], 200)

    def test_the_older_one_waits_for_the_state_folder_when_an_upgrade_fails(self):
        # A process that dies closes its descriptors one by one: the connection may go first.
        self.write(self.shop(minimum=1))
        older = self.start(ready={"shop": 1})
        lock = os.open(self.folder / "state" / "lock", os.O_RDWR)
        self.addCleanup(os.close, lock)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.connect(str(self.folder / "state" / "handover.sock"))
            door.send(b"take over")
            _, fds, _, _ = socket.recv_fds(door, 100, 16)
            for fd in fds:
                os.close(fd)
            fcntl.flock(lock, fcntl.LOCK_EX)
        self.until_said(older, "replicas are not looked after for now")
        self.write(self.shop(minimum=2))  # must not be forgotten
        self.assertEqual(self.ask("/")[0], 200)
        fcntl.flock(lock, fcntl.LOCK_UN)
        self.until_said(older, "replicas are looked after again")
        self.until(lambda: self.count("shop") == 2, "the changed file is in force")

    def test_an_upgrade_of_nothing_is_refused(self):
        self.write(self.shop())
        code, _, problem = self.complete("run", "--upgrade")
        self.assertEqual(code, 1)
        self.assertIn("nothing to upgrade", problem)
        self.assertEqual(self.replicas(), [])


class Stop(SystemTest):
    def test_sigterm_drains_stops_the_replicas_and_exits_with_0(self):
        self.write({"shop": self.service("--wait-ms", 4000, replicas={"min": 2})})
        headroom = self.start(ready={"shop": 2})
        with futures.ThreadPoolExecutor() as clients:
            asked = [clients.submit(self.ask, "/", "POST") for _ in range(6)]
            self.until(lambda: self.held("shop") == 6, "all requests are under way")
            headroom.popen.send_signal(signal.SIGTERM)
            self.assertEqual([one.result()[0] for one in asked], [200] * 6)
        self.assertEqual(headroom.wait(), 0)
        self.assertEqual(self.replicas(), [])
        self.assertTrue(self.refused(self.listen))
        outputs = [p.read_text() for p in self.folder.glob("state/**/shop-*")]
        self.assertEqual(sum("drained" in text for text in outputs), 2, outputs)

    def held(self, service):
        """Requests that the service's replicas hold, as of the last tick."""
        return sum(replica["in_flight"] for replica in self.seen(service)["replicas"]["each"])

    def test_a_replica_that_ignores_sigterm_is_killed_after_its_drain(self):
        self.write({"shop": self.service("--hang-while", "headroom.yaml", "--unready-while", "x",
                                         run={"drain": "1s"},
                                         routes=[{"match": "/", "timeout": "1s"}])})
        headroom = self.start()
        pid = self.until(lambda: self.replicas("shop"), "the replica runs")[0]
        os.kill(pid, signal.SIGSTOP)
        headroom.popen.send_signal(signal.SIGTERM)
        self.until_said(headroom, r"was killed, 1s after SIGTERM")
        self.assertEqual(headroom.wait(), 0)
        self.assertEqual(self.replicas(), [])

    def test_a_second_signal_stops_at_once_and_the_next_start_takes_over(self):
        self.write({"shop": self.service("--wait-ms", 5000)})
        headroom = self.start(ready={"shop": 1})
        before = self.replicas()
        load = self.load("/", rate=50, seconds=0.2)
        self.until(lambda: self.seen("shop")["in_flight"] > 0, "a request is under way")
        headroom.popen.send_signal(signal.SIGINT)
        self.until_said(headroom, "draining")
        headroom.popen.send_signal(signal.SIGINT)
        self.assertEqual(headroom.wait(), 0)
        with contextlib.suppress(AssertionError):
            load.result()
        self.assertEqual(self.replicas(), before)
        self.start(ready={"shop": 1}, name="again")
        self.assertEqual(self.replicas(), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
