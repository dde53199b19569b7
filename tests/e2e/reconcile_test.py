"""Tests of reconcile.py: logs that agree pass, and each way to disagree is found."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import reconcile


def client(request, status=200):
    return {"id": request, "target": "t", "status": status, "outcome": "good"}


def gateway(request, status=200, method="POST", attempts=1):
    return {"request_id": request, "status": status, "method": method, "attempts": attempts}


def executed(request, method="POST", status=200):
    return {"id": request, "route": "/r", "method": method, "status": status}


class Reconcile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, lines):
        path = self.folder / name
        text = lines if isinstance(lines, str) else "".join(json.dumps(x) + "\n" for x in lines)
        path.write_text(text)
        return str(path)

    def run_on(self, clients, gateways, services):
        """Exit code and output of one comparison; gateways may be None."""
        arguments = ["--client", self.file("client", clients)]
        if gateways is not None:
            arguments += ["--gateway", self.file("gateway", gateways)]
        arguments += ["--service", self.file("service", services)]
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = reconcile.main(arguments)
        return code, output.getvalue()

    def assert_violation(self, text, clients, gateways, services):
        code, output = self.run_on(clients, gateways, services)
        self.assertEqual(code, 1, output)
        self.assertIn(text, output)

    def test_logs_that_agree_pass(self):
        code, output = self.run_on(
            [client("a"), client("b", 503), client("c", 0), client("d", 0)],
            [gateway("a"), gateway("b", 503, attempts=0), gateway("c", 502)],
            [executed("a"), executed("c")])  # the answer to c was lost with its replica
        self.assertEqual(code, 0, output)
        self.assertIn("one outcome each", output)

    def test_several_files_of_each_kind_count_as_one(self):
        service = [self.file("s1", [executed("a")]), self.file("s2", [executed("b", "GET")])]
        both = [self.file("c1", [client("a")]), self.file("c2", [client("b")])]
        access = self.file("g", [gateway("a"), gateway("b", method="GET")])
        with contextlib.redirect_stdout(io.StringIO()):
            code = reconcile.main(["--client", *both, "--gateway", access, "--service", *service])
        self.assertEqual(code, 0)

    def test_a_success_that_no_service_executed(self):
        self.assert_violation("client got 2xx, no service executed it: 1: a",
                              [client("a")], [gateway("a")], [])

    def test_an_execution_that_failed_is_no_success(self):
        self.assert_violation("client got 2xx, no service executed it: 1: a",
                              [client("a")], [gateway("a")], [executed("a", status=500)])

    def test_an_answer_without_a_line_of_the_gateway(self):
        self.assert_violation("the gateway has no line: 1: a",
                              [client("a")], [], [executed("a")])

    def test_a_refusal_without_a_line_of_the_gateway(self):
        self.assert_violation("client got an answer, the gateway has no line: 1: b",
                              [client("b", 503)], [], [])

    def test_two_outcomes_of_one_request(self):
        self.assert_violation("several outcomes of one request: 1: a",
                              [client("a")], [gateway("a"), gateway("a")], [executed("a")])

    def test_a_status_that_changed_on_the_way(self):
        self.assert_violation("client and gateway differ in status: 1: a",
                              [client("a", 502)], [gateway("a", 200)], [executed("a")])

    def test_a_gateway_success_that_no_service_executed(self):
        self.assert_violation("gateway success, no service executed it: 1: a",
                              [client("a", 0)], [gateway("a")], [])

    def test_a_non_idempotent_request_executed_twice(self):
        self.assert_violation("executed more often than allowed: 1: a",
                              [client("a")], [gateway("a", attempts=2)],
                              [executed("a"), executed("a")])

    def test_executed_twice_although_the_client_saw_a_failure(self):
        self.assert_violation("executed more often than allowed: 1: a",
                              [client("a", 0)], [gateway("a", 502)],
                              [executed("a"), executed("a")])

    def test_an_idempotent_request_may_run_once_per_attempt(self):
        twice = [executed("a", "GET"), executed("a", "GET")]
        code, output = self.run_on([client("a")], [gateway("a", method="GET", attempts=2)], twice)
        self.assertEqual(code, 0, output)
        self.assert_violation("executed more often than allowed: 1: a",
                              [client("a")], [gateway("a", method="GET")], twice)

    def test_requests_that_nobody_sent(self):
        self.assert_violation("executed, but no client sent it: 1: x", [client("a")],
                              [gateway("a")], [executed("a"), executed("x")])
        self.assert_violation("gateway has a request that no client sent: 1: x", [client("a")],
                              [gateway("a"), gateway("x", 503)], [executed("a")])

    def test_an_execution_without_a_line_of_the_gateway(self):
        self.assert_violation("executed, but the gateway has no line: 1: b",
                              [client("a"), client("b", 0)], [gateway("a")],
                              [executed("a"), executed("b")])

    def test_one_id_for_two_requests(self):
        self.assert_violation("one id for several requests: 1: a",
                              [client("a"), client("a")], [gateway("a")], [executed("a")])

    def test_without_the_gateway_client_and_services_are_compared(self):
        self.assertEqual(self.run_on([client("a")], None, [executed("a")])[0], 0)
        self.assert_violation("no service executed it: 1: b",
                              [client("a"), client("b")], None, [executed("a")])
        self.assert_violation("executed more often than allowed: 1: a",
                              [client("a")], None, [executed("a", "GET")] * 2)

    def test_nothing_to_compare_is_a_violation(self):
        self.assert_violation("nothing to compare", [], [], [])

    def test_at_most_twenty_ids_are_shown(self):
        many = [client(f"id{i:02}") for i in range(25)]
        code, output = self.run_on(many, None, [])
        self.assertEqual(code, 1)
        self.assertIn("25: id00", output)
        self.assertIn("id19 and 5 more", output)
        self.assertNotIn("id20", output)

    def test_logs_that_cannot_be_read_are_told_apart(self):
        torn = json.dumps(executed("a")) + '\n{"id": "b", "ro'
        code, output = self.run_on([client("a")], None, torn)
        self.assertEqual(code, 2)
        self.assertIn("service:2: no whole JSON object", output)
        code, output = self.run_on([{"status": 200}], None, [])
        self.assertEqual(code, 2)
        self.assertIn("client:1: field missing: id", output)
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            code = reconcile.main(["--client", "/nowhere", "--service", "/nowhere"])
        self.assertEqual(code, 2)
        self.assertIn("No such file", errors.getvalue())


if __name__ == "__main__":
    unittest.main()
