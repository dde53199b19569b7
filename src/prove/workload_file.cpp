// Reading workload files.
#include "prove/workload_file.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include "core/text.h"
#include "prove/percentile_table.h"
#include "prove/workload.h"
#include "spec/table.h"

namespace headroom::prove {
namespace {

using namespace std::chrono_literals;
using spec::At;
using spec::Table;

constexpr std::string_view routes_allowed =
    "routes with their share of the requests and their service_time";
constexpr std::string_view percentiles_allowed =
    "percentiles from p0 to p100 with their times, such as { p0: 2ms, p50: 20ms, p100: 1s }";

struct Tail {
  double share = 0;  // 0: none
  double alpha = 2;
};

struct ServiceTime {
  Duration mean{};  // 0: by percentiles
  double cv = 1;
  Tail tail;
  std::vector<Percentile> percentiles;
};

struct Stops {
  Duration every{};
  Duration length{};
};

struct Starts {
  Duration mean{};
  double spread = 0.3;
};

struct WrittenRoute {
  std::string name;
  double share = 0;
  ServiceTime service_time;
};

struct Written {
  std::string name;
  int concurrency = 8;
  Duration objective{};
  ServiceTime service_time;
  Stops pauses;
  Contention contention;
  Starts startup;
  std::optional<Duration> drain;
  std::vector<WrittenRoute> routes;
};

void read_percentiles(const At& at, ServiceTime& out) {
  if (!at.is(spec::Value::Kind::map)) return at.refuse(percentiles_allowed);
  for (const spec::Entry& entry : at.value().entries) {
    const At value = at.child(entry.key);
    const auto percent = entry.key.starts_with('p')
                             ? parse_number(std::string_view(entry.key).substr(1))
                             : std::nullopt;
    if (!percent || *percent < 0 || *percent > 100) {
      value.problem(
          fmt::format("found '{}', allowed {}", printable(entry.key), percentiles_allowed));
      return;
    }
    const auto time = read_duration(value, {.min = 1us, .max = 24h, .zero = "at once"});
    if (time) out.percentiles.push_back({*percent / 100, seconds(*time)});
  }
  std::ranges::sort(out.percentiles, {}, &Percentile::share);
}

const Table<Tail>& tail_table() {
  static const Table<Tail> table = [] {
    Table<Tail> t("service_time.tail", "The longest ones fall by a power.");
    t.share("share", &Tail::share, {.min = 1e-6, .max = 0.5}, "Share that is in the tail.");
    t.required();
    t.number("alpha", &Tail::alpha, {.min = 1.05, .max = 10}, "2", "x^-alpha.");
    return t;
  }();
  return table;
}

const Table<ServiceTime>& service_time_table() {
  static const Table<ServiceTime> table = [] {
    Table<ServiceTime> t("service_time", "How long a request takes alone at a replica.");
    t.duration("mean", &ServiceTime::mean, {.min = 1us, .max = 1h}, "Mean of a lognormal.");
    t.number("cv", &ServiceTime::cv, {.min = 0.01, .max = 20}, "1", "Deviation ÷ mean.");
    t.section("tail", &ServiceTime::tail, tail_table(), "A longer tail.");
    t.custom({"percentiles", "map", "", std::string(percentiles_allowed), "Instead of a mean."},
             read_percentiles);
    return t;
  }();
  return table;
}

const Table<Stops>& pauses_table() {
  static const Table<Stops> table = [] {
    Table<Stops> t("pauses", "Stops of a replica, as of a garbage collector.");
    t.duration("every", &Stops::every, {.min = 1ms, .max = 24h}, "Mean time between.").required();
    t.duration("length", &Stops::length, {.min = 1us, .max = 1min}, "How long.").required();
    return t;
  }();
  return table;
}

const Table<Contention>& contention_table() {
  static const Table<Contention> table = [] {
    Table<Contention> t("contention", "How requests at one replica slow each other down.");
    t.number("sigma", &Contention::sigma, {.min = 0, .max = 1}, "0", "Queueing for one thing.");
    t.number("kappa", &Contention::kappa, {.min = 0, .max = 1}, "0", "Agreeing with each other.");
    return t;
  }();
  return table;
}

const Table<Starts>& startup_table() {
  static const Table<Starts> table = [] {
    Table<Starts> t("startup", "From a replica's start until it is ready.");
    t.duration("mean", &Starts::mean, {.min = 1ms, .max = 24h}, "Mean.").required();
    t.share("spread", &Starts::spread, {.min = 0, .max = 1}, "Even within ± this share.");
    return t;
  }();
  return table;
}

const Table<WrittenRoute>& route_table() {
  static const Table<WrittenRoute> table = [] {
    Table<WrittenRoute> t("routes.NAME", "Requests unlike the others.");
    t.share("share", &WrittenRoute::share, {.min = 1e-6, .max = 1}, "Of the requests.").required();
    t.section("service_time", &WrittenRoute::service_time, service_time_table(), "Theirs.")
        .required();
    return t;
  }();
  return table;
}

void read_routes(const At& at, Written& out) {
  if (!at.is(spec::Value::Kind::map)) return at.refuse(routes_allowed);
  for (const spec::Entry& entry : at.value().entries) {
    WrittenRoute route;
    route.name = entry.key;
    if (route_table().read(at.child(entry.key), route)) out.routes.push_back(std::move(route));
  }
}

const Table<Written>& workload_table() {
  static const Table<Written> table = [] {
    Table<Written> t("workload", "What requests are like at a replica.");
    t.custom({"name", "text", "the file's name", "a text", "For reports."},
             [](const At& at, Written& out) {
               if (const auto name = at.text("a text")) out.name = *name;
             });
    t.integer("concurrency", &Written::concurrency, {.min = 1, .max = 10'000},
              "Requests that a replica works on at once.");
    t.duration("objective", &Written::objective, {.min = 1us, .max = 1h},
               "Answered within; by default 1.5 times the 99th percentile of the service time.");
    t.section("service_time", &Written::service_time, service_time_table(), "Alone at a replica.")
        .required();
    t.section("pauses", &Written::pauses, pauses_table(), "Stops.");
    t.section("contention", &Written::contention, contention_table(), "Among requests.");
    t.section("startup", &Written::startup, startup_table(), "How long replicas take to start.");
    t.custom(
        {"drain", "duration", "", "a duration up to 1h", "What a stopped one lasts."},
        [](const At& at, Written& out) { out.drain = read_duration(at, {.min = 0ns, .max = 1h}); });
    t.custom({"routes", "map", "none", std::string(routes_allowed), "Requests by route."},
             read_routes);
    return t;
  }();
  return table;
}

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

Result<Distribution> distribution_of(const ServiceTime& written) {
  const bool listed = !written.percentiles.empty();
  if (listed == (written.mean > 0ns))
    return wrong("service_time: say either its mean or its percentiles");
  if (!listed && written.tail.share > 0)
    return Distribution::with_pareto_tail(seconds(written.mean), written.cv, written.tail.share,
                                          written.tail.alpha);
  if (!listed) return Distribution::lognormal(seconds(written.mean), written.cv);
  if (written.tail.share > 0) return wrong("service_time.tail: percentiles have their own tail");
  auto out = Distribution::empirical(written.percentiles);
  if (!out) return wrong("service_time.percentiles: " + out.error().message);
  return out;
}

/// Shares as measured add up to about 1.
Result<std::vector<RouteLoad>> routes_of(const std::vector<WrittenRoute>& written) {
  constexpr double rounding = 0.01;
  std::vector<RouteLoad> out;
  double sum = 0;
  for (const WrittenRoute& one : written) {
    auto service_time = distribution_of(one.service_time);
    if (!service_time)
      return wrong(fmt::format("routes.{}: {}", one.name, service_time.error().message));
    RouteLoad& route = out.emplace_back();
    route.name = one.name;
    route.share = one.share;
    route.service_time = *std::move(service_time);
    sum += one.share;
  }
  if (!out.empty() && std::abs(sum - 1) > rounding)
    return wrong(fmt::format("routes: their shares add up to {:.4g}%, not 100%", 100 * sum));
  for (RouteLoad& route : out) route.share /= sum;
  return out;
}

Result<Workload> parse_yaml(std::string_view text, std::string_view file) {
  const spec::Environment nothing = [](std::string_view) { return std::nullopt; };
  spec::Input input{.environment = nothing};
  Written written;
  auto document = spec::read_document(text, input.problems);
  if (document)
    (void)workload_table().read(At(&*document, "", document->line, input), written);
  else
    input.problems.add(std::move(document.error()));
  if (input.problems.count() > 0)
    return wrong(spec::format_problem(file, input.problems.take().front()));

  auto service_time = distribution_of(written.service_time);
  if (!service_time) return wrong(fmt::format("{}: {}", file, service_time.error().message));
  auto routes = routes_of(written.routes);
  if (!routes) return wrong(fmt::format("{}: {}", file, routes.error().message));
  Workload out;
  out.routes = *std::move(routes);
  out.name = written.name.empty() ? std::string(file) : written.name;
  out.service_time = *std::move(service_time);
  out.concurrency = written.concurrency;
  out.objective_s = written.objective > 0ns ? seconds(written.objective) : default_objective_s(out);
  out.pauses = {.every_s = seconds(written.pauses.every),
                .length_s = seconds(written.pauses.length)};
  out.contention = written.contention;
  if (written.startup.mean > 0ns)
    out.startup = {.mean_s = seconds(written.startup.mean), .spread = written.startup.spread};
  if (written.drain) out.drain_s = seconds(*written.drain);
  return out;
}

}  // namespace

Result<Workload> parse_workload(std::string_view text, const WorkloadText& about) {
  if (!is_percentile_table(text)) {
    if (!about.function.empty())
      return wrong(fmt::format("{}: '{}' names a row, but this is no table of percentiles",
                               about.file, about.function));
    return parse_yaml(text, about.file);
  }
  const PercentileRow row = TRY(find_row(text, about.file, about.function));
  auto service_time = Distribution::empirical(row.percentiles);
  if (!service_time)
    return wrong(fmt::format("{}: {}: {}", about.file, row.name, service_time.error().message));
  Workload out;
  out.name = row.name;
  out.service_time = *std::move(service_time);
  out.objective_s = default_objective_s(out);
  return out;
}

}  // namespace headroom::prove
