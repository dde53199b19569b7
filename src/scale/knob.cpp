// The knobs of a policy by their paths.
#include "scale/knob.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace headroom::scale {
namespace {

using Setter = Result<> (*)(ServicePolicy&, std::string_view value);

std::unexpected<Error> refused(std::string_view value, std::string_view allowed) {
  return fail(ErrorCode::invalid, fmt::format("is '{}', allowed is {}", value, allowed));
}

Result<int> count(std::string_view value, int least) {
  const auto number = parse_integer(value);
  if (!number || *number < least || *number > 1'000'000)
    return refused(value, fmt::format("a whole number of at least {}", least));
  return static_cast<int>(*number);
}

Result<double> amount(std::string_view value) {
  const auto number = parse_number(value);
  if (!number || *number < 0) return refused(value, "a number of at least 0");
  return *number;
}

Result<Duration> span(std::string_view value) {
  const auto duration = parse_duration(value);
  if (!duration || *duration < Duration(0)) return refused(value, "a duration such as 150ms or 2m");
  return *duration;
}

Result<spec::Priority> priority(std::string_view value) {
  if (value == "critical") return spec::Priority::critical;
  if (value == "normal") return spec::Priority::normal;
  if (value == "sheddable") return spec::Priority::sheddable;
  return refused(value, "critical, normal or sheddable");
}

/// 0 takes the rule away.
Result<> set_pid_cpu(ServicePolicy& policy, double cores) {
  if (cores <= 0)
    policy.scale.pid.reset();
  else if (policy.scale.pid)
    policy.scale.pid->cpu = cores;
  else
    policy.scale.pid = spec::Pid{.cpu = cores};
  return {};
}

struct Knob {
  std::string_view path;  // within the service
  Setter set;
};

// clang-format off
constexpr std::array knobs{
  Knob{"replicas.min", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.replicas.min = TRY(count(v, 0)); return {}; }},
  Knob{"replicas.max", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.replicas.max = TRY(count(v, 1)); return {}; }},
  Knob{"replicas.cost_per_hour", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.replicas.cost_per_hour = TRY(amount(v)); return {}; }},
  Knob{"replicas.concurrency", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.replicas.concurrency = TRY(count(v, 1)); return {}; }},
  Knob{"replicas.zones", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.replicas.zones = TRY(count(v, 1)); return {}; }},
  Knob{"scale.target_concurrency", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.scale.target_concurrency = TRY(amount(v)); return {}; }},
  Knob{"scale.in_delay", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.scale.in_delay = TRY(span(v)); return {}; }},
  Knob{"scale.step", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.scale.step = TRY(count(v, 0)); return {}; }},
  Knob{"scale.drain_within", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.scale.drain_within = TRY(span(v)); return {}; }},
  Knob{"scale.priority", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.scale.priority = TRY(priority(v)); return {}; }},
  Knob{"scale.pid.cpu", [](ServicePolicy& p, std::string_view v) -> Result<> {
    return set_pid_cpu(p, TRY(amount(v))); }},
  Knob{"scale.pid.reset", [](ServicePolicy& p, std::string_view v) -> Result<> {
    if (!p.scale.pid) return fail(ErrorCode::invalid, "needs scale.pid.cpu first");
    p.scale.pid->reset = TRY(span(v)); return {}; }},
  Knob{"objective.availability", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.objective.availability = TRY(parse_share(v)); return {}; }},
  Knob{"objective.window", [](ServicePolicy& p, std::string_view v) -> Result<> {
    p.objective.window = TRY(span(v)); return {}; }},
};
// clang-format on

/// "objective.latency.p99=150ms": the quantile is part of the path.
Result<> set_latency(ServicePolicy& policy, std::string_view quantile, std::string_view value) {
  const auto digits =
      quantile.substr(0, 1) == "p" ? parse_number(quantile.substr(1)) : std::nullopt;
  if (!digits || *digits <= 0 || *digits >= 100)
    return fail(ErrorCode::invalid,
                fmt::format("names no quantile: '{}', allowed is p50 to p99.99", quantile));
  policy.objective.latency = TRY(span(value));
  policy.objective.quantile = *digits / 100;
  return {};
}

