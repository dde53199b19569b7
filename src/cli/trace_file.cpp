// Reads a trace and cuts it to what was asked for.
#include "cli/trace_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>

#include "core/stamps.h"
#include "core/text.h"
#include "io/gzip.h"

namespace headroom::cli {
namespace {

Result<double> stamp(std::string_view option, const std::string& text, double first_s,
                     double otherwise) {
  if (text.empty()) return otherwise;
  const bool relative = text.starts_with('+');
  const auto stamp_s =
      relative ? parse_number(std::string_view(text).substr(1)) : parse_stamp(text);
  if (stamp_s) return relative ? first_s + *stamp_s : *stamp_s;
  return fail(
      ErrorCode::invalid,
      fmt::format("{} '{}' is not a time of the trace: a date, seconds as in its stamps, or "
                  "+3600 for so many after its start",
                  option, printable(text)));
}

}  // namespace

CLI::Option* add_trace_options(CLI::App& command, TraceChoice& choice) {
  CLI::Option* file =
      command.add_option("--trace", choice.file, "CSV file with a rate over time; .gz too");
  command.add_option("--column", choice.column, "the trace's value column");
  command.add_option("--from", choice.from,
                     "first stamp of the trace to use, seconds or a date; +S from its start");
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
  return slice(whole, span.from_s, span.to_s);
}

}  // namespace headroom::cli
