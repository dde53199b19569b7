"""Every command that the documentation shows is tried, or it is said where it is."""

import gzip
import math
import os
import pathlib
import re
import subprocess
import sys
import unittest
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "../e2e")]
from documented import (ROOT, everywhere, fences, in_console, in_sentences, options_of,
                        outside_console)
from system import PATIENCE_S, PROGRAM, SystemTest

REPLICA = ROOT / "tests" / "e2e" / "replica.py"


@dataclass
class Run:
    """Runs to its end in a reader's folder, where `instead` makes it shorter or local."""

    ends: tuple = (0,)
    instead: dict = field(default_factory=dict)


@dataclass
class Serve:
    """Runs until it is ready and has answered, and ends by SIGTERM with 0: before all others."""


@dataclass
class Elsewhere:
    """Is tried where that file says `word`."""

    file: str
    word: str


GATE = Run(ends=(0, 3))  # whether the requirement holds depends on the reader's trace
QUICK = "--policies headroom,kpa --trace"  # of all rivals, over all settings: not in a minute
TABLE = {
    "./dev demo": Elsewhere("tests/e2e/demo_test.py", "demo.sh"),
    "./dev test": Elsewhere(".ci/run", "./dev test"),
    "./dev test --all": Elsewhere(".ci/run", "./dev test --all"),
    "./dev setup all": Elsewhere("dev", "setup ${all:+all}"),
    "./dev build": Elsewhere("dev", "build release || exit 1"),
    "./dev build dev": Elsewhere("dev", "test_cpp dev"),
    "./dev golden": Elsewhere("tests/golden/CMakeLists.txt", "headroom_golden"),
    "./dev golden --accept": Elsewhere("tests/golden/CMakeLists.txt", "headroom_golden"),
    "./dev fmt": Elsewhere("dev", "check_format"),
    "./dev lint --tidy": Elsewhere("dev", "part 'clang-tidy'"),
    "./dev fuzz 600": Elsewhere("dev", "part 'fuzz' fuzz 60"),
    "./dev fuzz-state 600": Elsewhere("dev", "fuzz_state 60"),
    "headroom check -f headroom.yaml": Run(),
    "headroom run -f headroom.yaml": Serve(),
    "headroom run -f headroom.yaml --upgrade": Elsewhere("tests/e2e/restart_test.py", "--upgrade"),
    "headroom run -f headroom.yaml --upgrade --detach":
        Elsewhere("tests/e2e/service_manager_test.py", '"--upgrade", "--detach"'),
    "headroom explain --service checkout --last": Run(),
    "headroom replay --set services.checkout.replicas.max=5": Run(),
    "headroom simulate -f headroom.yaml --trace last-month.csv --require met": GATE,
    "headroom compare --trace last-month.csv --report comparison.html":
        Run(instead={"--trace": QUICK}),
    "headroom tune --trace last-month.csv --policy hpa-cpu --permitted 0.1%": Run(),
    "headroom forecast --trace last-month.csv --horizon 15m": Run(),
    "headroom forecast --trace access-week.csv --horizon 6h --report ahead.html":
        Run(instead={"access-week.csv --horizon 6h": "day.csv --horizon 15m"}),
    "headroom forecast --trace access-week.csv --horizon 6h "
    "--event 2026-12-24T18:00:00Z,2h,3,50%":
        Run(instead={"access-week.csv --horizon 6h": "day.csv --horizon 15m"}),
    "headroom forecast --trace access-week.csv --horizon 30m --backtest":
        Run(instead={"access-week.csv --horizon 30m": "day.csv.gz --horizon 15m"}),
    "headroom tune --trace worldcup98_60s_to_jun25.csv.gz --days 4 --policy hpa-cpu,kpa,fixed "
    "--permitted 0.1%": Run(instead={"worldcup98_60s_to_jun25.csv.gz": "rates.csv.gz"}),
    "headroom simulate -f headroom.yaml --service checkout --trace day.csv --peak-replicas 40 "
    "--policy headroom --startup 30s --require met": GATE,
    "headroom simulate -f headroom.yaml --trace day.csv --seeds 5 --require 'wanting<=0.1%' "
    "--require 'worst5m<5%' --require 'cost<500'": GATE,
    "headroom simulate -f headroom.yaml --trace day.csv --journal day.journal --report day.html":
        Run(),
    "headroom explain -j day.journal --service checkout --last": Run(),
    "headroom compare -f headroom.yaml --service checkout --trace last-month.csv":
        Run(instead={"--trace": QUICK}),
    "headroom simulate -f headroom.yaml --trace access.csv --plant exact --objective workload":
        Run(),
    "headroom simulate -f headroom.yaml --trace log.csv --requests --column exec_seconds": Run(),
    "headroom compare --trace access.csv rates.csv.gz --report frontier.html":
        Run(instead={"--trace": QUICK}),
    "headroom simulate -f headroom.yaml --trace last-month.csv --world bad-day.yaml "
    "--require 'missed<0.5%'": GATE,
    "headroom load http://127.0.0.1:8080/ --rate 200 --duration 30s":
        Run(instead={"30s": "1s"}),
    "headroom load http://127.0.0.1:8080/ --rate 100 --shape day --duration 110s --dry-run": Run(),
    "headroom load 'POST:http://127.0.0.1:8080/buy*6' 'http://127.0.0.1:8080/cart*1' "
    "--trace day.csv.gz --from 897903000 --to 897949800 --speed 425 --scale 0.24 "
    "--objective p99=150ms --log client.jsonl --format json":
        Run(instead={"--format": "--duration 1s --format"}),
    "headroom load http://127.0.0.1:8080/ --closed 64 --duration 10s":
        Run(instead={"10s": "1s"}),
    "headroom load http://127.0.0.1:8080/ "
    "--trace ../shared/traces/worldcup98_60s_to_jun25.csv.gz "
    "--from 898761600 --to 898804800 --dry-run":
        Run(instead={"../shared/traces/worldcup98_60s_to_jun25.csv.gz": "day.csv.gz",
                     "898761600": "897903000", "898804800": "897949800"}),
}


