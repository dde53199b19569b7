"""What is said where the system's tz database is not as it must be; each on mounts of its own."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import PROGRAM, SystemTest, may_mount

DATABASE = "/usr/share/zoneinfo"
BERLIN = """Rule E 1996 max - Mar lastSun 1:00u 1:00 S
Rule E 1996 max - Oct lastSun 1:00u 0 -
Zone Europe/Berlin 1:00 E CE%sT
"""


@unittest.skipUnless(may_mount(), "a tz database of its own needs the right to mount one")
class Database(SystemTest):
    def check_in(self, folder, zone):
        """`headroom check` of an event in that zone, where `folder` is the tz database."""
        event = {"cron": "0 8 * * *", "for": "3h", "at_least": 2}
        if zone:
            event["zone"] = zone
        self.write({"shop": self.service(scale={"calendar": [event]})})
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"",
             folder, DATABASE, PROGRAM, "check"],
            cwd=self.folder, text=True, capture_output=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def database(self, zone_file):
        """A copy of this machine's leap seconds, with one zone's file."""
        folder = self.folder / "zoneinfo"
        (folder / "Europe").mkdir(parents=True)
        shutil.copy(f"{DATABASE}/UTC", folder)
        (folder / "Europe/Berlin").write_bytes(zone_file)
        return folder

    def check_refused(self, folder, why):
        code, problem = self.check_in(folder, "Europe/Berlin")
        self.assertEqual(code, 2, problem)
        line = next(number for number, text in
                    enumerate((self.folder / "headroom.yaml").read_text().splitlines(), 1)
                    if '"zone"' in text)
        self.assertEqual(
            problem.splitlines()[0],
            f"headroom.yaml:{line}: services.shop.scale.calendar[0].zone: the time zones of this "
            f"machine cannot be read from {DATABASE} ({why}); install the package tzdata, or leave "
            "the zone out and give times in UTC")

    def test_a_missing_database_is_one_sentence_and_utc_needs_none(self):
        folder = self.folder / "nothing"
        folder.mkdir()
        self.check_refused(folder, "it is empty")
        for zone in ("UTC", None):
            self.assertEqual(self.check_in(folder, zone), (0, ""))

    def test_a_right_database_is_used(self):
        whole = pathlib.Path(f"{DATABASE}/Europe/Berlin").read_bytes()
        self.assertEqual(self.check_in(self.database(whole), "Europe/Berlin"), (0, ""))

    def test_a_file_that_is_no_zone_does_not_stop_the_process(self):
        self.check_refused(self.database(b"no zone"), "'Europe/Berlin' is no time zone")

    def test_a_file_that_was_cut_short_does_not_stop_the_process(self):
        whole = pathlib.Path(f"{DATABASE}/Europe/Berlin").read_bytes()
        for size in (0, 5, 44, len(whole) // 2, len(whole) - 1):
            with self.subTest(size=size):
                shutil.rmtree(self.folder / "zoneinfo", ignore_errors=True)
                self.check_refused(self.database(whole[:size]), "'Europe/Berlin' is no time zone")

    @unittest.skipUnless(shutil.which("zic"), "without zic no slim file can be made")
    def test_a_zone_without_the_changes_to_come_is_refused_and_not_an_hour_wrong(self):
        (self.folder / "rules").write_text(BERLIN)
        made = self.folder / "made"
        subprocess.run(["zic", "-b", "slim", "-d", made, self.folder / "rules"], check=True)
        slim = (made / "Europe/Berlin").read_bytes()
        self.check_refused(self.database(slim),
                           "'Europe/Berlin' is 'slim', without the changes to come")


if __name__ == "__main__":
    unittest.main(verbosity=2)
