#!/usr/bin/env python3
"""Resident memory of the gateway under steady load: MiB a minute after the first fifth."""

import argparse
import json
import threading
import time

import harness


def slope_a_minute(samples):
    """Least squares over (seconds, MiB)."""
    n = len(samples)
    mean_t = sum(t for t, _ in samples) / n
    mean_m = sum(m for _, m in samples) / n
    over = sum((t - mean_t) * (m - mean_m) for t, m in samples)
    return 60 * over / sum((t - mean_t) ** 2 for t, _ in samples)


def sampled(process, duration_s, samples):
    start = time.monotonic()
    for second in range(duration_s + 1):
        time.sleep(max(0.0, start + second - time.monotonic()))
        samples.append((second, process.rss_bytes() / 2**20))
        harness.progress(f"soak: {second} of {duration_s} s, {samples[-1][1]:.1f} MiB")
    harness.progress("")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--rate", type=int, default=5000, help="requests a second")
    parser.add_argument("--proxy", default="headroom", choices=["headroom", "haproxy", "nginx"])
    parser.add_argument("--require-mib", type=float, help="exit 3 at this growth a minute or more")
    options = parser.parse_args()
    harness.allow_files(4096)
    samples = []
    with harness.Bench() as bench:
        proxy = bench.proxy(options.proxy)
        sampler = threading.Thread(target=sampled, args=(proxy, options.seconds, samples))
        sampler.start()
        load = harness.open_loop(proxy.port, options.rate, options.seconds)
        sampler.join()
    growth = slope_a_minute([s for s in samples if s[0] >= options.seconds / 5])
    print(
        json.dumps(
            {
                "seconds": options.seconds,
                "sent": load["sent"],
                "ok": load["ok"],
                "rss_mib_first": samples[0][1],
                "rss_mib_last": samples[-1][1],
                "growth_mib_a_minute": growth,
            }
        )
    )
    if options.require_mib is not None and growth >= options.require_mib:
        raise SystemExit(3)


if __name__ == "__main__":
    main()
