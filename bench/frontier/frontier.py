#!/usr/bin/env python3
"""headroom beside its rivals on recorded traffic: at its promise, and at an equal share of misses.

Traces are run one after the other, the shortest first, and what was run is kept: a call that was
stopped, or that --minutes ended, is gone on with by the same call. Without an option the first week
of each trace, one workload, 30 s until a replica is ready, and the rivals that came closest;
--quick the traces of a day and less; --full everything, for hours; --exact a small part in both
plants. What follows is handed to headroom compare: --startup 180s, --wait 15s, --seeds 3.

Traces stand in traces.csv; they are not part of the project. Those with bins of more than a minute
are an appendix (coarse.csv): between two of their values demand is a straight line, so they tell of
hours and days only.
"""

import argparse
import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import exact

ROOT = Path(__file__).resolve().parents[2]
HEADROOM = ROOT / "build" / "release" / "src" / "headroom"
SPLIT = Path(__file__).with_name("traces.csv")
COARSE = Path(__file__).with_name("coarse.csv")
SUBSET = {
    "--policies": "headroom,kpa,hpa-cpu,hpa-rate,fixed,oracle",
    "--startup": "30s",
    "--workload": "fast-web",
    "--days": "7",
}
FULL = {
    "--startup": "3s,30s,180s",
    "--workload": "fast-web,slow-api,go-with-pauses",
}
DAY = ("autothrottle", "azure_llm", "azurefn", "gentd26")  # a day and less


def traces(folder, split, only):
    with split.open() as table:
        names = [row["file"] for row in csv.DictReader(table)]
    chosen = [folder / name for name in names if not only or any(part in name for part in only)]
    return sorted(chosen, key=lambda file: not file.name.startswith(DAY))


def arguments_of():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--quick", action="store_true", help="the traces of a day and less")
    which.add_argument("--full", action="store_true", help="everything, in hours")
    which.add_argument("--coarse", action="store_true", help="the appendix: bins of 5 min and more")
    which.add_argument("--exact", action="store_true", help="a small part in both plants")
    parser.add_argument("--only", default="", help="traces with one of these in their names")
    parser.add_argument("--minutes", type=float, help="begin no trace after; --exact: 15")
    parser.add_argument("--program", type=Path, default=HEADROOM, help="that is run")
    parser.add_argument("--traces", type=Path, default=ROOT / ".." / "shared" / "traces")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "frontier")
    return parser.parse_known_args()


class Comparison:
    """One question: what is kept of it, and what it is asked with."""

    def __init__(self, arguments, rest):
        self.program = arguments.program
        name = next((way for way in ("full", "coarse") if getattr(arguments, way)), "subset")
        options = dict(FULL if arguments.full else SUBSET)
        self.given = [*[part for key, value in options.items() if key not in rest
                        for part in (key, value)], *rest]
        asked = "_".join([name, *[part.strip("-") for part in rest]]).replace("/", "-")
        self.runs = arguments.out / f"{asked}.jsonl"
        self.page = arguments.out / f"{asked}.html"
        if self.runs.exists() and self.runs.stat().st_mtime < self.program.stat().st_mtime:
            self.runs.unlink()  # of another build
        self.split = COARSE if arguments.coarse else SPLIT

    def run(self, files, **how):
        command = [self.program, "compare", *self.given, "--split", self.split, "--runs", self.runs,
                   "--report", self.page, "--trace", *files]
        return subprocess.run(list(map(str, command)), check=False, **how)


def run_each(comparison, files, minutes):
    """Those that were begun in time; each is kept before the next begins."""
    begin = time.monotonic()
    done = []
    for file in files:
        if minutes and time.monotonic() - begin > 60 * minutes:
            print(f"left for later: {', '.join(one.name for one in files[len(done):])}")
            break
        before = time.monotonic()
        ended = comparison.run([file], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        told = "" if ended.returncode == 0 else f": {ended.stderr.strip()}"
        print(f"{file.name}: {time.monotonic() - before:.0f} s{told}", flush=True)
        done.append(file)
    return done


def main():
    arguments, rest = arguments_of()
    only = [part for part in arguments.only.split(",") if part] or (DAY if arguments.quick else ())
    comparison = Comparison(arguments, rest)
    files = traces(arguments.traces, comparison.split, only)
    missing = [file for file in files if not file.exists()]
    if missing:
        print(f"skipped: {missing[0]} is not here; name the folder with --traces")
        return 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.exact:
        exact.run(arguments.program, arguments.traces, SPLIT, arguments.out,
                  arguments.minutes or 15, rest)
        return 0
    done = run_each(comparison, files, arguments.minutes)
    print(f"on {os.cpu_count()} cores; {comparison.page}\n")
    return comparison.run(done).returncode if done else 1


if __name__ == "__main__":
    sys.exit(main())
