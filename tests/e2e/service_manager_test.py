"""headroom as a service: what systemd is told, a lame-duck time, upgrades in the background."""

import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import HERE, PATIENCE_S, PROGRAM, Process, SystemTest, environment_of


class Manager:
    """The socket on which a service manager listens, and what it was told."""

    def __init__(self, test):
        self.name = str(test.folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name)
        self.socket.settimeout(PATIENCE_S)
        test.addCleanup(self.socket.close)

    def environment(self):
        return os.environ | {"NOTIFY_SOCKET": self.name}

    def next(self):
        """The assignments of the next message."""
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def silent(self):
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            return not self.socket.recv(4096)
        return True


class Service(SystemTest):
    def setUp(self):
        super().setUp()
        self.manager = Manager(self)
        self.addCleanup(self.end_detached)

    def end_detached(self):
        """One that went to the background is nobody's child here."""
        lock = self.folder / "state" / "lock"
        with contextlib.suppress(OSError, ValueError):
            pid = int(lock.read_text())
            if os.readlink(f"/proc/{pid}/cwd") == str(self.folder):
                os.kill(pid, signal.SIGKILL)

    def shop(self, *more, **gateway):
        self.write({"shop": self.service(*more)}, gateway=gateway)

    def serve(self, **options):
        return self.start(ready={"shop": 1}, env=self.manager.environment(), **options)

    def test_it_is_ready_once_it_listens_and_stopping_before_it_drains(self):
        self.shop("--wait-ms", 4000, drain="20s")
        headroom = self.begin(env=self.manager.environment())
        ready = self.manager.next()
        self.assertEqual(ready["READY"], "1")
        self.assertEqual(ready["STATUS"], f"listening on {self.listen}, admin on {self.admin}")
        self.assertFalse(self.refused(self.listen))
        pid = self.until(lambda: self.replicas("shop"), "a replica runs")[0]
        self.assertNotIn("NOTIFY_SOCKET", environment_of(pid))
        headroom.popen.terminate()
        stopping = self.manager.next()
        self.assertEqual(stopping["STOPPING"], "1")
        # 20 s for requests, 15 s twice for replicas, a margin: more than systemd would give.
        self.assertGreater(int(stopping["EXTEND_TIMEOUT_USEC"]), 50e6)
        self.assertEqual(headroom.wait(), 0)
        self.assertTrue(self.manager.silent())

    def test_a_start_that_fails_is_never_ready(self):
        self.shop(access_log="no/such/folder/access.jsonl")
        self.assertEqual(self.begin(env=self.manager.environment()).wait(), 1)
        self.assertTrue(self.manager.silent())

    def test_an_upgrade_in_the_background_becomes_the_main_process_and_returns(self):
        self.shop()
        older = self.serve()
        self.assertEqual(self.manager.next()["READY"], "1")
        before = self.replicas()
        reload = self.begin("--upgrade", "--detach", name="reload", env=self.manager.environment())
        self.assertEqual(reload.wait(), 0)
        newer = int((self.folder / "state" / "lock").read_text())
        self.assertNotIn(newer, (older.pid, reload.pid))
        self.assertEqual(self.manager.next(), {"MAINPID": str(newer)})
        self.assertEqual(older.wait(), 0)
        self.assertEqual(self.ask("/")[0], 200)
        self.assertEqual(self.replicas(), before)
        os.kill(newer, signal.SIGTERM)
        self.assertEqual(self.manager.next()["STOPPING"], "1", "the older one has said nothing")
        self.until(lambda: not self.replicas(), "the newer one has stopped the replicas")

    def test_an_upgrade_in_the_background_that_fails_says_so_and_changes_nothing(self):
        self.shop()
        older = self.serve()
        self.assertEqual(self.manager.next()["READY"], "1")
        self.write_text("services: {}\n", name="wrong.yaml")
        code, _, problem = self.complete("run", "-f", "wrong.yaml", "--upgrade", "--detach",
                                         env=self.manager.environment())
        self.assertEqual(code, 2, problem)
        self.assertIn("wrong.yaml:1:", problem)
        self.assertTrue(older.running())
        self.assertTrue(self.manager.silent())


