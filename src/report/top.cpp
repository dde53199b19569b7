// Lays the live view out for a terminal.
#include "report/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr std::size_t width_min = 40;
constexpr std::size_t state_width = 9;
constexpr std::size_t name_width_min = 11;
constexpr std::size_t lines_each = 3;  // of one sentence
constexpr double error_shown_s = 600;  // where the state does not ask for it

std::string replicas_text(const LiveService& s) {
  return s.wanted < 0 ? std::to_string(s.ready) : fmt::format("{}/{}", s.ready, s.wanted);
}

std::string missed_text(const LiveService& s) {
  if (s.lately.all() == 0) return "–";
  return share_text(static_cast<double>(s.lately.missed()) / static_cast<double>(s.lately.all()));
}

std::string objective_text(const LiveService& s) {
  if (s.objective_s <= 0) return "–";
  return fmt::format("p{:g} ≤ {}", s.quantile * 100, latency(s.objective_s));
}

struct Column {
  std::string_view title;
  std::size_t width;
  std::string (*cell)(const LiveService&);
};

/// In the order in which they are shown, the most telling first: the last ones are left out.
constexpr std::array<Column, 11> columns_of_table{{
    {"REQ/S", 6, [](const LiveService& s) { return rough(s.demand); }},
    {"READY", 7, replicas_text},
    {"MISSED", 7, missed_text},
    {"WAIT", 6, [](const LiveService& s) { return std::to_string(s.waiting); }},
    {"P99", 9, [](const LiveService& s) { return latency(s.p99_s); }},
    {"OBJECTIVE", 15, objective_text},
    {"CAN/S", 8, [](const LiveService& s) { return rough(s.capacity); }},
    {"P50", 9, [](const LiveService& s) { return latency(s.p50_s); }},
    {"FLIGHT", 8, [](const LiveService& s) { return rough(s.in_flight); }},
    {"START", 7, [](const LiveService& s) { return std::to_string(s.starting); }},
    {"DRAIN", 7, [](const LiveService& s) { return std::to_string(s.draining); }},
}};

Tone tone_of(State state) {
  switch (state) {
    case State::down:
    case State::missed:
    case State::failing:
      return Tone::alarm;
    case State::starting:
    case State::at_max:
      return Tone::warning;
    case State::ok:
      return Tone::good;
    case State::idle:
      return Tone::quiet;
  }
  return Tone::plain;
}

void add_head(std::vector<ScreenLine>& lines, const LiveView& view) {
  std::string head = "headroom";
  if (!view.version.empty()) head += " " + view.version;
  if (!view.mode.empty() && view.mode != "act") head += " (" + view.mode + ")";
  head += "  " + view.now;
  head += fmt::format(
      "  up {}", format_duration(std::chrono::seconds(static_cast<std::int64_t>(view.uptime_s))));
  if (view.machine_cpu >= 0) head += fmt::format("  CPU {:.0f}%", view.machine_cpu * 100);
  lines.push_back({head, Tone::strong});
  for (const std::string& problem : view.problems) lines.push_back({problem, Tone::alarm});
}

void add_table(std::vector<ScreenLine>& lines, const LiveView& view, std::size_t width) {
  std::size_t name_width = name_width_min;
  for (const LiveService& s : view.services) name_width = std::max(name_width, columns(s.name) + 1);
  std::size_t count = 0;
  std::size_t used = state_width;
  while (count < columns_of_table.size() &&
         used + columns_of_table[count].width + std::min(name_width, 2 * name_width_min) <= width)
    used += columns_of_table[count++].width;
  name_width = std::min(name_width, width - used);

  std::string titles = left("STATE", state_width) + left("SERVICE", name_width);
  for (std::size_t i = 0; i < count; ++i)
    titles += right(columns_of_table[i].title, columns_of_table[i].width);
  lines.push_back({titles, Tone::quiet});
  for (const LiveService& s : view.services) {
    std::string row = left(name(s.state), state_width) + left(s.name, name_width);
    for (std::size_t i = 0; i < count; ++i)
      row += right(columns_of_table[i].cell(s), columns_of_table[i].width);
    lines.push_back({row, tone_of(s.state)});
  }
}

/// Of that part of the promise that was broken.
std::string permitted_text(const LiveService& s) {
  return s.misses_too_much() ? share_text(s.permitted_share) + " is permitted"
                             : share_text(s.permitted_failed) + " may fail";
}

std::string starts_text(const LiveService& s) {
  return fmt::format("{} {} in a row failed", s.failed_starts,
                     s.failed_starts == 1 ? "start" : "starts");
}

