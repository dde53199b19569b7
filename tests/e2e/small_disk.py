"""A disk that is soon full."""

import pathlib

from system import PROGRAM, Process, SystemTest

SMALL_DISK = "mount -t tmpfs -o size=1m none disk && exec \"$@\""


class SmallDisk(SystemTest):
    """What is below `disk` is on a disk of 1 MiB, for headroom and its replicas alone."""

    def start_on_small_disk(self):
        """The mount ends with them."""
        headroom = Process(self.folder, "run",
                           ["unshare", "-m", "sh", "-c", SMALL_DISK, "sh", PROGRAM, "run", "-f",
                            "headroom.yaml"])
        self.processes.append(headroom)
        self.until_said(headroom, "listening on ")
        return headroom

    @staticmethod
    def fill(path):
        with open(path, "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 512):
                    pass
            except OSError:
                return

    def disk_of(self, headroom):
        """Seen from outside, the disk is below the process's own root."""
        return pathlib.Path(f"/proc/{headroom.pid}/root{self.folder}/disk")
