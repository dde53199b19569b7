"""What a live run was like: its ticks from the journal, its requests from the access log."""

import json
import math
import sqlite3
import statistics
from dataclasses import dataclass, field

SATURATED_CPU = 0.7  # of the machine, as `headroom report` has it
SATURATED_SHARE = 0.1  # of the ticks: with more above, latency tells about the machine
PERCENTS = (0, 0.1, 1, *range(5, 100, 5), 97.5, 99, 99.5, 99.9, 100)


@dataclass
class Tick:
    """One second of one service, as the controller saw it."""

    dt_s: float
    arrivals: int
    phases: dict  # replicas by phase at its end
    wanted: int  # decided at its end
    machine_cpu: float
    complete: bool


@dataclass
class Measured:
    """A service's part of a run."""

    service: str
    objective_s: float = 0
    concurrency: int = 0
    ticks: list = field(default_factory=list)
    startups_s: list = field(default_factory=list)
    drains_s: list = field(default_factory=list)  # how long stopped replicas were still seen
    by_route: dict = field(default_factory=dict)  # how many requests
    stays_s: dict = field(default_factory=dict)  # by route: of answered ones at replicas, sorted
    latencies_s: list = field(default_factory=list)  # of answered requests, sorted
    requests: int = 0
    missed: int = 0  # late by their route's objective, shed or failed

    @property
    def missed_share(self):
        return self.missed / self.requests

    @property
    def replica_seconds(self):
        return sum(tick.dt_s * sum(tick.phases.values()) for tick in self.ticks)

    @property
    def p99_s(self):
        return quantile(self.latencies_s, 0.99)

    @property
    def cpu_mean(self):
        return statistics.fmean(tick.machine_cpu for tick in self.ticks)

    @property
    def saturated(self):
        above = sum(tick.machine_cpu > SATURATED_CPU for tick in self.ticks)
        return above > SATURATED_SHARE * len(self.ticks)

    @property
    def replicas_at_first(self):
        """Those that were ready for the first request."""
        first = next(i for i, tick in enumerate(self.ticks) if tick.arrivals > 0)
        return self.ticks[max(0, first - 1)].phases.get("ready", 0)

    @property
    def startup_s(self):
        """The mean and, as a share of it, how far an even distribution as wide would reach."""
        mean = statistics.fmean(self.startups_s)
        return mean, min(1, math.sqrt(3) * statistics.pstdev(self.startups_s) / mean)

    @property
    def drain_s(self):
        return statistics.fmean(self.drains_s) if self.drains_s else 0


