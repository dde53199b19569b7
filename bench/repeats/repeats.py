#!/usr/bin/env python3
"""What comes every day, and how much of it is missed: the worst five minutes of each day.

The demand is made here: a rush from 500 to 4,000 requests/s at 08:00, in 5, 10 or 30 minutes, on
working days only, a few minutes earlier or later, higher or lower; a job at 02:00 of 2,000 on 1,000
requests/s for half an hour. A service of 35 ms, 8 at a time, p99 within 150 ms, through `headroom
simulate` in the fluid plant. Exit code 3 when more than 1% is missed in the worst five minutes of
an occurrence from the fourth on.

Hours are compared with those of another build, or of the same one before a change, when --against
names its program.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADROOM = ROOT / "build" / "release" / "src" / "headroom"
DAY = 86400
MONDAY = 20780 * DAY
STEP = 10
FIVE_MINUTES = 300
WANTED = 0.01
SERVICE = """services:
  shop:
    objective: { latency: { p99: 150ms } }
    replicas: { min: 1, max: 400 }
    run: { command: "./shop {address}" }
"""
WORKLOAD = """service_time: { mean: 35ms, cv: 0.3 }
concurrency: 8
objective: 150ms
"""


def rush(second, begin, ramp, low=500, high=4000, stays=9000, fall=3600):
    at = second - begin
    if at < 0 or at > ramp + stays + fall:
        return low
    if at < ramp:
        return low * (high / low) ** (at / ramp)
    if at < ramp + stays:
        return high
    return high * (low / high) ** ((at - ramp - stays) / fall)


def job(second):
    return 3000 if 7200 <= second < 9000 else 1000


def cases():
    """Name → days, demand by day and second, first day that must be met, start-ups."""
    drawn = random.Random(5)
    shift = [drawn.uniform(-300, 300) for _ in range(60)]
    height = [drawn.uniform(0.8, 1.2) for _ in range(60)]
    eight = 8 * 3600
    return {
        "rush-5": (12, lambda d, s: rush(s, eight, 300), 3, ("3s", "25s", "90s", "180s")),
        "rush-10": (8, lambda d, s: rush(s, eight, 600), 3, ("25s",)),
        "rush-30": (8, lambda d, s: rush(s, eight, 1800), 3, ("25s",)),
        "rush-weekdays": (12, lambda d, s: rush(s, eight, 300) if d % 7 < 5 else 500, 3, ("25s",)),
        "rush-shifts": (8, lambda d, s: rush(s, eight + shift[d], 300), 3, ("25s",)),
        "rush-height": (8, lambda d, s: rush(s, eight, 300, high=4000 * height[d]), 3, ("25s",)),
        "rush-deploy": (8, lambda d, s: (1.4 if d > 4 else 1) * rush(s, eight, 300), 3, ("25s",)),
        "rush-twice": (
            8,
            lambda d, s: max(rush(s, h * 3600, 300, stays=1800) for h in (8, 18)),
            3,
            ("25s",),
        ),
        "rush-stops": (10, lambda d, s: rush(s, eight, 300) if d < 5 else 500, 3, ("25s",)),
        "job": (8, lambda d, s: job(s), 3, ("3s", "25s", "180s")),
        "job-shifts": (8, lambda d, s: job(s - shift[d]), 3, ("25s",)),
    }


def write_trace(path, days, demand):
    with path.open("w") as out:
        out.write("timestamp_seconds,requests_per_second\n")
        for second in range(0, days * DAY, STEP):
            out.write(f"{MONDAY + second},{demand(second // DAY, second % DAY):.2f}\n")


def worst_by_day(timeline):
    """Of each day, the share missed in its worst five minutes, in steps of ten seconds."""
    worst, came, missed = {}, [0] * FIVE_MINUTES, [0] * FIVE_MINUTES
    with timeline.open() as rows:
        for row in csv.DictReader(rows):
            second = int(row["second"])
            here = second % FIVE_MINUTES
            came[here] = int(row["arrivals"])
            missed[here] = sum(int(row[key]) for key in ("late", "shed", "failed"))
            if second % STEP == STEP - 1 and (lost := sum(missed)):
                share = lost / max(lost, sum(came))
                worst[second // DAY] = max(worst.get(second // DAY, 0), share)
    return worst


def simulated(program, folder, startup):
    timeline = folder / "timeline.csv"
    command = [program, "simulate", "-f", folder / "headroom.yaml"]
    command += ["--trace", folder / "trace.csv", "--workload", folder / "workload.yaml"]
    command += ["--startup", startup, "--timeline", timeline, "--format", "json"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=3600)
    if done.returncode != 0:
        sys.exit(f"{program}: {done.stderr.strip()}")
    return json.loads(done.stdout)["replica_hours"], worst_by_day(timeline)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help=f"all of {', '.join(cases())}")
    parser.add_argument("--days", type=int, help="fewer than a case has")
    parser.add_argument("--startup", help="instead of those of a case, such as 25s")
    parser.add_argument("--against", type=Path, help="another headroom, to compare hours with")
    options = parser.parse_args()
    known = cases()
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "headroom.yaml").write_text(SERVICE)
        (folder / "workload.yaml").write_text(WORKLOAD)
        for case in options.cases or known:
            days, demand, met_from, startups = known[case]
            days = min(days, options.days or days)
            write_trace(folder / "trace.csv", days, demand)
            for startup in (options.startup,) if options.startup else startups:
                hours, worst = simulated(HEADROOM, folder, startup)
                shares = [worst.get(day, 0) for day in range(days)]
                line = f"{case:<14} {startup:>5} {hours:8.1f} h"
                if options.against:
                    other, _ = simulated(options.against, folder, startup)
                    line += f" {hours / other:6.3f} x"
                print(f"{line}  {' '.join(f'{100 * one:.1f}' for one in shares)}", flush=True)
                failed |= any(one > WANTED for one in shares[met_from:])
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
