// Recognises what people have instead of CSV.
#include "core/foreign.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"
#include "core/date.h"
#include "core/stamps.h"
#include "core/text.h"

namespace headroom {
namespace {

constexpr std::size_t looked_at = 4096;

std::unexpected<Error> foreign(std::string_view file, std::string_view what,
                               std::string_view remedy) {
  return fail(ErrorCode::invalid, fmt::format("{}: {}: {}", file, what, remedy));
}

bool is_json(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
}

/// `127.0.0.1 - - [03/Oct/2026:19:42:00 +0000] "GET / HTTP/1.1" 200 …`
bool is_access_log(std::string_view line) {
  const std::size_t begin = line.find('[');
  const std::size_t end = line.find(']', begin);
  return end != std::string_view::npos && parse_date(line.substr(begin + 1, end - begin - 1));
}

bool separated_by(std::string_view line, char separator) {
  return line.find(separator) != std::string_view::npos && line.find(',') == std::string_view::npos;
}

}  // namespace

Result<> check_is_csv(std::string_view text, std::string_view file) {
  const std::string_view head = text.substr(0, looked_at);
  std::string_view rest = head;
  const std::string_view line = take_line(rest);
  if (is_access_log(line))
    return foreign(file, "is an access log; make CSV of its times",
                   fmt::format("awk -F'[][]' 'BEGIN{{print \"timestamp_seconds\"}}{{print $2}}' {} "
                               "> requests.csv",
                               file));
  if (is_json(head) && head.find("\"resultType\"") != std::string_view::npos)
    return foreign(file, "is an answer of Prometheus in JSON; make CSV of its first series",
                   fmt::format("jq -r '\"timestamp_seconds,requests_per_second\",(.data.result[0]."
                               "values[]|@csv)' {} > rates.csv",
                               file));
  if (is_json(head))
    return foreign(file, "is JSON; what is read is CSV",
                   "a line timestamp_seconds,requests_per_second and then one for each bin");
  if (separated_by(line, ';'))
    return foreign(file,
                   "has semicolons between its fields; make commas of them, and points of commas",
                   fmt::format("tr ';,' ',.' < {} > commas.csv", file));
  if (separated_by(line, '\t'))
    return foreign(file, "has tabs between its fields; make commas of them",
                   fmt::format("tr '\\t' ',' < {} > commas.csv", file));
  if (parse_stamp(column_names(line).front()))
    return foreign(file, "has no header",
                   "its first line is to name its columns, as in "
                   "timestamp_seconds,requests_per_second");
  return {};
}

}  // namespace headroom
