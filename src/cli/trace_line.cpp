// Adds a trace up for a person.
#include "cli/trace_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "core/date.h"
#include "core/stamps.h"
#include "core/text.h"
#include "report/layout.h"

namespace headroom::cli {
namespace {

constexpr double minute_s = 60;

/// "30 d", "1.5 h", "1 min", "0.25 s".
std::string rough_time(double s) {
  struct Unit {
    const char* name;
    double length_s;
  };
  for (const Unit& unit : {Unit{"d", 86400}, Unit{"h", 3600}, Unit{"min", minute_s}})
    if (s >= unit.length_s) return fmt::format("{:.3g} {}", s / unit.length_s, unit.name);
  return fmt::format("{:.3g} s", s);
}

std::string rate_text(double per_s) {
  return per_s > 0 && per_s < 0.1 ? fmt::format("{:.2g}/s", per_s) : report::rough(per_s) + "/s";
}

/// As exact as the bins are.
std::string moment_text(double stamp_s, double bin_s) {
  if (!is_date(stamp_s)) return fmt::format("{:.10g} s", stamp_s);
  std::string date = format_date(WallTime(from_seconds(stamp_s)));
  date[date.find('T')] = ' ';
  return date.substr(0, bin_s >= minute_s ? 16 : 19);
}

std::string rates_text(double mean, double peak, const std::string& when) {
  return fmt::format("mean {}, peak {} ({})", rate_text(mean), rate_text(peak), when);
}

std::string what_stamps_lack(const prove::Recording& recording) {
  if (recording.less_duration)
    return "; its stamps are whole seconds less the duration: where in its second each came is "
           "drawn";
  if (recording.whole_seconds)
    return "; its stamps are whole seconds: where in its second each came is drawn";
  return {};
}

}  // namespace

std::string trace_line(const std::string& file, const Trace& trace) {
  double sum = 0;
  std::size_t known = 0;
  std::size_t peak = 0;
  for (std::size_t i = 0; i < trace.values.size(); ++i) {
    if (Trace::unknown(trace.values[i])) continue;
    sum += trace.values[i];
    if (known++ == 0 || trace.values[i] > trace.values[peak]) peak = i;
  }
  if (known == 0) return fmt::format("{}: no value in {} rows", file, trace.values.size());
  const bool usual = trace.column == "requests_per_second";
  std::string text = fmt::format(
      "{}{}: {} in bins of {}, {}", file,
      usual ? std::string() : fmt::format(" ({})", printable(trace.column, 40)),
      rough_time(trace.end_s() - trace.start_s), rough_time(trace.bin_s),
      rates_text(
          sum / static_cast<double>(known), trace.values[peak],
          moment_text(trace.start_s + trace.bin_s * static_cast<double>(peak), trace.bin_s)));
  if (known < trace.values.size())
    text += "; nothing is known of " + report::counted(trace.values.size() - known, "bin");
  return text;
}

std::string trace_line(const std::string& file, const prove::Recording& recording) {
  std::vector<double> per_second(static_cast<std::size_t>(recording.length_s) + 1);
  for (const std::int64_t at_ns : recording.at_ns)
    ++per_second[static_cast<std::size_t>(at_ns / 1'000'000'000)];
  const auto peak = std::ranges::max_element(per_second);
  const auto requests = static_cast<double>(recording.at_ns.size());
  const auto when = static_cast<double>(peak - per_second.begin());
  return fmt::format("{}: {} in {}, {}", file, report::counted(recording.at_ns.size(), "request"),
                     rough_time(recording.length_s),
                     rates_text(requests / recording.length_s, *peak,
                                moment_text(recording.start_s + when, 1))) +
         what_stamps_lack(recording);
}

void TraceLines::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (!said_.insert(line).second) return;
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");  // over a line of progress
  fmt::print(stderr, "{}\n", printable_lines(line));
}

}  // namespace headroom::cli
