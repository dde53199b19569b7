// Grammars in the small.
#include "spec/names.h"

#include <algorithm>

#include "core/ip.h"
#include "core/percent.h"
#include "core/text.h"

namespace headroom::spec {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool label_of_any_case(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return digit(c) || letter(c) || c == '-'; });
}

bool is_port(std::string_view text) {
  const bool plain = !text.empty() && text.size() <= 5 && std::ranges::all_of(text, digit) &&
                     (text.size() == 1 || text.front() != '0');
  return plain && *parse_integer(text) <= 65535;
}

}  // namespace

bool is_label(std::string_view text) {
  return label_of_any_case(text) &&
         std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         std::ranges::all_of(split(text, '.'), label_of_any_case);
}

AddressText split_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return {};
  std::string_view host = text.substr(0, colon);
  const int port = static_cast<int>(*parse_integer(text.substr(colon + 1)));
  if (host.empty()) return {host, port};
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colons = host.find(':') != std::string_view::npos;  // as only IPv6 has
  return bracketed == has_colons && IpAddress::parse(host) ? AddressText{host, port}
                                                           : AddressText{};
}

bool is_loopback(std::string_view host) {
  const auto address = IpAddress::parse(host);
  return address && address->is_loopback();
}

bool is_request_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= 1024 && std::ranges::all_of(text, [](char c) {
           return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\';
         });
}

std::optional<std::string> route_path(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool encoded = text[at] == '%';
    const int byte = encoded ? percent_byte(text.substr(at)) : text[at];
    if (byte < 0x20 || byte == 0x7f || (encoded && (byte == '/' || byte == '\\')))
      return std::nullopt;
    out += static_cast<char>(byte);
    if (encoded) at += 2;
  }
  if (out.find("//") != std::string::npos) return std::nullopt;
  for (std::string_view segment : split(out, '/')) {
    segment = segment.substr(0, segment.find(';'));
    if (segment == "." || segment == "..") return std::nullopt;
  }
  return out;
}

bool is_variable(std::string_view text) {
  return !text.empty() && !digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return digit(c) || letter(c) || c == '_'; });
}

}  // namespace headroom::spec
