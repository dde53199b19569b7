#!/usr/bin/env python3
"""headroom beside its rivals on recorded traffic: what each costs at an equal share of misses.

The subset answers in minutes: the first week of each trace, one workload, the rivals that came
closest. The full comparison takes hours and goes on where it was stopped. --exact runs a small part
in both plants. Traces and their split into development and confirmation stand in traces.csv; the
traces themselves are not part of the project. Traces with bins of more than a minute are an
appendix (coarse.csv): between two of their values demand is a straight line, so they tell of hours
and days only.
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


def traces(folder, split):
    with split.open() as table:
        return [folder / row["file"] for row in csv.DictReader(table)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--full", action="store_true", help="everything, in hours; resumable")
    which.add_argument("--coarse", action="store_true", help="the appendix: bins of 5 min and more")
    which.add_argument("--exact", action="store_true", help="a small part in both plants")
    parser.add_argument("--minutes", type=float, default=15, help="of --exact: begin none after")
    parser.add_argument("--traces", type=Path, default=ROOT / ".." / "shared" / "traces")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "frontier")
    arguments, rest = parser.parse_known_args()
    split = COARSE if arguments.coarse else SPLIT
    files = traces(arguments.traces, split)
    missing = [file for file in files if not file.exists()]
    if missing:
        print(f"skipped: {missing[0]} is not here; name the folder with --traces")
        return 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.exact:
        exact.run(HEADROOM, arguments.traces, SPLIT, arguments.out, arguments.minutes, rest)
        return 0
    name, options = "subset", dict(SUBSET)
    if arguments.full:
        name, options = "full", dict(FULL)
    elif arguments.coarse:
        name, options = "coarse", dict(SUBSET)
    runs = arguments.out / f"{name}.jsonl"
    if runs.exists() and runs.stat().st_mtime < HEADROOM.stat().st_mtime:
        runs.unlink()  # of another build
    options["--runs"] = str(runs)
    options["--report"] = str(arguments.out / f"{name}.html")
    options["--split"] = str(split)
    command = [HEADROOM, "compare"]
    for key, value in options.items():
        if key not in rest:
            command += [key, value]
    begin = time.monotonic()
    done = subprocess.run([*command, *rest, "--trace", *map(str, files)], check=False)
    print(f"\n{time.monotonic() - begin:.0f} s on {os.cpu_count()} cores; {options['--report']}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
