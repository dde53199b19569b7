#!/usr/bin/env python3
"""The simulated plants beside a bare loop: per request two draws, one push and pop on a heap.

Each round times, in one process, the loop, the exact plant and a day of the fluid plant, on
constant demand for which a fixed fleet is at 70% of its places; then a fluid day decided by a rival
and one decided by headroom, whose own step is most of it. Ratios are medians over the rounds.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "release" / "bench" / "bench_simulator"


def measure(rate, rounds):
    done = subprocess.run(
        [PROGRAM, str(rate), str(rounds)], check=True, timeout=600, capture_output=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {key: statistics.median(line[key] for line in lines) for key in lines[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 12000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    results = [measure(rate, options.rounds) for rate in options.rates]
    if options.format == "json":
        print(json.dumps(results, indent=2))
        return
    for r in results:
        print(
            f"{r['rate']} requests/s on {r['replicas']} replicas: "
            f"exact {r['exact_over_loop']:.2f} x the loop "
            f"({r['exact_ns']:.0f} ns against {r['loop_ns']:.0f} ns a request); "
            f"a fluid day 1/{r['exact_day_over_fluid_day']:.0f} of the exact one "
            f"({r['fluid_day_ms']:.1f} ms, {r['fluid_step_ns']:.0f} ns a second; "
            f"decided by kpa {r['kpa_day_ms']:.1f} ms, by headroom {r['headroom_day_ms']:.0f} ms)"
        )


if __name__ == "__main__":
    main()
