// Names of columns taken apart into words.
#include "core/rate_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "core/text.h"

namespace headroom {
namespace {

struct Unit {
  std::string_view name;
  double length_s;
};
constexpr std::array times{Unit{"ms", 1e-3},   Unit{"millisecond", 1e-3}, Unit{"s", 1},
                           Unit{"sec", 1},     Unit{"second", 1},         Unit{"m", 60},
                           Unit{"min", 60},    Unit{"minute", 60},        Unit{"h", 3600},
                           Unit{"hr", 3600},   Unit{"hour", 3600},        Unit{"d", 86400},
                           Unit{"day", 86400}, Unit{"w", 7 * 86400},      Unit{"week", 7 * 86400}};
constexpr std::array short_forms{Unit{"rps", 1},   Unit{"qps", 1},  Unit{"tps", 1},
                                 Unit{"rpm", 60},  Unit{"qpm", 60}, Unit{"tpm", 60},
                                 Unit{"rph", 3600}};
constexpr std::array bins{"bin", "interval", "step", "row", "sample", "bucket"};
constexpr std::array counts{"request", "req",   "count", "hit",    "call",
                            "query",   "event", "total", "queries"};

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// "requestsPer5m", "req/5 min": words of small letters and numbers, `/` as the word "per".
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : name) {
    const bool word = is_letter(c) || is_digit(c);
    const bool goes_on =
        word && ((is_digit(c) && is_digit(before)) ||
                 (is_letter(c) && is_letter(before) && (!is_upper(c) || is_upper(before))));
    if (c == '/') words.emplace_back("per");
    if (word && !goes_on) words.emplace_back();
    if (word) words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    before = c;
  }
  return words;
}

template <class Names>
bool names(const Names& known, std::string_view word) {
  return std::ranges::any_of(known, [word](std::string_view one) {
    return word == one || (word.starts_with(one) && word.substr(one.size()) == "s");
  });
}

template <class Units>
std::optional<double> length_of(const Units& units, std::string_view word) {
  for (const Unit& unit : units)
    if (names(std::array{unit.name}, word)) return unit.length_s;
  return std::nullopt;
}

/// What comes behind "per": "minute", "5 m", "bin".
std::optional<double> length_of(std::span<const std::string> words, double bin_s) {
  double times_as_long = 1;
  if (!words.empty() && is_digit(words[0][0])) {
    times_as_long = parse_number(words[0]).value_or(0);
    words = words.subspan(1);
  }
  if (words.empty() || times_as_long <= 0) return std::nullopt;
  if (names(bins, words[0])) return times_as_long * bin_s;
  const auto length_s = length_of(times, words[0]);
  return length_s ? std::optional(times_as_long * *length_s) : std::nullopt;
}

std::unexpected<Error> refused(std::string_view column, std::string_view why) {
  return fail(ErrorCode::invalid, fmt::format("column '{}' {}", printable(column, 40), why));
}

}  // namespace

Result<double> per_second(std::string_view column, double bin_s) {
  const std::vector<std::string> words = words_of(column);
  const auto per = std::ranges::find(words, "per");
  if (per != words.end() && per + 1 != words.end()) {
    const auto length_s = length_of(std::span(per + 1, words.end()), bin_s);
    if (length_s) return 1 / *length_s;
    return refused(column,
                   "is per something that is no time: name it by its unit, such as "
                   "requests_per_second or requests_per_minute");
  }
  for (const std::string& word : words)
    if (const auto length_s = length_of(short_forms, word)) return 1 / *length_s;
  if (bin_s == 1 || words.empty() || !names(counts, words.back())) return 1;
  return refused(column,
                 fmt::format("does not say per what: name it requests_per_bin if it counts those "
                             "of each {:g} s, or requests_per_second",
                             bin_s));
}

}  // namespace headroom
