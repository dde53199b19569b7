// Lays the live view out, as a table or as blocks.
#include "report/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

using nlohmann::json;

constexpr std::size_t table_from = 104;  // columns

/// A service as it is shown.
struct Shown {
  std::string name;
  double demand = 0;
  double capacity = 0;  // of what is ready
  double in_flight = 0;
  std::int64_t waiting = 0;
  std::int64_t wanted = -1;
  std::int64_t ready = 0;
  std::int64_t starting = 0;
  std::int64_t draining = 0;
  double p50_s = 0;
  double p95_s = 0;
  double p99_s = 0;
  double quantile = 0;
  double objective_s = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  std::string decision;

  [[nodiscard]] std::uint64_t missed() const { return late + shed + failed; }
  /// The shown quantile that is next to the objective's.
  [[nodiscard]] double judged_s() const {
    return quantile >= 0.97 ? p99_s : quantile >= 0.8 ? p95_s : p50_s;
  }
  [[nodiscard]] bool over() const { return objective_s > 0 && judged_s() > objective_s; }
  [[nodiscard]] Tone tone() const { return over() || missed() > 0 ? Tone::alarm : Tone::good; }
};

struct View {
  std::string mode;
  std::string now;
  double uptime_s = 0;
  double machine_cpu = -1;
  bool journal_healthy = true;
  std::string journal_problem;
  std::vector<Shown> services;
};

const json& part(const json& in, const char* key) {
  static const json nothing = json::object();
  const auto found = in.find(key);
  return found != in.end() && found->is_object() ? *found : nothing;
}

/// The field, or what stands for unknown when it is absent or null.
template <class T>
T field(const json& in, const char* key, T unknown) {
  const auto found = in.find(key);
  return found == in.end() || found->is_null() ? unknown : found->get<T>();
}

Shown shown(const json& in) {
  const json& replicas = part(in, "replicas");
  const json& latencies = part(in, "latency_ms");
  const json& objective = part(in, "objective");
  const json& counts = part(in, "counts");
  const auto ready = field<std::int64_t>(replicas, "ready", 0);
  Shown service{
      .name = field<std::string>(in, "name", "?"),
      .demand = field(in, "demand_rps", 0.0),
      .capacity = field(in, "capacity_rps", 0.0) * static_cast<double>(ready),
      .in_flight = field(in, "in_flight", 0.0),
      .waiting = field<std::int64_t>(in, "waiting", 0),
      .wanted = field<std::int64_t>(replicas, "wanted", -1),
      .ready = ready,
      .starting = field<std::int64_t>(replicas, "starting", 0),
      .draining = field<std::int64_t>(replicas, "draining", 0),
      .p50_s = field(latencies, "p50", 0.0) / 1e3,
      .p95_s = field(latencies, "p95", 0.0) / 1e3,
      .p99_s = field(latencies, "p99", 0.0) / 1e3,
      .quantile = field(objective, "quantile", 0.0),
      .objective_s = field(objective, "latency_ms", 0.0) / 1e3,
      .late = field<std::uint64_t>(counts, "late", 0),
      .shed = field<std::uint64_t>(counts, "shed", 0),
      .failed = field<std::uint64_t>(counts, "failed", 0),
      .decision = field<std::string>(in, "last_change", ""),
  };
  if (service.decision.empty()) service.decision = field<std::string>(in, "last_decision", "");
  return service;
}

Result<View> parse(std::string_view text) {
  try {
    const json in = json::parse(text);
    const json& journal = part(in, "journal");
    View view{.mode = field<std::string>(in, "mode", ""),
              .now = field<std::string>(in, "now", ""),
              .uptime_s = field(in, "uptime_s", 0.0),
              .machine_cpu = field(in, "machine_cpu", -1.0),
              .journal_healthy = field(journal, "healthy", true),
              .journal_problem = field<std::string>(journal, "problem", ""),
              .services = {}};
    for (const auto& service : in.at("services")) view.services.push_back(shown(service));
    return view;
  } catch (const json::exception& problem) {
    return fail(ErrorCode::invalid, fmt::format("the answer is not that of headroom's admin: {}",
                                                printable(problem.what(), 200)));
  }
}

std::string objective_text(const Shown& service) {
  if (service.objective_s <= 0) return "–";
  return fmt::format("p{:g} ≤ {}", service.quantile * 100, latency(service.objective_s));
}

