// `services: { checkout: { objective: …, routes: …, replicas: …, run: …, scale: … } }`
#include <fmt/format.h>

#include "spec/names.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

const Table<Replicas>& replicas_table() {
  static const Table<Replicas> table = [] {
    Table<Replicas> t("services.NAME.replicas", "How many copies, and what one of them is.");
    t.integer("min", &Replicas::min, {.min = 0, .max = replicas_limit},
              "Never fewer. 0 lets a service without requests stop; it starts with the next one.");
    t.integer("max", &Replicas::max, {.min = 1, .max = replicas_limit},
              "Never more, but for the one replica more of a roll-out, and those that drain.");
    t.number("cost_per_hour", &Replicas::cost_per_hour, {.min = 0, .max = 1e6}, "1",
             "The price of one replica for an hour, in any currency.");
    t.integer("concurrency", &Replicas::concurrency, {.min = 1, .max = 100'000},
              "Requests that one replica gets at a time at most; of these as many as are learned "
              "to be of use. More wait at the gateway.");
    t.integer(
        "zones", &Replicas::zones, {.min = 1, .max = 100},
        "Zones that the replicas are spread over evenly. With 2 or more, as many are kept as "
        "still carry the demand when one zone is lost: half as many again with 3. Each replica "
        "of `run` is told its zone, as HEADROOM_ZONE from 1 on: what that is on this machine "
        "(a disk, a socket, an upstream) is its program's to say.");
    return t;
  }();
  return table;
}

void read_hosts(const At& at, Service& out) {
  out.hosts = read_texts(at, hosts_max, "host names such as shop.example.com", is_host);
}

void read_endpoints(const At& at, Service& out) {
  out.endpoints = read_texts(at, endpoints_max, "IP addresses with a port such as 10.0.0.5:8080",
                             [](std::string_view text) {
                               const AddressText address = split_address(text);
                               return address.port > 0 && !address.host.empty();
                             });
}

void read_endpoints_ready(const At& at, Service& out) {
  constexpr std::string_view allowed = "a path such as /readyz, or none";
  const auto text = at.text(allowed);
  if (!text) return;
  if (*text != "none" && !is_request_path(*text)) return at.refuse(allowed);
  out.ready = *text == "none" ? std::string() : *text;
  out.ready_stated = true;
}

void read_routes(const At& at, Service& out) {
  if (!at.is(Value::Kind::list)) return at.refuse("a list of routes such as - match: /checkout");
  const std::size_t count = at.value().items.size();
  if (count == 0 || count > routes_max)
    return at.problem(fmt::format("found a list of {}, allowed 1 to {}", count, routes_max));
  for (std::size_t i = 0; i < count; ++i) {
    Route route;
    route.objective = out.objective;  // `objective` stands above `routes` in the table
    (void)route_table().read(at.item(i), route);
    out.routes.push_back(std::move(route));
  }
}

void read_objective(const At& at, Service& out) {
  if (!objective_table().read(at, out.objective)) return;
  const At latency = at.child("latency");
  if (!latency.present()) latency.problem("missing; allowed " + objective_table().rows[0].allowed);
}

void add_replica_keys(Table<Service>& t) {
  t.section("replicas", &Service::replicas, replicas_table(), "How many copies.");
  t.custom({.key = "run",
            .type = "map",
            .fallback = "this or `endpoints` is required, but not to plan",
            .allowed = "",
            .meaning = "How a replica is started. `headroom simulate`, `compare` and `tune` start "
                       "nothing and need neither this nor `endpoints`.",
            .below = &run_table()},
           [](const At& at, Service& out) {
             out.run.emplace();
             (void)read_run(at, *out.run);
           });
  t.custom({"endpoints", "list", "this or `run` is required, but not to plan",
            "IP addresses with a port such as 10.0.0.5:8080",
            "Replicas that something else runs: headroom spreads the requests and leaves their "
            "number alone."},
           read_endpoints);
  t.custom({"ready", "path", Service{}.ready + " where it answers 200",
            "a path such as /readyz, or none",
            "Asked of each of the `endpoints` by GET every second: after three answers in a row "
            "that are not 200, or that take longer than 1s, nothing is sent to it until the next "
            "200. Where this is not written, an endpoint is judged only once it has answered 200, "
            "and no longer when it answers 404, so one that knows no such path is left alone. "
            "Replicas of `run` have their own `ready`."},
           read_endpoints_ready);
  t.section("scale", &Service::scale, scale_table(), "Shapes the decisions.");
  t.not_yet("kubernetes", "use 'run' or 'endpoints'");
}

}  // namespace

const Table<Service>& service_table() {
  static const Table<Service> table = [] {
    Table<Service> t("services.NAME",
                     "One deployable program. NAME is a DNS label such as `checkout`; requests "
                     "whose host is NAME reach it, so services find each other through the "
                     "gateway by name (not on a listener that states its `services`).");
    t.custom({.key = "objective",
              .type = "map",
              .fallback = "",
              .allowed = "a map such as { latency: { p99: 150ms } }",
              .meaning = "What the service promises.",
              .below = &objective_table()},
             read_objective)
        .required();
    t.custom(
        {"hosts", "list", "none", "host names such as shop.example.com",
         "Hosts that mean this service, next to its name. Stated, it gets no request for a host "
         "that no service names; those go to the services without `hosts`, and where all "
         "have some, they are answered with 421."},
        read_hosts);
    t.custom({.key = "routes",
              .type = "list",
              .fallback = "one route that takes every path",
              .allowed = "",
              .meaning = "Kinds of requests.",
              .below = &route_table()},
             read_routes);
    add_replica_keys(t);
    return t;
  }();
  return table;
}

}  // namespace headroom::spec
