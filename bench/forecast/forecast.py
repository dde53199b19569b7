#!/usr/bin/env python3
"""Forecasts of recorded series: M4 Hourly, PJM, and recorded traces at the leads of scaling.

M4: OWA of the hourly series that are open, and CPU time a series. PJM: mean scaled error of the
last 30 daily origins, and of the year before. Traces: pinball loss of forecasts ÷ that of the best
of naive, seasonal naive and Holt-Winters, chosen for each p in hindsight, and the share within the
90% interval. Models and constants were chosen while most of these figures were looked at: see
docs/concepts/forecast.md.
"""

import argparse
import csv
import json
import math
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "release" / "bench" / "bench_forecast"
DAYS = {3600: 180}  # of a trace, at most; 28 where bins are shorter
LEADS = {1: (30, 180), 60: (1, 5, 30), 300: (1, 6), 600: (1, 6), 3600: (1, 24)}  # bins, by bin


def measure(*words):
    done = subprocess.run(
        [PROGRAM, *map(str, words)], check=False, timeout=1800, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stderr.strip(), file=sys.stderr)
        return None
    return json.loads(done.stdout)


def cases(folder, only):
    """Rates in the manifest: file, column, bin."""
    with open(folder / "MANIFEST.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = row["file"]
            bin_s = float(row["bin_seconds"] or 0)
            other = name.startswith(("forecast_bench/", "requests/")) or "latency" in name
            if other or bin_s not in LEADS:  # latency is no demand
                continue
            if only in name and (folder / name).exists():
                yield name, row["value_column"], int(bin_s)


def show(name, lead_s, r):
    season = "day+week" if r["week"] else "day" if r["day"] else "–"
    print(
        f"{name[-40:]:40} {lead_s:>6} {season:9}{r['scored']:>7} {r['all']:6.3f} {r['p50']:6.3f} "
        f"{r['p90']:6.3f} {r['p99']:6.3f} {100 * r['covered']:5.1f}% {r['refused_p50']:5.2f} "
        f"{r['refused_p99']:5.2f} {r['us_a_bin']:6.1f}",
        flush=True,
    )


def summary(title, results):
    if not results:
        return
    mean = math.exp(sum(math.log(max(r["all"], 1e-6)) for r in results) / len(results))
    over = sum(r["all"] > 1.02 for r in results)
    inside = sum(0.85 <= r["covered"] <= 0.95 for r in results)
    print(
        f"{title}: {len(results)} cases, loss over all p {mean:.3f} of the best peer's, worst "
        f"{max(r['all'] for r in results):.3f}, below 1 in {sum(r['all'] < 1 for r in results)}, "
        f"above 1.02 in {over}; 90% intervals cover 85-95% in {inside}"
    )


def traces(folder, only):
    print(
        f"{'trace':40} {'lead':>6} {'seasons':9}{'scored':>7} {'all':>6} {'p50':>6} {'p90':>6} "
        f"{'p99':>6} {'cover':>6} {'ref50':>5} {'ref99':>5} {'us/bin':>6}"
    )
    results = []
    for name, column, bin_s in cases(folder, only):
        for lead in LEADS[bin_s]:
            bins = DAYS.get(bin_s, 28) * 86400 // bin_s
            found = measure("trace", folder / name, column, bins, lead)
            if found and found["scored"] >= 100:
                results.append(found)
                show(name, f"{lead * bin_s}s", found)
    summary("with a day or week", [r for r in results if r["day"]])
    summary("without", [r for r in results if not r["day"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--traces", type=Path, default=ROOT / ".." / "shared" / "traces")
    parser.add_argument("--only", default="", help="traces whose name has this in it")
    options = parser.parse_args()
    cost = measure("cost")
    if cost:
        print(
            f"a minute: {cost['observe_us']:.1f} us; a refit to two weeks of minutes: "
            f"{cost['refit_ms']:.1f} ms, at most {cost['refit_most_ms']:.1f} ms"
        )
    folder = options.traces.resolve()
    if not folder.is_dir():
        print(f"skipped: all that needs recorded series: {options.traces} is not here")
        return
    found = measure("m4", folder / "forecast_bench")
    if found:
        print(
            f"M4 Hourly, {found['series']} series: sMAPE {found['smape']:.3f}, MASE "
            f"{found['mase']:.3f}, OWA {found['owa']:.4f}; {found['ms_a_series']:.2f} ms a series"
        )
    found = measure("pjm", folder / "forecast_bench")
    if found:
        print(
            f"PJM, MASE of 30 daily origins: {found['mase_last_30']:.4f} (seasonal naive "
            f"{found['seasonal_naive_last_30']:.4f}); of the year before: "
            f"{found['mase_year_before']:.4f} ({found['seasonal_naive_year_before']:.4f})"
        )
    traces(folder, options.only)


if __name__ == "__main__":
    main()
