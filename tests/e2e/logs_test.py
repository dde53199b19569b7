"""Readers of standard error and of the access log that leave or stall, and log rotation."""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import HERE, PROGRAM, Process, SystemTest

PANIC = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:4 +0x25"


class Pipe:
    """Small, so that it is full soon."""

    def __init__(self):
        self.reading, self.writing = os.pipe()
        fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, 4096)
        self.text = b""

    def fill(self):
        """By a description of its own: the one that is handed on stays as it is."""
        other = os.open(f"/proc/self/fd/{self.writing}", os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(other, b"\n")
        os.close(other)

    def read_on(self):
        """From now on, until the last writer has closed it."""
        def read():
            while some := os.read(self.reading, 65536):
                self.text += some

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()

    def close(self):
        for fd in (self.reading, self.writing):
            with contextlib.suppress(OSError):
                os.close(fd)


class PipedProcess(Process):
    """With standard output or standard error a pipe instead of a file."""

    def __init__(self, folder, name, arguments, out=None, err=None):
        self.paths = [folder / f"{name}.out", folder / f"{name}.err"]
        with open(self.paths[0], "ab") as out_file, open(self.paths[1], "ab") as err_file:
            self.popen = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, cwd=folder,
                stdout=out.writing if out else out_file, stderr=err.writing if err else err_file)
        self.pid = self.popen.pid
        for pipe in filter(None, (out, err)):
            os.close(pipe.writing)


