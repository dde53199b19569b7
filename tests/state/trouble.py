#!/usr/bin/env python3
"""Every way in which clients and readers once broke headroom, once each, while it is under load.

    trouble.py [--seconds 600] [--headroom build/asan/src/headroom]

Needs the example services (examples/build.sh). Ends with a line for each fault and a verdict; exit
codes: 0 all of it held, 1 something did not, 2 it cannot be tried.
"""

import argparse
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS_MIN = 60


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=600, metavar="N",
                        help=f"how long the load lasts, {SECONDS_MIN} or more; 600")
    parser.add_argument("--headroom", type=pathlib.Path, default=ROOT / "build/asan/src/headroom",
                        metavar="PATH", help="the program; build/asan/src/headroom")
    chosen = parser.parse_args()
    if chosen.seconds < SECONDS_MIN:
        parser.error(f"--seconds {chosen.seconds}: at least {SECONDS_MIN}")
    if not os.access(chosen.headroom, os.X_OK):
        parser.error(f"{chosen.headroom} is no program: ./dev build asan")
    return chosen


def main():
    chosen = options()
    os.environ["HEADROOM_PROGRAM"] = str(chosen.headroom.resolve())  # read by what comes next
    sys.path.insert(0, str(HERE))
    from trouble_run import SERVICES, TroubleRun, examples

    if missing := [name for name in SERVICES if not (examples() / name).exists()]:
        print(f"trouble: {examples()} has no {missing[0]}: examples/build.sh", file=sys.stderr)
        return 2
    TroubleRun.seconds = chosen.seconds
    run, result = TroubleRun("test_every_fault_under_load"), unittest.TestResult()
    run.run(result)
    print(*run.outcomes, sep="\n")
    problems = [why for _, why in result.failures + result.errors]
    print(*problems, sep="\n", end="")
    failed = [outcome for outcome in run.outcomes if outcome.verdict == "FAILED"]
    if failed or problems:
        print(f"verdict: {len(failed) + len(problems)} of this did not hold")
        return 1
    print("verdict: every fault was provoked, every request is accounted for")
    return 0


if __name__ == "__main__":
    sys.exit(main())
