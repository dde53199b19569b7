#!/usr/bin/env python3
"""The first ramp of a new service: 20 → 250 → 20 requests/s within 100 s at a service of which
nothing has been learned, and the same once more, now that something has.

One replica carries about 125 requests/s; the file is the README's. Of each ramp: the share of
requests that were good, the worst five seconds, the longest spell of seconds with one that was not,
and the most replicas. Exit code 3 when a first ramp is below 99%.
"""

import argparse
import sys
import threading
from contextlib import contextmanager

from world import World, longest_spell, worst_window

RAMP = ("--rate", 20, "--shape", "ramp", "--duration", "100s")
REPLICAS = "min: 2, max: 40"
WANTED = 0.99


@contextmanager
def watched(world):
    """The numbers of replicas that are wanted meanwhile."""
    wanted, over = [0], threading.Event()

    def watch():
        while not over.wait(0.5):
            service = world.service()
            wanted.append(service["replicas"]["wanted"] if service else 0)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield wanted
    finally:
        over.set()
        thread.join()


def ramp(world, seed):
    with watched(world) as wanted:
        result, _ = world.load(*RAMP, "--seed", seed)
    shares = [row["good"] / row["sent"] for row in result["timeline"] if row["sent"] > 0]
    return {
        "good": result["good"] / result["sent"],
        "worst": worst_window(shares),
        "spell": longest_spell([share < 1 for share in shares]),
        "replicas": max(wanted),
    }


def say(name, seed, run):
    print(
        f"seed {seed:>3}, {name:<6}: {100 * run['good']:6.2f}% good, worst five seconds "
        f"{100 * run['worst']:5.1f}%, {run['spell']:2d} s of misses in a row, at most "
        f"{run['replicas']} replicas",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    runs = {"first": [], "second": []}
    for seed in range(1, options.seeds + 1):
        with World(REPLICAS) as world:
            world.wait_ready(2)
            for name, of_load in (("first", seed), ("second", 100 + seed)):
                runs[name].append(ramp(world, of_load))
                say(name, of_load, runs[name][-1])
    for name, of_name in runs.items():
        least = min(run["good"] for run in of_name)
        print(f"{name} ramps: at least {100 * least:.2f}% good over {len(of_name)} seeds")
    return 0 if min(run["good"] for run in runs["first"]) >= WANTED else 3


if __name__ == "__main__":
    sys.exit(main())
