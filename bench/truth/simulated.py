"""The simulator on what was measured, and how far it is from what was lived through."""

import csv
import json
import statistics
import subprocess
from dataclasses import dataclass, field

from measured import trace_text, workload_text

REPLICA_SECONDS_WITHIN = 0.10  # of the live ones
P99_WITHIN = 0.25  # of the live one
MISSED_WITHIN = 0.01  # of all requests


@dataclass
class Simulated:
    """Means over the seeds, and what was wanted in each second by each of them."""

    replica_seconds: float = 0
    p99_s: float = 0
    missed_share: float = 0
    wanted: list = field(default_factory=list)


def simulate(headroom, folder, measured, seeds, plant="exact"):
    """The same arrivals, second by second, under the same file, with what was measured."""
    workload = folder / f"{measured.service}.workload.yaml"
    trace = folder / f"{measured.service}.csv"
    workload.write_text(workload_text(measured))
    trace.write_text(trace_text(measured))
    runs, wanted = [], []
    for seed in seeds:
        timeline = folder / f"{measured.service}.simulated-{seed}.csv"
        command = [headroom, "simulate", "-f", folder / "headroom.yaml", "--service",
                   measured.service, "--trace", trace, "--workload", workload, "--plant", plant,
                   "--replicas-at-first", measured.replicas_at_first, "--seed", seed,
                   "--timeline", timeline, "--format", "json"]
        done = subprocess.run([str(word) for word in command], check=False, timeout=300,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        runs.append(json.loads(done.stdout))
        with open(timeline) as table:
            wanted.append([int(row["wanted"]) for row in csv.DictReader(table)])

    def mean(of):
        return statistics.fmean(of(run) for run in runs)

    return Simulated(
        replica_seconds=mean(lambda run: 3600 * run["replica_hours"]),
        p99_s=mean(lambda run: run["latency_ms"]["p99"] / 1e3),
        # Live, nobody knows which of the late ones would have been late in any case.
        missed_share=mean(lambda run: run["missed"] / run["requests"]),
        wanted=wanted)


@dataclass
class Row:
    """One figure, live and simulated."""

    service: str
    what: str
    live: str
    simulated: str
    apart: str
    allowed: str
    within: bool

    def text(self):
        return (f"{self.service:<10}{self.what:<17}{self.live:>10}{self.simulated:>11}"
                f"{self.apart:>12}{self.allowed:>12}   {'yes' if self.within else 'NO'}")


def header():
    return (f"{'service':<10}{'':<17}{'live':>10}{'simulated':>11}{'apart':>12}{'allowed':>12}"
            "   within")


def compare(live, simulated):
    """The rows of one service."""
    def ratio(what, unit, of_live, of_simulated, allowed):
        apart = of_simulated / of_live - 1
        return Row(live.service, what, f"{of_live:.1f}{unit}", f"{of_simulated:.1f}{unit}",
                   f"{100 * apart:+.1f}%", f"±{100 * allowed:g}%", abs(apart) <= allowed)

    points = 100 * (simulated.missed_share - live.missed_share)
    return [
        ratio("replica-seconds", " s", live.replica_seconds, simulated.replica_seconds,
              REPLICA_SECONDS_WITHIN),
        ratio("p99", " ms", 1e3 * live.p99_s, 1e3 * simulated.p99_s, P99_WITHIN),
        Row(live.service, "missed", f"{100 * live.missed_share:.2f}%",
            f"{100 * simulated.missed_share:.2f}%", f"{points:+.2f} pt",
            f"±{100 * MISSED_WITHIN:g} pt", abs(points) <= 100 * MISSED_WITHIN),
    ]


def decisions_text(live, simulated):
    """Where the decisions part: second by second, live beside all the seeds."""
    found = [tick.wanted for tick in live.ticks]
    ranges = [(min(second), max(second)) for second in zip(*simulated.wanted)]
    apart = [max(low - n, n - high, 0) for n, (low, high) in zip(found, ranges)]
    same = sum(one == 0 for one in apart) / len(apart)
    text = (f"{live.service}: in {100 * same:.0f}% of {len(apart)} s the replicas wanted live are "
            f"among those of {len(simulated.wanted)} seeds")
    if max(apart) > 0:
        worst = apart.index(max(apart))
        low, high = ranges[worst]
        text += f"; farthest at {worst} s: {found[worst]} live, {low} to {high} simulated"
    return text
