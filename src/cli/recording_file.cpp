// Reads recorded requests and cuts them to what was asked for.
#include "cli/recording_file.h"

#include <fmt/format.h>

#include "io/gzip.h"

namespace headroom::cli {

Result<std::optional<prove::Recording>> read_recording(const TraceChoice& choice, bool asked) {
  const std::string csv = TRY(io::read_plain_or_gzip(choice.file, trace_bytes_max));
  if (!asked && !prove::is_recording(csv)) return std::nullopt;
  prove::Recording whole =
      TRY(prove::parse_recording(csv, {.file = choice.file, .column = choice.column}));
  if (choice.from.empty() && choice.to.empty()) return whole;
  const TraceSpan span = TRY(span_of(choice, whole.start_s));
  auto part = prove::slice(whole, span.from_s, span.to_s);
  if (part) return std::move(*part);
  return fail(part.error().code, fmt::format("{}: {}", choice.file, part.error().message));
}

}  // namespace headroom::cli
