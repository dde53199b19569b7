"""The file changes while requests are under way."""

import contextlib
import http.client
import pathlib
import signal
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest


class Reload(SystemTest):
    def shop(self, *more, routes=("/shop",), minimum=2, maximum=4):
        return self.service("--log", "shop.jsonl", *more,
                            replicas={"min": minimum, "max": maximum},
                            routes=[{"match": route} for route in routes])

    def reload_in_place(self, headroom, text):
        """Without a rename, so that the file's change and the signal are apart."""
        (self.folder / "headroom.yaml").write_text(text)
        headroom.popen.send_signal(signal.SIGHUP)

    def test_a_broken_file_is_refused_with_its_line_and_the_last_good_one_stays(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        before = self.replicas()
        good = (self.folder / "headroom.yaml").read_text()
        load = self.load("/shop", rate=50, seconds=4)
        self.reload_in_place(headroom, good.replace('"p99"', '"p9q"'))
        line = 1 + good[:good.index('"p99"')].count("\n")
        self.until_said(headroom, rf"headroom.yaml:{line}: .*p9q")
        self.assertIn("the last good one stays", headroom.err())
        self.reload_in_place(headroom, good.replace(str(pathlib.Path(sys.executable)),
                                                    "/nowhere/python"))
        self.until_said(headroom, r"service shop: .*/nowhere/python")
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)
        self.assertEqual(before, self.replicas())
        self.assertTrue(headroom.running())

    def test_a_good_file_takes_effect_and_loses_no_request(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        before = self.replicas()
        load = self.load("POST:/shop", rate=80, seconds=8)
        self.until(lambda: self.lines("shop.jsonl"), "the load is under way")
        self.assertEqual(self.ask("/new")[0], 404)
        self.write({"shop": self.shop(routes=("/shop", "/new"), minimum=3, maximum=5)})
        self.until_said(headroom, "reloaded ")  # the file was seen to change: no signal
        self.assertEqual(self.ask("/new")[0], 200)
        self.until(lambda: self.count("shop") == 3, "the new minimum holds")
        self.write({"shop": self.shop(minimum=1, maximum=1)})
        self.until(lambda: self.count("shop") == 1, "the new maximum holds")
        self.assertEqual(self.ask("/new")[0], 404)
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)
        self.assertEqual(len(self.lines("shop.jsonl")), result["sent"] + 1)
        self.assertTrue(set(self.replicas()) & set(before), "the command is the same")

    def test_a_changed_command_replaces_replicas_one_by_one_under_load(self):
        self.write({"shop": self.shop("--version", "1")})
        headroom = self.start(ready={"shop": 2})
        before = self.replicas()
        load = self.load("POST:/shop", rate=80, seconds=10)
        self.until(lambda: self.lines("shop.jsonl"), "the load is under way")
        self.write({"shop": self.shop("--version", "2")})
        self.until_said(headroom, "replicas are replaced one by one")
        ready = []

        def replaced():
            ready.append(self.count("shop"))
            return not set(before) & set(self.replicas()) and ready[-1] == 2

        self.until(replaced, "all replicas are new ones")
        self.assertGreaterEqual(min(ready), 2)
        self.assertTrue(self.ask("/shop")[1].endswith(" 2\n"))
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)
        executed = [x["id"] for x in self.lines("shop.jsonl") if x["method"] == "POST"]
        self.assertEqual(len(executed), len(set(executed)))

    def test_a_maximum_that_is_lowered_and_raised_again_leaves_no_replica_behind(self):
        self.write({"shop": self.shop(minimum=5, maximum=5)})
        headroom = self.start(ready={"shop": 5})
        good = (self.folder / "headroom.yaml").read_text()
        self.write({"shop": self.shop(minimum=1, maximum=1)})
        self.until(lambda: headroom.err().count("reloaded ") == 1, "the lower one is in force")
        self.reload_in_place(headroom, good)  # within the same tick, most likely
        self.until(lambda: headroom.err().count("reloaded ") >= 2, "the first one is again")
        self.until(lambda: self.count("shop") == 5, "what is wanted stands")
        self.assertTrue(headroom.running())

    def test_a_new_listening_address_is_bound_before_the_old_one_closes(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        old, self.listen = self.listen, self.other_address()
        self.write({"shop": self.shop()})
        self.until_said(headroom, "reloaded ")
        self.assertEqual(self.ask("/shop")[0], 200)
        self.until(lambda: self.refused(old), "the old address is closed")

    def test_an_address_may_become_all_addresses_of_its_port_and_back(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        port = self.listen.split(":")[1]
        for times, listen in enumerate((f":{port}", self.listen), start=1):
            self.write({"shop": self.shop()}, gateway={"listen": listen})
            self.until(lambda: headroom.err().count("reloaded ") == times, f"it moved to {listen}")
            self.assertEqual(self.ask("/shop")[0], 200)
        self.until(lambda: self.refused(f"127.0.0.2:{port}"), "the others are closed again")

    def test_services_may_be_kept_off_the_outer_listener(self):
        services = {"shop": self.shop() | {"hosts": ["shop.example"]}, "stock": self.service()}
        self.write(services)
        headroom = self.start(ready={"shop": 2, "stock": 1})
        self.assertEqual(self.ask("/", host="stock")[0], 200)
        inner = self.other_address()
        self.write(services, gateway={"listen": [
            {"name": "outer", "address": self.listen, "services": ["shop"]},
            {"name": "inner", "address": inner}]})
        self.until_said(headroom, "reloaded ")
        self.until(lambda: self.ask("/", host="stock")[0] == 421, "it is not shown any more")
        self.assertEqual(self.ask("/shop", host="shop.example")[0], 200)
        self.assertEqual(self.ask("/", host="stock", address=inner)[0], 200)

    def test_a_changed_concurrency_holds_for_replicas_that_run(self):
        def shop(concurrency):
            return self.service("--slots", 8, "--wait-ms", 8000,
                                objective={"latency": {"p99": "10s"}},
                                replicas={"min": 1, "max": 1, "concurrency": concurrency})

        gateway = {"queue": {"wait": "15s"}}
        self.write({"shop": shop(1)}, gateway=gateway)
        headroom = self.start(ready={"shop": 1})
        before = self.replicas()

        def in_flight():
            return sum(r["in_flight"] for r in self.seen("shop")["replicas"]["each"])

        def visit():
            with contextlib.suppress(OSError, http.client.HTTPException):  # the test may end first
                self.ask("/")

        for _ in range(4):
            threading.Thread(target=visit, daemon=True).start()
        self.until(lambda: in_flight() == 1, "one is at the replica")
        self.write({"shop": shop(4)}, gateway=gateway)
        self.until_said(headroom, "reloaded ")
        self.until(lambda: in_flight() > 1, "others that waited are there too")
        self.assertEqual(self.replicas(), before)

    def test_what_takes_a_restart_is_refused_by_name(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        self.write({"shop": self.shop()}, gateway={"workers": 1},
                   journal={"path": "journal", "retention": "3h"})
        self.until_said(headroom, "journal.retention, gateway.workers changed, which takes a "
                                  "restart or an upgrade")
        self.assertEqual(self.ask("/shop")[0], 200)

    def test_a_refused_file_changes_nothing_not_even_the_address(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        load = self.load("/shop", rate=100, seconds=3)
        self.until(lambda: self.lines("shop.jsonl"), "the load is under way")
        old, self.listen = self.listen, self.other_address()
        shop = self.shop()
        shop["run"]["command"] = ["/nowhere/shop", "{address}"]
        self.write({"shop": shop})
        self.until_said(headroom, "the last good one stays")
        self.assertTrue(self.refused(self.listen))
        self.assertEqual(self.ask("/shop", address=old)[0], 200)
        result = load.result()
        self.assertEqual(result["sent"], result["ok"], result)

    def test_services_that_come_and_go_with_the_file(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 2})
        self.write({"shop": self.shop(), "catalog": self.service()})
        self.until(lambda: self.count("catalog") == 1, "the new service runs")
        self.assertEqual(self.ask("/", host="catalog")[0], 200)
        self.write({"catalog": self.service()})
        self.until(lambda: not self.replicas("shop"), "the removed service's replicas are gone")
        self.assertEqual(len(self.replicas("catalog")), 1)
        self.until(lambda: self.seen("shop") is None, "it is not shown any more")
        self.assertTrue(headroom.running())


if __name__ == "__main__":
    unittest.main(verbosity=2)
