"""What the gateway's measurements share: proxies on one core, everything else on the other."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(os.environ.get("HEADROOM_BUILD", ROOT / "build" / "release"))
PROXY_CORE = "0"
LOAD_CORE = "1"
START_TIMEOUT_S = 20
CONFIGS = {"haproxy": "haproxy.cfg", "nginx": "nginx.conf", "headroom": "headroom.yaml"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name):
    """The path of a proxy's or the project's program, or None where it is not there."""
    built = {"headroom": "src/headroom", "upstream": "bench/bench_upstream"}.get(name)
    if built:
        return str(BUILD / built) if (BUILD / built).exists() else None
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def status_of(port, path="/bench"):
    """The status of one GET, 0 when there is no answer."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(request.encode())
            return int(connection.recv(4096).split()[1])
    except (OSError, IndexError, ValueError):
        return 0


class Process:
    """A program on one core, stopped at the end with everything it started."""

    def __init__(self, name, command, core, ready, folder, env=None):
        self.name = name
        self.log = open(Path(folder) / f"{name}.log", "wb")
        self.child = subprocess.Popen(
            ["taskset", "-c", core, *command],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd=folder,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ready():
            if self.child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                said = Path(self.log.name).read_text()[-2000:]
                raise SystemExit(f"{name} did not start:\n{said}")
            time.sleep(0.02)

    def pids(self):
        """The process and its descendants."""
        found, waiting = [], [self.child.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += [int(child) for child in children.read_text().split()]
        return found

    def cpu_ns(self):
        """CPU time of all its threads so far, from schedstat."""
        total = 0
        for pid in self.pids():
            for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total += int(stat.read_text().split()[0])
        return total

    def rss_bytes(self):
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total

    def stop(self):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)
            try:
                self.child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()
        self.log.close()


class Bench:
    """A temporary folder with the upstream and the proxies of one run."""

    upstream_port = 0  # until it has started

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="headroom-bench-")
        os.chmod(self.folder, 0o755)  # nginx gives up its rights, and reads below here
        self.processes = []
        if not program("headroom") or not program("upstream"):
            raise SystemExit("build it first: ./dev build")
        self.upstream_port = free_port()
        self._start(
            "upstream",
            [program("upstream"), str(self.upstream_port)],
            LOAD_CORE,
            lambda: accepts(self.upstream_port),
        )
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, name, command, core, ready, env=None):
        process = Process(name, command, core, ready, self.folder, env)
        self.processes.append(process)
        return process

    def proxy(self, name, env=None):
        """Starts a proxy in front of the upstream; `.port` of the answer is where it listens."""
        return self.proxy_of(name, (HERE / CONFIGS[name]).read_text(), env)

    def proxy_of(self, name, text, env=None):
        """The same with another configuration."""
        port = free_port()
        values = {
            "port": port,
            "admin": free_port(),
            "upstream": self.upstream_port,
            "folder": self.folder,
        }
        for key, value in values.items():
            text = text.replace("{%s}" % key, str(value))
        config = Path(self.folder) / CONFIGS[name]
        config.write_text(text)
        command = {
            "haproxy": ["-db", "-f", str(config)],
            "nginx": ["-p", self.folder, "-c", str(config)],
            "headroom": ["gateway", "-f", str(config)],
        }[name]
        process = self._start(
            name, [program(name), *command], PROXY_CORE, lambda: status_of(port) == 200, env
        )
        process.port = port
        return process


def available_proxies():
    return ["headroom"] + [name for name in ("haproxy", "nginx") if program(name)]


def load(port, duration_s, *arrivals):
    """`headroom load` against a proxy; the answer is its JSON document."""
    url = f"http://127.0.0.1:{port}/bench"
    command = ["taskset", "-c", LOAD_CORE, program("headroom"), "load", url, *arrivals]
    command += ["--duration", f"{duration_s}s", "--format", "json"]
    done = subprocess.run(command, capture_output=True, timeout=duration_s + 60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"headroom load: {done.stderr.decode()[-500:]}")
    result = json.loads(done.stdout)
    if result["ok"] != result["sent"]:
        raise SystemExit(f"only {result['ok']} of {result['sent']} were answered well")
    return result


def closed_loop(port, connections, duration_s):
    """Each connection sends its next request when the answer is in."""
    return load(port, duration_s, "--closed", str(connections))


def open_loop(port, rate, duration_s):
    """Arrivals do not wait for answers; latency counts from the intended send time."""
    return load(port, duration_s, "--rate", str(rate))


def allow_files(count):
    """Raises the limit of open files for this process and those it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise SystemExit(f"{count} open files are needed, the limit is {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
