// What a person reads when the file is wrong: one case per kind of message, in full.
#include <gtest/gtest.h>

#include <algorithm>

#include "spec/load.h"

namespace headroom::spec {
namespace {

constexpr std::string_view head =
    "services:\n  shop:\n    objective: { latency: { p99: 150ms } }\n";
constexpr std::string_view started = "    run: { command: \"./shop {address}\" }\n";

std::string messages(std::string_view text) {
  const Environment environment = [](std::string_view name) {
    return name == "SECRET" ? std::optional<std::string>("hunter2") : std::nullopt;
  };
  const auto config = examine(text, "f", environment);
  if (config) return "none";
  std::string out;
  for (const Problem& problem : config.error()) out += format_problem("f", problem) + "\n";
  return out;
}

struct Case {
  const char* text;
  const char* expected;
};

/// `text` follows a service that lacks only `run`.
void expect_after_head(const Case& c) {
  EXPECT_EQ(messages(std::string(head) + c.text), std::string(c.expected) + "\n") << c.text;
}

/// `text` follows a right service.
void expect_after_service(const Case& c) {
  EXPECT_EQ(messages(std::string(head) + std::string(started) + c.text),
            std::string(c.expected) + "\n")
      << c.text;
}

TEST(Messages, a_right_file_has_none) {
  EXPECT_EQ(messages(std::string(head) + std::string(started)), "none");
}

TEST(Messages, keys) {
  const Case cases[] = {
      {"gatway: {}",
       "f:5: gatway: unknown key; did you mean 'gateway'? Allowed: services, downstreams, budget, "
       "gateway, journal, mode, state_dir"},
      {"    zebra: 1",
       "f:5: services.shop.zebra: unknown key; allowed: objective, hosts, routes, replicas, run, "
       "endpoints, ready, scale"},
      {"    kubernetes: shop/deployment/checkout",
       "f:5: services.shop.kubernetes: not supported yet; use 'run' or 'endpoints'"},
      {"    routes: [{ match: /, fallback: {} }]",
       "f:5: services.shop.routes[0].fallback: not supported yet; answers while a service is down "
       "are planned"},
      {"    routes:\n      - priority: critical",
       "f:6: services.shop.routes[0].match: missing; allowed \"[METHOD ][host]/path\", or a map of "
       "path, exact, host, method"},
      {"budget: {}", "f:5: budget.per_hour: missing; allowed a number from 0.0001 to 1000000000"},
      {"gateway: {}\ngateway: {}", "f:6: gateway: duplicate key; it is already on line 5"},
      {"    replicas: { min: 1,\n      min: 2 }",
       "f:6: services.shop.replicas.min: duplicate key; it is already on line 5"},
  };
  for (const Case& c : cases) expect_after_service(c);
}

TEST(Messages, wrong_kinds_of_values) {
  const Case cases[] = {
      {"gateway: [1]",
       "f:5: gateway: found a list, allowed a map of listen, trusted_proxies, admin, workers, "
       "queue, connections_max, idle, head, head_timeout, lame_duck, drain, body_max, "
       "access_log, access_log_sample"},
      {"journal:", "f:5: journal: found nothing, allowed a map of path, max_size, retention"},
      {"mode: loud", "f:5: mode: found 'loud', allowed act, shadow"},
      {"state_dir: []", "f:5: state_dir: found a list, allowed a path"},
      {"    hosts: shop",
       "f:5: services.shop.hosts: found 'shop', allowed a list of host names "
       "such as shop.example.com"},
      {"    hosts: []", "f:5: services.shop.hosts: found a list of 0, allowed 1 to 32"},
      {"    hosts: [a, a]", "f:5: services.shop.hosts[1]: 'a' is already in the list"},
      {"    routes: { match: / }",
       "f:5: services.shop.routes: found a map, allowed a list of routes such as - match: "
       "/checkout"},
      {"    scale: { uses: 5 }",
       "f:5: services.shop.scale.uses: found '5', allowed a map of "
       "downstreams to connections"},
      {"downstreams: [postgres]",
       "f:5: downstreams: found a list, allowed a map such as { postgres: "
       "{ connections: 200 } }"},
      {"downstreams: { postgres: 200 }",
       "f:5: downstreams.postgres: found '200', allowed a map of connections"},
  };
  for (const Case& c : cases) expect_after_service(c);
}

TEST(Messages, values_out_of_range) {
  const Case cases[] = {
      {"    replicas: { min: -1 }",
       "f:5: services.shop.replicas.min: found '-1', allowed a whole number from 0 to 1000"},
      {"    replicas: { max: 1001 }",
       "f:5: services.shop.replicas.max: found '1001', allowed a whole number from 1 to 1000"},
      {"    replicas: { max: 2.5 }",
       "f:5: services.shop.replicas.max: found '2.5', allowed a whole number from 1 to 1000"},
      {"    replicas: { cost_per_hour: free }",
       "f:5: services.shop.replicas.cost_per_hour: found 'free', allowed a number from 0 to "
       "1000000"},
      {"    scale: { in_delay: 5 }",
       "f:5: services.shop.scale.in_delay: found '5', allowed a duration from 1s to 1d, or 0 "
       "(twice "
       "the learned start-up time, at least 15s)"},
      {"gateway: { body_max: 1TB }",
       "f:5: gateway.body_max: found '1TB', allowed a size from 1B to 1024GiB, or 0 (no bodies)"},
      {"gateway: { access_log_sample: 101% }",
       "f:5: gateway.access_log_sample: found '101%', allowed a share from 0% to 100%"},
      {"gateway: { listen: \"localhost:80\" }",
       "f:5: gateway.listen: found 'localhost:80', allowed an IP address and port such as "
       "127.0.0.1:8080, [::1]:8080, or :8080 for all of IPv4"},
      {"gateway: { admin: \"0.0.0.0:9900\" }",
       "f:5: gateway.admin: found '0.0.0.0:9900', allowed a loopback address and port such as "
       "127.0.0.1:9900"},
      {"gateway: { listen: \"127.0.0.1:9900\" }",
       "f:5: gateway.admin: 127.0.0.1:9900 is "
       "gateway.listen too"},
  };
  for (const Case& c : cases) expect_after_service(c);
}

TEST(Messages, objectives) {
  const std::string latency =
      "one percentile from p50 to p99.99 with its limit, such as "
      "{ p99: 150ms }";
  const std::pair<const char*, std::string> cases[] = {
      {"{}", "f:1: services.s.objective.latency: missing; allowed " + latency},
      {"{ latency: 1s }", "f:1: services.s.objective.latency: found '1s', allowed " + latency},
      {"{ latency: { p99: 1s, p50: 1ms } }",
       "f:1: services.s.objective.latency: found 2 percentiles, allowed " + latency},
      {"{ latency: { p100: 1s } }",
       "f:1: services.s.objective.latency.p100: found 'p100', allowed " + latency},
      {"{ latency: { p99: 0 } }",
       "f:1: services.s.objective.latency.p99: found '0', allowed a duration from 1ms to 10m"},
      {"{ latency: { p99: 1s }, availability: 100% }",
       "f:1: services.s.objective.availability: found '100%', allowed a share from 50% to 99.999%"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(messages(std::string("services: { s: { endpoints: ['[::1]:80'], objective: ") + text +
                       " } }"),
              expected + "\n");
  }
}

TEST(Messages, matches_and_timeouts) {
  const Case cases[] = {
      {"    routes: [{ match: shop }]",
       "f:5: services.shop.routes[0].match: found 'shop', allowed \"[METHOD ][host]/path\", or a "
       "map of path, exact, host, method"},
      {"    routes: [{ match: \"/a?b\" }]",
       "f:5: services.shop.routes[0].match: found '/a?b', allowed a path such as /checkout, "
       "without "
       "query or spaces"},
      {"    routes: [{ match: /a//b }]",
       "f:5: services.shop.routes[0].match: found '/a//b', allowed a path without empty segments, "
       "dot segments and encoded slashes"},
      {"    routes: [{ match: get /a }]",
       "f:5: services.shop.routes[0].match: found 'get /a', allowed a method of GET, HEAD, POST, "
       "PUT, PATCH, DELETE, OPTIONS"},
      {"    routes: [{ match: { path: /, exact: yes } }]",
       "f:5: services.shop.routes[0].match.exact: found 'yes', allowed true or false"},
      {"    routes: [{ match: { path: /, host: \"a:80\" } }]",
       "f:5: services.shop.routes[0].match.host: found 'a:80', allowed a host name such as "
       "shop.example.com"},
      {"    routes:\n      - match: /a\n      - match: /b\n      - match: { path: /a }",
       "f:8: services.shop.routes[2].match: the same match as services.shop.routes[0] on line 6; "
       "one of them would never get a request"},
      {"    routes: [{ match: /, timeout: 100ms }]",
       "f:5: services.shop.routes[0].timeout: 100ms is shorter than the latency objective (p99: "
       "150ms)"},
      {"    routes: [{ match: /, objective: { latency: { p50: 16s } } }]",
       "f:5: services.shop.routes[0].timeout: 15s unless stated is shorter than the latency "
       "objective (p50: 16s)"},
      {"    routes: [{ match: /, timeout: { total: 1s, connect: 2s } }]",
       "f:5: services.shop.routes[0].timeout.connect: 2s is longer than total (1s)"},
      {"gateway: { queue: { wait: 1m } }",
       "f:5: gateway.queue.wait: 1m is longer than every route's timeout (at most 15s)"},
  };
  for (const Case& c : cases) expect_after_service(c);
}

TEST(Messages, an_objective_beyond_the_timeout_names_a_key_that_can_be_written) {
  EXPECT_EQ(messages("services:\n  shop:\n    objective: { latency: { p99: 20s } }\n"
                     "    run: { command: \"./shop {address}\" }\n"),
            "f:2: services.shop.routes: none, so requests may take 15s, less than the latency "
            "objective (p99: 20s); write \"routes: [{ match: /, timeout: … }]\"\n");
}

TEST(Messages, what_starts_a_replica) {
  const std::string allowed =
      "a command line such as \"./checkout --listen {address}\", or a list "
      "of its words";
  const std::pair<const char*, std::string> cases[] = {
      {"",
       "f:2: services.shop: either 'run' (headroom starts the replicas) or 'endpoints' "
       "(something else does) is needed"},
      {"    run: { command: ./shop }",
       "f:4: services.shop.run.command: nothing tells a replica where to listen; write {address} "
       "or "
       "{port} in the command or in env"},
      {"    run: { command: \"\" }",
       "f:4: services.shop.run.command: found '', allowed " + allowed},
      {"    run: { command: { a: b } }",
       "f:4: services.shop.run.command: found a map, allowed " + allowed},
      {"    run: { command: \"./shop '{port}\" }",
       "f:4: services.shop.run.command: a quote is never closed"},
      {"    run: { command: \"./shop {prot} {port}\" }",
       "f:4: services.shop.run.command: unknown placeholder {prot}; did you mean 'port'? Allowed: "
       "address, host, port, replica; as text it is written {{prot}}"},
      {"    run: { command: ./shop, env: { P: \"{port}\", C: \"f() {print}\" } }",
       "f:4: services.shop.run.env.C: unknown placeholder {print}; allowed: address, host, port, "
       "replica; as text it is written {{print}}"},
      {"    run: { command: ./shop, env: { P: \"${SECRET:-{port}}\" } }",
       "f:4: services.shop.run.env.P: found '${SECRET:-{port}', a default cannot hold a brace"},
      {"    run: { command: ./shop, env: { P: \"${SECRET}\" } }",
       "f:4: services.shop.run.command: nothing tells a replica where to listen; write {address} "
       "or {port} in the command or in env"},
      {"    run: { command: \"./shop {port} | tee log\" }",
       "f:4: services.shop.run.command: found '|', but no shell reads this; write a list such as "
       "[sh, -c, \"exec ...\"] where a shell is meant"},
      {"    run: { command: [./shop, \"{port}\", []] }",
       "f:4: services.shop.run.command[2]: found a list, allowed a word"},
      {"    run: { command: ./shop, env: { P: \"{port}\", A-B: x } }",
       "f:4: services.shop.run.env.A-B: found a name that is no variable, allowed letters, digits "
       "and _"},
      {"    run: { command: ./shop, env: { P: \"{port}\", A: } }",
       "f:4: services.shop.run.env.A: found nothing, allowed text, in quotes when empty"},
      {"    run: { command: \"./shop {port}\", ready: readyz }",
       "f:4: services.shop.run.ready: found 'readyz', allowed a path such as /readyz"},
      {"    run: { command: \"./shop {port}\", user: \"-x\" }",
       "f:4: services.shop.run.user: found '-x', allowed the name of a user"},
      {"    endpoints: [\"db:80\"]",
       "f:4: services.shop.endpoints[0]: found 'db:80', allowed IP addresses with a port such as "
       "10.0.0.5:8080"},
      {"    endpoints: [\"[::1]:80\"]\n    run: { command: \"./shop {port}\" }",
       "f:4: services.shop.endpoints: 'run' is on line 5 already; allowed one of the two"},
      {"    endpoints: [\"[::1]:80\"]\n    ready: up",
       "f:5: services.shop.ready: found 'up', allowed a path such as /readyz, or none"},
      {"    run: { command: \"./shop {port}\" }\n    ready: /up",
       "f:5: services.shop.ready: only with 'endpoints'; with 'run' it is run.ready"},
      {"    endpoints: [\"[::1]:80\"]\n    replicas: { min: 2 }",
       "f:5: services.shop.replicas.min: only with 'run': the number of 'endpoints' is not "
       "headroom's to change"},
  };
  for (const auto& [text, expected] : cases) expect_after_head({text, expected.c_str()});
}

TEST(Messages, relations_between_values) {
  const Case cases[] = {
      {"    replicas: { min: 5, max: 3 }",
       "f:5: services.shop.replicas.max: 3 is below replicas.min (5)"},
      {"    replicas: { min: 11 }",
       "f:5: services.shop.replicas.min: 11 is above replicas.max (10)"},
      {"    scale: { target_concurrency: 300 }",
       "f:5: services.shop.scale.target_concurrency: 300 is above replicas.concurrency (256)"},
      {"    replicas: { min: 3, cost_per_hour: 0.40 }\nbudget: { per_hour: 1.00 }",
       "f:6: budget.per_hour: 1.00 does not pay for the minimum replicas (shop: 3 × 0.40; 1.2 in "
       "all)"},
      {"    replicas: { min: 3 }\n    scale: { uses: { pg: 4 } }\n"
       "downstreams: { pg: { connections: 10 } }",
       "f:7: downstreams.pg.connections: 10 is not enough for the minimum replicas (shop: 3 × 4; "
       "12 in all)"},
      {"    scale: { uses: { postgre: 3 } }\ndownstreams: { postgres: { connections: 20 } }",
       "f:5: services.shop.scale.uses.postgre: unknown downstream; did you mean 'postgres'? "
       "Allowed: postgres"},
      {"    scale: { uses: { postgres: 3 } }",
       "f:5: services.shop.scale.uses.postgres: unknown downstream; none is allowed here"},
      {"    hosts: [cart]\n  cart: { objective: { latency: { p99: 1s } }, endpoints: ['[::1]:1'] }",
       "f:5: services.shop.hosts[0]: is the name of another service (line 6), which it always "
       "means"},
  };
  for (const Case& c : cases) expect_after_service(c);
}

TEST(Messages, a_budget_met_to_the_cent_is_met) {
  EXPECT_EQ(messages(std::string(head) + std::string(started) +
                     "    replicas: { min: 3, cost_per_hour: 0.1 }\nbudget: { per_hour: 0.3 }"),
            "none");
}

TEST(Messages, secrets_stay_secret) {
  const Case cases[] = {
      {"gateway: { listen: \"${SECRET}\" }",
       "f:5: gateway.listen: found '${SECRET}', allowed an IP address and port such as "
       "127.0.0.1:8080, [::1]:8080, or :8080 for all of IPv4"},
      {"gateway: { idle: \"${SECRET}\" }",
       "f:5: gateway.idle: found '${SECRET}', allowed a duration from 1s to 1h"},
      {"gateway: { workers: \"${SECRET}\" }",
       "f:5: gateway.workers: found '${SECRET}', allowed a whole number from 1 to 256, or 0 (one "
       "per "
       "core)"},
      {"mode: ${SECRET}", "f:5: mode: found '${SECRET}', allowed act, shadow"},
      {"mode: ${NOTSET}",
       "f:5: mode: ${NOTSET} is not set in the environment; set it, or write a "
       "default as ${NOTSET:-value}"},
      {"mode: ${SECRET",
       "f:5: mode: found '${SECRET', allowed ${NAME} or ${NAME:-default}; the text ${ is written "
       "$${"},
      {"mode: ${1}",
       "f:5: mode: found '${1}', allowed ${NAME} or ${NAME:-default}; the text ${ is written $${"},
  };
  for (const Case& c : cases) expect_after_service(c);
}

TEST(Messages, service_names) {
  EXPECT_EQ(messages("services: { Shop: { objective: { latency: { p99: 1s } }, endpoints: "
                     "['[::1]:1'] } }"),
            "f:1: services.Shop: found 'Shop', allowed a name of at most 63 of a-z, 0-9 and -, the "
            "first and the last no -\n");
  EXPECT_EQ(messages("services: {}"), "f:1: services: found 0 services, allowed 1 to 100\n");
  EXPECT_EQ(messages("gateway: {}"),
            "f:1: services: missing; allowed a map of names to services\n");
}

TEST(Messages, all_problems_come_at_once_in_the_order_of_the_file) {
  EXPECT_EQ(
      messages("mode: x\nservices:\n  a: { objective: 1 }\n  b: 2\nbudget: 3\n"),
      "f:1: mode: found 'x', allowed act, shadow\n"
      "f:3: services.a.objective: found '1', allowed a map of latency, availability, window, "
      "misses\n"
      "f:3: services.a: either 'run' (headroom starts the replicas) or 'endpoints' (something "
      "else does) is needed\n"
      "f:4: services.b: found '2', allowed a map of objective, hosts, routes, replicas, run, "
      "endpoints, ready, scale\n"
      "f:5: budget: found '3', allowed a map of per_hour\n");
}

TEST(Messages, a_flood_of_problems_is_cut_and_counted) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const std::string out = messages(text);
  EXPECT_EQ(std::ranges::count(out, '\n'), 101);
  EXPECT_NE(out.find("f:100: 51 more problems\n"), std::string::npos) << out;
}

TEST(Messages, a_message_is_one_short_line) {
  const std::string out = messages(std::string(head) + std::string(started) + "mode: \"a\\nb\\e" +
                                   std::string(5000, 'x') + "\"\n");
  EXPECT_EQ(out,
            "f:5: mode: found 'a\\nb\\x1b" + std::string(72, 'x') + "...', allowed act, shadow\n");
}

}  // namespace
}  // namespace headroom::spec
