#!/usr/bin/env python3
"""Is the simulator true? The example services run live, then the same is simulated.

Both services of the shop run under a slice of recorded traffic that rises to a crowd and falls.
Service times, start-ups, drains and arrivals are measured from that very run, written to a workload
file and a trace, and simulated in the exact plant under the same headroom.yaml.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from live import ROOT, Live, demo_slice, demo_streams
from measured import SATURATED_CPU, measure
from simulated import compare, decisions_text, header, simulate

HEADROOM = ROOT / "build" / "release" / "src" / "headroom"
PROGRAMS = ROOT / "build" / "examples"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=10.5, help="of the trace; 10.5 in 177 s")
    parser.add_argument("--faster", type=float, default=1, help="so many times as the demo")
    parser.add_argument("--share", type=float, default=0.5, help="of the demo's rates")
    parser.add_argument("--seeds", type=int, default=10, help="of the simulator")
    parser.add_argument("--plant", choices=("exact", "fluid"), default="exact")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "truth")
    parser.add_argument("--again", action="store_true",
                        help="simulate what an earlier run left in --out")
    parser.add_argument("--require", action="store_true",
                        help="exit 3 when out of bounds, 1 when the machine was too busy to tell")
    return parser.parse_args()


def run_live(options):
    part = demo_slice(options.hours, options.faster)
    if not part.trace.exists():
        return False
    shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True)
    streams = demo_streams(options.share)
    print(f"{part.trace.name}, {options.hours:g} h in {(part.end - part.begin) / part.speed:.0f} s,"
          f" {options.share:g} × the demo's rates; other work at the start: load average "
          f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    Live(HEADROOM, PROGRAMS, options.out).run(part, streams)
    return True


def describe(live):
    mean_s, spread = live.startup_s
    lost = sum(not tick.complete for tick in live.ticks)
    return (f"{live.service}: {live.requests} requests in {len(live.ticks)} s, at most "
            f"{max(sum(tick.phases.values()) for tick in live.ticks)} replicas; "
            f"{len(live.startups_s)} start-ups of {mean_s:.2f} s ± {100 * spread:.0f}%, "
            f"{len(live.drains_s)} drains; {lost} s without evidence")


def main():
    options = arguments()
    if not options.again and not run_live(options):
        print("skipped: the recorded traffic (../shared/traces) is not here")
        return 0
    rows, said = [], []
    begin = time.monotonic()
    for service in ("checkout", "catalog"):
        live = measure(options.out, service)
        result = simulate(HEADROOM, options.out, live, range(1, options.seeds + 1), options.plant)
        rows += compare(live, result)
        said += [describe(live), decisions_text(live, result)]
    print("\n".join(said), "", header(), *(row.text() for row in rows), "", sep="\n")
    print(f"means over {options.seeds} seeds of the {options.plant} plant, "
          f"{time.monotonic() - begin:.1f} s; the machine's CPU was {100 * live.cpu_mean:.0f}% "
          "busy on average")
    if all(row.within for row in rows):
        print("within bounds")
        return 0
    if live.saturated:
        print(f"out of bounds, but it was above {100 * SATURATED_CPU:.0f}% in more than a tenth of "
              "the seconds: live latency tells about the machine, and this is no verdict")
        return 1 if options.require else 0
    print("out of bounds")
    return 3 if options.require else 0


if __name__ == "__main__":
    sys.exit(main())
