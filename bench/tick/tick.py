#!/usr/bin/env python3
"""The controller's tick of one second over many services: its share of a core, and its memory.

What is timed is the CPU time of learn, decide (with reasons, as live) and allocate on what 1,000
simulated services show, after half an hour of it; before them stands one that is observed and not
decided on. The journal's encoding runs in a thread of its own and is timed beside it. Beside rows
of what changed and a checkpoint in parts stand rows of all services and a checkpoint at once, in
the same run. Model and state are what a copy of them takes on the heap; resident is what the
process has grown by once the simulated services are gone. --idle: so many percent of the services
have one replica and no traffic.
"""

import argparse
import json
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "release" / "bench" / "bench_tick"
WANTED_MS = 20  # 2% of a core
WANTED_KIB = 100  # a service
YEAR_S = 365 * 24 * 3600
KEPT = 168  # rounds of checkpoints, see docs/formats/journal.md


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--warm-up", type=int, default=1800, help="ticks before measuring")
    parser.add_argument("--ticks", type=int, default=600)
    parser.add_argument("--idle", type=int, default=0, help="percent of the services")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    done = subprocess.run(
        [PROGRAM, *map(str, (options.services, options.warm_up, options.ticks, options.idle))],
        check=True,
        timeout=1800,
        capture_output=True,
    )
    if options.format == "json":
        print(done.stdout.decode(), end="")
        return
    r = json.loads(done.stdout)
    print(f"{r['services']} services with {r['replicas']} replicas, a tick a second")
    print(f"{'CPU time, ms':30}{'mean':>9}{'p99':>9}{'max':>9}")
    stages = ["tick", "learn", "decide", "allocate", "checkpoint_copy",
              "checkpoint_copy_at_once", "journal_encoding", "journal_encoding_in_full"]
    for stage in stages:
        ms = r[stage + "_ms"]
        name = {"tick": "tick, of these three:"}.get(stage, "  " + stage.replace("_", " "))
        print(f"{name:30}{ms['mean']:9.2f}{ms['p99']:9.2f}{ms['max']:9.2f}")
    tick = r["tick_ms"]
    control = tick["mean"] + r["checkpoint_copy_ms"]["mean"]
    verdict = "within" if control <= WANTED_MS else "over"
    both = control + r["journal_encoding_ms"]["mean"]
    print(
        f"{control / 10:.2f}% of a core (p99 {tick['p99'] / 10:.2f}%): {verdict} the "
        f"{WANTED_MS / 10:.0f}% wanted; {both / 10:.2f}% with the journal's thread"
    )
    resident = r["resident_bytes"] / 1024
    print(
        f"a service: model {r['model_bytes'] / 1024:.1f} KiB, state {r['state_bytes'] / 1024:.1f} "
        f"KiB, resident {resident:.1f} KiB: "
        f"{'within' if resident <= WANTED_KIB else 'over'} the {WANTED_KIB} wanted"
    )
    print(
        f"journal: {r['journal_bytes']:.0f} bytes a service and second "
        f"({r['journal_bytes_in_full']:.0f} in full), {r['checkpoint_bytes'] / 1024:.1f} KiB a "
        "service and checkpoint"
    )
    for services in (10, 100, 1000):
        year = services * (YEAR_S * r["journal_bytes"] + KEPT * r["checkpoint_bytes"])
        print(f"a year of {services} such services: {year / 2**30:,.1f} GiB")


if __name__ == "__main__":
    main()
