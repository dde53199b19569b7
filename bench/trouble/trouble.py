#!/usr/bin/env python3
"""Tail latency while one of eight replicas is in trouble, and what is in time under overload:
headroom beside HAProxy and nginx.

Eight replicas of four workers, service times lognormal with a median of 5 ms and 17.4 ms at p99,
half of what they carry, in open loop. All well; one replica ten times slower; one that stands still
for 100 ms each second. Then with a median of 20 ms and 64 ms at p99, two and three times what they
carry: the answers within 100 ms as a share of what they carry, which is by the mean of service
times. headroom is told the objective of 100 ms and nothing else; haproxy+ and nginx+ are told, by
somebody who knew, how much fits into a replica (6 at a time; who waits for 50 ms is refused; nginx
cannot let wait and refuses at once). Proxies have one core, replicas and load the other. Each proxy
has fresh replicas, rounds are interleaved, and each scenario is warmed up first.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gateway"))
import harness

COUNT, WORKERS = 8, 4
QUICK, LONG = (5, 17.4), (20, 64)  # ms, median and p99 of service times
SCENARIOS = {
    "all well": (QUICK, 0.5, []),
    "one 10 × slower": (QUICK, 0.5, ["slow", "10"]),
    "one pauses 100 ms a second": (QUICK, 0.5, ["pause", "100"]),
    "overload, 2 ×": (LONG, 2, []),
    "overload, 3 ×": (LONG, 3, []),
}
OBJECTIVE = "p99=100ms"
WARM_UP_S, WARM_UP_OVERLOAD_S = 2, 10
SERVERS = {
    "haproxy": (
        "\n", "  server r{i} 127.0.0.1:{port}{fits} pool-max-conn 256 pool-purge-delay 60s"),
    "nginx": ("\n", "    server 127.0.0.1:{port}{fits};"),
    "headroom": (", ", '"127.0.0.1:{port}"'),
}
FITS = {"haproxy": " maxconn 6", "nginx": " max_conns=6"}
QUANTILES = ("p50", "p99", "p99.9")


class Trouble(harness.Bench):
    """Replicas and one proxy in front of them."""

    def __init__(self, times_ms, trouble):
        self.times_ms = times_ms
        self.trouble = trouble

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="headroom-bench-")
        os.chmod(self.folder, 0o755)
        self.processes = []
        program = harness.BUILD / "bench" / "bench_replicas"
        if not harness.program("headroom") or not program.exists():
            raise SystemExit("build it first: ./dev build")
        shape = [str(value) for value in (COUNT, WORKERS, *self.times_ms)]
        told = Path(self.folder) / "replicas.log"
        self._start("replicas", [str(program), *shape, *self.trouble], harness.LOAD_CORE,
                    lambda: told.exists() and told.read_text().endswith("\n"))
        self.ports = told.read_text().split()
        return self

    def proxy(self, name, env=None):
        known, tuned = name.rstrip("+"), name.endswith("+")
        between, one = SERVERS[known]
        fits = FITS[known] if tuned else ""
        servers = between.join(
            one.format(i=i, port=port, fits=fits) for i, port in enumerate(self.ports))
        source = (HERE / harness.CONFIGS[known]).read_text()
        source = source.replace("{servers}", servers).replace("{queue}", "50ms" if tuned else "1s")
        return self.proxy_of(known, source, env)


def carried(times_ms):
    """Requests a second, by the mean of a lognormal."""
    median_ms, p99_ms = times_ms
    sigma = math.log(p99_ms / median_ms) / 2.3263
    return COUNT * WORKERS / (median_ms / 1000 * math.exp(sigma * sigma / 2))


def load(port, rate, seconds):
    command = ["taskset", "-c", harness.LOAD_CORE, harness.program("headroom"), "load",
               f"http://127.0.0.1:{port}/bench", "--rate", f"{rate:.0f}", "--duration",
               f"{seconds}s", "--objective", OBJECTIVE, "--connections", "4000", "--format", "json"]
    done = subprocess.run(command, capture_output=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"headroom load: {done.stderr.decode()[-500:]}")
    return json.loads(done.stdout)


def measured(name, scenario, seconds):
    times_ms, share, trouble = SCENARIOS[scenario]
    capacity = carried(times_ms)
    with Trouble(times_ms, trouble) as bench:
        proxy = bench.proxy(name)
        load(proxy.port, share * capacity, WARM_UP_OVERLOAD_S if share > 1 else WARM_UP_S)
        before = proxy.cpu_ns()
        result = load(proxy.port, share * capacity, seconds)
        used = proxy.cpu_ns() - before
    latency = result["latency_ms"]
    return {
        **{q: latency[q.replace(".", "")] for q in QUANTILES},
        "good": result["good"] / seconds / capacity,
        "failed": result["failed"] / result["sent"],
        "cpu_us": used / 1000 / result["sent"],
    }


def text(rows, options):
    lines = [f"medians of {options.rounds} rounds of {options.seconds} s",
             f"{'':28}{'':10}{'p50':>8}{'p99':>8}{'p99.9':>8} ms  in time ÷ carried  CPU, µs"]
    for row in rows:
        good = f"{row['good']:.2f}" if SCENARIOS[row["scenario"]][1] > 1 else ""
        lines.append(f"{row['scenario']:28}{row['proxy']:10}{row['p50']:8.1f}{row['p99']:8.1f}"
                     f"{row['p99.9']:8.1f}   {good:>18}{row['cpu_us']:9.1f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="scenarios with this in their name")
    parser.add_argument("--proxies", default="", help="such as headroom,haproxy")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    harness.allow_files(20000)
    known = [p for p in harness.available_proxies()
             if not options.proxies or p in options.proxies.split(",")]
    rows = []
    for scenario, (_, share, _) in SCENARIOS.items():
        if options.only not in scenario:
            continue
        proxies = known + [f"{p}+" for p in known if share > 1 and p in FITS]
        runs = {name: [] for name in proxies}
        for turn in range(options.rounds):
            first = turn % len(proxies)
            for name in proxies[first:] + proxies[:first]:
                harness.progress(f"{scenario}: {name}, round {turn + 1} of {options.rounds}")
                runs[name].append(measured(name, scenario, options.seconds))
        harness.progress("")
        for name in proxies:
            medians = {key: statistics.median(run[key] for run in runs[name])
                       for key in runs[name][0]}
            rows.append({"scenario": scenario, "proxy": name, **medians, "runs": runs[name]})
    print(json.dumps(rows, indent=1) if options.format == "json" else text(rows, options))


if __name__ == "__main__":
    main()
