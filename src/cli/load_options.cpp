// From options to a plan, refusing what makes no sense before anything is sent.
#include "cli/load_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "cli/recording_file.h"
#include "cli/trace_file.h"
#include "cli/trace_line.h"
#include "core/random.h"
#include "core/text.h"
#include "load/request.h"
#include "load/shape.h"

namespace headroom::cli {
namespace {

using load::LoadPlan;
using load::RateCurve;

constexpr std::size_t gap_bins_max = 10;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

Result<double> positive(std::string_view option, const std::string& text, double max) {
  const auto number = parse_number(text);
  if (number && *number > 0 && *number <= max) return *number;
  return wrong(fmt::format("{} '{}' is not a number above 0 and up to {:.0f}", option, text, max));
}

Result<std::int64_t> whole(std::string_view option, const std::string& text, std::int64_t min,
                           std::int64_t max) {
  const auto number = parse_integer(text);
  if (number && *number >= min && *number <= max) return *number;
  return wrong(fmt::format("{} '{}' is not a whole number from {} to {}", option, text, min, max));
}

Result<Duration> duration(std::string_view option, const std::string& text, Duration max) {
  const auto parsed = parse_duration(text);
  if (parsed && parsed->count() > 0 && *parsed <= max) return *parsed;
  return wrong(fmt::format("{} '{}' is not a duration such as 30s, above 0 and up to {}", option,
                           text, format_duration(max)));
}

Result<RateCurve> curve_of_trace(const LoadOptions& options, Trace trace) {
  auto filled = fill_gaps(std::move(trace), gap_bins_max);
  if (!filled) return wrong(fmt::format("{}: {}", options.trace.file, filled.error().message));
  RateCurve::Transform transform;
  if (!options.speed.empty()) transform.speed = TRY(positive("--speed", options.speed, 1e9));
  if (!options.scale.empty()) transform.scale = TRY(positive("--scale", options.scale, 1e9));
  auto curve = RateCurve::from_trace(*filled, transform);
  if (curve) return curve;
  return wrong(fmt::format("{}: {}", options.trace.file, curve.error().message));
}

/// Each request when it was recorded to come; where only the second is known, somewhere in it.
Result<load::Moments> moments_of(const LoadOptions& options, const prove::Recording& recorded,
                                 std::uint64_t seed) {
  if (!options.scale.empty())
    return wrong(
        fmt::format("{} has single requests, which are sent as often as they came: --scale "
                    "is for rates; --speed sends them faster",
                    options.trace.file));
  double speed = 1;
  if (!options.speed.empty()) speed = TRY(positive("--speed", options.speed, 1e9));
  load::Moments moments;
  moments.length = from_seconds(recorded.length_s / speed);
  if (moments.length > load::duration_max)
    return wrong(fmt::format(
        "{}: {} are longer than {}: choose a part with --from and --to, or "
        "--speed",
        options.trace.file, format_duration(moments.length), format_duration(load::duration_max)));
  Random random(seed);
  moments.at.reserve(recorded.at_ns.size());
  for (const std::int64_t at_ns : recorded.at_ns) {
    const double within_s = recorded.whole_seconds ? random.uniform() : 0;
    moments.at.push_back(from_seconds((1e-9 * static_cast<double>(at_ns) + within_s) / speed));
  }
  std::ranges::sort(moments.at);
  return moments;
}

void cut(load::Moments& moments, Duration length) {
  const auto end = std::ranges::lower_bound(moments.at, length);
  moments.at.erase(end, moments.at.end());
  moments.length = std::min(moments.length, length);
}

Result<> plan_trace(const LoadOptions& options, Duration length, LoadOrder& order) {
  LoadPlan& plan = order.plan;
  const auto recorded = TRY(read_recording(options.trace, options.requests));
  if (recorded) {
    order.read = trace_line(options.trace.file, *recorded);
    plan.recorded = TRY(moments_of(options, *recorded, plan.seed));
  } else {
    Trace trace = TRY(read_trace(options.trace));
    order.read = trace_line(options.trace.file, trace);
    plan.curve = TRY(curve_of_trace(options, std::move(trace)));
  }
  if (length > plan.length())
    order.note = fmt::format("the trace ends after {:.1f} s, before --duration {}",
                             seconds(plan.length()), options.duration);
  if (length.count() == 0) return {};
  if (plan.recorded)
    cut(*plan.recorded, length);
  else
    plan.curve = plan.curve->cut(length);
  return {};
}

Result<> refuse_conflicts(const LoadOptions& options) {
  const int sources = !options.trace.file.empty() + !options.closed.empty() + !options.rate.empty();
  if (sources != 1)
    return wrong("say what to send with one of --rate R, --trace FILE and --closed N");
  if (!options.shape.empty() && options.rate.empty())
    return wrong("--shape needs --rate, its base rate");
  if (options.trace.file.empty()) {
    const std::pair<const char*, const std::string*> of_trace[] = {
        {"--column", &options.trace.column},
        {"--from", &options.trace.from},
        {"--to", &options.trace.to},
        {"--speed", &options.speed},
        {"--scale", &options.scale}};
    for (const auto& [name, value] : of_trace)
      if (!value->empty()) return wrong(fmt::format("{} belongs to --trace", name));
    if (options.requests) return wrong("--requests belongs to --trace");
    if (options.duration.empty()) return wrong("say how long with --duration, such as 30s");
  }
  if (!options.closed.empty() && !options.connections.empty())
    return wrong("--closed N sends on N connections; leave out --connections");
  return {};
}

/// What is sent when, and on how many connections.
Result<> plan_traffic(const LoadOptions& options, LoadOrder& order) {
  LoadPlan& plan = order.plan;
  TRY(refuse_conflicts(options));
  if (!options.seed.empty())
    plan.seed = static_cast<std::uint64_t>(
        TRY(whole("--seed", options.seed, 0, std::numeric_limits<std::int64_t>::max())));
  Duration length{};
  if (!options.duration.empty())
    length = TRY(duration("--duration", options.duration, load::duration_max));
  if (!options.closed.empty()) {
    plan.connections =
        static_cast<int>(TRY(whole("--closed", options.closed, 1, load::connections_max)));
    plan.closed_length = length;
    return {};
  }
  if (!options.connections.empty())
    plan.connections = static_cast<int>(
        TRY(whole("--connections", options.connections, 1, load::connections_max)));
  if (!options.rate.empty()) {
    const double rate = TRY(positive("--rate", options.rate, load::rate_max_per_s));
    const auto shape = load::parse_shape(options.shape);
    plan.curve =
        shape ? TRY(load::make_traffic(
                    {.shape = *shape, .base_per_s = rate, .length = length, .seed = plan.seed}))
              : TRY(RateCurve::constant(rate, length));
    return {};
  }
  return plan_trace(options, length, order);
}

Result<> plan_headers(const LoadOptions& options, LoadPlan& plan) {
  constexpr std::string_view own[] = {"content-length", "transfer-encoding", "x-request-id",
                                      "expect", "upgrade"};
  for (const std::string& header : options.headers) {
    const std::size_t colon = header.find(':');
    const std::string_view name = trim(std::string_view(header).substr(0, colon));
    const bool clean = std::all_of(header.begin(), header.end(), [](unsigned char c) {
      return (c >= ' ' && c != 0x7f) || c == '\t';
    });
    if (colon == std::string::npos || !load::is_token(name) || !clean)
      return wrong(fmt::format("--header {} is not of the form 'Name: value'", json_quote(header)));
    for (const std::string_view taken : own)
      if (equal_ignore_case(name, taken))
        return wrong(fmt::format("--header cannot set {}: headroom load writes it", taken));
    const std::string_view value = trim(std::string_view(header).substr(colon + 1));
    plan.headers.push_back(fmt::format("{}: {}", name, value));
  }
  return {};
}

Result<> plan_address(const LoadOptions& options, load::Target& target) {
  if (!options.connect.empty()) {
    auto address = io::Address::parse(options.connect);
    if (!address || address->port() == 0 || options.connect.starts_with(':'))
      return wrong(
          fmt::format("--connect '{}' is not an address such as 127.0.0.1:8080", options.connect));
    target.address = *address;
  }
  if (!target.address)
    return wrong(
        fmt::format("'{}' names a host; only localhost and numeric addresses are looked "
                    "up: say where it is with --connect ADDRESS:PORT",
                    target.text));
  if (!options.allow_remote && !load::is_loopback(*target.address))
    return wrong(
        fmt::format("{} is not this machine; to put load on it all the same, say "
                    "--allow-remote",
                    target.address->text()));
  return {};
}

/// "p99=150ms" for every target, or "2:p99=150ms" for the second.
Result<> plan_objective(const std::string& text, LoadPlan& plan) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    const load::LoadObjective objective = TRY(load::parse_objective(text));
    for (load::PlannedTarget& planned : plan.targets) planned.objective = objective;
    return {};
  }
  const auto place = parse_integer(std::string_view(text).substr(0, colon));
  if (!place || *place < 1 || std::cmp_greater(*place, plan.targets.size()))
    return wrong(fmt::format("--objective '{}' begins with no target from 1 to {}", text,
                             plan.targets.size()));
  plan.targets[static_cast<std::size_t>(*place - 1)].objective =
      TRY(load::parse_objective(std::string_view(text).substr(colon + 1)));
  return {};
}

