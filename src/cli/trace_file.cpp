// Reads a trace and cuts it to what was asked for.
#include "cli/trace_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>

#include "core/stamps.h"
#include "core/text.h"
#include "io/gzip.h"
#include "report/forecast.h"

namespace headroom::cli {
namespace {

Result<double> stamp(std::string_view option, const std::string& text, double first_s,
                     double otherwise) {
  if (text.empty()) return otherwise;
  const bool relative = text.starts_with('+');
  if (!relative) {
    if (const auto stamp_s = parse_stamp(text)) return *stamp_s;
  } else {
    const std::string_view after = std::string_view(text).substr(1);
    if (const auto after_s = parse_number(after)) return first_s + *after_s;
    if (const auto after_it = parse_duration(after)) return first_s + seconds(*after_it);
  }
  return fail(
      ErrorCode::invalid,
      fmt::format("{} '{}' is not a time of the trace: a date, seconds as in its stamps, or +6h "
                  "for so long after its start",
                  option, printable(text)));
}

/// In the words of the options, before slice() says it in stamps.
Result<> check_span(const TraceChoice& choice, const TraceSpan& span, const Trace& whole) {
  const auto at = [&](double stamp_s) { return report::moment_text(stamp_s, whole.bin_s); };
  std::string wrong;
  if (span.from_s >= whole.end_s())
    wrong = fmt::format("--from {} is not before its end, {}", choice.from, at(whole.end_s()));
  else if (span.to_s <= whole.start_s)
    wrong = fmt::format("--to {} is not after its begin, {}", choice.to, at(whole.start_s));
  else if (span.from_s >= span.to_s)
    wrong = fmt::format("--from {} is not before --to {}", choice.from, choice.to);
  else
    return {};
  return fail(ErrorCode::invalid, fmt::format("{}: {}", choice.file, printable(wrong)));
}

}  // namespace

CLI::Option* add_trace_options(CLI::App& command, TraceChoice& choice) {
  CLI::Option* file =
      command.add_option("--trace", choice.file, "CSV file with a rate over time; .gz too");
  command.add_option("--column", choice.column, "the trace's value column");
  command.add_option("--from", choice.from,
                     "first stamp of the trace to use, seconds or a date; +6h from its start");
  command.add_option("--to", choice.to, "stamp to stop before");
  return file;
}

Result<TraceSpan> span_of(const TraceChoice& choice, double first_s) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  return TraceSpan{.from_s = TRY(stamp("--from", choice.from, first_s, -infinite)),
                   .to_s = TRY(stamp("--to", choice.to, first_s, infinite))};
}

Result<> check_there(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return {};
  return fail(ErrorCode::invalid, fmt::format("{}: no such file", printable(path)));
}

Result<Trace> read_trace(const TraceChoice& choice) {
  const std::string csv = TRY(io::read_plain_or_gzip(choice.file, trace_bytes_max));
  Trace whole = TRY(parse_trace(csv, {.file = choice.file, .column = choice.column}));
  if (choice.from.empty() && choice.to.empty()) return whole;
  const TraceSpan span = TRY(span_of(choice, whole.start_s));
  TRY(check_span(choice, span, whole));
  return slice(whole, span.from_s, span.to_s);
}

}  // namespace headroom::cli
