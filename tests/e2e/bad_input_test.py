"""What cannot start says why in one sentence, with its exit code, and leaves nothing behind."""

import os
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import SystemTest

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


class BadInput(SystemTest):
    def check_refused(self, code, *said, file="headroom.yaml", **how):
        """`headroom run` ends by itself with this code, says this, and has started nothing."""
        before = self.replicas()
        was, out, problem = self.complete("run", "-f", file, **how)
        self.assertEqual(was, code, problem)
        self.assertEqual(out, "")
        for part in said:
            self.assertIn(part, problem)
        self.assertEqual(len(problem.strip().splitlines()), 1, problem)
        for part in ("terminate called", "exception", "what():", "CHECK", "SUMMARY"):
            self.assertNotIn(part, problem)
        self.assertEqual(self.replicas(), before, "something was half started")
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
                self.check_refused(1, address, "another process holds this port")

    def test_a_port_that_another_headroom_has(self):
        self.write({"shop": self.service()})
        self.start(ready={"shop": 1})
        self.write({"shop": self.service()}, gateway={"admin": self.other_address()},
                   name="another.yaml", state_dir="another", journal={"path": "another.journal"})
        self.check_refused(1, self.listen, "another process holds this port", file="another.yaml")

    def test_a_state_folder_that_another_headroom_has(self):
        self.write({"shop": self.service()})
        first = self.start(ready={"shop": 1})
        self.write({"shop": self.service()}, gateway={"listen": self.other_address(),
                                                      "admin": self.other_address()},
                   name="another.yaml")
        self.check_refused(1, f"another headroom (process {first.pid})", "state",
                         file="another.yaml")
        self.assertEqual(self.count("shop"), 1)

    @unittest.skipIf(os.geteuid() != 0, "only root can start a program without root's rights")
    def test_a_port_below_1024_without_the_right(self):
        limit = int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
        if limit < 1024:
            self.skipTest(f"here every port from {limit} up is free for all")
        os.chmod(self.folder, 0o777)
        self.write({"shop": self.service()}, gateway={"listen": "127.0.0.1:81"})
        self.check_refused(1, "127.0.0.1:81", "CAP_NET_BIND_SERVICE", **NOBODY)

    @unittest.skipIf(os.geteuid() != 0, "only root can start a program without root's rights")
    def test_folders_that_cannot_be_written(self):
        self.write({"shop": self.service()})
        os.chmod(self.folder, 0o755)
        self.check_refused(1, "state", **NOBODY)
        (self.folder / "state").mkdir()
        os.chmod(self.folder / "state", 0o777)
        self.check_refused(1, **NOBODY)

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
