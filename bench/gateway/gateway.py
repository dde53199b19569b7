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


def cpu_round(proxy, duration_s):
    before = proxy.cpu_ns()
    load = harness.closed_loop(proxy.port, CONNECTIONS, duration_s)
    used_ns = proxy.cpu_ns() - before
    return {
        "cpu_us": used_ns / load["ok"] / 1e3,
        "rps": load["ok"] / load["duration_s"],
        "busy": used_ns / 1e9 / load["duration_s"],
    }


def tail_round(proxy, rate, duration_s):
    latency = harness.open_loop(proxy.port, rate, duration_s)["latency_ms"]
    return {"p50": latency["p50"], "p99": latency["p99"]}


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


def show(result):
    def table(figures, columns):
        for name, of_proxy in figures.items():
            cells = [f"{name:<10}"]
            for key, form in columns.items():
                low, middle, high = (
                    form.format(of_proxy[key][k]) for k in ("min", "median", "max")
                )
                cells.append(f"{middle:>9} {f'({low}–{high})':<18}")
            print("".join(cells).rstrip())

    print(f"{result['rounds']} rounds: median (least–greatest)")
    print(f"\nclosed loop, {CONNECTIONS} connections")
    print(f"{'':<10}{'CPU µs a request':<28}{'requests/s':<28}{'share of the core':<28}")
    table(result["closed_loop"], {"cpu_us": "{:.2f}", "rps": "{:.0f}", "busy": "{:.2f}"})
    print(f"\nopen loop at {result['open_loop_rate']} requests/s, half of the slowest's")
    print(f"{'':<10}{'p50 ms':<28}{'p99 ms':<28}")
    table(result["open_loop"], {"p50": "{:.3f}", "p99": "{:.3f}"})
    print()
    for name, ratio in result["ratios"].items():
        print(f"headroom's CPU time a request is {ratio:.3f} of {name}'s")
    for text in result["versions"].values():
        print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=4, help="of load, a round and proxy")
    parser.add_argument("--require", type=float, help="exit 3 above this share of HAProxy's CPU")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    harness.allow_files(4096)
    result = measure(options)
    if options.format == "json":
        print(json.dumps(result, indent=2))
    else:
        show(result)
    if options.require is not None and result["ratios"]["haproxy"] > options.require:
        raise SystemExit(3)


def measure(options):
    names = harness.available_proxies()
    with harness.Bench() as bench:
        proxies = {name: bench.proxy(name) for name in names}
        for proxy in proxies.values():  # warm: pools filled, caches and branch predictors too
            harness.closed_loop(proxy.port, CONNECTIONS, 1)
        closed = interleaved(
            proxies, options.rounds, lambda p: cpu_round(p, options.seconds), "closed loop"
        )
        figures = {name: summary(rounds) for name, rounds in closed.items()}
        rate = round(min(f["rps"]["median"] for f in figures.values()) / 2)
        opened = interleaved(
            proxies, options.rounds, lambda p: tail_round(p, rate, options.seconds), "open loop"
        )
    cpu = {name: f["cpu_us"]["median"] for name, f in figures.items()}
    return {
        "kernel": platform.release(),
        "versions": {name: version(name) for name in names},
        "rounds": options.rounds,
        "seconds_a_round": options.seconds,
        "closed_loop": figures,
        "ratios": {name: cpu["headroom"] / cpu[name] for name in names if name != "headroom"},
        "open_loop_rate": rate,
        "open_loop": {name: summary(rounds) for name, rounds in opened.items()},
    }


if __name__ == "__main__":
    main()
