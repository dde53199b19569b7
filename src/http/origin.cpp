// X-Forwarded-For and Forwarded, read once from left to right.
#include "http/origin.h"

#include "core/text.h"
#include "http/fields.h"
#include "http/forward.h"

namespace headroom::http {
namespace {

/// What one proxy told of whom it served.
struct Told {
  std::optional<IpAddress> address = {};  // nothing: hidden
  std::string_view proto = {};
  std::string_view host = {};
};

/// Follows the chain from the client's end to the gateway's.
class Chain {
 public:
  explicit Chain(std::span<const IpNetwork> trusted) : trusted_(trusted) {}

  void add(const Told& told) {
    const bool proxy = told.address && contains(trusted_, *told.address);
    // Whoever is no trusted proxy is the client, and what stands before is only what it claims.
    if (!proxy || first_)
      client_ = told;
    else if (!client_.address)
      client_.address = told.address;  // a hidden one is known by the proxy that served it
    first_ = false;
  }
  [[nodiscard]] const Told& client() const { return client_; }

 private:
  std::span<const IpNetwork> trusted_;
  bool first_ = true;
  Told client_;
};

/// Reads the elements of a Forwarded field; false as soon as one is not of its grammar.
class ForwardedReader {
 public:
  explicit ForwardedReader(std::string_view text) : rest_(trim_white_space(text)) {}

  [[nodiscard]] bool add_to(Chain& chain) {
    while (!rest_.empty()) {
      Told told;
      if (!element(told)) {
        chain.add({});
        return false;
      }
      chain.add(told);
    }
    return true;
  }

 private:
  /// Up to and with the comma.
  [[nodiscard]] bool element(Told& told) {
    while (true) {
      skip_space();
      if (!rest_.empty() && rest_.front() != ';' && rest_.front() != ',' && !pair(told))
        return false;
      skip_space();
      if (rest_.empty()) return true;
      const char mark = rest_.front();
      if (mark != ';' && mark != ',') return false;
      rest_.remove_prefix(1);
      if (mark == ',') return true;
    }
  }

  [[nodiscard]] bool pair(Told& told) {
    const std::string_view name = token();
    if (name.empty() || !rest_.starts_with('=')) return false;
    rest_.remove_prefix(1);
    const auto value = rest_.starts_with('"') ? quoted() : std::optional(token());
    if (!value) return false;
    if (equal_ignore_case(name, "for")) told.address = node_address(*value);
    if (equal_ignore_case(name, "proto")) told.proto = *value;
    if (equal_ignore_case(name, "host")) told.host = *value;
    return true;
  }

  std::string_view token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token_byte(rest_[size])) ++size;
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }

  /// Without its quotes; one with an escape in it is read as a value that means nothing.
  std::optional<std::string_view> quoted() {
    bool escaped = false;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '\\') {
        escaped = true;
        ++at;
      } else if (rest_[at] == '"') {
        const std::string_view found = rest_.substr(1, at - 1);
        rest_.remove_prefix(at + 1);
        return escaped ? std::string_view() : found;
      }
    }
    return std::nullopt;
  }

  void skip_space() { rest_ = trim_white_space(rest_); }

  std::string_view rest_;
};

bool add_forwarded_for(const RequestHead& head, Chain& chain) {
  bool present = false;
  for (const Header& header : head.headers) {
    if (!is_word(header.name, "x-forwarded-for")) continue;
    present = true;
    for_each_member(header.value,
                    [&](std::string_view node) { chain.add({.address = node_address(node)}); });
  }
  return present;
}

bool is_scheme(std::string_view text) {
  return equal_ignore_case(text, "http") || equal_ignore_case(text, "https");
}

bool is_host_text(std::string_view text) {
  for (const char c : text)
    if (!is_token_byte(c) && c != ':' && c != '[' && c != ']') return false;
  return !text.empty();
}

std::string_view first_member(std::string_view list) {
  return trim_white_space(list.substr(0, list.find(',')));
}

}  // namespace

std::optional<IpAddress> node_address(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view port = node.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return {};
    node = node.substr(1, end - 1);
    if (node.find(':') == std::string_view::npos) return {};
  } else if (const std::size_t colon = node.find(':'); colon == node.rfind(':')) {
    node = node.substr(0, colon);
  }
  return IpAddress::parse(node);
}

Origin read_origin(const RequestHead& head, const IpAddress& peer,
                   std::span<const IpNetwork> trusted) {
  Origin origin{.client = peer};
  if (!contains(trusted, peer)) return origin;
  origin.believed = true;
  Chain by_x(trusted);
  Chain by_standard(trusted);
  const bool has_x = add_forwarded_for(head, by_x);
  for (const Header& header : head.headers)
    if (is_word(header.name, "forwarded") && !ForwardedReader(header.value).add_to(by_standard))
      origin.forwarded_broken = true;

  const Told& told = has_x ? by_x.client() : by_standard.client();
  if (told.address) origin.client = *told.address;
  const std::string_view proto = first_member(field(head.headers, "x-forwarded-proto"));
  const std::string_view host = first_member(field(head.headers, "x-forwarded-host"));
  if (is_scheme(proto))
    origin.proto = proto;
  else if (is_scheme(by_standard.client().proto))
    origin.proto = by_standard.client().proto;
  if (is_host_text(host))
    origin.host = host;
  else if (is_host_text(by_standard.client().host))
    origin.host = by_standard.client().host;
  return origin;
}

}  // namespace headroom::http
