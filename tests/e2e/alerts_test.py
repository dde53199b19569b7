"""Metrics of a real headroom under promtool: how they are written, and which alerts they fire."""

import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from scrapes import ALERTS, PROMTOOL, WITHOUT_PROMTOOL, Recording, alert_names, parse, promtool
from small_disk import SmallDisk
from system import SystemTest, may_mount

MINUTE = 60
REFERENCE = ALERTS.parents[1] / "metrics.md"
OPERATING = ALERTS.parents[1] / "operating.md"
# While nothing can be served, requests are missed as well.
BURN = {"HeadroomObjectiveBurnsFast", "HeadroomObjectiveBurnsSlowly", "HeadroomUnavailable"}


class Alerts(SystemTest):
    """Each test causes one fault, records what /metrics says meanwhile as time-lapse, and asks
    promtool which alerts that fires."""

    def setUp(self):
        super().setUp()
        self.recording = Recording(lambda: self.ask("/metrics", address=self.admin)[1])

    def patient(self, *arguments, **more):
        """A service whose requests are not late on a busy machine."""
        return self.service(*arguments, objective={"latency": {"p99": "10s"}}, **more)

    def metric(self, name, **labels):
        """Its value in a scrape that is recorded; None while it has none."""
        for (found, text), value in self.recording.take().items():
            if found == name and all(f'{k}="{v}"' in text for k, v in labels.items()):
                return value
        return None

    def record(self, scrapes):
        for _ in range(scrapes):
            self.recording.take()
            time.sleep(0.4)

    def assert_fires(self, alerts, span_s, besides=()):
        fired = self.recording.fired(span_s, self.folder)
        fired -= {"HeadroomTicksDropped"}  # this machine may be busy, whatever is tried
        self.figure(f"{len(self.recording.scrapes)} scrapes fire {', '.join(sorted(fired)) or '-'}")
        self.assertLessEqual(alerts, fired)
        self.assertLessEqual(fired, alerts | set(besides))