void add_head(std::vector<ScreenLine>& lines, const View& view) {
  std::string head = "headroom";
  if (!view.mode.empty() && view.mode != "act") head += " (" + view.mode + ")";
  head += fmt::format("  {}", view.now);
  head += fmt::format(
      "  up {}", format_duration(std::chrono::seconds(static_cast<std::int64_t>(view.uptime_s))));
  if (view.machine_cpu >= 0) head += fmt::format("  CPU {:.0f}%", view.machine_cpu * 100);
  lines.push_back({head, Tone::strong});
  if (!view.journal_healthy)
    lines.push_back(
        {"the journal cannot be written, so nothing is lowered: " + view.journal_problem,
         Tone::alarm});
}

void add_table(std::vector<ScreenLine>& lines, const std::vector<Shown>& services) {
  const auto row = [](const auto& name, const auto&... cells) {
    std::string text = left(name, 16);
    ((text += right(cells, 9)), ...);
    return text;
  };
  lines.push_back({row("", "demand/s", "can/s", "ready", "starting", "draining", "waiting", "p50",
                       "p95", "p99") +
                       "  objective",
                   Tone::quiet});
  for (const auto& s : services) {
    lines.push_back(
        {row(s.name, rough(s.demand), rough(s.capacity), std::to_string(s.ready),
             std::to_string(s.starting), std::to_string(s.draining), std::to_string(s.waiting),
             latency(s.p50_s), latency(s.p95_s), latency(s.p99_s)) +
             "  " + objective_text(s),
         s.tone()});
    if (s.missed() > 0)
      lines.push_back(
          {fmt::format("  missed now: {} late, {} shed, {} failed", s.late, s.shed, s.failed),
           Tone::alarm});
    if (!s.decision.empty()) lines.push_back({"  " + s.decision, Tone::quiet});
  }
}

std::string replicas_text(const Shown& s) {
  std::string text =
      fmt::format("replicas {} ready, {} starting, {} draining", s.ready, s.starting, s.draining);
  if (s.wanted >= 0) text += fmt::format("; wanted {}", s.wanted);
  return text;
}

void add_block(std::vector<ScreenLine>& lines, const Shown& s) {
  lines.push_back({"", Tone::plain});
  lines.push_back({s.name, Tone::strong});
  lines.push_back({fmt::format("  demand   {}/s of {}/s, {} in flight, {} waiting", rough(s.demand),
                               rough(s.capacity), rough(s.in_flight), s.waiting),
                   Tone::plain});
  lines.push_back({"  " + replicas_text(s), Tone::plain});
  lines.push_back({fmt::format("  latency  p50 {}, p95 {}, p99 {}", latency(s.p50_s),
                               latency(s.p95_s), latency(s.p99_s)),
                   Tone::plain});
  lines.push_back({fmt::format("  {} {}", objective_text(s),
                               s.over()           ? "MISSED now"
                               : s.judged_s() > 0 ? "met now"
                                                  : "nothing to judge"),
                   s.over() ? Tone::alarm : Tone::good});
  lines.push_back({fmt::format("  missed   {} late, {} shed, {} failed", s.late, s.shed, s.failed),
                   s.missed() > 0 ? Tone::alarm : Tone::plain});
}

std::string log_line(const View& view, const Shown& s) {
  std::string text = fmt::format("{} {} {}/s of {}/s, {} ready", view.now, s.name, rough(s.demand),
                                 rough(s.capacity), s.ready);
  if (s.wanted >= 0) text += fmt::format(" of {}", s.wanted);
  return text + fmt::format(", p99 {}, {}/s missed", latency(s.p99_s), s.missed());
}

}  // namespace

Result<std::vector<ScreenLine>> top_screen(std::string_view services_json, std::size_t width) {
  const View view = TRY(parse(services_json));
  width = std::max<std::size_t>(width, 40);
  std::vector<ScreenLine> lines;
  add_head(lines, view);
  if (width >= table_from) {
    lines.push_back({"", Tone::plain});
    add_table(lines, view.services);
  } else {
    for (const auto& service : view.services) {
      add_block(lines, service);
      if (!service.decision.empty())
        for (auto& line : wrap(service.decision, width, "  "))
          lines.push_back({std::move(line), Tone::quiet});
    }
  }
  for (auto& line : lines) line.text = clip(line.text, width);
  return lines;
}

Result<std::vector<std::string>> TopLog::lines(std::string_view services_json, Instant now) {
  const View view = TRY(parse(services_json));
  std::vector<std::string> lines;
  for (const auto& s : view.services) {
    const auto [told, first] = told_.try_emplace(s.name, Told{now, s.wanted, s.ready});
    const Told before = told->second;
    const bool decided = before.wanted != s.wanted;
    if (!first && !decided && before.ready == s.ready && now - before.at < every) continue;
    told->second = {.at = now, .wanted = s.wanted, .ready = s.ready};
    lines.push_back(log_line(view, s));
    if (decided && !s.decision.empty()) lines.back() += "; " + s.decision;
  }
  return lines;
}

}  // namespace headroom::report
