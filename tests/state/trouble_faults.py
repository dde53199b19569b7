"""Faults that clients and a replica bring upon the headroom that is under load."""

import collections
import contextlib
import json
import pathlib
import re
import socket
import threading
import time

from system import SystemTest
from trouble_replica import EARLY, LARGE_PART, LARGE_PARTS
from trouble_wire import Ledger, Wire

QUEUE_LENGTH = 1500  # for each of the two workers
WORKERS = 2
HEAD_TIMEOUT_S = 15
SPARE_BUFFERS_MAX = 64  # of each worker, as src/gateway/worker.cpp has it
RUSH = 5000


class Faults(SystemTest):
    """Each fault says what was seen, or fails."""

    def setUp(self):
        super().setUp()
        self.ledger = Ledger()

    def wire(self, **options):
        return Wire(self.listen, self.ledger, **options)

    def metric(self, name):
        text = self.ask("/metrics", address=self.admin)[1]
        found = re.findall(rf"^headroom_{name}(?:{{[^}}]*}})? (\d+)$", text, re.MULTILINE)
        return sum(map(int, found))

    def answers_early_to_a_slow_reader(self):
        got, extra = bytearray(), 0
        with self.wire(receive_buffer=32768) as wire:
            wire.send("2.1", "POST", "/odd/early", "Content-Length: 1000000")
            wire.sock.sendall(b"x" * 70_000)  # more than is read before a replica is asked
            status, fields = wire.head()
            self.assertEqual((status, int(fields["content-length"])), (200, len(EARLY)))
            got += wire.pending
            while len(got) < len(EARLY):
                with contextlib.suppress(ConnectionError):  # nobody has to take it
                    wire.sock.sendall(b"x")
                    extra += 1
                time.sleep(0.005)
                got += wire.some()
            self.assertTrue(got == EARLY, "byte for byte")
            wire.whole(status)
        return f"{len(got):,} bytes as they were sent, while {extra} more of the body went out"

    def downloads_fast_beside_small_requests(self):
        taken, longest_ms, small = [0], 0.0, 0

        def download():
            with self.wire() as wire:
                wire.send("2.4", "GET", "/odd/large")
                status, fields = wire.head()
                taken[0] = len(wire.pending)
                room = bytearray(1 << 20)
                while taken[0] < int(fields["content-length"]):
                    count = wire.sock.recv_into(room, len(room), socket.MSG_TRUNC)
                    if count == 0:
                        return
                    taken[0] += count
                wire.whole(status)

        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            wires = [stack.enter_context(self.wire()) for _ in range(8)]  # on both workers
            thread = threading.Thread(target=download, daemon=True)
            thread.start()
            while thread.is_alive():
                for wire in wires:
                    sent = time.monotonic()
                    self.assertEqual(wire.ask("2.4", "GET", "/odd/small")[0], 200)
                    longest_ms = max(longest_ms, (time.monotonic() - sent) * 1e3)
                    small += 1
        seconds = time.monotonic() - began
        self.assertEqual(taken[0], len(LARGE_PART) * LARGE_PARTS)
        self.assertGreater(small, 20)
        return (f"1 GiB in {seconds:.1f} s, {small} small requests meanwhile, "
                f"the longest took {longest_ms:.0f} ms")

    def displaces_thousands_of_waiters(self):
        connections = 4 * WORKERS * QUEUE_LENGTH // 3  # more than waits, on either worker
        seen = collections.Counter()
        with contextlib.ExitStack() as stack:
            wires = [stack.enter_context(self.wire()) for _ in range(connections)]
            for wire in wires:
                wire.sock.sendall(wire.text("2.5", "GET", "/odd/held/sheddable") +
                                  wire.text("2.5", "GET", "/odd/held/critical"))
            waiting = self.until(self.full_queues, "the queues are full")
            (self.folder / "open").touch()
            for wire in wires:
                for _ in range(2):
                    status, body = wire.answer()
                    reason = json.loads(body)["reason"] if status == 503 else status
                    seen[reason] += 1
        self.assertLessEqual(set(seen), {200, "displaced", "queue_full"})
        self.assertEqual(sum(seen.values()), 2 * connections)
        self.assertGreater(seen["displaced"], QUEUE_LENGTH)
        parts = ", ".join(f"{count} {what}" for what, count in seen.most_common())
        return f"{waiting} waited; {2 * connections} pipelined answers: {parts}"

    def full_queues(self):
        seen = self.seen("odd")["waiting"]
        return seen >= WORKERS * QUEUE_LENGTH and seen

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.headroom.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024

    def begins_thousands_of_heads(self):
        count = min(RUSH, self.metric("connections_limit") * 9 // 10)
        before, buffers_before = self.memory_mib(), self.metric("request_buffers")
        with contextlib.ExitStack() as stack:
            wires = [stack.enter_context(self.wire()) for _ in range(count)]
            for wire in wires:
                wire.sock.sendall(b"G")
            most = self.until(lambda: (b := self.metric("request_buffers")) >= count and b,
                              "each has its buffers")
            held = self.memory_mib()
        allowed = WORKERS * SPARE_BUFFERS_MAX
        self.until(lambda: self.metric("request_buffers") <= allowed, "buffers are given back")
        return (f"{count} heads begun: {buffers_before} → {most} → "
                f"{self.metric('request_buffers')} buffers ({allowed} allowed), "
                f"resident {before} → {held} → {self.memory_mib()} MiB")

    def sends_an_empty_line_after_a_body(self):
        timeouts = self.metric("requests_refused_total")
        with self.wire() as plain, self.wire() as chunked:
            both = ((plain, "Content-Length: 5", b"hello\r\n"),
                    (chunked, "Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n\r\n"))
            for wire, framing, body in both:
                wire.sock.sendall(wire.text("2.8", "POST", "/checkout", framing) + body)
                self.assertEqual(wire.answer()[0], 200)
            began = time.monotonic()
            self.until(lambda: time.monotonic() - began > HEAD_TIMEOUT_S + 1, "a head times out")
            for wire, _, _ in both:
                self.assertEqual(wire.ask("2.8", "GET", "/cart")[0], 200)
        self.assertEqual(self.metric("requests_refused_total"), timeouts, "nothing ended with 408")
        return f"the next request on both connections, {HEAD_TIMEOUT_S + 1} s later, is answered"
