"""What cannot start says why in a sentence, with its exit code, and leaves nothing behind; `check`
says the same sentences."""

import os
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}
SLEEPER = {"objective": {"latency": {"p99": "1s"}},  # of a program that everybody may run
           "run": {"command": ["/bin/sleep", "9", "{port}"]}}


class BadInput(SystemTest):
    def check_refused(self, code, *said, file="headroom.yaml", problems=1, held=False, **how):
        """`headroom run` ends by itself with this code, says this, and has started nothing. `check`
        says the same and makes nothing; what somebody else has `held` is no problem to it."""
        before = self.replicas(), sorted(self.folder.rglob("*"))
        checked, _, told = self.complete("check", "-f", file, **how)
        self.assertEqual((self.replicas(), sorted(self.folder.rglob("*"))), before)
        was, out, problem = self.complete("run", "-f", file, **how)
        self.assertEqual(was, code, problem)
        self.assertEqual(out, "")
        for part in said:
            self.assertIn(part, problem)
        self.assertEqual(len(problem.strip().splitlines()), problems, problem)
        for part in ("terminate called", "exception", "what():", "CHECK", "SUMMARY"):
            self.assertNotIn(part, problem)
        self.assertEqual(self.replicas(), before[0], "something was half started")
        self.assertEqual(checked, 0 if held else code, told)
        for line in told.splitlines():
            self.assertIn(line.removeprefix("headroom: "), problem)
        self.assertEqual(len(told.splitlines()), 0 if held else problems, told)
        return problem

    def test_a_missing_file(self):
        self.check_refused(2, "headroom.yaml: no such file")

    def test_a_folder_instead_of_a_file(self):
        (self.folder / "headroom.yaml").mkdir()
        self.check_refused(2, "headroom.yaml")

    def test_a_file_that_is_no_yaml(self):
        self.write_text("services: {\n  shop: [\n")
        self.check_refused(2, "headroom.yaml:")

    def test_an_unknown_key_is_named_with_its_line(self):
        self.write({"shop": self.service()}, gateway={"listne": ":1"})
        self.check_refused(2, "headroom.yaml:", "listne", "listen")

    def test_a_program_that_is_not_there(self):
        self.write({"catalog": self.service(),
                    "shop": self.service(run={"command": ["/nowhere/shop", "{address}"]})})
        self.check_refused(2, "service shop: ", "/nowhere/shop")
        self.assertTrue(self.refused(self.listen))

    def test_an_occupied_port(self):
        self.write({"shop": self.service()})
        for address in (self.listen, self.admin):
            with self.subTest(address=address), socket.socket() as squatter:
                host, port = address.split(":")
                squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                squatter.bind((host, int(port)))
                squatter.listen()
                self.check_refused(1, address, "another process holds this port", held=True)

    def test_a_port_that_another_headroom_has(self):
        self.write({"shop": self.service()})
        self.start(ready={"shop": 1})
        self.write({"shop": self.service()}, gateway={"admin": self.other_address()},
                   name="another.yaml", state_dir="another", journal={"path": "another.journal"})
        self.check_refused(1, self.listen, "another process holds this port", file="another.yaml",
                           held=True)

    def test_a_state_folder_that_another_headroom_has(self):
        self.write({"shop": self.service()})
        first = self.start(ready={"shop": 1})
        self.write({"shop": self.service()}, gateway={"listen": self.other_address(),
                                                      "admin": self.other_address()},
                   name="another.yaml")
        self.check_refused(1, f"another headroom (process {first.pid})", "state",
                           file="another.yaml", held=True)
        self.assertEqual(self.count("shop"), 1)

    @unittest.skipIf(os.geteuid() != 0, "only root can start a program without root's rights")
    def test_a_port_below_1024_without_the_right(self):
        limit = int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
        if limit < 1024:
            self.skipTest(f"here every port from {limit} up is free for all")
        os.chmod(self.folder, 0o777)
        self.write({"shop": SLEEPER}, gateway={"listen": "127.0.0.1:81"})
        self.check_refused(1, "127.0.0.1:81", "CAP_NET_BIND_SERVICE", **NOBODY)

    @unittest.skipIf(os.geteuid() != 0, "only root can start a program without root's rights")
    def test_folders_that_cannot_be_written(self):
        self.write({"shop": SLEEPER})
        os.chmod(self.folder, 0o755)
        self.check_refused(1, "cannot make the state folder state: Permission denied",
                           "cannot write the access log", problems=3, **NOBODY)
        (self.folder / "state").mkdir()
        self.check_refused(1, f"cannot write {self.folder}/state/lock: Permission denied",
                           problems=3, **NOBODY)
        os.chmod(self.folder / "state", 0o777)
        (self.folder / "access.jsonl").touch(0o666)
        os.chmod(self.folder / "access.jsonl", 0o666)
        self.check_refused(1, "journal journal: it cannot be written: Permission denied",
                           **NOBODY)

    def test_folders_that_are_not_there(self):
        self.write({"shop": self.service()}, gateway={"access_log": "logs/access.jsonl"},
                   journal={"path": "kept/journal"})
        self.check_refused(1, "cannot write the access log", "logs/access.jsonl: No such file",
                           "kept/journal: it cannot be written: No such file", problems=2)

    def test_an_address_of_another_machine(self):
        self.write({"shop": self.service()}, gateway={"listen": "192.0.2.1:8080"})
        self.check_refused(1, "cannot listen on 192.0.2.1:8080: Cannot assign requested address")

    def test_programs_that_cannot_be_run(self):
        self.write_text("a letter", name="letter")
        self.write_text("#!/no/such/interpreter\n", name="script")
        self.write_text("a letter", name="junk")
        for name in ("script", "junk"):
            os.chmod(self.folder / name, 0o755)
        for run, said in [
                ({"command": ["./letter", "{port}"]}, "'./letter': it is not executable"),
                ({"command": ["./script", "{port}"]}, "the interpreter that its first line names"),
                ({"command": ["./junk", "{port}"]}, "it is not a program for this machine"),
                ({"command": ["nowhere", "{port}"]}, "'nowhere': no such program in PATH"),
                ({"cwd": "gone"}, f"its folder {self.folder}/gone"),
                ({"user": "no-such-user"}, "there is no user 'no-such-user' on this machine")]:
            with self.subTest(run=run):
                self.write({"shop": self.service(run=run)})
                self.check_refused(2, "service shop: ", said)

    def test_every_service_that_cannot_be_run_is_named(self):
        wrong = self.service(run={"command": ["/nowhere/program", "{port}"]})
        self.write({"shop": wrong, "stock": wrong})
        self.check_refused(2, "service shop: ", "service stock: ", problems=2)

    @unittest.skipIf(os.geteuid() != 0, "only root can start a program without root's rights")
    def test_users_that_cannot_be_taken(self):
        os.chmod(self.folder, 0o777)
        self.write({"shop": SLEEPER | {"run": SLEEPER["run"] | {"user": "root"}}})
        self.check_refused(1, "as user 'root': only root can switch users", **NOBODY)
        self.write_text("#!/bin/sh\n", name="private")
        os.chmod(self.folder / "private", 0o700)
        self.write({"shop": self.service(run={"command": ["./private", "{port}"],
                                              "user": "nobody"})})
        self.check_refused(1, "cannot run './private': it is not executable for this user")

    @unittest.skipIf(os.geteuid() != 0, "only root can start a program without root's rights")
    def test_what_may_not_be_looked_at_is_not_said_to_be_missing(self):
        os.chmod(self.folder, 0o777)
        (self.folder / "secret").mkdir(mode=0o700)
        for run, said in [
                ({"command": [f"{self.folder}/secret/shop", "{port}"]}, "Permission denied"),
                ({"command": ["./shop", "{port}"], "cwd": "secret/inside"},
                 f"its folder {self.folder}/secret/inside may not be looked into")]:
            with self.subTest(run=run):
                self.write({"shop": SLEEPER | {"run": run}})
                self.check_refused(2, "service shop: cannot run ", said, **NOBODY)

    def test_a_journal_that_is_something_else(self):
        (self.folder / "journal").write_text("This is a letter, not a journal.\n" * 200)
        self.write({"shop": self.service()})
        self.check_refused(2, "journal")
        self.assertTrue((self.folder / "journal").read_text().startswith("This is a letter"))

    def test_load_says_what_it_does_not_understand(self):
        (self.folder / "trace.csv").write_text("timestamp_seconds,requests_per_second\n0,5\n1,6\n")
        url = f"http://{self.listen}/"
        for arguments, said in [
                (("--rate", "-5", "--duration", "1s"), "-5"),
                (("--rate", "5", "--duration", "soon"), "soon"),
                (("--trace", "nowhere.csv"), "nowhere.csv"),
                (("--trace", "trace.csv", "--column", "load_mw"), "load_mw")]:
            with self.subTest(arguments=arguments):
                code, _, problem = self.complete("load", url, *arguments)
                self.assertIn(code, (1, 2), problem)
                self.assertIn(said, problem)

    def test_a_journal_that_is_not_there(self):
        for command in (("replay",), ("explain", "--service", "shop")):
            with self.subTest(command=command):
                code, _, problem = self.complete(*command, "-j", "nowhere.journal")
                self.assertIn(code, (1, 2), problem)
                self.assertIn("nowhere.journal", problem)
                self.assertFalse((self.folder / "nowhere.journal").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
