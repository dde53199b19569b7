// Cutting CSV text.
#include "core/csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace headroom {
namespace {

std::string_view field(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<std::string_view> column_names(std::string_view header) {
  if (header.starts_with("\xef\xbb\xbf")) header.remove_prefix(3);  // a byte order mark
  std::vector<std::string_view> names = split(header, ',');
  for (std::string_view& name : names) name = field(name);
  return names;
}

std::string listed(const std::vector<std::string_view>& names) {
  constexpr std::size_t listed_max = 8;
  constexpr std::size_t name_max = 40;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), listed_max); ++i)
    out += (i == 0 ? "" : ", ") + printable(names[i], name_max);
  return names.size() <= listed_max ? out
                                    : fmt::format("{} and {} more", out, names.size() - listed_max);
}

std::optional<std::array<std::string_view, 2>> two_fields(std::string_view line, std::size_t count,
                                                          std::size_t first, std::size_t second) {
  std::array<std::string_view, 2> fields;
  std::size_t index = 0;
  for (std::size_t begin = 0;; ++index) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    if (index == first) fields[0] = field(line.substr(begin, end - begin));
    if (index == second) fields[1] = field(line.substr(begin, end - begin));
    if (end == line.size()) break;
    begin = end + 1;
  }
  if (index + 1 != count) return std::nullopt;
  return fields;
}

}  // namespace headroom
