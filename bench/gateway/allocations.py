#!/usr/bin/env python3
"""Heap allocations and locks of one proxied request in the steady state, counted in the gateway."""

import argparse
import json
import mmap
import struct
import tempfile

import harness

CONNECTIONS = 64


def counted(proxy_name, requests):
    library = harness.BUILD / "bench" / "libbench_counting.so"
    with tempfile.NamedTemporaryFile() as file, harness.Bench() as bench:
        file.write(bytes(mmap.PAGESIZE))
        file.flush()
        environment = {"LD_PRELOAD": str(library), "HEADROOM_BENCH_COUNTS": file.name}
        counts = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        proxy = bench.proxy(proxy_name, environment)
        # Two warm-ups: pools reach their size, buffers their capacity.
        harness.closed_loop(proxy.port, CONNECTIONS, requests)
        harness.closed_loop(proxy.port, CONNECTIONS, requests)
        before = struct.unpack("QQ", counts[:16])
        done = harness.closed_loop(proxy.port, CONNECTIONS, requests)["requests"]
        after = struct.unpack("QQ", counts[:16])
    if before[0] == 0:
        raise SystemExit("nothing was counted: the library was not loaded")
    return {
        "requests": done,
        "allocations": (after[0] - before[0]) / done,
        "locks": (after[1] - before[1]) / done,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--proxy", default="headroom", choices=["headroom", "haproxy", "nginx"])
    parser.add_argument("--require", type=float, help="exit 3 above this a request, of either")
    options = parser.parse_args()
    harness.allow_files(4096)
    result = counted(options.proxy, options.requests)
    print(json.dumps(result))
    if options.require is not None:
        if max(result["allocations"], result["locks"]) > options.require:
            raise SystemExit(3)


if __name__ == "__main__":
    main()
