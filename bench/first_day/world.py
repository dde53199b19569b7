"""A new service's first day for the benches beside this file: a Go service under headroom that has
learned nothing, and open-loop traffic at it. One replica has four slots of 32 ms and carries about
125 requests/s."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADROOM = Path(os.environ.get("HEADROOM", ROOT / "build" / "release" / "src" / "headroom"))
CHECKOUT = Path(os.environ.get("CHECKOUT", ROOT / "build" / "examples" / "checkout"))
PATH = "/checkout"
PATIENCE_S = 30

FLAGS = "--slots 4 --store-wait 32ms --warm-up 1s"
SLOTS = 4
ENVIRONMENT = ("GOMAXPROCS", "1")

FILE = """\
services:
  checkout:
    objective: {{ latency: {{ p99: 150ms }} }}
    replicas: {{ {replicas} }}
    run:
      command: {checkout} --listen {{address}} {flags}
      env: {{ {variable}: "{value}" }}
gateway: {{ listen: "{gateway}", admin: "{admin}" }}
"""


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


class World:
    """headroom with the service, in a folder of its own: nothing is known from before."""

    def __init__(self, replicas):
        self.folder = tempfile.TemporaryDirectory(prefix="headroom-first-day-")
        self.path = Path(self.folder.name)
        self.gateway, self.admin = free_address(), free_address()
        text = FILE.format(replicas=replicas, checkout=CHECKOUT, gateway=self.gateway,
                           admin=self.admin, flags=FLAGS, variable=ENVIRONMENT[0],
                           value=ENVIRONMENT[1])
        (self.path / "headroom.yaml").write_text(text)
        self.errors = (self.path / "errors").open("w")
        self.process = None

    def __enter__(self):
        command = [HEADROOM, "run", "-f", "headroom.yaml"]
        self.process = subprocess.Popen(command, cwd=self.path, stderr=self.errors)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            self.errors.close()
            self.folder.cleanup()

    def service(self):
        """What /services says of it, or nothing while headroom does not answer."""
        with suppress(OSError):
            with urllib.request.urlopen(f"http://{self.admin}/services", timeout=2) as answer:
                services = json.load(answer)["services"]
                return services[0] if services else None  # none before the first tick
        return None

    def wait_ready(self, count):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            service = self.service()
            if service is not None and service["replicas"]["ready"] >= count:
                return
            time.sleep(0.05)
        raise SystemExit(f"no {count} replicas ready:\n{(self.path / 'errors').read_text()}")

    def load(self, *arguments):
        """The result of `headroom load` at the service, and its log: a row for each request."""
        log = self.path / "load.jsonl"
        result = load(self.gateway, *arguments, "--log", log)
        with log.open() as lines:
            return result, [json.loads(line) for line in lines]


def load(address, *arguments):
    """The result of `headroom load`."""
    command = [HEADROOM, "load", f"POST:http://{address}{PATH}", *map(str, arguments)]
    command += ["--objective", "p99=150ms", "--format", "json"]
    done = subprocess.run(command, check=True, capture_output=True)
    return json.loads(done.stdout)


def carried_alone(seconds=8):
    """Requests/s of one replica that nothing stands before, kept a little more than full."""
    address = free_address()
    command = [CHECKOUT, "--listen", address, *FLAGS.split()]
    replica = subprocess.Popen(command, env={**os.environ, ENVIRONMENT[0]: ENVIRONMENT[1]})
    try:
        wait_for_answer(f"http://{address}/readyz")
        result = load(address, "--closed", SLOTS + 1, "--duration", f"{seconds}s")
        return result["ok"] / result["duration_s"]
    finally:
        replica.terminate()
        replica.wait(PATIENCE_S)


def wait_for_answer(url):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def good_a_second(result):
    """Requests that were due in each second and were good, the last, shorter one left out."""
    return [row["good"] for row in result["timeline"]][: int(result["duration_s"])]


def worst_window(values, seconds=5):
    """The least mean over so many seconds in a row."""
    windows = (values[i : i + seconds] for i in range(len(values) - seconds + 1))
    return min(sum(window) / seconds for window in windows)


def longest_spell(flags):
    """How many in a row are true at most."""
    longest = now = 0
    for flag in flags:
        now = now + 1 if flag else 0
        longest = max(longest, now)
    return longest


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0.0
