"""A headroom of its own for each end-to-end test: its file, its processes, its end."""

import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("HEADROOM_PROGRAM", "")
PATIENCE_S = float(os.environ.get("HEADROOM_PATIENCE_S", "90"))  # for what must happen
TEST_LONGEST_S = 6 * PATIENCE_S


def free_port():
    """Below both the kernel's own range and the one that replicas get, so that it stays free."""
    while True:
        port = random.randint(2000, 9999)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment_of(pid):
    try:
        entries = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    return dict(e.decode("utf-8", "replace").split("=", 1) for e in entries if b"=" in e)


def is_zombie(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def may_mount():
    """Whether a program can be given a mount of its own here."""
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


class Process:
    """A program with its output in files."""

    def __init__(self, folder, name, arguments, **options):
        self.paths = [folder / f"{name}.out", folder / f"{name}.err"]
        with open(self.paths[0], "ab") as out, open(self.paths[1], "ab") as err:
            self.popen = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=err, cwd=folder, **options)
        self.pid = self.popen.pid

    def out(self):
        return self.paths[0].read_text(errors="replace")

    def err(self):
        return self.paths[1].read_text(errors="replace")

    def running(self):
        return self.popen.poll() is None

    def wait(self, seconds=PATIENCE_S):
        return self.popen.wait(seconds)

    def kill(self):
        if self.running():
            self.popen.kill()
        self.popen.wait()


class Load(Process):
    """`headroom load` under way."""

    def result(self):
        if self.wait() not in (0, 3):
            raise AssertionError(f"load failed: {self.err()}")
        return json.loads(self.out())


