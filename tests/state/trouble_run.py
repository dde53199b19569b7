"""One headroom under load through all faults, and the accounts of every request at the end."""

import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/e2e")]
import reconcile
from descriptors_test import Descriptors
from logs_test import Logs
from orphans_test import Orphans
from system import Process
from trouble_faults import HEAD_TIMEOUT_S, QUEUE_LENGTH, WORKERS, Faults

RATE = 60
LOAD = ("POST:/checkout*3", "/cart*2", "/search*3", "/items/7*2")
SERVICES = ("checkout", "catalog")
REPORT = r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:"


def examples():
    return pathlib.Path(os.environ.get("HEADROOM_EXAMPLES", ROOT / "build/examples")).resolve()


@dataclass
class Outcome:
    """A fault: what was provoked, and what was seen or went wrong."""

    provoked: str
    seen: str
    verdict: str  # ok, skipped, FAILED

    def __str__(self):
        return f"{self.verdict:8}{self.provoked}: {self.seen}"


class TroubleRun(Faults):
    """The faults are spread over `seconds`, one after the other; afterwards all logs agree."""

    seconds = 600

    def setUp(self):
        super().setUp()
        self.outcomes = []
        os.environ["ASAN_OPTIONS"] = ("detect_stack_use_after_return=1:strict_string_checks=1:"
                                      f"log_path={self.folder}/sanitizer")
        os.environ["UBSAN_OPTIONS"] = f"print_stacktrace=1:log_path={self.folder}/sanitizer"
        self.allow_time()

    def allow_time(self):
        """For this run; the tests within it end with an alarm switched off."""
        signal.signal(signal.SIGALRM, self.took_too_long)
        signal.alarm(self.seconds + 600)

    # --- the run -----------------------------------------------------------------------------

    def test_every_fault_under_load(self):
        self.begin_everything()
        began = time.monotonic()
        faults = self.faults()
        for i, (provoked, provoke) in enumerate(faults):
            if not self.headroom.running():
                break
            self.pass_time(began + (self.seconds - HEAD_TIMEOUT_S) * i / len(faults))
            self.check(provoked, lambda provoke=provoke: self.under_load(provoke))
        self.pass_time(began + self.seconds)
        self.end_everything_in_order()

    def faults(self):
        return [
            ("2.1 12 MB answered early, a slow reader that sends on",
             self.answers_early_to_a_slow_reader),
            ("2.2 standard error whose reader leaves",
             self.beside(Logs, "test_standard_error_whose_reader_left_ends_nothing")),
            ("2.2 standard error whose reader stalls",
             self.beside(Logs, "test_standard_error_whose_reader_stalls_stops_nothing")),
            ("2.2 access log - whose reader stalls",
             self.beside(Logs, "test_an_access_log_whose_reader_stalls_stops_no_request")),
            ("2.3 300 idle clients at a limit of 256 open files",
             self.beside(Descriptors, "test_idle_clients_beyond_the_limit_put_no_replica_out_"
                                      "and_open_connections_go_on")),
            ("2.4 a fast download beside small requests",
             self.downloads_fast_beside_small_requests),
            ("2.5 thousands of waiters that displace each other",
             self.displaces_thousands_of_waiters),
            ("2.6 15 orphans of a replica, headroom is PID 1",
             self.beside(Orphans, "test_as_pid_1_orphans_of_replicas_are_reaped")),
            ("2.6 15 orphans of a replica, headroom is not PID 1",
             self.beside(Orphans, "test_orphans_of_replicas_are_reaped")),
            ("2.7 one byte of a head on each of thousands of connections",
             self.begins_thousands_of_heads),
            ("2.8 an empty line after a body", self.sends_an_empty_line_after_a_body),
        ]

    def beside(self, kind, name):
        """A test of the built program with processes of its own, while this one is under load."""
        def provoke():
            result, began = unittest.TestResult(), time.monotonic()
            kind(name).run(result)
            self.allow_time()
            for _, why in result.failures + result.errors:
                self.fail(why.strip().splitlines()[-1])
            for _, why in result.skipped:
                raise unittest.SkipTest(why)
            return f"{kind.__name__}.{name} holds, in {time.monotonic() - began:.1f} s"
        return provoke

    def check(self, what, how):
        try:
            outcome = Outcome(what, how(), "ok")
        except unittest.SkipTest as why:
            outcome = Outcome(what, str(why), "skipped")
        except Exception as error:  # whatever it is, the accounts are made all the same
            outcome = Outcome(what, f"{type(error).__name__}: {error}", "FAILED")
        self.outcomes.append(outcome)
        print(f"trouble: {outcome.verdict:7} {what}", file=sys.stderr, flush=True)

    def under_load(self, provoke):
        seen = provoke()
        self.assertTrue(self.headroom.running(), "headroom under load has ended")
        self.assertTrue(self.loading.running(), "the load had ended before: more --seconds")
        return seen

    def pass_time(self, until):
        while time.monotonic() < until and self.headroom.running():
            time.sleep(0.1)

    # --- its beginning and end ---------------------------------------------------------------

    def begin_everything(self):
        odd = self.other_address()
        self.processes.append(Process(self.folder, "odd", [
            sys.executable, "-I", "-S", str(HERE / "trouble_replica.py"), "--listen", odd,
            "--log", "odd.jsonl", "--open", "open"]))
        self.until(lambda: not self.refused(odd), "the odd replica listens")
        self.write(
            {"checkout": self.example("checkout", "POST /checkout", "GET /cart"),
             "catalog": self.example("catalog", "GET /search", "GET /items"),
             # Objectives that leave time for every wait: nobody is told that it is in vain.
             "odd": {"objective": {"latency": {"p99": "10m"}}, "endpoints": [odd],
                     "replicas": {"concurrency": 4},
                     "routes": [
                         {"match": "/odd", "timeout": "10m"},
                         {"match": "/odd/held/sheddable", "priority": "sheddable",
                          "timeout": "10m"},
                         {"match": "/odd/held/critical", "priority": "critical",
                          "timeout": "10m"}]}},
            {"workers": WORKERS, "head_timeout": f"{HEAD_TIMEOUT_S}s",
             "queue": {"length": QUEUE_LENGTH, "wait": "30s"}})
        self.headroom = self.start(ready={"checkout": 2, "catalog": 2, "odd": 1})
        self.loading = self.load(*LOAD, rate=RATE, seconds=self.seconds,
                                 options=("--timeout", "30s", "--body-bytes", "100"))

    def example(self, name, *routes):
        command = (f"{examples() / name} --listen {{address}} --slots 4 --store-wait 40ms "
                   f"--warm-up 500ms --log {name}.jsonl")
        return {"objective": {"latency": {"p99": "30s"}},
                "routes": [{"match": route, "timeout": "30s"} for route in routes],
                "replicas": {"min": 2, "max": 4, "concurrency": 4},
                "run": {"command": command, "env": {"GOMAXPROCS": "1"}}}

    def end_everything_in_order(self):
        self.check("the load is answered", self.load_is_answered)
        self.check("SIGTERM ends headroom with 0 and leaves no replica", self.headroom_ends)
        self.check("every request is accounted for", self.everything_is_accounted_for)
        self.check("no sanitizer has anything to say", self.sanitizers_are_silent)
        if any(outcome.verdict == "FAILED" for outcome in self.outcomes):
            print(f"the logs are in {self.keep_logs()}", file=sys.stderr)

    def load_is_answered(self):
        result = self.loading.result()
        counts = ", ".join(f"{result[k]} {k}" for k in ("sent", "good", "late", "shed", "failed"))
        self.assertEqual(result["failed"] + result["shed"], 0, f"{counts}; {result['errors']}")
        return f"{counts}, p99 {result['latency_ms']['p99']} ms"

    def headroom_ends(self):
        self.assertIsNone(self.headroom.popen.poll(), "it had ended before")
        self.stop(self.headroom)
        self.assertEqual(self.replicas(), [])
        return f"it lived {self.seconds} s and more"

    def everything_is_accounted_for(self):
        self.ledger.write(self.folder / "trouble.jsonl")
        def log(*names):
            return [self.folder / f"{name}.jsonl" for name in names]

        logs = reconcile.Logs(
            client=reconcile.read(log("load", "trouble"), "id", "status", "sent_ns"),
            gateway=reconcile.read(log("access"), "request_id", "status", "attempts"),
            services=reconcile.read(log("odd", *SERVICES), "id", "method", "status"))
        wrong = reconcile.violations(logs)
        # What was sent has its line also where the client saw no answer.
        wrong["sent, but the gateway has not one line"] = [
            request for request, (line, *_) in logs.client.items()
            if line["sent_ns"] is not None and len(logs.gateway.get(request, [])) != 1]
        found = [f"{kind}: {len(ids)}, such as {ids[0]}" for kind, ids in wrong.items() if ids]
        self.assertFalse(found, "; ".join(found))
        return "; ".join(" ".join(line.split()) for line in reconcile.counts(logs))

    def sanitizers_are_silent(self):
        reports = sorted(self.folder.glob("sanitizer*"))
        self.assertEqual([path.read_text()[:2000] for path in reports], [])
        for path in self.folder.glob("*.err"):
            self.assertNotRegex(path.read_text(errors="replace"), REPORT)
        instrumented = b"__asan_init" in pathlib.Path(os.environ["HEADROOM_PROGRAM"]).read_bytes()
        return "under AddressSanitizer" if instrumented else "but this build has none"

    # --- afterwards --------------------------------------------------------------------------

    def keep_logs(self):
        """Where they can be looked at, as the run's own folder goes."""
        kept = pathlib.Path(tempfile.mkdtemp(prefix="headroom-trouble-"))
        for path in self.folder.iterdir():
            if path.is_file():
                shutil.copy(path, kept)
        with contextlib.suppress(FileNotFoundError):
            shutil.copytree(self.folder / "state/logs", kept / "replicas")
        return kept