@unittest.skipUnless(PROMTOOL, WITHOUT_PROMTOOL)
class Fired(Alerts):
    def test_a_healthy_service_fires_none_while_it_is_loaded_scaled_and_rolled_out(self):
        self.write({"shop": self.patient("--slots", 8)})
        headroom = self.start(ready={"shop": 1})
        self.record(20)
        load = self.load("/", rate=20, seconds=6)
        self.write({"shop": self.patient("--slots", 8, "--version", 2, replicas={"min": 2})})
        self.until(lambda: self.metric("headroom_replica_exits_total", reason="outdated") == 1
                   and self.metric("headroom_rollout_state", state="idle") == 1
                   and self.metric("headroom_replicas_ready") == 2, "it is rolled out")
        self.assertEqual(load.result()["failed"], 0)
        self.record(30)
        self.stop(headroom)
        self.assert_fires(set(), 60 * MINUTE)

    def test_a_crash_loop(self):
        self.write({"shop": self.patient("--crash-after-ms", 100)})
        self.start()
        self.until(lambda: (self.metric("headroom_replica_exits_total", reason="error") or 0) >= 4,
                   "it has crashed four times")
        self.assert_fires({"HeadroomCrashLoop"}, 5 * MINUTE, besides={"HeadroomNoReplica"})

    def test_a_crash_loop_that_was_there_before_the_first_scrape(self):
        self.write({"shop": self.patient("--crash-after-ms", 100)})
        headroom = self.start()
        self.until_said(headroom, r"(?s)(exited with status 3.*){3}")
        self.until(lambda: (self.metric("headroom_replica_exits_total", reason="error") or 0) >= 3,
                   "three are counted")
        self.recording.scrapes = self.recording.scrapes[-1:]
        self.assert_fires({"HeadroomCrashLoop"}, 5 * MINUTE, besides={"HeadroomNoReplica"})

    def test_starts_that_fail(self):
        self.write({"shop": self.patient("--exit", 3)})
        self.start()
        self.until(lambda: (self.metric("headroom_replica_failed_starts_in_a_row") or 0) >= 5,
                   "five starts have failed")
        self.record(10)
        self.assert_fires({"HeadroomStartsFail", "HeadroomNoReplica"}, 20 * MINUTE)

    def test_a_roll_out_that_hangs(self):
        self.write({"shop": self.patient()})
        self.start(ready={"shop": 1})
        self.write({"shop": self.patient("--unready-while", "headroom.yaml")})
        self.until(lambda: self.metric("headroom_rollout_state", state="rolling") == 1, "it rolls")
        self.recording.scrapes.clear()
        self.record(40)
        self.assert_fires({"HeadroomRolloutStuck"}, 40 * MINUTE)
        self.assertEqual(self.ask("/")[0], 200)

    def test_a_roll_out_that_is_given_up(self):
        self.write({"shop": self.patient()})
        headroom = self.start(ready={"shop": 1})
        self.write({"shop": self.patient("--exit", 3, run={"rollout_attempts": 2})})
        self.until(lambda: self.metric("headroom_rollout_state", state="given_up") == 1,
                   "it is given up")
        self.record(10)
        self.assert_fires({"HeadroomRolloutGivenUp"}, 10 * MINUTE)
        self.assertIn("the roll-out is given up after 2 failed starts in a row", headroom.err())
        seen = self.seen("shop")
        self.assertEqual(seen["rollout"]["state"], "given_up")
        self.assertEqual(seen["failed_starts"]["by_reason"]["error"], 2)
        self.assertEqual(self.ask("/")[0], 200)

    def test_a_service_that_is_pinned_at_max(self):
        self.write({"shop": self.patient("--slots", 1, "--wait-ms", 100,
                                         replicas={"min": 1, "max": 1, "concurrency": 2})},
                   gateway={"queue": {"wait": "10s"}})
        self.start(ready={"shop": 1})
        load = self.load("/", rate=30, seconds=40, options=("--timeout", "20s"))
        self.until(lambda: (self.metric("headroom_replicas_wanted_unbounded") or 0) > 1,
                   "more would be wanted")
        self.recording.scrapes.clear()
        self.record(20)
        load.kill()
        self.assert_fires({"HeadroomPinnedAtMax"}, 20 * MINUTE, besides=BURN)

    def test_a_service_that_is_too_slow_for_its_objective(self):
        shop = self.service("--slots", 20, "--wait-ms", 50, objective={"latency": {"p99": "10ms"}},
                            replicas={"min": 1, "max": 1})
        self.write({"shop": shop})
        self.start(ready={"shop": 1})
        load = self.load("/", rate=20, seconds=120)
        self.until(lambda: self.metric("headroom_requests_missed_total", reason="late"),
                   "some are late")
        self.until(lambda: self.metric("headroom_more_replicas_cannot_help") == 1, "it is known")
        self.recording.scrapes.clear()
        self.record(60)
        load.kill()
        self.assert_fires({"HeadroomObjectiveBurnsFast", "HeadroomObjectiveBurnsSlowly",
                           "HeadroomMoreReplicasCannotHelp"},
                          60 * MINUTE, besides={"HeadroomPinnedAtMax"})

    def test_an_endpoint_that_does_not_answer(self):
        self.write({"shop": {"objective": {"latency": {"p99": "500ms"}}, "ready": "/readyz",
                             "endpoints": [self.other_address()]}})
        self.start()
        self.until(lambda: self.metric("headroom_replica_healthy") == 0, "it is found out")
        self.record(10)
        self.assert_fires({"HeadroomEndpointDown"}, 10 * MINUTE)

    def test_a_file_that_is_wrong(self):
        self.write({"shop": self.patient()})
        headroom = self.start(ready={"shop": 1})
        self.assertEqual(self.metric("headroom_config_last_reload_successful"), 1)
        self.write_text("services: none\n")
        self.until_said(headroom, "the last good one stays")
        self.record(20)
        self.assertFalse(self.services()["reload"]["ok"])
        self.assert_fires({"HeadroomReloadFailed"}, 20 * MINUTE)


