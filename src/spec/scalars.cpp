// Numbers, durations, shares, sizes: read, bounded, described.
#include <fmt/format.h>

#include "core/text.h"
#include "spec/reader.h"

namespace headroom::spec {
namespace {

template <class T>
std::string with_zero(std::string text, const Range<T>& range) {
  return range.zero.empty() ? text : fmt::format("{}, or 0 ({})", text, range.zero);
}

/// `value` when it is there and within range.
template <class T>
std::optional<T> bounded(const At& at, std::optional<T> value, const Range<T>& range,
                         std::string_view allowed) {
  const bool zero = value && *value == T{} && !range.zero.empty();
  if (value && (zero || (*value >= range.min && *value <= range.max))) return value;
  at.refuse(allowed);
  return std::nullopt;
}

template <class T>
std::optional<T> optional(Result<T> result) {
  return result ? std::optional<T>(*result) : std::nullopt;
}

}  // namespace

std::string describe(const Range<Duration>& range) {
  const std::string text =
      with_zero(fmt::format("a duration from {} to {}", format_duration(range.min),
                            format_duration(range.max)),
                range);
  return range.none ? text + ", or none" : text;
}

std::string describe(const Range<double>& range) {
  return with_zero(fmt::format("a number from {} to {}", range.min, range.max), range);
}

std::string describe(const Range<std::int64_t>& range) {
  return with_zero(fmt::format("a whole number from {} to {}", range.min, range.max), range);
}

std::string describe_shares(const Range<double>& range) {
  return with_zero(
      fmt::format("a share from {} to {}", format_share(range.min), format_share(range.max)),
      range);
}

std::string describe_bytes(const Range<std::int64_t>& range) {
  return with_zero(
      fmt::format("a size from {} to {}", format_bytes(range.min), format_bytes(range.max)), range);
}

std::optional<Duration> read_duration(const At& at, const Range<Duration>& range) {
  const std::string allowed = describe(range);
  const auto text = at.text(allowed);
  if (!text) return std::nullopt;
  if (range.none && *text == "none") return range.none;
  return bounded(at, optional(parse_duration(*text)), range, allowed);
}

std::optional<std::int64_t> read_integer(const At& at, const Range<std::int64_t>& range) {
  const std::string allowed = describe(range);
  const auto text = at.text(allowed);
  if (!text) return std::nullopt;
  return bounded(at, parse_integer(*text), range, allowed);
}

std::optional<double> read_number(const At& at, const Range<double>& range) {
  const std::string allowed = describe(range);
  const auto text = at.text(allowed);
  if (!text) return std::nullopt;
  return bounded(at, parse_number(*text), range, allowed);
}

std::optional<double> read_share(const At& at, const Range<double>& range) {
  const std::string allowed = describe_shares(range);
  const auto text = at.text(allowed);
  if (!text) return std::nullopt;
  return bounded(at, optional(parse_share(*text)), range, allowed);
}

std::optional<std::int64_t> read_bytes(const At& at, const Range<std::int64_t>& range) {
  const std::string allowed = describe_bytes(range);
  const auto text = at.text(allowed);
  if (!text) return std::nullopt;
  return bounded(at, optional(parse_bytes(*text)), range, allowed);
}

std::optional<bool> read_flag(const At& at) {
  const auto text = at.text("true or false");
  if (!text) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  at.refuse("true or false");
  return std::nullopt;
}

std::optional<std::string> read_path(const At& at) {
  const auto text = at.text("a path");
  if (!text) return std::nullopt;
  if (!text->empty() && text->find('\0') == std::string::npos) return text;
  at.refuse("a path");
  return std::nullopt;
}

std::vector<std::string> read_texts(const At& at, std::size_t count_max, std::string_view allowed,
                                    bool (*accepts)(std::string_view)) {
  std::vector<std::string> out;
  if (!at.is(Value::Kind::list)) {
    at.refuse(fmt::format("a list of {}", allowed));
    return out;
  }
  if (at.value().items.empty() || at.value().items.size() > count_max) {
    at.problem(
        fmt::format("found a list of {}, allowed 1 to {}", at.value().items.size(), count_max));
    return out;
  }
  for (std::size_t i = 0; i < at.value().items.size(); ++i) {
    const At item = at.item(i);
    const auto text = item.text(allowed);
    if (!text) continue;
    if (!accepts(*text))
      item.refuse(allowed);
    else if (std::ranges::find(out, *text) != out.end())
      item.problem(fmt::format("{} is already in the list", item.found()));
    else
      out.push_back(*text);
  }
  return out;
}

}  // namespace headroom::spec
