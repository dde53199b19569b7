// The tables of headroom.yaml, one per map of the file.
#pragma once

#include "spec/config.h"
#include "spec/load.h"
#include "spec/table.h"

namespace headroom::spec {

constexpr std::size_t services_max = 100;
constexpr std::size_t routes_max = 100;  // of one service
constexpr std::size_t endpoints_max = 1000;
constexpr std::size_t hosts_max = 32;
constexpr std::size_t listeners_max = 16;
constexpr std::size_t trusted_proxies_max = 64;
constexpr std::size_t events_max = 32;  // of one service's calendar
constexpr std::int64_t replicas_limit = 1000;

[[nodiscard]] const Table<Objective>& objective_table();
[[nodiscard]] const Table<Route>& route_table();
[[nodiscard]] const Table<Run>& run_table();
[[nodiscard]] const Table<Scale>& scale_table();
[[nodiscard]] const Table<Service>& service_table();
[[nodiscard]] const Table<Gateway>& gateway_table();
[[nodiscard]] const Table<Config>& config_table();

/// `run` with the checks that its keys need together.
bool read_run(const At& at, Run& out);

/// Fills in the names of `service`'s routes, unique within it.
void name_routes(Service& service);

/// The longest `timeout.total` of its routes; one without a limit does not count.
[[nodiscard]] Duration longest_timeout(const Service& service);

/// What only two or more values together can get wrong.
void check_relations(const At& root, const Config& config, Purpose purpose);
/// The part of it that concerns two routes with one match.
void check_clashes(const At& root, const Config& config);
/// The part that concerns ranges of ports for replicas.
void check_ports(const At& root, const Config& config);

}  // namespace headroom::spec
