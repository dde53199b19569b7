#!/usr/bin/env python3
"""The two plants on the same runs: do they put policies in the same order, and at the same cost?

Each run of runs.csv, named before it was made, is made in the fluid and in the exact plant with the
same seeds. As eight of the first twelve missed next to nothing, twelve more were named that have
less to spare (--set tight). Demand is scaled to so many replicas at its peak that an exact
run takes seconds. The first quarter of each slice is lived through and not scored.
"""

import argparse
import csv
import itertools
import json
import math
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADROOM = ROOT / "build" / "release" / "src" / "headroom"
RUNS = Path(__file__).with_name("runs.csv")
SERVICE = """services:
  measured:
    objective: {{ latency: {{ p99: 1s }} }}
    replicas: {{ min: 1, max: {most} }}
    run: {{ command: "./measured {{address}}" }}
"""
HOURS_WITHIN = 0.05
MISSED_FACTOR = 1.5
MISSED_FROM = 5e-4
ORDER_LEAST = 0.9


def simulated(run, plant, seed, folder):
    """Replica-hours, requests and missed requests of one run in one plant."""
    most = 3 * int(run["peak_replicas"])
    service = folder / f"{most}.yaml"
    service.write_text(SERVICE.format(most=most))
    begin, length = int(run["from_s"]), int(run["length_s"])
    command = [HEADROOM, "simulate", "-f", service, "--trace", run["path"]]
    command += ["--from", f"+{begin}", "--to", f"+{begin + length}", "--history", "25%"]
    command += ["--peak-replicas", run["peak_replicas"], "--workload", run["workload"]]
    command += ["--objective", "workload", "--startup", run["startup"], "--policy", run["policy"]]
    command += ["--plant", plant, "--seed", str(seed), "--format", "json"]
    for key in ("column", "target", "stabilise"):
        if run[key]:
            command += [f"--{key}", run[key]]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        sys.exit(f"{run['trace']}, {run['policy']}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def mean_of(run, plant, seeds, folder):
    outcomes = [simulated(run, plant, seed, folder) for seed in range(1, seeds + 1)]
    requests = sum(one["requests"] for one in outcomes)
    return {
        "hours": sum(one["replica_hours"] for one in outcomes) / seeds,
        "missed": sum(one["wanting"] for one in outcomes) / requests,
        "requests": requests / seeds,
    }


def kendall(pairs):
    """Tau-b over pairs (first fluid, first exact, second fluid, second exact), and the swaps.

    A pair that is equal in both plants, such as two runs without a miss, says nothing; one that is
    equal in one of them only counts against.
    """
    agree, fluid_differs, exact_differs, swaps = 0, 0, 0, []
    for first_fluid, first_exact, second_fluid, second_exact, names in pairs:
        fluid, exact = first_fluid - second_fluid, first_exact - second_exact
        agree += (fluid * exact > 0) - (fluid * exact < 0)
        fluid_differs += fluid != 0
        exact_differs += exact != 0
        if fluid * exact < 0:
            swaps.append(names)
    return agree / math.sqrt(max(1, fluid_differs * exact_differs)), swaps


def pairs_of(runs, figure, within):
    for one, other in itertools.combinations(runs, 2):
        if within and one["trace"] != other["trace"]:
            continue
        values = [run[plant][figure] for run in (one, other) for plant in ("fluid", "exact")]
        yield (*values, f"{one['name']} / {other['name']}")


def print_runs(runs):
    print(f"{'run':58} {'requests':>9} {'hours':>8} {'exact':>8} {'missed':>9} {'exact':>9}")
    for run in runs:
        fluid, exact = run["fluid"], run["exact"]
        print(
            f"{run['name']:58} {exact['requests']:9.3g} {fluid['hours']:8.2f} "
            f"{exact['hours']:8.2f} {fluid['missed']:9.4%} {exact['missed']:9.4%}"
        )


def judge(runs):
    """Prints what the two plants agree on; whether all of it is within the bounds."""
    good = True
    for figure in ("hours", "missed"):
        for within in (False, True):
            tau, swaps = kendall(list(pairs_of(runs, figure, within)))
            scope = "on the same trace" if within else "all"
            print(f"order by {figure}, pairs {scope}: Kendall tau {tau:.3f}")
            for swap in swaps:
                print(f"  swapped: {swap}")
            good &= within or tau >= ORDER_LEAST
    for run in runs:
        fluid, exact = run["fluid"], run["exact"]
        ratio = fluid["hours"] / exact["hours"]
        if abs(ratio - 1) > HOURS_WITHIN:
            print(f"replica-hours apart: {run['name']}: fluid {ratio:.3f} x exact")
            good = False
        if exact["missed"] > MISSED_FROM:
            ratio = fluid["missed"] / exact["missed"]
            if not 1 / MISSED_FACTOR <= ratio <= MISSED_FACTOR:
                print(f"misses apart: {run['name']}: fluid {ratio:.2f} x exact")
                good = False
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--traces", type=Path, default=ROOT / ".." / "shared" / "traces")
    parser.add_argument("--set", choices=["first", "tight"], default="first", help="of runs.csv")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with RUNS.open() as table:
        runs = [run for run in csv.DictReader(table) if run["set"] == options.set]
    for run in runs:
        run["path"] = options.traces / run["trace"]
        setting = " ".join(filter(None, (run["policy"], run["target"], run["stabilise"])))
        run["name"] = f"{run['trace'].split('.')[0]} {run['workload']} {setting}"
        if not run["path"].exists():
            print(f"skipped: {run['path']} is not here; name the folder with --traces")
            return 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        for plant in ("fluid", "exact"):
            work = [pool.submit(mean_of, run, plant, options.seeds, Path(folder)) for run in runs]
            for run, done in zip(runs, work):
                run[plant] = done.result()
    if options.format == "json":
        print(json.dumps([{**run, "path": str(run["path"])} for run in runs], indent=1))
        return 0
    print_runs(runs)
    return 0 if judge(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