def quantile(ordered, share):
    """The least value that so large a share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def changed(before, changes):
    """An observation from the one before and what changed; ages are not brought forward."""
    after = {**before, **changes}
    if "replicas" in changes:
        old = before.get("replicas", [])
        after["replicas"] = [{**(old[i] if i < len(old) else {}), **one}
                             for i, one in enumerate(changes["replicas"])]
    return after


class Journal:
    """What headroom wrote down while it ran (docs/formats/journal.md)."""

    def __init__(self, path):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as journal:
            policy = journal.execute("SELECT policy FROM checkpoint ORDER BY tick_id").fetchone()
            ticks = journal.execute("SELECT id, dt_ns, machine_cpu, whole FROM tick ORDER BY id")
            self.ticks = list(self._ticks(journal, ticks.fetchall()))
        self.policies = {one["service"]: one for one in json.loads(policy[0])["services"]}

    @staticmethod
    def _ticks(journal, ticks):
        services, wanted = {}, {}
        for number, dt_ns, machine_cpu, whole in ticks:
            if whole:
                services, wanted = {}, {}
            for place, changes in journal.execute(
                    "SELECT place, changed FROM seen WHERE tick_id = ?", (number,)):
                services[place] = changed(services.get(place, {}), json.loads(changes))
            wanted.update(journal.execute(
                "SELECT service, replicas FROM decided WHERE tick_id = ?", (number,)))
            yield ({"dt": dt_ns, "machine_cpu": machine_cpu, "services": list(services.values())},
                   dict(wanted))

    def of(self, service):
        """Pairs of a tick and the replicas in it, from the first one to the last request."""
        found, replicas = [], []
        for seen, decided in self.ticks:
            own = next((s for s in seen["services"] if s["service"] == service), {})
            complete = own.get("completeness", 1) == 1
            if complete:  # else nobody knew: those of the second before
                replicas = own.get("replicas", [])
            phases = {}
            for replica in replicas:
                phase = replica.get("phase", "starting")
                phases[phase] = phases.get(phase, 0) + 1
            wanted = decided.get(service, 0)
            found.append((Tick(seen["dt"] / 1e9, own.get("arrivals", 0), phases, wanted,
                               seen.get("machine_cpu", 0), complete), replicas))
        last = max(i for i, (tick, _) in enumerate(found) if tick.arrivals > 0)
        return found[:last + 1]


def measure(folder, service):
    """What `service` did in the run that left its journal and access log in `folder`."""
    journal = Journal(folder / "headroom.journal")
    policy = journal.policies[service]
    out = Measured(service, policy["objective"]["latency"] / 1e9, policy["replicas"]["concurrency"])
    startups, draining, present = {}, {}, {}
    for tick, replicas in journal.of(service):
        out.ticks.append(tick)
        now = {replica["id"] for replica in replicas}
        out.drains_s += [draining.pop(gone, 0) for gone in present.keys() - now]
        present = dict.fromkeys(now)
        for replica in replicas:
            if replica.get("startup"):
                startups[replica["id"]] = replica["startup"] / 1e9
            if replica.get("phase") == "draining":
                draining[replica["id"]] = draining.get(replica["id"], 0) + tick.dt_s
    out.startups_s = sorted(startups.values())
    read_requests(folder / "access.jsonl", out)
    return out


def read_requests(path, out):
    with open(path) as lines:
        for line in lines:
            request = json.loads(line)
            if request["service"] != out.service or request["outcome"] == "gone":
                continue
            out.requests += 1
            route = request["route"]
            out.by_route[route] = out.by_route.get(route, 0) + 1
            out.missed += request["outcome"] != "good"
            if request["outcome"] not in ("good", "late"):
                continue
            out.latencies_s.append(request["latency_ms"] / 1e3)
            stay_ms = request["latency_ms"] - request["waited_ms"]
            out.stays_s.setdefault(route, []).append(stay_ms / 1e3)
    out.latencies_s.sort()
    for stays_s in out.stays_s.values():
        stays_s.sort()


def service_time_text(stays_s):
    percentiles = ", ".join(f"p{p:g}: {max(1, round(1e6 * quantile(stays_s, p / 100)))}us"
                            for p in PERCENTS)
    return f"service_time: {{ percentiles: {{ {percentiles} }} }}"


def workload_text(measured):
    """The workload file: the service time is that at the replica, without the wait."""
    mean_s, spread = measured.startup_s
    together = sorted(stay_s for stays_s in measured.stays_s.values() for stay_s in stays_s)
    routes = "".join(f"  {name}:\n"
                     f"    share: {100 * measured.by_route[name] / measured.requests:g}%\n"
                     f"    {service_time_text(stays_s)}\n"
                     for name, stays_s in sorted(measured.stays_s.items()))
    return (f"# Measured over {measured.requests} requests, {len(measured.startups_s)} starts and "
            f"{len(measured.drains_s)} stops.\n"
            f"name: {measured.service}\n"
            f"concurrency: {measured.concurrency}\n"
            f"objective: {1e3 * measured.objective_s:g}ms\n"
            f"{service_time_text(together)}\n"
            f"routes:\n{routes}"
            f"startup: {{ mean: {round(1e3 * mean_s)}ms, spread: {100 * spread:.3g}% }}\n"
            f"drain: {round(1e3 * measured.drain_s)}ms\n")


def trace_text(measured):
    """What arrived, second by second."""
    lines = [f"{i},{tick.arrivals}" for i, tick in enumerate(measured.ticks)]
    return "\n".join(["timestamp_seconds,requests_per_second", *lines, ""])
