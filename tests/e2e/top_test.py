"""headroom top on a terminal: what it draws, when, and how it leaves."""

import fcntl
import os
import pathlib
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import PROGRAM, SystemTest


class Terminal:
    """A pseudo-terminal with headroom top on it, which looks only when it is told to."""

    def __init__(self, admin, columns=80, every="3600"):
        self.master, self.slave = pty.openpty()
        self.resize(columns)
        self.before = termios.tcgetattr(self.slave)
        self.text = b""
        self.popen = subprocess.Popen(
            [PROGRAM, "top", "--admin", admin, "--every", every],
            stdin=self.slave, stdout=self.slave, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while some := os.read(self.master, 65536):
            self.text += some

    def resize(self, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def press(self, keys):
        os.write(self.master, keys)

    def end(self):
        self.popen.kill()
        self.popen.wait()


class Top(SystemTest):
    def setUp(self):
        super().setUp()
        self.write({"shop": self.service()})
        self.start(ready={"shop": 1})

    def top(self, **options):
        terminal = Terminal(self.admin, **options)
        self.addCleanup(terminal.end)
        self.until(lambda: b"shop" in terminal.text, "it has drawn")
        return terminal

    def assert_left(self, terminal):
        self.assertEqual(terminal.popen.wait(timeout=60), 0)
        self.until(lambda: terminal.text.endswith(b"\x1b[?25h\x1b[?1049l"), "the screen is back")
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before)

    def test_q_ends_it_and_the_terminal_is_as_before(self):
        terminal = self.top()
        self.assertNotEqual(termios.tcgetattr(terminal.slave), terminal.before)
        terminal.press(b"x")  # means nothing
        terminal.press(b"q")
        self.assert_left(terminal)
        self.assertNotIn(b"x", terminal.text.rpartition(b"\x1b[J")[2], "keys are not shown")

    def test_so_does_an_interrupt(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            terminal = self.top()
            terminal.popen.send_signal(sign)
            self.assert_left(terminal)

    def test_a_terminal_of_another_size_is_drawn_anew_at_once(self):
        terminal = self.top(columns=80)
        self.assertIn(b"OBJECTIVE", terminal.text)
        drawn = len(terminal.text)
        terminal.resize(40)
        terminal.popen.send_signal(signal.SIGWINCH)
        self.until(lambda: b"shop" in terminal.text[drawn:], "it has drawn again")
        self.assertNotIn(b"OBJECTIVE", terminal.text[drawn:])
        terminal.press(b"q")
        self.assert_left(terminal)

    def test_it_is_as_before_while_it_is_stopped(self):
        terminal = self.top()
        terminal.popen.send_signal(signal.SIGTSTP)
        self.until(lambda: terminal.text.endswith(b"\x1b[?25h\x1b[?1049l"), "the screen is back")
        self.until(lambda: termios.tcgetattr(terminal.slave) == terminal.before, "so are the keys")
        drawn = len(terminal.text)
        terminal.popen.send_signal(signal.SIGCONT)
        self.until(lambda: b"shop" in terminal.text[drawn:], "it has drawn again")
        terminal.press(b"q")
        self.assert_left(terminal)


if __name__ == "__main__":
    unittest.main(verbosity=2)
