"""Scrapes of /metrics of a real headroom, and the alerts that promtool finds in them."""

import json
import pathlib
import re
import shutil
import subprocess
import time

ALERTS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "prometheus" / "alerts.yml"
PROMTOOL = shutil.which("promtool")
WITHOUT_PROMTOOL = "promtool is not installed (./dev setup all installs it)"

START = ("process_start_time_seconds", "")  # the one stamp that an alert looks at
SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")


def parse(text):
    """{(name, labels as they stand): value} of one scrape."""
    samples = {}
    for line in text.splitlines():
        if match := SAMPLE.match(line):
            samples[match[1], match[2] or ""] = float(match[3])
    return samples


def alert_names():
    return re.findall(r"- alert: (\w+)", ALERTS.read_text())


def names_in_alerts():
    """The metrics that alerts look at: nothing else has to be kept."""
    return set(re.findall(r"\b(?:headroom_[a-z_]+|process_[a-z_]+|up)\b", ALERTS.read_text()))


class Recording:
    """What a scrape every so often has found, put on a longer span of time as time-lapse."""

    def __init__(self, scrape):
        self.scrape = scrape
        self.scrapes = []
        self.began_s = time.time()  # where the clock of the time-lapse is zero

    def take(self):
        found = parse(self.scrape())
        self.scrapes.append({s: v for s, v in found.items() if s[0] in names_in_alerts()})
        self.scrapes[-1]["up", ""] = 1.0
        if START in self.scrapes[-1]:
            self.scrapes[-1][START] -= self.began_s
        return found

    def series(self):
        """Each series with its values; `_` before it began, `stale` once it has ended."""
        for series in sorted(set().union(*self.scrapes)):
            values, last = [], None
            for scrape in self.scrapes:
                now = scrape.get(series)
                values.append(f"{now:.9f}" if now is not None else "_" if last is None else "stale")
                last = now
            name, labels = series
            own = ",".join(part for part in ('job="headroom",instance="here"', labels) if part)
            yield f"{name}{{{own}}}", " ".join(values)

    def fired(self, span_s, folder):
        """The names of alerts that fire at some moment, with the scrapes spread over `span_s`."""
        step_s = max(1, round(span_s / len(self.scrapes)))
        end_s = step_s * len(self.scrapes)
        seen = 'last_over_time(ALERTS{{alertname="{}",alertstate="firing"}}[{}s])'
        test = {
            "rule_files": [str(ALERTS)],
            "evaluation_interval": f"{step_s}s",
            "group_eval_order": ["headroom-burn", "headroom"],
            "tests": [{
                "interval": f"{step_s}s",
                "input_series": [{"series": s, "values": v} for s, v in self.series()],
                "promql_expr_test": [{
                    "expr": f"clamp_max(count({seen.format(name, end_s)}), 1)",
                    "eval_time": f"{end_s}s",
                    "exp_samples": [{"labels": "{}", "value": 1}],
                } for name in alert_names()]}]}
        (folder / "alerts_test.json").write_text(json.dumps(test))
        code, said = promtool("test", "rules", "alerts_test.json", cwd=folder)
        silent = re.findall(r'alertname=\\?"(\w+)\\?"[^\n]*\n\s*exp:[^\n]*\n\s*got: nil', said)
        if code not in (0, 1) or (code == 1) != bool(silent) or said.count("exp:") != len(silent):
            raise AssertionError(said)
        return set(alert_names()) - set(silent)


def promtool(*arguments, **options):
    """Its exit code and all it said."""
    done = subprocess.run([PROMTOOL, *arguments], text=True, capture_output=True, timeout=60,
                          check=False, **options)
    return done.returncode, done.stdout + done.stderr
