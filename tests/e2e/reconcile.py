#!/usr/bin/env python3
"""Compares the logs of client, gateway and services by request id: nothing lost, nothing twice.

    reconcile.py --client load.jsonl… [--gateway access.jsonl…] --service checkout.jsonl…

Exit codes: 0 the logs agree, 1 they do not, 2 they cannot be read. Without --gateway (its log is
incomplete after a SIGKILL) the client is compared with the services alone.
"""

import argparse
import collections
import dataclasses
import json
import sys

# Names of the fields in each log; the client is `headroom load --log`, the gateway its access log.
CLIENT_ID, CLIENT_STATUS = "id", "status"
GATEWAY_ID, GATEWAY_STATUS, GATEWAY_ATTEMPTS = "request_id", "status", "attempts"
SERVICE_ID, SERVICE_METHOD, SERVICE_STATUS = "id", "method", "status"

IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
IDS_SHOWN_MAX = 20


class UnreadableLog(Exception):
    """A log that is missing, or holds a line that is no whole JSON object with the fields asked."""


@dataclasses.dataclass
class Logs:
    """Lines by request id. `gateway` is None when there is no such log to compare with."""

    client: dict
    gateway: dict
    services: dict


def read(paths, id_field, *fields):
    """The lines of all files by id; every line must have all fields."""
    lines = collections.defaultdict(list)
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                for number, text in enumerate(file, 1):
                    lines_add(lines, f"{path}:{number}", text, (id_field, *fields))
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableLog(f"{path}: {error}") from error
    return dict(lines)


def lines_add(lines, place, text, fields):
    try:
        line = json.loads(text)
    except ValueError as error:
        raise UnreadableLog(f"{place}: no whole JSON object: {text.strip()[:80]!r}") from error
    missing = [f for f in fields if f not in line] if isinstance(line, dict) else list(fields)
    if missing:
        raise UnreadableLog(f"{place}: field missing: {', '.join(missing)}")
    lines[line[fields[0]]].append(line)


def good(status):
    return 200 <= status < 300


def any_good(lines, status_field):
    return any(good(line[status_field]) for line in lines)


def executions_allowed(gateway_lines, services_lines):
    """A request runs once; only an idempotent one that was retried may run once per attempt."""
    if any(line[SERVICE_METHOD] not in IDEMPOTENT for line in services_lines):
        return 1
    return max([line[GATEWAY_ATTEMPTS] for line in gateway_lines], default=1)


def check_client(logs):
    for request, lines in logs.client.items():
        if len(lines) > 1:
            yield "client: one id for several requests", request
        status = lines[0][CLIENT_STATUS]
        if good(status) and not any_good(logs.services.get(request, []), SERVICE_STATUS):
            yield "client got 2xx, no service executed it", request
        if logs.gateway is None or status == 0:  # 0: the client saw no answer
            continue
        seen = logs.gateway.get(request, [])
        if not seen:
            yield "client got an answer, the gateway has no line", request
        elif seen[0][GATEWAY_STATUS] != status:
            yield "client and gateway differ in status", request


def check_gateway(logs):
    for request, lines in (logs.gateway or {}).items():
        if len(lines) > 1:
            yield "gateway: several outcomes of one request", request
        succeeded = any_good(lines, GATEWAY_STATUS)
        if succeeded and not any_good(logs.services.get(request, []), SERVICE_STATUS):
            yield "gateway success, no service executed it", request
        if request not in logs.client:
            yield "gateway has a request that no client sent", request


def check_services(logs):
    for request, lines in logs.services.items():
        seen = [] if logs.gateway is None else logs.gateway.get(request, [])
        if len(lines) > executions_allowed(seen, lines):
            yield "executed more often than allowed", request
        if request not in logs.client:
            yield "executed, but no client sent it", request
        elif logs.gateway is not None and not seen:
            yield "executed, but the gateway has no line", request


def violations(logs):
    """What does not agree: kind → ids."""
    found = collections.defaultdict(list)
    if not logs.client:
        found["the client sent nothing: there is nothing to compare"].append("-")
    for check in (check_client, check_gateway, check_services):
        for kind, request in check(logs):
            found[kind].append(request)
    return dict(found)


def counts(logs):
    """One line on each log: lines, ids, and how many ended well."""
    rows = [("client", logs.client, CLIENT_STATUS), ("gateway", logs.gateway, GATEWAY_STATUS),
            ("services", logs.services, SERVICE_STATUS)]
    for name, log, status in rows:
        if log is None:
            yield f"{name:9} not compared"
            continue
        lines = [line for same in log.values() for line in same]
        ended_well = sum(good(line[status]) for line in lines)
        yield f"{name:9} {len(lines):8} lines {len(log):8} ids {ended_well:8} with 2xx"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--client", nargs="+", required=True, metavar="FILE")
    parser.add_argument("--gateway", nargs="+", metavar="FILE")
    parser.add_argument("--service", nargs="+", required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        gateway = options.gateway and read(
            options.gateway, GATEWAY_ID, GATEWAY_STATUS, GATEWAY_ATTEMPTS)
        logs = Logs(client=read(options.client, CLIENT_ID, CLIENT_STATUS), gateway=gateway,
                    services=read(options.service, SERVICE_ID, SERVICE_METHOD, SERVICE_STATUS))
    except UnreadableLog as error:
        print(f"reconcile: {error}", file=sys.stderr)
        return 2
    print("\n".join(counts(logs)))
    found = violations(logs)
    for kind, ids in found.items():
        shown = " ".join(map(str, ids[:IDS_SHOWN_MAX]))
        more = f" and {len(ids) - IDS_SHOWN_MAX} more" if len(ids) > IDS_SHOWN_MAX else ""
        print(f"{kind}: {len(ids)}: {shown}{more}")
    print("the logs do not agree" if found else "the logs agree: one outcome each")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
