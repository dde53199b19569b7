// Fields from outside that are believed only when they are well formed.
#include <algorithm>

#include "core/text.h"
#include "http/fields.h"
#include "http/forward.h"

namespace headroom::http {
namespace {

/// The value of the only field of that meaning; empty when there is none or more than one.
std::string_view only(std::span<const Header> headers, Field wanted) {
  std::string_view found;
  for (const Header& header : headers) {
    if (classify(header.name) != wanted) continue;
    if (!found.empty()) return {};
    found = header.value;
  }
  return found;
}

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

/// Four parts of fixed size; later versions may append more after another dash.
std::string_view valid_traceparent(const RequestHead& head) {
  constexpr std::size_t size = 55;
  const std::string_view text = only(head.headers, Field::traceparent);
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return {};
  if (!is_id(text.substr(3, 32)) || !is_id(text.substr(36, 16))) return {};
  if (!is_lower_hex(text.substr(53, 2))) return {};
  const bool longer_fits = version != "00" && text.size() <= 128 && text[size] == '-';
  return text.size() == size || longer_fits ? text : std::string_view();
}

std::string_view valid_request_id(const RequestHead& head) {
  const std::string_view text = only(head.headers, Field::request_id);
  const bool fits = !text.empty() && text.size() <= 128;
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  return fits && std::ranges::all_of(text, visible) ? text : std::string_view();
}

bool came_through(std::span<const Header> headers, std::string_view pseudonym) {
  bool found = false;
  for (const Header& header : headers) {
    if (classify(header.name) != Field::via) continue;
    // "1.1 name" or "HTTP/1.1 name (comment)"
    for_each_member(header.value, [&](std::string_view member) {
      const std::size_t space = std::min(member.find(' '), member.size());
      const std::string_view rest = trim_white_space(member.substr(space));
      found |= rest.substr(0, rest.find(' ')) == pseudonym;
    });
  }
  return found;
}

std::string_view field(std::span<const Header> headers, std::string_view name) {
  for (const Header& header : headers) {
    if (equal_ignore_case(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace headroom::http