Result<> plan_targets(const LoadOptions& options, LoadPlan& plan) {
  constexpr std::size_t targets_max = 1000;
  if (options.targets.size() > targets_max)
    return wrong(fmt::format("{} targets are more than {}", options.targets.size(), targets_max));
  if (!load::is_token(options.method))
    return wrong(fmt::format("--method '{}' is not a word", options.method));
  for (const std::string& text : options.targets) {
    load::Target target = TRY(load::parse_target(text));
    if (target.method.empty()) target.method = options.method;
    if (target.method == "CONNECT")
      return wrong("the method CONNECT opens a tunnel, which is not a request to measure");
    TRY(plan_address(options, target));
    plan.targets.push_back({.target = std::move(target), .objective = std::nullopt});
  }
  for (const std::string& text : options.objectives) TRY(plan_objective(text, plan));
  return {};
}

Result<> plan_body(const LoadOptions& options, LoadPlan& plan) {
  if (options.body_bytes.empty()) return {};
  const auto bytes = parse_bytes(options.body_bytes);
  if (!bytes || *bytes > load::body_bytes_max)
    return wrong(fmt::format("--body-bytes '{}' is not a size such as 4KiB, up to {}",
                             options.body_bytes, format_bytes(load::body_bytes_max)));
  const bool used = std::any_of(plan.targets.begin(), plan.targets.end(), [](const auto& planned) {
    return load::carries_body(planned.target.method);
  });
  if (!used) return wrong("--body-bytes needs a target with the method POST, PUT or PATCH");
  plan.body_bytes = *bytes;
  return {};
}

}  // namespace

Result<LoadOrder> order_of(const LoadOptions& options) {
  LoadOrder order;
  TRY(plan_targets(options, order.plan));
  TRY(plan_body(options, order.plan));
  TRY(plan_headers(options, order.plan));
  if (!options.timeout.empty())
    order.plan.timeout = TRY(duration("--timeout", options.timeout, load::timeout_max));
  for (const std::string& text : options.requirements)
    order.requirements.push_back(TRY(load::parse_requirement(text)));
  order.plan.log_file = options.log;
  TRY(plan_traffic(options, order));
  return order;
}

}  // namespace headroom::cli
