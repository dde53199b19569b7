// `objective: { latency: { p99: 150ms }, availability: 99.9%, window: 28d, misses: 0.1% }`
#include <fmt/format.h>

#include "core/text.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

constexpr std::string_view latency_allowed =
    "one percentile from p50 to p99.99 with its limit, such as { p99: 150ms }";

constexpr Range<double> misses_range{.min = 0.00001, .max = 0.5};

/// 0.99 for "p99", 0.999 for "p99.9".
std::optional<double> quantile_of(std::string_view key) {
  if (!key.starts_with('p')) return std::nullopt;
  const auto percent = parse_number(key.substr(1));
  if (!percent || *percent < 50.0 || *percent > 99.99) return std::nullopt;
  return *percent / 100.0;
}

void read_latency(const At& at, Objective& out) {
  if (!at.is(Value::Kind::map) || at.value().entries.size() != 1) {
    if (at.is(Value::Kind::map))
      at.problem(fmt::format("found {} percentiles, allowed {}", at.value().entries.size(),
                             latency_allowed));
    else
      at.refuse(latency_allowed);
    return;
  }
  const std::string& key = at.value().entries.front().key;
  const At limit = at.child(key);
  const auto quantile = quantile_of(key);
  if (!quantile) {
    limit.problem(fmt::format("found '{}', allowed {}", printable(key), latency_allowed));
    return;
  }
  if (const auto latency = read_duration(limit, {.min = 1ms, .max = 10min})) {
    out.quantile = *quantile;
    out.latency = *latency;
  }
}

}  // namespace

const Table<Objective>& objective_table() {
  static const Table<Objective> table = [] {
    Table<Objective> t("objective",
                       "What a service promises. Written at a service it holds for all of its "
                       "routes; written at a route it replaces just the keys it states.");
    t.custom({"latency", "map", "required at a service", std::string(latency_allowed),
              "The share of requests that must be answered within the limit, counted from the "
              "request's head to the last byte of the answer (the first of a stream), without the "
              "time that the client took to send its body."},
             read_latency);
    t.share(
        "availability", &Objective::availability, {.min = 0.5, .max = 0.99999},
        "The share of requests that must not fail (5xx of a replica, broken connections). Those "
        "that headroom sheds are not among them: they count, as late ones do, against the "
        "percentile of `latency`.");
    t.duration(
        "window", &Objective::window, {.min = 1h, .max = 90 * 24h},
        "The time over which whoever watches judges the promise: `/services` and the metrics "
        "tell it beside the objective, and the alerts of docs/prometheus are made for 28d. "
        "How careful forecasts are follows what is left of what may be missed in it.");
    t.custom({"misses", "share", "what the percentile of `latency` leaves",
              describe_shares(misses_range),
              "The share of a service's requests that replicas are planned to miss, where that is "
              "to be less than the promise leaves: `--permitted` of `headroom compare` and `tune`. "
              "The promise stays the one that is judged."},
             [](const At& at, Objective& out) {
               if (const auto share = read_share(at, misses_range)) out.misses = *share;
             });
    return t;
  }();
  return table;
}

}  // namespace headroom::spec
