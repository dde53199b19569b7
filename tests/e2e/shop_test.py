"""The example shop: a Go and a Rust service under traffic, with replicas that are killed."""

import os
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from system import HERE, SystemTest

PROGRAMS = pathlib.Path(os.environ.get("HEADROOM_EXAMPLES", HERE / "../../build/examples"))
SHOP = HERE / "../../examples/shop/headroom.yaml"


@unittest.skipUnless(all((PROGRAMS / name).exists() for name in ("checkout", "catalog")),
                     "the example services are not built: examples/build.sh")
class Shop(SystemTest):
    def setUp(self):
        super().setUp()
        text = SHOP.read_text()
        for old, new in (("../../build/examples", str(PROGRAMS.resolve())),
                         ("../../build/shop", str(self.folder)),
                         ("127.0.0.1:8080", self.listen), ("127.0.0.1:9900", self.admin)):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write_text(text)

    def test_nothing_is_lost_and_nothing_is_done_twice_though_replicas_are_killed(self):
        headroom = self.start(ready={"checkout": 2, "catalog": 2})
        load = self.load("POST:/checkout*4", "/cart", "/search*4", "/items/7*2", rate=120,
                         seconds=20)
        for service in ("checkout", "catalog"):
            log = f"{service}.jsonl"
            self.until(lambda: len(self.lines(log)) > 200, f"{service} has work")
            os.kill(self.replicas(service)[0], signal.SIGKILL)
        self.until_said(headroom, "checkout-1 was killed")
        self.until_said(headroom, "catalog-1 was killed")
        result = load.result()
        self.stop(headroom)
        self.figure(f"{result['sent']} sent, {result['good']} good, {result['late']} late, "
                    f"{result['shed']} shed, {result['failed']} failed")
        # At most what the two held: their concurrency in the file.
        self.assertLessEqual(result["failed"], 16)
        self.reconcile("checkout.jsonl", "catalog.jsonl")


if __name__ == "__main__":
    unittest.main(verbosity=2)
