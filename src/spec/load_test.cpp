// A right file becomes exactly the values it states, and defaults elsewhere.
#include "spec/load.h"

#include <gtest/gtest.h>

namespace headroom::spec {
namespace {

std::optional<std::string> no_environment(std::string_view) {
  return std::nullopt;
}

Config load(std::string_view text, const std::string& file = "headroom.yaml",
            const Environment& environment = no_environment) {
  auto config = examine(text, file, environment);
  if (config) return std::move(*config);
  for (const Problem& problem : config.error()) ADD_FAILURE() << format_problem(file, problem);
  return {};
}

/// A right service with `more` lines, each indented by four.
std::string with(std::string_view first, std::string_view second = "") {
  std::string text = "services:\n  shop:\n    objective: { latency: { p99: 150ms } }\n";
  text += first;
  text += second;
  return text;
}
constexpr std::string_view started = "    run: { command: \"./shop {address}\" }\n";

constexpr std::string_view everything = R"(
mode: shadow
state_dir: state
services:
  checkout:
    hosts: [shop.example.com]
    objective: { latency: { p99.9: 150ms }, availability: 99.5%, window: 7d }
    routes:
      - { match: /checkout, priority: critical, timeout: 1s }
      - match: { path: /recommend, exact: true, host: Shop.Example.com, method: GET }
        priority: sheddable
        objective: { latency: { p95: 200ms } }
        timeout: { total: 2s, connect: 50ms, first_byte: 1s, idle: 5s }
    replicas: { min: 2, max: 40, cost_per_hour: 0.04, concurrency: 16, zones: 3 }
    run:
      command: ./checkout --listen {address} --name 'two words' ""
      ready: /ready
      ready_every: 100ms
      ready_timeout: 20s
      drain: 5s
      env: { GOMEMLIMIT: 256MiB, SEED: "7", EMPTY: "" }
      user: www-data
      cwd: work
      ports: 9000-9099
      limits: { memory: 1GiB, cpu: 1.5, open_files: 2048 }
    scale:
      target_concurrency: 8
      in_delay: 1m
      step: 4
      drain_within: 2s
      pid: { cpu: 0.7, reset: 2m }
      priority: critical
      uses: { postgres: 5 }
      calendar: [{ cron: "30 7 * * mon-fri", for: 3h, at_least: 10 }]
  catalog:
    objective: { latency: { p90: 80ms } }
    endpoints: ["10.0.0.5:8080", "[::1]:8080"]
downstreams: { postgres: { connections: 200 } }
budget: { per_hour: 3.50 }
gateway:
  listen: ":8443"
  trusted_proxies: [10.0.0.0/8, "2001:db8::7"]
  admin: "[::1]:9901"
  workers: 3
  queue: { length: 10, wait: 250ms }
  connections_max: 500
  idle: 10s
  head_timeout: 2s
  lame_duck: 15s
  drain: 20s
  body_max: 1MiB
  access_log: log/access.json
  access_log_sample: 5%
journal: { path: /var/lib/headroom/journal, max_size: 10MiB, retention: 12h }
)";

TEST(Load, a_service_is_read_as_written) {
  const Config config = load(everything, "conf/headroom.yaml");
  ASSERT_EQ(config.services.size(), 2U);
  const Service& service = config.services[0];
  EXPECT_EQ(service.name, "checkout");
  EXPECT_EQ(service.hosts, std::vector<std::string>{"shop.example.com"});
  EXPECT_DOUBLE_EQ(service.objective.quantile, 0.999);
  EXPECT_EQ(service.objective.latency, 150ms);
  EXPECT_DOUBLE_EQ(service.objective.availability, 0.995);
  EXPECT_EQ(service.objective.window, 7 * 24h);
  EXPECT_EQ(service.replicas.min, 2);
  EXPECT_EQ(service.replicas.max, 40);
  EXPECT_DOUBLE_EQ(service.replicas.cost_per_hour, 0.04);
  EXPECT_EQ(service.replicas.concurrency, 16);
  EXPECT_EQ(service.replicas.zones, 3);
  ASSERT_TRUE(service.run && service.run->ports);
  EXPECT_EQ(service.run->ports->first, 9000);
  EXPECT_EQ(service.run->ports->last, 9099);
  EXPECT_EQ(service.run->limits.cpu_cores, 1.5);
  EXPECT_EQ(service.scale.target_concurrency, 8.0);
  EXPECT_EQ(service.scale.in_delay, 1min);
  EXPECT_EQ(service.scale.step, 4);
  EXPECT_EQ(service.scale.drain_within, 2s);
  ASSERT_TRUE(service.scale.pid);
  EXPECT_EQ(service.scale.pid->cpu, 0.7);
  EXPECT_EQ(service.scale.pid->reset, 2min);
  EXPECT_EQ(service.scale.priority, Priority::critical);
  EXPECT_EQ(service.scale.uses, (std::map<std::string, int>{{"postgres", 5}}));
  ASSERT_EQ(service.scale.calendar.size(), 1U);
  EXPECT_EQ(service.scale.calendar[0].cron.text, "30 7 * * mon-fri");
  EXPECT_EQ(service.scale.calendar[0].length, 3h);
  EXPECT_EQ(service.scale.calendar[0].at_least, 10);
}

TEST(Load, a_route_inherits_what_it_does_not_state) {
  const Config config = load(everything);
  ASSERT_EQ(config.services[0].routes.size(), 2U);
  const Route& plain = config.services[0].routes[0];
  EXPECT_EQ(plain.name, "checkout/checkout");
  EXPECT_EQ(plain.match.path, "/checkout");
  EXPECT_FALSE(plain.match.exact);
  EXPECT_EQ(plain.priority, Priority::critical);
  EXPECT_EQ(plain.timeouts.total, 1s);
  EXPECT_EQ(plain.timeouts.connect, 1s);
  EXPECT_DOUBLE_EQ(plain.objective.quantile, 0.999);

  const Route& own = config.services[0].routes[1];
  EXPECT_EQ(own.name, "checkout/recommend");
  EXPECT_TRUE(own.match.exact);
  EXPECT_EQ(own.match.host, "shop.example.com");
  EXPECT_EQ(own.match.method, "GET");
  EXPECT_EQ(own.priority, Priority::sheddable);
  EXPECT_DOUBLE_EQ(own.objective.quantile, 0.95);
  EXPECT_EQ(own.objective.latency, 200ms);
  EXPECT_DOUBLE_EQ(own.objective.availability, 0.995);
  EXPECT_EQ(own.timeouts.total, 2s);
  EXPECT_EQ(own.timeouts.connect, 50ms);
  EXPECT_EQ(own.timeouts.first_byte, 1s);
  EXPECT_EQ(own.timeouts.idle, 5s);
}

TEST(Load, a_process_is_described_in_full) {
  const Config config = load(everything);
  const spec::Run& process = config.services[0].run.value();
  EXPECT_EQ(process.command, (std::vector<Template>{"./checkout", "--listen", "{address}", "--name",
                                                    "two words", ""}));
  EXPECT_EQ(process.ready, "/ready");
  EXPECT_EQ(process.ready_every, 100ms);
  EXPECT_EQ(process.ready_timeout, 20s);
  EXPECT_EQ(process.drain, 5s);
  EXPECT_EQ(process.env, (std::map<std::string, Template>{
                             {"GOMEMLIMIT", "256MiB"}, {"SEED", "7"}, {"EMPTY", ""}}));
  EXPECT_EQ(process.user, "www-data");
  EXPECT_EQ(process.limits.memory_bytes, 1 << 30);
  EXPECT_EQ(process.limits.open_files, 2048);
}

TEST(Load, the_front_door_and_the_rest_are_read_as_written) {
  const Config config = load(everything);
  EXPECT_EQ(config.mode, Mode::shadow);
  EXPECT_EQ(config.gateway.listen.front().address, ":8443");
  EXPECT_EQ(config.gateway.listen.size(), 1U);
  EXPECT_TRUE(contains(config.gateway.trusted_proxies, *IpAddress::parse("10.1.2.3")));
  EXPECT_TRUE(contains(config.gateway.trusted_proxies, *IpAddress::parse("2001:db8::7")));
  EXPECT_FALSE(contains(config.gateway.trusted_proxies, *IpAddress::parse("2001:db8::8")));
  EXPECT_EQ(config.gateway.admin, "[::1]:9901");
  EXPECT_EQ(config.gateway.workers, 3);
  EXPECT_EQ(config.gateway.queue.length, 10);
  EXPECT_EQ(config.gateway.queue.wait, 250ms);
  EXPECT_EQ(config.gateway.connections_max, 500);
  EXPECT_EQ(config.gateway.idle, 10s);
  EXPECT_EQ(config.gateway.head_timeout, 2s);
  EXPECT_EQ(config.gateway.lame_duck, 15s);
  EXPECT_EQ(config.gateway.drain, 20s);
  EXPECT_EQ(config.gateway.body_max_bytes, 1 << 20);
  EXPECT_DOUBLE_EQ(config.gateway.access_log_sample, 0.05);
  EXPECT_EQ(config.journal.max_bytes, 10 << 20);
  EXPECT_EQ(config.journal.retention, 12h);
  EXPECT_EQ(config.downstreams, (std::map<std::string, int>{{"postgres", 200}}));
  EXPECT_EQ(config.budget_per_hour, 3.5);
}

TEST(Load, endpoints_fix_the_number_of_replicas) {
  const Service catalog = load(everything).services[1];
  EXPECT_EQ(catalog.endpoints, (std::vector<std::string>{"10.0.0.5:8080", "[::1]:8080"}));
  EXPECT_FALSE(catalog.run);
  EXPECT_EQ(catalog.replicas.min, 2);
  EXPECT_EQ(catalog.replicas.max, 2);
}

TEST(Load, planning_needs_nothing_that_runs) {
  const std::string text = with("    replicas: { min: 2, max: 7 }\n");
  EXPECT_FALSE(examine(text, "f", no_environment).has_value());
  const auto planned = examine(text, "f", no_environment, Purpose::plan);
  ASSERT_TRUE(planned.has_value());
  EXPECT_EQ(planned->services[0].replicas.min, 2);
  EXPECT_EQ(planned->services[0].replicas.max, 7);
  EXPECT_FALSE(planned->services[0].run.has_value());
  const auto both = examine(with(started, "    endpoints: [\"10.0.0.5:80\"]\n"), "f",
                            no_environment, Purpose::plan);
  EXPECT_FALSE(both.has_value()) << "what is written must still be right";
}

TEST(Load, endpoints_are_asked_for_readiness_unless_the_file_says_none) {
  const auto shop = [](const std::string& more) {
    return load(
               "services: { shop: { objective: { latency: { p99: 1s } }, "
               "endpoints: ['127.0.0.1:1']" +
               more + " } }")
        .services[0];
  };
  EXPECT_EQ(shop("").ready, "/readyz");
  EXPECT_FALSE(shop("").ready_stated);
  EXPECT_EQ(shop(", ready: /up").ready, "/up");
  EXPECT_TRUE(shop(", ready: /up").ready_stated);
  EXPECT_EQ(shop(", ready: none").ready, "");
}

TEST(Load, a_service_without_routes_takes_every_path) {
  const Config config = load(with(started));
  ASSERT_EQ(config.services[0].routes.size(), 1U);
  const Route& route = config.services[0].routes[0];
  EXPECT_EQ(route.name, "shop/root");
  EXPECT_EQ(route.match.path, "/");
  EXPECT_EQ(route.objective.latency, 150ms);
}

TEST(Load, relative_paths_are_beside_the_file) {
  const Config config = load(everything, "conf/headroom.yaml");
  EXPECT_EQ(config.file, "conf/headroom.yaml");
  EXPECT_EQ(config.state_dir, "conf/state");
  EXPECT_EQ(config.services[0].run->cwd, "conf/work");
  EXPECT_EQ(config.gateway.access_log, "conf/log/access.json");
  EXPECT_EQ(config.journal.path, "/var/lib/headroom/journal");

  const Config defaults = load(with(started), "/etc/headroom.yaml");
  EXPECT_EQ(defaults.state_dir, "/etc/.headroom");
  EXPECT_EQ(defaults.journal.path, "/etc/headroom.journal");
  EXPECT_EQ(defaults.gateway.access_log, "");
  EXPECT_EQ(defaults.services[0].run->cwd, "");
}

TEST(Load, short_matches_name_method_host_and_path) {
  const struct {
    const char* text;
    Match match;
  } cases[] = {{"/a", {"", "/a", false, ""}},
               {"GET /a/b", {"", "/a/b", false, "GET"}},
               {"Shop.example.com/", {"shop.example.com", "/", false, ""}},
               {"POST shop/pay", {"shop", "/pay", false, "POST"}}};
  for (const auto& [text, match] : cases) {
    const Config config =
        load(with(started, std::string("    routes: [{ match: ") + text + " }]\n"));
    const Match& read = config.services.at(0).routes.at(0).match;
    EXPECT_EQ(read.host, match.host) << text;
    EXPECT_EQ(read.path, match.path) << text;
    EXPECT_EQ(read.method, match.method) << text;
    EXPECT_FALSE(read.exact) << text;
  }
}

TEST(Load, route_names_are_unique_and_say_what_differs) {
  const Config config = load(with(started, R"(    routes:
      - match: /a/b
      - match: GET /a/b
      - match: { path: /a/b, exact: true }
      - match: /a-b
      - match: /
)"));
  std::vector<std::string> names;
  for (const Route& route : config.services.at(0).routes) names.push_back(route.name);
  EXPECT_EQ(names, (std::vector<std::string>{"shop/a-b", "shop/a-b-GET", "shop/a-b-exact",
                                             "shop/a-b-2", "shop/root"}));
}

TEST(Load, the_path_of_a_route_is_decoded_and_may_be_taken_as_it_is) {
  const Config config = load(with(started, R"(    routes:
      - { match: /caf%C3%A9/%61, path: as_is }
      - match: /b
gateway: { head: { size: 24KiB, fields: 256, target: 64B } }
)"));
  const std::vector<Route>& routes = config.services.at(0).routes;
  EXPECT_EQ(routes.at(0).match.path, "/caf\xc3\xa9/a");
  EXPECT_TRUE(routes.at(0).path_as_is);
  EXPECT_FALSE(routes.at(1).path_as_is);
  EXPECT_EQ(config.gateway.head.bytes, 24 << 10);
  EXPECT_EQ(config.gateway.head.fields, 256);
  EXPECT_EQ(config.gateway.head.target_bytes, 64);
}

TEST(Load, services_with_one_path_are_told_apart_by_their_hosts) {
  const Config config = load(R"(services:
  a:
    hosts: [a.example.com]
    objective: { latency: { p99: 1s } }
    routes: [{ match: / }]
    endpoints: ["127.0.0.1:1"]
  b:
    hosts: [b.example.com]
    objective: { latency: { p99: 1s } }
    routes: [{ match: / }]
    endpoints: ["127.0.0.1:2"]
)");
  EXPECT_EQ(config.services.size(), 2U);
}

TEST(Load, the_first_problem_is_one_sentence_that_counts_the_rest) {
  const auto config = parse("services: { shop: { objectiv: 1 } }\n", "a.yaml", no_environment);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::invalid);
  EXPECT_EQ(config.error().message,
            "a.yaml:1: services.shop.objectiv: unknown key; did you mean 'objective'? Allowed: "
            "objective, hosts, routes, replicas, run, endpoints, ready, scale (the first of 3 "
            "problems, headroom check -f a.yaml lists them)");
}

TEST(Load, the_example_of_the_reference_is_right) {
  const std::string text = reference();
  const std::size_t start = text.find("```yaml\n") + 8;
  const Environment environment = [](std::string_view) { return std::optional<std::string>("x"); };
  const Config config =
      load(text.substr(start, text.find("```", start) - start), "headroom.yaml", environment);
  EXPECT_EQ(config.services.size(), 2U);
}

}  // namespace
}  // namespace headroom::spec
