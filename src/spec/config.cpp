// The top of the file.
#include <fmt/format.h>

#include "spec/names.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

void read_service(const At& at, Service& service) {
  if (!service_table().read(at, service)) return;
  if (service.routes.empty()) {
    Route everything;
    everything.match.path = "/";
    everything.objective = service.objective;
    service.routes.push_back(std::move(everything));
  }
  name_routes(service);
}

void read_services(const At& at, Config& out) {
  if (!at.is(Value::Kind::map)) return at.refuse("a map of names to services");
  const std::size_t count = at.value().entries.size();
  if (count == 0 || count > services_max)
    return at.problem(fmt::format("found {} services, allowed 1 to {}", count, services_max));
  for (const Entry& entry : at.value().entries) {
    const At service = at.child(entry.key);
    if (!is_label(entry.key)) {
      service.problem(fmt::format(
          "found '{}', allowed a name of at most 63 of a-z, 0-9 and -, the first and the "
          "last no -",
          printable(entry.key)));
    }
    out.services.emplace_back().name = entry.key;
    read_service(service, out.services.back());
  }
}

struct Downstream {
  int connections = 0;
};

const Table<Downstream>& downstream_table() {
  static const Table<Downstream> table = [] {
    Table<Downstream> t("downstreams.NAME", "A limit that all replicas of all services share.");
    t.integer(
         "connections", &Downstream::connections, {.min = 1, .max = 1'000'000},
         "Connections it allows in all. Where replicas that are wanted would hold more, services "
         "give way as for `budget`, and the same floors go beyond it.")
        .required();
    return t;
  }();
  return table;
}

void read_downstreams(const At& at, Config& out) {
  if (!at.is(Value::Kind::map))
    return at.refuse("a map such as { postgres: { connections: 200 } }");
  for (const Entry& entry : at.value().entries) {
    Downstream downstream;
    if (downstream_table().read(at.child(entry.key), downstream))
      out.downstreams[entry.key] = downstream.connections;
  }
}

const Table<Config>& budget_table() {
  static const Table<Config> table = [] {
    Table<Config> t("budget", "What all replicas together may cost.");
    t.number("per_hour", &Config::budget_per_hour, {.min = 0.0001, .max = 1e9}, "",
             "The sum of `cost_per_hour` over the replicas that are wanted: where all services "
             "together "
             "want more, those of lower `scale.priority` give way. Only floors go beyond it: "
             "`replicas.min`, and what already runs while a roll-out, an incident or missing "
             "evidence forbids to stop any. The one replica more of a roll-out, and those that "
             "drain, come on top.")
        .required();
    return t;
  }();
  return table;
}

const Table<Journal>& journal_table() {
  static const Table<Journal> table = [] {
    Table<Journal> t("journal", "Where every decision and what it rests on is recorded.");
    t.custom(
        {"path", "path", Journal{}.path, "a path, relative to the file", "The journal's file."},
        [](const At& at, Journal& out) {
          if (const auto path = read_path(at)) out.path = *path;
        });
    t.bytes("max_size", &Journal::max_bytes, {.min = 1 << 20, .max = std::int64_t{1} << 40},
            "The oldest records go when it would grow beyond.");
    t.duration("retention", &Journal::retention, {.min = 1min, .max = 366 * 24h},
               "How long records are kept.");
    return t;
  }();
  return table;
}

}  // namespace

const Table<Config>& config_table() {
  static const Table<Config> table = [] {
    Table<Config> t("headroom.yaml", "The top of the file.");
    t.custom({.key = "services",
              .type = "map",
              .fallback = "",
              .allowed = "a map of names to services",
              .meaning = "The programs that headroom looks after, by name.",
              .below = &service_table()},
             read_services)
        .required();
    t.custom({.key = "downstreams",
              .type = "map",
              .fallback = "none",
              .allowed = "",
              .meaning = "Databases and others that bound how many replicas are useful, by name.",
              .below = &downstream_table()},
             read_downstreams);
    t.custom({.key = "budget",
              .type = "map",
              .fallback = "no limit",
              .allowed = "",
              .meaning = "What all replicas together may cost.",
              .below = &budget_table()},
             [](const At& at, Config& out) { (void)budget_table().read(at, out); });
    t.section("gateway", &Config::gateway, gateway_table(), "The front door.");
    t.section("journal", &Config::journal, journal_table(), "The record of every decision.");
    t.choice(
        "mode", &Config::mode, {{"act", Mode::act}, {"shadow", Mode::shadow}},
        "`shadow` decides and records everything and starts or stops nothing. It says, too, what "
        "would be wanted of services with `endpoints`, which are left alone in either mode.");
    t.custom({"state_dir", "path", ".headroom", "a path, relative to the file",
              "The lock, the output of replicas, the socket for upgrades."},
             [](const At& at, Config& out) {
               if (const auto path = read_path(at)) out.state_dir = *path;
             });
    return t;
  }();
  return table;
}

}  // namespace headroom::spec
