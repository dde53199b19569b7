"""A small part of the comparison in both plants, beside each other.

The exact plant plays every request, so the part is short: an hour and a half of one trace of each
family, scaled to eight replicas, and the rivals that came closest. Traces are run one after the
other, cheapest first; what was run is kept, so that a later call goes on.
"""

import json
import subprocess
import time
from statistics import median

TRACES = [
    "azure_llm2023_conv_1s.csv",
    "autothrottle_bursty_1s.csv",
    "ms_mongo_app1_60s.csv",
    "twitter2021_1s_d01_15.csv.gz",
    "worldcup98_60s_to_jun25.csv.gz",
    "azure_functions/azurefn_8h_01_199291_60s.csv",
]
OPTIONS = {
    "--policies": "headroom,kpa,hpa-rate,fixed",
    "--startup": "30s",
    "--workload": "fast-web",
    "--days": "0.0625",
    "--peak-replicas": "8",
}
MISSED_FROM = 5e-4
AGAINST = ["at its promise", "best rival, both in hindsight", "kpa", "hpa-rate", "fixed"]


def compare(program, plant, traces, split, runs, rest):
    command = [program, "compare", "--plant", plant, "--runs", runs, "--split", split]
    for key, value in OPTIONS.items():
        if key not in rest:
            command += [key, value]
    command += [*rest, "--format", "json", "--trace", *traces]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr.strip())
    return json.loads(done.stdout)


def comparisons_of(result):
    return {
        (one["against"], one["missed_share"]): one
        for one in result["summary"]["comparisons"]
        if one["part"] in ("", "all")
    }


def print_beside(fluid, exact):
    fluid, exact = comparisons_of(fluid), comparisons_of(exact)
    print("headroom's replica-hours / the other's (traces compared), fluid and exact plant")
    print(f"{'against':28} {'missed':>7} {'fluid':>12} {'exact':>12}")
    for share in (0.01, 0.001):
        for against in AGAINST:
            cells = []
            for found in (fluid, exact):
                one = found.get((against, share))
                known = one and one["cost_ratio"]
                cells.append(f"{one['cost_ratio']:.3f} ({one['cases']})" if known else "-")
            print(f"{against:28} {share:7.1%} {cells[0]:>12} {cells[1]:>12}")


def print_agreement(fluid, exact):
    hours, misses = [], []
    for one, other in zip(fluid["runs"], exact["runs"]):
        hours.append(one["replica_hours"] / other["replica_hours"])
        if other["wanting_share"] > MISSED_FROM:
            misses.append(one["wanting_share"] / other["wanting_share"])
    near = sum(abs(ratio - 1) <= 0.05 for ratio in hours)
    alike = sum(1 / 1.5 <= ratio <= 1.5 for ratio in misses)
    print(f"replica-hours within 5%: {near} of {len(hours)} runs, median {median(hours):.3f}")
    print(f"misses above 0.05% within 1.5: {alike} of {len(misses)}, median {median(misses):.3f}")


def run(program, folder, split, out, minutes, rest):
    """Both plants on as many of the traces as begin within the time, then the two beside each
    other on those."""
    files = {}
    for plant in ("fluid", "exact"):
        files[plant] = out / f"exact_subset_{plant}.jsonl"
        if files[plant].exists() and files[plant].stat().st_mtime < program.stat().st_mtime:
            files[plant].unlink()  # of another build
    begin = time.monotonic()
    done = []
    for name in TRACES:
        if time.monotonic() - begin > 60 * minutes:
            print(f"left for later: {', '.join(TRACES[len(done):])}")
            break
        before = time.monotonic()
        done.append(folder / name)
        for plant in ("fluid", "exact"):
            compare(program, plant, done[-1:], split, files[plant], rest)
        print(f"{name}: {time.monotonic() - before:.0f} s", flush=True)
    results = {
        plant: compare(program, plant, done, split, files[plant], rest) for plant in files
    }
    print_beside(results["fluid"], results["exact"])
    print_agreement(results["fluid"], results["exact"])
