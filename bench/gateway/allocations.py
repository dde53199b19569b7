#!/usr/bin/env python3
"""Heap allocations and locks of one proxied request in the steady state, counted in the gateway."""

import argparse
import json
import mmap
import struct
import tempfile

import harness

CONNECTIONS = 64


def counted(proxy_name, duration_s):
    library = harness.BUILD / "bench" / "libbench_counting.so"
    with tempfile.NamedTemporaryFile() as file, harness.Bench() as bench:
        file.write(bytes(mmap.PAGESIZE))
        file.flush()
        environment = {"LD_PRELOAD": str(library), "HEADROOM_BENCH_COUNTS": file.name}
        counts = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        proxy = bench.proxy(proxy_name, environment)

        def run(seconds):
            before = struct.unpack("QQ", counts[:16])
            done = harness.closed_loop(proxy.port, CONNECTIONS, seconds)["ok"]
            after = struct.unpack("QQ", counts[:16])
            return done, after[0] - before[0], after[1] - before[1]

        run(duration_s)  # pools reach their size, buffers their capacity
        short, long = run(duration_s), run(3 * duration_s)
        if struct.unpack("QQ", counts[:16])[0] == 0:
            raise SystemExit("nothing was counted: the library was not loaded")
    # Both runs open the same connections, so their difference is requests alone.
    requests = long[0] - short[0]
    return {
        "requests": requests,
        "allocations": (long[1] - short[1]) / requests,
        "locks": (long[2] - short[2]) / requests,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="of load, then three times that")
    parser.add_argument("--proxy", default="headroom", choices=["headroom", "haproxy", "nginx"])
    parser.add_argument("--require", type=float, help="exit 3 above this a request, of either")
    options = parser.parse_args()
    harness.allow_files(4096)
    result = counted(options.proxy, options.seconds)
    print(json.dumps(result))
    if options.require is not None:
        if max(result["allocations"], result["locks"]) > options.require:
            raise SystemExit(3)


if __name__ == "__main__":
    main()