def waves(rows, step_s, begin=0, rate=20):
    lines = ["timestamp_seconds,requests_per_second"]
    lines += [f"{begin + step_s * i},{rate * (1 + 0.6 * math.sin(i / 4)):.3f}" for i in range(rows)]
    return "\n".join(lines) + "\n"


def requests(duration, count=6000):
    lines = [f"timestamp_seconds,{duration}"]
    lines += [f"{i / 10},{0.05 + 0.02 * math.sin(i):.4f}" for i in range(count)]
    return "\n".join(lines) + "\n"


def example(page, first_line):
    """The block of a page that begins with that line, or has it as its first comment."""
    for _, _, block in fences((ROOT / page).read_text()):
        if block and block[0].startswith(first_line):
            return "\n".join(block) + "\n"
    raise AssertionError(f"{page} has no block that begins with {first_line}")


class Commands(SystemTest):
    """A reader's folder: the README's file and service, and small traces by the names used."""

    def setUp(self):
        super().setUp()
        file = example("README.md", "# headroom.yaml").replace(":8080", self.listen)
        self.write_text(file.replace("127.0.0.1:9900", self.admin))
        self.write_text(example("docs/formats/world.md", "new_nodes:"), "bad-day.yaml")
        self.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S {REPLICA} \"$@\"\n", "checkout")
        (self.folder / "checkout").chmod(0o755)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/headroom").symlink_to(PROGRAM)
        for name, text in (("last-month.csv", waves(40, 60)), ("day.csv", waves(40, 60)),
                           ("access.csv", requests("duration_seconds")),
                           ("log.csv", requests("exec_seconds"))):
            self.write_text(text, name)
        for name, text in (("rates.csv.gz", waves(40, 60)),
                           ("day.csv.gz", waves(780, 60, 897903000))):
            (self.folder / name).write_bytes(gzip.compress(text.encode()))

    def spawn_shell(self, command, name):
        """The command as a shell reads it, with the built program as `headroom`."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        for address, own in (("127.0.0.1:8080", self.listen), ("127.0.0.1:9900", self.admin)):
            command = command.replace(address, own)
        return subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=self.folder, text=True,
                                env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def serve(self):
        """`headroom run -f headroom.yaml` until there is an answer and a first decision."""
        headroom = self.start(ready={"checkout": 2})
        self.assertEqual(self.ask("/")[0], 200)
        return headroom

    def complete_shell(self, command, how):
        for old, new in how.instead.items():
            self.assertIn(old, command)
            command = command.replace(old, new)
        process = self.spawn_shell(command, "command")
        try:
            out, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        self.assertIn(process.returncode, how.ends, f"{command}\n{out}")

    def test_every_command_of_a_console_block_is_tried(self):
        shown = {one.text: one.where for one in everywhere(in_console)}
        for text, where in shown.items():
            self.assertIn(text, TABLE, f"{where}: not in the table of commands_test.py")
        self.assertEqual([text for text in TABLE if text not in shown], [], "no longer shown")
        self.stop(self.serve())  # leaves a journal
        server = self.serve()  # for those that send requests
        for text, how in TABLE.items():
            with self.subTest(text, where=shown[text]):
                if isinstance(how, Elsewhere):
                    self.assertIn(how.word, (ROOT / how.file).read_text(), how.file)
                elif isinstance(how, Run):
                    self.complete_shell(text, how)
        self.stop(server)


class Mentions(unittest.TestCase):
    """Commands within sentences: their names and options exist."""

    dev = (ROOT / "dev").read_text()

    def help_of(self, name):
        """The help of a subcommand, or nothing where there is none: then it is the program's."""
        done = subprocess.run([PROGRAM, name, "--help"], capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)
        return done.stdout if f"Usage: headroom {name} " in done.stdout else None

    def problem_with(self, command):
        """What a mention gets wrong, or nothing."""
        program, name, *rest = command.split()
        if program == "headroom":
            text = self.help_of(name)
        elif name == "bench":
            scripts = list(ROOT.glob(f"bench/*/{rest[0]}.py")) if rest else []
            text = scripts[0].read_text() if scripts else None
        else:
            text = self.dev if re.search(rf"^  {name}\)", self.dev, re.M) else None
        if text is None:
            return "no such command"
        unknown = [option for option in options_of(command)
                   if not re.search(rf"{option}(?![\w-])", text)]
        return f"no such option: {unknown}" if unknown else None

    def test_what_sentences_mention_exists(self):
        mentions = everywhere(in_sentences) + everywhere(in_console)
        self.assertGreater(len(mentions), 20)
        wrong = [f"{one.where}: {one.text}: {problem}" for one in mentions
                 if (problem := self.problem_with(one.text))]
        self.assertEqual(wrong, [])

    def test_a_mention_of_nothing_is_noticed(self):
        self.assertIsNone(self.problem_with("headroom load URL --dry-run"))
        for command in ("headroom lode URL", "headroom load URL --dry", "./dev bench nothing",
                        "./dev tset", "./dev demo --nothing"):
            self.assertIsNotNone(self.problem_with(command), command)

    def test_commands_stand_in_console_blocks(self):
        self.assertEqual([one.where for one in everywhere(outside_console)], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
