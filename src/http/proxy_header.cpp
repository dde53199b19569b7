// Both versions of the PROXY protocol, told apart by their first bytes.
#include "http/proxy_header.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace headroom::http {
namespace {

using Found = ProxyHeader::Found;

constexpr std::string_view text_mark = "PROXY ";
constexpr std::size_t line_bytes_max = 107;  // with CR LF
constexpr std::string_view binary_mark("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t fixed_bytes = 16;  // of version 2: mark, command, family, length

ProxyHeader malformed() {
  return {.found = Found::malformed, .reason = "proxy_header_malformed"};
}

bool is_port(std::string_view text) {
  const auto number = parse_integer(text);
  return number && *number >= 0 && *number <= 65535 && (text.size() == 1 || text.front() != '0');
}

/// "PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\r\n"
ProxyHeader read_line(std::string_view input) {
  const std::size_t end = input.substr(0, line_bytes_max).find("\r\n");
  if (end == std::string_view::npos)
    return input.size() >= line_bytes_max ? malformed() : ProxyHeader{.found = Found::need_more};
  ProxyHeader header{.found = Found::header, .size = end + 2};
  const auto parts = split(input.substr(text_mark.size(), end - text_mark.size()), ' ');
  if (parts[0] == "UNKNOWN") {  // whatever follows is to be ignored
    header.hidden = true;
    return header;
  }
  const bool v4 = parts[0] == "TCP4";
  if ((!v4 && parts[0] != "TCP6") || parts.size() != 5) return malformed();
  for (const std::string_view address : {parts[1], parts[2]}) {
    const bool has_colons = address.find(':') != std::string_view::npos;
    if (has_colons == v4 || !IpAddress::parse(address)) return malformed();
  }
  if (!is_port(parts[3]) || !is_port(parts[4])) return malformed();
  header.source = IpAddress::parse(parts[1]);
  return header;
}

/// The first address of the addresses' block; nothing when it is too short for its family.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> address_at(std::string_view block) {
  if (block.size() < 2 * N + 4) return {};  // two addresses, two ports
  std::array<std::uint8_t, N> bytes;
  std::copy_n(block.begin(), N, bytes.begin());
  return bytes;
}

ProxyHeader read_binary(std::string_view input) {
  if (input.size() < fixed_bytes) return {.found = Found::need_more};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(input[at]); };
  enum : unsigned char { local = 0x20, proxy = 0x21 };  // version 2 and a command
  const unsigned command = byte(12);
  const unsigned family = byte(13) >> 4;
  const unsigned transport = byte(13) & 0xf;
  if ((command != local && command != proxy) || family > 3 || transport > 2) return malformed();
  const std::size_t size = fixed_bytes + byte(14) * 256u + byte(15);
  if (size > proxy_header_bytes_max)
    return {.found = Found::malformed, .reason = "proxy_header_too_large"};
  if (input.size() < size) return {.found = Found::need_more};
  ProxyHeader header{.found = Found::header, .size = size};
  if (command == local) return header;  // the proxy's own connection, such as its health check
  const std::string_view block = input.substr(fixed_bytes, size - fixed_bytes);
  enum : unsigned { inet = 1, inet6 = 2 };
  if (family == inet) {
    const auto bytes = address_at<4>(block);
    if (!bytes) return malformed();
    header.source = IpAddress::v4(*bytes);
  } else if (family == inet6) {
    const auto bytes = address_at<16>(block);
    if (!bytes) return malformed();
    header.source = IpAddress(*bytes);
  }
  header.hidden = !header.source;
  return header;
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view input) {
  if (input.empty()) return {.found = Found::need_more};
  for (const std::string_view mark : {text_mark, binary_mark}) {
    if (mark.starts_with(input.substr(0, mark.size())) && input.size() < mark.size())
      return {.found = Found::need_more};
    if (input.starts_with(mark)) return mark == text_mark ? read_line(input) : read_binary(input);
  }
  return {};
}

}  // namespace headroom::http
