#!/usr/bin/env python3
"""Overload of a new service: how much of what replicas carry is good, and when refused ones hear.

The service may have two replicas and begins with one. headroom has learned nothing, and 1.5 and 3
times what the two carry come from the first second on. What a replica carries is measured right
after, in a closed loop at one with nothing before it; the share of good ones is taken of twice
that. Exit code 3 when it is below 0.85.
"""

import argparse
import json
import sys

import world

REPLICAS = "min: 1, max: 2"
WANTED = 0.85


def run(rate, seconds, seed):
    with world.World(REPLICAS) as w:
        w.wait_ready(1)
        result, requests = w.load("--rate", rate, "--duration", f"{seconds}s", "--seed", seed)
        learned = w.service()
    return judged(rate, result, requests, 2 * world.carried_alone(), learned)


def judged(rate, result, requests, capacity, learned):
    shares = [good / capacity for good in world.good_a_second(result)]
    refused_ms = [(r["done_ns"] - r["intended_ns"]) / 1e6
                  for r in requests if r["outcome"] == "shed"]
    return {
        "rate": rate,
        "capacity": capacity,
        "good_share_of_capacity": sum(shares) / len(shares),
        "worst_five_seconds": world.worst_window(shares),
        "longest_spell_below_s": world.longest_spell(share < WANTED for share in shares),
        **{name: result[name] / result["sent"] for name in ("good", "late", "shed", "failed")},
        "refused_ms": {name: world.quantile(refused_ms, q)
                       for name, q in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
        "in_flight_learned": learned["capacity_concurrency"],
    }


def text(r):
    refused = r["refused_ms"]
    return (
        f"{r['rate']:5.0f} requests/s, {r['rate'] / r['capacity']:.1f} × the {r['capacity']:.0f}/s "
        f"that two replicas carry:\n"
        f"  {r['good_share_of_capacity']:.3f} of that is good; worst five seconds "
        f"{r['worst_five_seconds']:.3f}, longest spell below {WANTED}: "
        f"{r['longest_spell_below_s']} s\n"
        f"  good {r['good']:.1%}, late {r['late']:.1%}, shed {r['shed']:.1%}, "
        f"failed {r['failed']:.1%}; refused within p50 {refused['p50']:.1f} ms, "
        f"p99 {refused['p99']:.1f} ms, max {refused['max']:.1f} ms; "
        f"{r['in_flight_learned']:.1f} in flight learned"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", default="390,750", help="requests/s, one run each")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    least = 1
    for rate in options.rates.split(","):
        result = run(int(rate), options.seconds, options.seed)
        print(json.dumps(result) if options.format == "json" else text(result), flush=True)
        least = min(least, result["good_share_of_capacity"])
    return 0 if least >= WANTED else 3


if __name__ == "__main__":
    sys.exit(main())