/// "the roll-out to b2aeda21"
std::string rollout_name(std::string_view article, const Rollout& rollout) {
  return fmt::format("{} roll-out{}", article,
                     rollout.version.empty() ? "" : " to " + rollout.version);
}

std::string given_up_text(const Rollout& rollout) {
  return fmt::format("{} was given up{}: the version before serves", rollout_name("the", rollout),
                     rollout.since_s ? " " + ago(*rollout.since_s) : "");
}

std::string rolling_text(const Rollout& rollout) {
  std::string text = rollout_name("a", rollout) + " ";
  text += rollout.since_s ? "has gone on for " + whole_units(*rollout.since_s) : "is under way";
  if (rollout.failed_starts > 0)
    text += ", " + counted(static_cast<std::uint64_t>(rollout.failed_starts), "failed start");
  return text;
}

std::string failing_text(const LiveService& s) {
  if (s.rollout.state == "given_up") return given_up_text(s.rollout);
  if (s.failed_starts > 0) return starts_text(s);
  if (s.ends == 0) return "a replica failed lately";
  return fmt::format("{} died or hung lately", counted(s.ends, "replica"));
}

/// Why it is in this state, in one sentence; empty where the table says it all.
std::string cause_of(const LiveService& s) {
  switch (s.state) {
    case State::down:
      return s.failed_starts > 0 ? "no replica is ready: " + starts_text(s) : "no replica is ready";
    case State::missed:
      return fmt::format("{} of {} missed lately ({} late, {} shed, {} failed); {}{}",
                         grouped(s.lately.missed()), grouped(s.lately.all()),
                         grouped(s.lately.late), grouped(s.lately.shed), grouped(s.lately.failed),
                         permitted_text(s), s.cannot_help ? "; more replicas cannot help" : "");
    case State::failing:
      return failing_text(s);
    case State::starting:
      return "the first replica is starting";
    case State::at_max:
      return fmt::format("{} replicas are needed, max is {}", rough(s.unbounded), s.max);
    case State::ok:
    case State::idle:
      return s.cannot_help ? "more replicas cannot help" : "";
  }
  return {};
}

std::string with_age(const Said& said) {
  return said.age_s ? fmt::format("{}: {}", ago(*said.age_s), said.text) : said.text;
}

/// What there is to say of a service: the cause with its name, then what happened, with its age.
std::vector<ScreenLine> sentences_of(const LiveService& s, std::size_t width) {
  std::vector<ScreenLine> lines;
  const auto say = [&](const std::string& text, std::string_view indent, Tone tone) {
    std::vector<std::string> wrapped = wrap(text, width, indent);
    if (wrapped.size() > lines_each) {
      wrapped.resize(lines_each);
      wrapped.back() += "…";
    }
    for (std::string& line : wrapped) lines.push_back({clip(line, width), tone});
  };
  const bool unwell = s.state < State::ok;
  const std::string cause = cause_of(s);
  say(cause.empty() ? s.name : s.name + ": " + cause, "", unwell ? tone_of(s.state) : Tone::plain);
  if (s.rollout.state == "rolling") say(rolling_text(s.rollout), "  ", Tone::plain);
  const bool of_interest = s.state == State::down || s.state == State::failing ||
                           s.last_error.age_s.value_or(error_shown_s) < error_shown_s;
  if (of_interest && !s.last_error.text.empty()) say(with_age(s.last_error), "  ", Tone::plain);
  if (!s.last_change.text.empty()) say(with_age(s.last_change), "  ", Tone::quiet);
  if (lines.size() == 1 && cause.empty()) lines.clear();
  return lines;
}

}  // namespace

std::vector<ScreenLine> top_screen(const LiveView& view, ScreenSize size) {
  const std::size_t width = std::max(size.width, width_min);
  std::vector<ScreenLine> lines;
  add_head(lines, view);
  lines.push_back({"", Tone::plain});
  add_table(lines, view, width);
  for (const LiveService& service : view.services) {
    const std::vector<ScreenLine> more = sentences_of(service, width);
    if (more.empty()) continue;
    if (size.height > 0 && lines.size() + 1 + more.size() > size.height) break;
    lines.push_back({"", Tone::plain});
    lines.insert(lines.end(), more.begin(), more.end());
  }
  if (size.height > 0 && lines.size() > size.height) lines.resize(size.height);
  for (ScreenLine& line : lines) line.text = clip(line.text, width);
  return lines;
}

}  // namespace headroom::report