class SystemTest(unittest.TestCase):
    """Each test has a folder, an address and an admin address; nothing it started outlives it."""

    def setUp(self):
        if not PROGRAM:
            self.fail("HEADROOM_PROGRAM does not name the built program")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="headroom-e2e-")).resolve()
        self.listen, self.admin = self.other_address(), self.other_address()
        self.processes = []
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.end_everything)
        signal.signal(signal.SIGALRM, self.took_too_long)
        signal.alarm(int(TEST_LONGEST_S))
        self.addCleanup(signal.alarm, 0)

    def took_too_long(self, *_):
        raise AssertionError(f"not done after {TEST_LONGEST_S:.0f} s")

    def run(self, result=None):
        self.bad = lambda: len(result.failures) + len(result.errors) if result else 0
        self.bad_before = self.bad()
        return super().run(result)

    def end_everything(self):
        """Kills what is left, replicas by the identity in their environment; logs if it failed."""
        for process in self.processes:
            process.kill()
        for pid in self.replicas():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.bad() > self.bad_before:
            self.print_logs()

    def print_logs(self):
        files = [path for process in self.processes for path in process.paths]
        files += sorted(self.folder.glob("state/**/*.log*"))
        for path in dict.fromkeys(files):
            lines = path.read_text(errors="replace").splitlines() if path.is_file() else []
            if lines:
                print(f"--- {path.name} of {self.id()}", *lines[-60:], sep="\n", file=sys.stderr)

    # --- the file ----------------------------------------------------------------------------

    def service(self, *arguments, replicas=None, run=None, **more):
        """A service run by replica.py with more arguments."""
        command = [sys.executable, "-I", "-S", str(HERE / "replica.py"), "--listen", "{address}"]
        return {"objective": {"latency": {"p99": "500ms"}},
                "replicas": {"min": 1, "max": 4, "concurrency": 8} | (replicas or {}),
                "run": {"command": command + [str(a) for a in arguments],
                        "ready_every": "20ms"} | (run or {})} | more

    def write(self, services, gateway=None, name="headroom.yaml", **more):
        """The file, by renaming as editors do; JSON is YAML too."""
        config = {"services": services,
                  "gateway": {"listen": self.listen, "admin": self.admin, "workers": 2,
                              "access_log": "access.jsonl",
                              "access_log_sample": 1} | (gateway or {}),
                  "journal": {"path": "journal"}, "state_dir": "state"} | more
        self.write_text(json.dumps(config, indent=1), name)

    def write_text(self, text, name="headroom.yaml"):
        fresh = self.folder / f"{name}.new"
        fresh.write_text(text)
        fresh.rename(self.folder / name)

    # --- processes ---------------------------------------------------------------------------

    def spawn(self, name, *arguments, kind=Process, **options):
        process = kind(self.folder, name, [PROGRAM, *map(str, arguments)], **options)
        self.processes.append(process)
        return process

    def begin(self, *arguments, name="run", file="headroom.yaml", **options):
        """`headroom run`, not waited for."""
        return self.spawn(name, "run", "-f", file, *arguments, **options)

    def start(self, *arguments, ready=None, **options):
        """`headroom run` that listens; with `ready`, once each service has so many replicas."""
        headroom = self.begin(*arguments, **options)
        self.until(lambda: "listening on " in headroom.err() or not headroom.running(),
                   "headroom listens")
        self.assertIn("listening on ", headroom.err())
        for service, count in (ready or {}).items():
            self.until(lambda: self.count(service) >= count, f"{service} has {count} replicas")
        return headroom

    def complete(self, *arguments, **options):
        """A subcommand's exit code, output and messages."""
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=PATIENCE_S, check=False, **options)
        return done.returncode, done.stdout, done.stderr

    def load(self, *targets, rate=100, seconds=5, name="load", options=()):
        urls = [re.sub(r"^((?:[A-Z]+:)?)/", rf"\1http://{self.listen}/", t) for t in targets]
        return self.spawn(name, "load", *urls, "--rate", rate, "--duration", f"{seconds}s",
                          "--log", f"{name}.jsonl", "--format", "json", *options, kind=Load)

    def replicas(self, service=None):
        """Pids of this test's replicas by the identity in /proc, in the order of their start."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or is_zombie(entry):
                continue
            of = environment_of(entry)
            if not of.get("HEADROOM_OWNER", "").startswith(f"{self.folder}/"):
                continue
            name, _, number = of["HEADROOM_REPLICA"].rpartition("-")
            if service in (None, name):
                found.append((int(number), int(entry)))
        return [pid for _, pid in sorted(found)]

    @staticmethod
    def other_address():
        return f"127.0.0.1:{free_port()}"

    # --- what can be seen --------------------------------------------------------------------

    def ask(self, path, method="GET", host=None, address=None, timeout=PATIENCE_S):
        """Status and body of one request to the gateway, or to another address."""
        connection = http.client.HTTPConnection(address or self.listen, timeout=timeout)
        try:
            connection.request(method, path, headers={"Host": host} if host else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    @staticmethod
    def refused(address):
        """Whether nobody listens there."""
        host, port = address.split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) != 0

    def services(self):
        return json.loads(self.ask("/services", address=self.admin)[1])

    def seen(self, service):
        return next((s for s in self.services()["services"] if s["name"] == service), None)

    def count(self, service, phase="ready"):
        seen = self.seen(service)
        return seen["replicas"][phase] if seen else 0

    def lines(self, name):
        """A log of JSON lines; the last one may not be whole yet."""
        path = self.folder / name
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def until(self, condition, what, seconds=PATIENCE_S):
        """What the condition gave once it held."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(ConnectionError, http.client.HTTPException):
                if value := condition():
                    return value
            if time.monotonic() > deadline:
                self.fail(f"in vain waited {seconds:.0f} s until {what}")
            time.sleep(0.03)

    def until_said(self, process, text):
        self.until(lambda: re.search(text, process.err()), f"it says {text!r}")

    def stop(self, headroom):
        headroom.popen.terminate()
        self.assertEqual(headroom.wait(), 0)

    def reconcile(self, *services, gateway=True):
        """The logs agree, request by request. The gateway's log is whole once it has stopped."""
        done = subprocess.run(
            [sys.executable, str(HERE / "reconcile.py"), "--client", "load.jsonl",
             *(["--gateway", "access.jsonl"] if gateway else []), "--service", *services],
            cwd=self.folder, text=True, capture_output=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def figure(self, text):
        """A measured figure, for the reader of the test's output."""
        print(f"{self.id().rsplit('.', 1)[-1]}: {text}", file=sys.stderr, flush=True)