@unittest.skipUnless(PROMTOOL, WITHOUT_PROMTOOL)
@unittest.skipUnless(may_mount(), "a disk of its own needs the right to mount one")
class Journal(Alerts, SmallDisk):
    def test_a_journal_that_cannot_be_written(self):
        (self.folder / "disk").mkdir()
        self.write({"shop": self.patient()}, journal={"path": "disk/journal"})
        headroom = self.start_on_small_disk()
        self.until(lambda: self.count("shop") == 1, "it is ready")
        self.fill(self.disk_of(headroom) / "filler")
        self.until(lambda: self.metric("headroom_journal_healthy") == 0, "it is found out")
        self.record(10)
        self.assert_fires({"HeadroomJournalLost"}, 10 * MINUTE)


class Written(Alerts):
    """The scrape itself, the rules, and what documentation says of both."""

    def scrape(self):
        """With every metric there is: a service that headroom runs and one that it does not."""
        self.write({"shop": self.patient(), "catalog": {
            "objective": {"latency": {"p99": "123ms"}}, "endpoints": [self.other_address()]}})
        self.start(ready={"shop": 1})
        self.assertEqual(self.ask("/", host="shop")[0], 200)
        self.until(lambda: self.metric("headroom_requests_total", service="shop", outcome="good"),
                   "the request is counted")
        self.until(lambda: self.metric("headroom_replica_cpu_seconds_total") is not None
                   and self.metric("headroom_replicas_wanted") is not None, "it has decided")
        return self.ask("/metrics", address=self.admin)[1]

    @unittest.skipUnless(PROMTOOL, WITHOUT_PROMTOOL)
    def test_metrics_keep_the_rules_of_prometheus(self):
        code, said = promtool("check", "metrics", input=self.scrape())
        self.assertEqual((code, said), (0, ""))

    def test_every_metric_is_in_the_reference_and_every_one_there_is_in_a_scrape(self):
        scrape = self.scrape()
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \|", REFERENCE.read_text(), re.MULTILINE)
        documented = {name: (kind, set(re.findall(r"`(\w+)`", labels)))
                      for name, kind, labels in rows}
        kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", scrape, re.MULTILINE))
        self.assertEqual(kinds, {name: kind for name, (kind, _) in documented.items()})
        for name, labels in parse(scrape):
            family = name if name in kinds else re.sub(r"_(bucket|sum|count)$", "", name)
            found = set(re.findall(r'(\w+)="', labels)) - {"le"}
            self.assertEqual(found, documented[family][1], name)

    def test_a_bucket_ends_at_the_objective_of_each_service(self):
        scrape = parse(self.scrape())
        for service, le in (("shop", "10"), ("catalog", "0.123")):
            self.assertTrue(any(name == "headroom_request_duration_seconds_bucket"
                                and f'service="{service}"' in labels and f'le="{le}"' in labels
                                for name, labels in scrape), f"{service} {le}")

    @unittest.skipUnless(PROMTOOL, WITHOUT_PROMTOOL)
    def test_the_rules_are_right_and_fire_as_their_unit_tests_say(self):
        self.assertEqual(promtool("check", "rules", str(ALERTS))[0], 0)
        code, said = promtool("test", "rules", str(ALERTS.with_name("alerts_test.yml")))
        self.assertEqual(code, 0, said)

    def test_every_alert_is_explained_and_every_explained_one_exists(self):
        explained = re.findall(r"^\| `(Headroom\w+)` \|", OPERATING.read_text(), re.MULTILINE)
        self.assertEqual(explained, alert_names())

    def test_every_alert_fires_in_some_test(self):
        tests = ALERTS.with_name("alerts_test.yml").read_text() + pathlib.Path(__file__).read_text()
        named = set(re.findall(r"Headroom\w+", tests))
        self.assertEqual([name for name in alert_names() if name not in named], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