/// "scale.calendar=none", or a key of one event: "scale.calendar[0].at_least=12".
Result<> set_calendar(ServicePolicy& policy, std::string_view path, std::string_view value) {
  auto& events = policy.scale.calendar;
  if (path.empty()) {
    if (value != "none") return refused(value, "none; events are changed by calendar[0].at_least");
    events.clear();
    return {};
  }
  const auto close = path.find("].");
  const auto index = path.front() == '[' && close != std::string_view::npos
                         ? parse_integer(path.substr(1, close - 1))
                         : std::nullopt;
  if (!index || *index < 0 || *index >= static_cast<std::int64_t>(events.size()))
    return fail(ErrorCode::invalid,
                fmt::format("names no event; the calendar has {}, from [0] on", events.size()));
  spec::Event& event = events[static_cast<std::size_t>(*index)];
  const auto key = path.substr(close + 2);
  if (key == "cron")
    event.cron = TRY(spec::parse_cron(value));
  else if (key == "zone")
    event.zone = TRY(spec::find_zone(value));
  else if (key == "for")
    event.length = TRY(span(value));
  else if (key == "at_least")
    event.at_least = TRY(count(value, 0));
  else
    return fail(ErrorCode::invalid, "is no knob; an event has cron, zone, for, at_least");
  return {};
}

Result<> set_service(ServicePolicy& policy, std::string_view path, std::string_view value) {
  constexpr std::string_view calendar = "scale.calendar";
  constexpr std::string_view latency = "objective.latency.";
  constexpr std::string_view uses = "scale.uses.";
  if (path.starts_with(latency)) return set_latency(policy, path.substr(latency.size()), value);
  if (path.starts_with(calendar)) return set_calendar(policy, path.substr(calendar.size()), value);
  if (path.starts_with(uses)) {
    policy.scale.uses[std::string(path.substr(uses.size()))] = TRY(count(value, 0));
    return {};
  }
  std::vector<std::string_view> known;
  for (const Knob& knob : knobs) {
    if (knob.path == path) return knob.set(policy, value);
    known.push_back(knob.path);
  }
  const auto near = nearest(path, known);
  return fail(ErrorCode::invalid,
              near ? fmt::format("is no knob; did you mean {}?", *near)
                   : fmt::format("is no knob; knobs of a service are {}, objective.latency.pNN, "
                                 "scale.uses.NAME, scale.calendar",
                                 fmt::join(known, ", ")));
}

Result<> set(Policy& policy, std::string_view path, std::string_view value) {
  if (path == "budget.per_hour") {
    policy.budget_per_hour = TRY(amount(value));
    return {};
  }
  const auto parts = split(path, '.');
  if (parts.size() == 3 && parts[0] == "downstreams" && parts[2] == "connections") {
    policy.downstreams[std::string(parts[1])] = TRY(count(value, 0));
    return {};
  }
  if (parts.size() < 3 || parts[0] != "services")
    return fail(ErrorCode::invalid,
                "is no knob; allowed are services.NAME.…, downstreams.NAME.connections, "
                "budget.per_hour");
  std::vector<std::string_view> names;
  for (ServicePolicy& service : policy.services) {
    if (service.service == parts[1])
      return set_service(service, path.substr(parts[0].size() + parts[1].size() + 2), value);
    names.push_back(service.service);
  }
  return fail(ErrorCode::invalid, names.empty() ? "names no service, and none is decided here"
                                                : fmt::format("names no service; there are {}",
                                                              fmt::join(names, ", ")));
}

}  // namespace

Result<> set_knob(Policy& policy, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return fail(ErrorCode::invalid, fmt::format("'{}' sets nothing; write PATH=VALUE, such as "
                                                "services.checkout.replicas.max=5",
                                                assignment));
  const auto path = trim(assignment.substr(0, equals));
  auto outcome = set(policy, path, trim(assignment.substr(equals + 1)));
  if (!outcome) outcome.error().message = fmt::format("{} {}", path, outcome.error().message);
  for (const ServicePolicy& service : policy.services)
    if (outcome && service.replicas.min > service.replicas.max)
      return fail(ErrorCode::invalid,
                  fmt::format("{}: replicas.min ({}) would be above replicas.max ({})",
                              service.service, service.replicas.min, service.replicas.max));
  return outcome;
}

}  // namespace headroom::scale
