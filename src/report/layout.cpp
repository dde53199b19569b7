// Measuring, cutting and wrapping text; numbers for people.
#include "report/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace headroom::report {
namespace {

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

/// Bytes of the first `count` code points.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (begins_code_point(text[at]) && count-- == 0) break;
  return at;
}

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

std::string clip(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return {};
  return std::string(text.substr(0, bytes_of(text, width - 1))) + "…";
}

std::string left(std::string_view text, std::size_t width) {
  std::string out = clip(text, width);
  return out.append(width - columns(out), ' ');
}

std::string right(std::string_view text, std::size_t width) {
  const std::string out = clip(text, width);
  return std::string(width - columns(out), ' ') + out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width, std::string_view indent) {
  const std::size_t room = std::max<std::size_t>(width, columns(indent) + 8) - columns(indent);
  std::vector<std::string> lines;
  std::string line;
  const auto finish = [&] { lines.push_back(std::string(indent) + std::exchange(line, {})); };
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (!line.empty() && columns(line) + 1 + columns(word) > room) finish();
    while (columns(word) > room) {
      const std::size_t part = bytes_of(word, room);
      line = word.substr(0, part);
      word.remove_prefix(part);
      finish();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty() || lines.empty()) finish();
  return lines;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string counted(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", grouped(count), one, count == 1 ? "" : "s");
}

std::string rough(double number) {
  if (!std::isfinite(number)) return "–";
  const double size = std::abs(number);
  if (size >= 99.5) {
    const auto whole = grouped(static_cast<std::uint64_t>(std::llround(size)));
    return number < 0 ? "-" + whole : whole;
  }
  std::string text = size >= 9.95 ? fmt::format("{:.0f}", number) : fmt::format("{:.1f}", number);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string latency(double seconds) {
  if (seconds <= 0) return "–";
  if (seconds < 0.001) return fmt::format("{:.0f} µs", seconds * 1e6);
  if (seconds < 1) return rough(seconds * 1e3) + " ms";
  return fmt::format("{:.1f} s", seconds);
}

std::string whole_units(double seconds) {
  struct Unit {
    double s;
    const char* name;
  };
  constexpr std::array<Unit, 4> units{{{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
  for (const Unit& unit : units)
    if (seconds >= unit.s || unit.s == 1)
      return fmt::format("{:.0f} {}", std::floor(seconds / unit.s), unit.name);
  return {};
}

std::string ago(double seconds) {
  return whole_units(seconds) + " ago";
}

std::string share_text(double share) {
  return share > 0 && share < 1e-5 ? "<0.001%" : fmt::format("{:.3g}%", 100 * share);
}

std::string percent(double share) {
  if (share >= 1) return "100%";
  // Cut, not rounded: 99.996% is not 100%.
  std::string text = fmt::format("{:.2f}", std::floor(share * 1e4) / 100);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + "%";
}

}  // namespace headroom::report
