// Reading targets.
#include "load/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace headroom::load {
namespace {

constexpr std::string_view scheme = "http://";

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(ErrorCode::invalid,
              fmt::format("{} is not a target such as http://127.0.0.1:8080/path or "
                          "POST:http://localhost:8080/buy*3: {}",
                          json_quote(text), why));
}

bool digits_only(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Takes "*3" off the end. A '*' that digits do not follow belongs to the path.
std::optional<std::int64_t> take_weight(std::string_view& rest) {
  const std::size_t star = rest.rfind('*');
  if (star == std::string_view::npos || !digits_only(rest.substr(star + 1))) return 1;
  const auto weight = parse_integer(rest.substr(star + 1));
  rest = rest.substr(0, star);
  return weight;
}

/// The address of a numeric authority or of localhost; port 80 unless written.
Result<std::optional<io::Address>> address_of(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = authority.substr(0, colon);
  const std::string_view port =
      colon == std::string_view::npos ? "80" : authority.substr(colon + 1);
  const auto number = parse_integer(port);
  if (host.empty() || !digits_only(port) || !number || *number < 1 || *number > 65535)
    return fail(ErrorCode::invalid, "its host and port cannot be read");
  const bool name = host.find_first_not_of("0123456789.") != std::string_view::npos &&
                    !host.starts_with('[') && host != "localhost";
  if (name) return std::nullopt;
  return TRY(io::Address::parse(fmt::format("{}:{}", host, port)));
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

Result<Target> parse_target(std::string_view text) {
  Target target;
  target.text = text;
  std::string_view rest = text;
  const auto weight = take_weight(rest);
  if (!weight || *weight < 1 || *weight > weight_max)
    return wrong(text, fmt::format("its weight must be from 1 to {}", weight_max));
  target.weight = static_cast<int>(*weight);

  const std::size_t start = rest.find("http");
  if (start != std::string_view::npos && start > 0 && rest[start - 1] == ':') {
    target.method = rest.substr(0, start - 1);
    if (!is_token(target.method)) return wrong(text, "its method is not a word");
    rest.remove_prefix(start);
  }
  if (rest.starts_with("https://")) return wrong(text, "only http is supported, not https");
  if (!rest.starts_with(scheme)) return wrong(text, "it does not begin with http://");
  rest.remove_prefix(scheme.size());
  const bool visible =
      std::all_of(rest.begin(), rest.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  if (!visible)
    return wrong(text, "a space, a '#' or a byte outside ASCII must be percent-encoded");

  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  target.host = rest.substr(0, end);
  target.path = rest.substr(end);
  if (!target.path.starts_with('/')) target.path.insert(0, 1, '/');
  if (target.host.find('@') != std::string::npos)
    return wrong(text, "credentials are not supported");
  auto address = address_of(target.host);
  if (!address) return wrong(text, address.error().message);
  target.address = *address;
  return target;
}

bool is_loopback(const io::Address& address) {
  const std::string host = address.host();
  return host.starts_with("127.") || host == "::1" || host.starts_with("::ffff:127.");
}

}  // namespace headroom::load