class Logs(SystemTest):
    def pipe(self):
        pipe = Pipe()
        self.addCleanup(pipe.close)
        return pipe

    def begin_piped(self, command="run", **pipes):
        def kind(folder, name, arguments):
            return PipedProcess(folder, name, arguments, **pipes)

        headroom = self.spawn(command, command, "-f", "headroom.yaml", kind=kind)
        self.until(lambda: self.ask("/", address=self.admin)[0] == 404, "the admin answers")
        return headroom

    def ready(self):
        return self.ask("/readyz", address=self.admin)[0] == 200

    def dropped(self, log):
        metrics = self.ask("/metrics", address=self.admin)[1]
        return int(re.search(rf'^headroom_log_lines_dropped_total{{log="{log}"}} (\d+)$', metrics,
                             re.MULTILINE)[1])

    def shop(self, *routes, **more):
        return self.service(routes=[{"match": route} for route in routes or ("/",)], **more)

    def serve_and_reload(self, command):
        """What must go on whatever becomes of standard error."""
        self.until(lambda: self.ready() or command == "gateway", "it is ready")
        self.until(lambda: self.ask("/old")[0] == 200, "it serves")
        self.write(self.services_of(command, "/new"))
        self.until(lambda: self.ask("/new")[0] == 200, "the changed file is in force")
        self.assertEqual(self.ask("/old")[0], 404)

    def services_of(self, command, route):
        if command == "run":
            return {"shop": self.shop(route)}
        return {"shop": {"objective": {"latency": {"p99": "500ms"}},
                         "endpoints": [self.endpoint], "routes": [{"match": route}]}}

    def run_endpoint(self):
        self.endpoint = self.other_address()
        self.processes.append(Process(self.folder, "endpoint", [
            sys.executable, "-I", "-S", str(HERE / "replica.py"), "--listen", self.endpoint]))
        self.until(lambda: not self.refused(self.endpoint), "the endpoint listens")

    def test_standard_error_whose_reader_left_ends_nothing(self):
        self.run_endpoint()
        for command in ("run", "gateway"):
            with self.subTest(command):
                self.write(self.services_of(command, "/old"))
                err = self.pipe()
                headroom = self.begin_piped(command, err=err)
                self.assertIn(b"listening on ", os.read(err.reading, 65536))
                os.close(err.reading)  # as `| head -1` does
                self.serve_and_reload(command)
                self.until(lambda: self.dropped("messages") > 0, "lines are counted")
                self.stop(headroom)
                self.assertEqual(self.replicas(), [])

    def test_standard_error_whose_reader_stalls_stops_nothing(self):
        self.run_endpoint()
        for command in ("run", "gateway"):
            with self.subTest(command):
                self.write(self.services_of(command, "/old"))
                err = self.pipe()
                err.fill()
                headroom = self.begin_piped(command, err=err)
                self.serve_and_reload(command)
                self.assertEqual(self.dropped("messages"), 0, "they are kept for the reader")
                self.stop(headroom)  # within the patience of every test, not when it is read
                self.assertEqual(self.replicas(), [])
                err.read_on()
                err.reader.join()
                self.assertEqual(err.text.strip(b"\n"), b"", "what was never read is lost")

    def test_an_error_that_nobody_reads_ends_with_its_code(self):
        self.write_text("nonsense")
        for command in ("run", "gateway"):
            err = self.pipe()
            err.fill()
            headroom = PipedProcess(self.folder, command, [PROGRAM, command], err=err)
            self.processes.append(headroom)
            self.assertEqual(headroom.wait(), 2)

    def test_an_access_log_whose_reader_stalls_stops_no_request(self):
        self.write({"shop": self.shop()}, gateway={"access_log": "-"})
        out = self.pipe()
        headroom = self.begin_piped(out=out)
        self.until(self.ready, "it is ready")
        long_path = "/" + "x" * 7000
        requests = 0

        def ask(times):
            for _ in range(times):
                self.assertEqual(self.ask(long_path)[0], 200)
                self.assertTrue(self.ready())
            return times

        while self.dropped("access") == 0:  # 1 MiB is kept, and what a worker holds
            requests += ask(50)
            self.assertLess(requests, 2000)
        out.read_on()
        self.until(lambda: b"lines were dropped" in out.text, "the log says that lines are missing")
        requests += ask(10)
        dropped = self.dropped("access")
        self.stop(headroom)
        out.reader.join()
        lines = [json.loads(line) for line in out.text.splitlines()]
        notices = [line for line in lines if "lines_dropped" in line]
        self.assertEqual(sum(line["lines_dropped"] for line in notices), dropped)
        for notice in notices:
            self.assertEqual(notice["message"],
                             f"{notice['lines_dropped']} lines were dropped here")
        self.assertEqual({line["path"] for line in lines if line not in notices}, {long_path})
        self.assertEqual(len(lines) - len(notices) + dropped, requests)

    def test_an_access_log_that_is_never_read_does_not_keep_it_from_stopping(self):
        self.write({"shop": self.shop()}, gateway={"access_log": "-"})
        out = self.pipe()
        out.fill()
        headroom = self.begin_piped(out=out)
        self.until(self.ready, "it is ready")
        self.assertEqual(self.ask("/")[0], 200)
        self.stop(headroom)

    def test_an_access_log_that_cannot_be_written_is_told_once_and_once_when_it_heals(self):
        self.run_endpoint()
        log = self.folder / "access.jsonl"
        for command in ("run", "gateway"):
            with self.subTest(command):
                log.symlink_to("/dev/full")
                self.write(self.services_of(command, "/old"))
                headroom = self.spawn(command, command, "-f", "headroom.yaml")
                self.until(lambda: self.ask("/old")[0] == 200, "it serves")
                self.until_said(headroom, " error the access log cannot be written: "
                                          "No space left on device; until it can, its lines are "
                                          "dropped\n")
                before = self.dropped("access")
                self.until(lambda: self.ask("/old")[0] == 200 and self.dropped("access") > before,
                           "it cannot be written still")
                log.unlink()
                headroom.popen.send_signal(signal.SIGUSR1)
                self.until_said(headroom, " info the access log is written again\n")
                self.assertEqual(headroom.err().count("the access log cannot be written"), 1)
                self.stop(headroom)
                log.unlink()

    def test_events_are_told_as_json_where_that_is_asked_for(self):
        self.write({"shop": self.shop(), "broken": self.service("--say", PANIC, "--exit", 2)})
        headroom = self.start("--log-format", "json", ready={"shop": 1})
        self.until_said(headroom, "did not start")
        self.write_text("nonsense: [")
        self.until_said(headroom, "not in force")
        self.stop(headroom)
        events = [json.loads(line) for line in headroom.err().splitlines()]
        page = (HERE.parent.parent / "docs/formats/logs.md").read_text()
        section = page.partition("\n## Events\n")[2].partition("\n## ")[0]
        fields = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        self.assertEqual(len(fields), 5, section)
        for event in events:
            self.assertEqual(list(event), fields)
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual([e["time"] for e in events], sorted(e["time"] for e in events))

        def of(part):
            return next(e for e in events if part in e["message"])

        self.assertEqual((of("listening on")["level"], of("listening on")["service"]), ("info", ""))
        death = of("broken-1 did not start")
        self.assertEqual((death["level"], death["service"], death["replica"]),
                         ("warning", "broken", "broken-1"))
        path = self.folder / "state/logs/broken-1.log"
        self.assertIn(f": panic: boom (log: {path})", death["message"])
        self.assertIn("panic: boom\n", path.read_text())
        self.assertEqual(of("not in force")["level"], "error")
        self.assertEqual(of("shop-1 is stopped")["message"],
                         "shop-1 is stopped: headroom stops")

    def test_after_log_rotation_lines_go_to_the_new_file(self):
        self.run_endpoint()
        for command in ("run", "gateway"):
            with self.subTest(command):
                self.write(self.services_of(command, "/old"))
                headroom = self.spawn(command, command, "-f", "headroom.yaml")
                self.until(lambda: self.ask("/old")[0] == 200, "it serves")
                for number, rotation in enumerate(
                        (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP), 1):
                    self.assert_rotates(headroom, rotation, number)
                self.stop(headroom)
                for log in self.folder.glob("access.jsonl*"):
                    log.unlink()

    def assert_rotates(self, headroom, rotation, number):
        moved, path = f"access.jsonl.{number}", f"/old/{number}"
        self.until(lambda: (self.folder / "access.jsonl").exists(), "there is a log")
        (self.folder / "access.jsonl").rename(self.folder / moved)
        headroom.popen.send_signal(rotation)
        self.until(lambda: headroom.err().count("reopened ") == number, "it says so")
        self.assertEqual(self.ask(path)[0], 200)
        self.until(lambda: [x for x in self.lines("access.jsonl") if x["path"] == path],
                   "the new file has the line")
        self.assertFalse([x for x in self.lines(moved) if x["path"] == path])

    def test_a_file_that_became_wrong_does_not_keep_the_log_from_being_rotated(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 1})
        self.write_text("nonsense")
        self.until_said(headroom, "the last good one stays")
        self.assertEqual((self.folder / "state/lock").read_text(), f"{headroom.pid}\n",
                         "as recipes for log rotation find it")
        self.assertEqual(self.ask("/old")[0], 200)
        for number, rotation in enumerate((signal.SIGUSR1, signal.SIGHUP), 1):
            self.assert_rotates(headroom, rotation, number)

    def test_a_log_that_cannot_be_opened_again_goes_on_where_it_was(self):
        (self.folder / "logs").mkdir()
        self.write({"shop": self.shop()}, gateway={"access_log": "logs/access.jsonl"})
        headroom = self.start(ready={"shop": 1})
        (self.folder / "logs").rename(self.folder / "moved")
        headroom.popen.send_signal(signal.SIGUSR1)
        self.until_said(headroom, "cannot write the access log .*; the file that was open goes on")
        self.assertEqual(self.ask("/")[0], 200)
        self.until(lambda: self.lines("moved/access.jsonl"), "the line is there")

    def test_an_access_log_that_is_a_pipe_without_a_reader_is_refused_and_not_waited_for(self):
        os.mkfifo(self.folder / "access.jsonl")
        self.write({"shop": self.shop()})
        code, _, err = self.complete("run", "-f", "headroom.yaml")
        self.assertEqual(code, 1)
        self.assertIn("cannot write the access log", err)

    def test_it_serves_without_standard_output_and_standard_error(self):
        self.write({"shop": self.shop()}, gateway={"access_log": "-"})
        shell = f'exec "{PROGRAM}" run <&- >&- 2>&-'
        headroom = Process(self.folder, "run", ["sh", "-c", shell])
        self.processes.append(headroom)
        self.until(self.ready, "it is ready")
        for fd in range(3):
            self.assertEqual(os.readlink(f"/proc/{headroom.pid}/fd/{fd}"), "/dev/null")
        self.stop(headroom)

    def test_commands_end_quietly_when_the_reader_of_their_output_left(self):
        self.write({"shop": self.shop()})
        self.start(ready={"shop": 1})
        for arguments in (["check"], ["check", "--reference"], ["--help"],
                          ["top", "--admin", self.admin],
                          ["top", "--admin", self.admin, "--once"]):
            for ignored in (True, False):  # what SIGPIPE does is inherited
                with self.subTest(arguments=arguments, ignored=ignored):
                    out = self.pipe()
                    os.close(out.reading)
                    done = subprocess.run(
                        [PROGRAM, *arguments], stdout=out.writing, stderr=subprocess.PIPE,
                        cwd=self.folder, restore_signals=not ignored, timeout=60, check=False)
                    self.assertEqual(done.stderr, b"")
                    self.assertIn(done.returncode, (0, -signal.SIGPIPE))


if __name__ == "__main__":
    unittest.main(verbosity=2)