class Unit(SystemTest):
    """The one in packaging/systemd, with the built program in the place of the installed one."""

    def setUp(self):
        super().setUp()
        packaged = HERE.parents[1] / "packaging" / "systemd" / "headroom.service"
        self.text = packaged.read_text().replace("/usr/bin/headroom", PROGRAM)

    @unittest.skipIf(shutil.which("systemd-analyze") is None, "there is no systemd-analyze here")
    def test_systemd_finds_nothing_wrong_with_it(self):
        unit = self.folder / "headroom.service"
        unit.write_text(self.text)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], text=True,
                              capture_output=True, timeout=PATIENCE_S, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_its_commands_are_understood(self):
        file = "/etc/headroom/headroom.yaml"
        commands = re.findall(r"(?m)^Exec\w+=(.*)", self.text)
        self.assertEqual(len(commands), 2)
        for command in commands:
            words = shlex.split(command.replace(file, "headroom.yaml"))
            code, _, problem = self.complete(*words[1:])
            self.assertEqual(code, 2, problem)
            self.assertEqual(problem.count("headroom.yaml: no such file"), 1, problem)


class LameDuck(SystemTest):
    def serve(self, lame_duck):
        self.write({"shop": self.service()}, gateway={"lame_duck": lame_duck})
        headroom = self.start(ready={"shop": 1})
        self.assertEqual(self.readyz(), 200)
        return headroom

    def readyz(self):
        return self.ask("/readyz", address=self.admin)[0]

    def test_it_is_not_ready_and_serves_as_before(self):
        headroom = self.serve("10m")
        before = self.replicas("shop")[0]
        headroom.popen.send_signal(signal.SIGTERM)
        self.until_said(headroom, r"not ready any more: draining begins in 10m")
        self.assertEqual(self.readyz(), 503)
        self.assertEqual(self.ask("/healthz", address=self.admin)[0], 200)
        for _ in range(5):  # new connections
            self.assertEqual(self.ask("/")[0], 200)
        os.kill(before, signal.SIGKILL)
        self.until(lambda: self.replicas("shop") not in ([], [before]), "a replica is replaced")
        self.until(lambda: self.ask("/")[0] == 200, "and serves")
        headroom.popen.send_signal(signal.SIGTERM)
        self.assertEqual(headroom.wait(), 0, "a second signal ends it at once")
        self.assertNotEqual(self.replicas("shop"), [])

    def test_the_drain_follows(self):
        headroom = self.serve("200ms")
        headroom.popen.send_signal(signal.SIGTERM)
        self.assertEqual(headroom.wait(), 0)
        self.assertRegex(headroom.err(), r"(?s)draining begins in 200ms.*draining;")
        self.assertEqual(self.replicas(), [])

    def test_a_gateway_alone_has_one_too(self):
        endpoint = Process(self.folder, "endpoint", [
            sys.executable, "-I", "-S", str(HERE / "replica.py"), "--listen", self.other_address()])
        self.processes.append(endpoint)
        manager = Manager(self)
        self.write({"shop": {"objective": {"latency": {"p99": "500ms"}},
                             "replicas": {"concurrency": 8},
                             "endpoints": [endpoint.popen.args[-1]]}}, gateway={"lame_duck": "10m"})
        headroom = self.spawn("gateway", "gateway", "-f", "headroom.yaml",
                              env=manager.environment())
        self.assertEqual(manager.next(), {"READY": "1"})
        self.until(lambda: self.readyz() == 200, "it is ready")
        headroom.popen.terminate()
        self.assertEqual(manager.next()["STOPPING"], "1")
        self.until(lambda: self.readyz() == 503, "it is not ready any more")
        self.assertEqual(self.ask("/")[0], 200)
        headroom.popen.terminate()
        self.assertEqual(headroom.wait(), 0, "a second signal ends it at once")

    def test_whoever_presses_ctrl_c_does_not_wait_for_it(self):
        headroom = self.serve("10m")
        headroom.popen.send_signal(signal.SIGINT)
        self.assertEqual(headroom.wait(), 0)
        self.assertEqual(self.replicas(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
