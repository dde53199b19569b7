"""A live run: the example services behind `headroom run`, under a slice of recorded traffic."""

import contextlib
import json
import random
import re
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"
PATIENCE_S = 60  # the longest that headroom may take to be ready, to tick, to end


@dataclass
class Stream:
    """The traffic of one service."""

    service: str
    targets: list  # paths with METHOD: in front and *WEIGHT behind, as `headroom load` reads them
    scale: float  # factor on the trace's rates
    seed: int


@dataclass
class Slice:
    """A part of a recorded trace, replayed faster."""

    trace: Path
    begin: int  # first bin, seconds of Unix time
    end: int
    speed: float

    def options(self):
        return ["--trace", self.trace, "--from", self.begin, "--to", self.end, "--speed",
                self.speed]


def scenario():
    """The demo's own traffic: its shell assignments."""
    text = (SHOP / "scenario.env").read_text()
    return {name: value.strip("'") for name, value in
            re.findall(r"(?m)^(\w+)=('[^']*'|\S+)", text)}


def demo_slice(hours, faster=1, skip_hours=0):
    """So many hours of the recorded trace, so many times as fast as the demo, which begins with
    the first of the skipped ones."""
    said = scenario()
    begin = int(said["trace_from"]) + round(3600 * skip_hours)
    return Slice(ROOT / said["trace"], begin, begin + round(3600 * hours),
                 faster * float(said["trace_speed"]))


def demo_streams(share):
    """The demo's streams at a share of its rates."""
    said = scenario()
    return [Stream(service, re.sub(r"http://[\d.]+:\d+", "", said[f"{service}_targets"]).split(),
                   round(share * float(said[f"{service}_scale"]), 5),
                   int(said[f"{service}_seed"]))
            for service in ("checkout", "catalog")]


def free_port():
    """Below both the kernel's own range and the one that replicas get, so that it stays free."""
    while True:
        port = random.randint(2000, 9999)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Live:
    """One run in a folder of its own. `programs` holds the built example services."""

    def __init__(self, headroom, programs, folder):
        self.headroom = headroom
        self.folder = folder
        self.address = f"127.0.0.1:{free_port()}"
        self.admin = f"127.0.0.1:{free_port()}"
        self.file = folder / "headroom.yaml"
        text = (SHOP / "headroom.yaml").read_text()
        for old, new in (("../../build/examples", str(programs)), ("../../build/shop", str(folder)),
                         ("127.0.0.1:8080", self.address), ("127.0.0.1:9900", self.admin)):
            assert old in text, old
            text = text.replace(old, new)
        self.file.write_text(text)

    def run(self, part, streams):
        """Leaves the journal, the logs and the clients' results in the folder."""
        with open(self.folder / "run.log", "wb") as log:
            headroom = subprocess.Popen([self.headroom, "run", "-f", self.file], stderr=log,
                                        stdin=subprocess.DEVNULL, cwd=self.folder)
        loads = []
        try:
            self.wait_until_ready(headroom, [stream.service for stream in streams])
            loads = [self.load(part, stream) for stream in streams]
            longest_s = (part.end - part.begin) / part.speed + 60
            for load in loads:
                if load.wait(longest_s) not in (0, 3):
                    raise RuntimeError((self.folder / "load.log").read_text())
            self.wait_for_ticks(headroom, 2)  # one may have been under way
            headroom.send_signal(signal.SIGTERM)
            if headroom.wait(PATIENCE_S) != 0:
                raise RuntimeError((self.folder / "run.log").read_text()[-2000:])
        finally:
            for process in [*loads, headroom]:
                self.end(process)

    @staticmethod
    def end(process):
        """Ends what is left; headroom ends its replicas first, given the time."""
        if process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait_until_ready(self, headroom, services):
        def ready(status):
            seen = {s["name"]: s["replicas"] for s in status["services"]}
            return seen.keys() >= set(services) and all(
                seen[s]["ready"] > 0 and seen[s]["starting"] == 0 for s in services)
        self.wait_until(headroom, ready)

    def wait_for_ticks(self, headroom, count):
        """What ended before is then in one of them."""
        ends = set()

        def passed(status):
            ends.add(status["uptime_s"])
            return len(ends) > count
        self.wait_until(headroom, passed)

    def wait_until(self, headroom, condition):
        """Until what headroom says of its services is as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError, ValueError):
                with urllib.request.urlopen(f"http://{self.admin}/services", timeout=5) as answer:
                    if condition(json.load(answer)):
                        return
            if headroom.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "run.log").read_text()[-2000:])
            time.sleep(0.1)

    def load(self, part, stream):
        urls = [re.sub(r"^((?:[A-Z]+:)?)/", rf"\1http://{self.address}/", target)
                for target in stream.targets]
        command = [self.headroom, "load", *urls, *part.options(), "--scale", stream.scale,
                   "--seed", stream.seed, "--connections", 400, "--format", "json"]
        with open(self.folder / f"load-{stream.service}.json", "wb") as out:
            with open(self.folder / "load.log", "ab") as log:
                return subprocess.Popen([str(word) for word in command], stdout=out, stderr=log,
                                        stdin=subprocess.DEVNULL, cwd=self.folder)
