"""What replicas leave behind comes to headroom and is reaped, also where it is PID 1."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import HERE, Process, SystemTest

CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
ORPHANS = 15


def may_contain():
    """Whether a program can be PID 1 of a namespace here."""
    with contextlib.suppress(FileNotFoundError):
        probe = subprocess.run([*CONTAINER, "true"], capture_output=True, check=False)
        return probe.returncode == 0
    return False


def children(pid):
    """Zombies too."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return {int(child) for child in listed.split()}
    return set()


def command_of(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


class Orphans(SystemTest):
    def shop(self):
        """Each replica has orphans that end once there is a file, and one that left its session."""
        orphan = "until [ -e go ]; do sleep 0.05; done"
        script = (f"for i in $(seq {ORPHANS}); do (sh -c '{orphan}' &); done; "
                  "setsid -f sleep 1000; "
                  f"exec {sys.executable} -I -S {HERE / 'replica.py'} --listen {{address}}")
        return self.service(run=self.service()["run"] | {"command": ["sh", "-c", script]})

    def of_kind(self, pid, text):
        return {child for child in children(pid) if text in command_of(child)}

    def only_the_living(self, pid):
        """The replica and what left its session: nobody else, dead or alive."""
        return (self.of_kind(pid, "replica.py") and self.of_kind(pid, "sleep 1000") and
                len(children(pid)) == 2)

    def reaps(self, pid):
        self.until(lambda: len(self.of_kind(pid, "until [ -e go ]")) == ORPHANS, "orphans come")
        (self.folder / "go").touch()
        self.until(lambda: self.only_the_living(pid), "orphans that have ended are reaped")
        replica, left = self.of_kind(pid, "replica.py"), self.of_kind(pid, "sleep 1000")
        os.kill(*replica, signal.SIGKILL)
        self.until(lambda: not left & children(pid), "what left its session ends with the replica")
        self.until(lambda: self.only_the_living(pid) and not replica & children(pid),
                   "another replica is there, and nothing of the first one")
        self.assertEqual(self.ask("/")[0], 200)

    def test_orphans_of_replicas_are_reaped(self):
        self.write({"shop": self.shop()})
        headroom = self.start(ready={"shop": 1})
        self.reaps(headroom.pid)
        self.stop(headroom)
        self.assertEqual(self.replicas(), [])

    @unittest.skipUnless(may_contain(), "namespaces of processes are not permitted here")
    def test_as_pid_1_orphans_of_replicas_are_reaped(self):
        def contained(folder, name, arguments):
            return Process(folder, name, [*CONTAINER, *arguments])

        self.write({"shop": self.shop()})
        container = self.start(ready={"shop": 1}, kind=contained)
        (first,) = children(container.pid)
        self.reaps(first)
        os.kill(first, signal.SIGTERM)
        self.assertEqual(container.wait(), 0)
        self.assertEqual(self.replicas(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
