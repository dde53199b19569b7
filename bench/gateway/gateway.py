#!/usr/bin/env python3
"""CPU time of one proxied request and tail latency: headroom beside HAProxy and nginx.

One core for the proxy, the other for upstream and load; 64 connections, answers of 1 KB. Rounds are
interleaved and their order rotates, so that a disturbance hits all alike.
"""

import argparse
import json
import platform
import statistics
import subprocess

import harness

CONNECTIONS = 64


def cpu_round(proxy, requests):
    before = proxy.cpu_ns()
    load = harness.closed_loop(proxy.port, CONNECTIONS, requests)
    used_ns = proxy.cpu_ns() - before
    return {
        "cpu_us": used_ns / load["requests"] / 1e3,
        "rps": load["requests"] / load["seconds"],
        "busy": used_ns / 1e9 / load["seconds"],
    }


def interleaved(proxies, rounds, measure, label):
    names = list(proxies)
    results = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            harness.progress(f"{label}: round {number + 1} of {rounds}, {name}")
            results[name].append(measure(proxies[name]))
    harness.progress("")
    return results


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summary(rounds):
    return {key: spread([r[key] for r in rounds]) for key in rounds[0]}


def version(name):
    flag = {"haproxy": "-v", "nginx": "-v", "headroom": "--version"}[name]
    done = subprocess.run([harness.program(name), flag], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def show(result, out):
    def line(name, figures, keys, form):
        cells = "".join(
            f"{form.format(figures[k]['median']):>10} "
            f"({form.format(figures[k]['min'])}–{form.format(figures[k]['max'])})".ljust(30)
            for k in keys
        )
        print(f"{name:<10}{cells}", file=out)

    print("closed loop, 64 connections: CPU µs a request, requests/s, share of the core", file=out)
    for name, figures in result["closed_loop"].items():
        line(name, figures, ["cpu_us"], "{:.2f}")
        line("", figures, ["rps"], "{:.0f}")
        line("", figures, ["busy"], "{:.2f}")
    for name, ratio in result["ratios"].items():
        print(f"headroom / {name}: {ratio:.3f} of its CPU time", file=out)
    if "open_loop" in result:
        print(f"open loop at {result['open_loop_rate']:.0f} requests/s: p50, p99 in ms", file=out)
        for name, figures in result["open_loop"].items():
            line(name, figures, ["p50", "p99"], "{:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=100_000, help="a round and proxy")
    parser.add_argument("--seconds", type=int, default=5, help="of open loop, a round and proxy")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()

    harness.allow_files(4096)
    names = harness.available_proxies()
    with harness.Bench() as bench:
        proxies = {name: bench.proxy(name) for name in names}
        for proxy in proxies.values():  # warm: pools filled, caches and branch predictors too
            harness.closed_loop(proxy.port, CONNECTIONS, options.requests // 10)
        closed = interleaved(
            proxies, options.rounds, lambda p: cpu_round(p, options.requests), "closed loop"
        )
        result = {
            "machine": platform.machine(),
            "kernel": platform.release(),
            "versions": {name: version(name) for name in names},
            "rounds": options.rounds,
            "requests_a_round": options.requests,
            "closed_loop": {name: summary(rounds) for name, rounds in closed.items()},
            "ratios": {},
        }
        cpu = {name: f["cpu_us"]["median"] for name, f in result["closed_loop"].items()}
        if "headroom" in cpu:
            result["ratios"] = {n: cpu["headroom"] / cpu[n] for n in cpu if n != "headroom"}
        if harness.has_command("load"):
            slowest = min(f["rps"]["median"] for f in result["closed_loop"].values())
            result["open_loop_rate"] = slowest / 2

            def tail(proxy):
                done = harness.open_loop(proxy.port, round(slowest / 2), options.seconds)
                return {k: done["latency_ms"][k] for k in ("p50", "p99")}

            opened = interleaved(proxies, options.rounds, tail, "open loop")
            result["open_loop"] = {name: summary(rounds) for name, rounds in opened.items()}
    if options.format == "json":
        print(json.dumps(result, indent=2))
    else:
        show(result, None)


if __name__ == "__main__":
    main()
