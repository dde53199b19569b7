// Targets and hosts: strict readers, because routing and the replica must see the same thing.
#include "http/target.h"

#include <algorithm>

#include "core/percent.h"
#include "core/text.h"

namespace headroom::http {
namespace {

std::unexpected<Refusal> refused(std::string_view reason) {
  return std::unexpected(Refusal{400, reason});
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A percent-encoded byte that no path needs and that may end it or hide another.
bool deceives(int byte, std::string_view after) {
  if (byte < 0x20 || byte == 0x7f) return true;
  // The lead of a UTF-8 sequence longer than needed: a way to hide '/', '.' or NUL.
  if (byte == 0xc0 || byte == 0xc1) return true;
  const int second = percent_byte(after);
  return (byte == 0xe0 && second >= 0x80 && second < 0xa0) ||
         (byte == 0xf0 && second >= 0x80 && second < 0x90);
}

/// "." or "..", with dots encoded or not, and whatever parameters follow a ';', encoded or not.
bool is_dot_segment(std::string_view segment) {
  segment = segment.substr(0, segment.find(';'));
  segment = segment.substr(0, std::min(segment.find("%3b"), segment.find("%3B")));
  int dots = 0;
  while (!segment.empty()) {
    const std::size_t size = segment.front() == '.' ? 1 : 3;
    if (size == 3 && percent_byte(segment) != '.') return false;
    segment.remove_prefix(size);
    ++dots;
  }
  return dots == 1 || dots == 2;
}

/// How many bytes the slash at the front of `text` has, as any reader would see one; 0 for none.
std::size_t slash_size(std::string_view text) {
  if (text.front() == '/') return 1;
  const int byte = percent_byte(text);
  return byte == '/' || byte == '\\' ? 3 : 0;
}

bool has_dot_segment(std::string_view path) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = slash_size(path.substr(at));
    if (slash > 0 && is_dot_segment(path.substr(begin, at - begin))) return true;
    at += std::max<std::size_t>(slash, 1);
    if (slash > 0) begin = at;
  }
  return is_dot_segment(path.substr(begin));
}

/// What is wrong with a path, for everybody or for all but a route that takes paths as they are.
struct PathFaults {
  std::string_view for_all;
  std::string_view for_most;
};

PathFaults faults_of(std::string_view path) {
  // Most paths have none of these bytes after the first: nothing else can go wrong.
  bool suspect = false;
  PathFaults faults;
  for (std::size_t at = 0; at < path.size(); ++at) {
    const char c = path[at];
    if (c == '\\') return {.for_all = "ambiguous_path", .for_most = {}};
    if (c == '/' && at + 1 < path.size() && path[at + 1] == '/') faults.for_most = "empty_segment";
    suspect |= c == '%' || c == '.';
  }
  if (!suspect) return faults;
  for (std::size_t at = path.find('%'); at < path.size(); at = path.find('%', at + 1)) {
    const int byte = percent_byte(path.substr(at));
    if (byte < 0)
      faults.for_all = "invalid_percent_encoding";
    else if (deceives(byte, path.substr(at + 3)))
      faults.for_all = "ambiguous_path";
    else if (slash_size(path.substr(at)) > 0)
      faults.for_most = "encoded_slash";
    if (!faults.for_all.empty()) return faults;
  }
  if (has_dot_segment(path)) faults.for_all = "dot_segment";
  return faults;
}

std::expected<Target, Refusal> read_origin(std::string_view text, std::string_view authority) {
  const std::string_view path = text.substr(0, text.find('?'));
  const PathFaults faults = faults_of(path);
  if (!faults.for_all.empty()) return refused(faults.for_all);
  return Target{
      .origin = text, .path = path, .authority = authority, .path_fault = faults.for_most};
}

bool valid_port(std::string_view port) {
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
  int number = 0;
  for (const char c : port) number = number * 10 + (c - '0');
  return number > 0 && number <= 65535;
}

bool is_host_byte(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_';
}

}  // namespace

std::expected<Target, Refusal> read_target(std::string_view text, Method method) {
  if (text.find('#') != std::string_view::npos) return refused("fragment_in_target");
  if (text.starts_with('/')) return read_origin(text, {});
  if (text == "*") {
    if (method != Method::options) return refused("invalid_target");
    return Target{.origin = text, .path = text, .authority = {}, .path_fault = {}};
  }
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos ||
      (!equal_ignore_case(scheme, "http") && !equal_ignore_case(scheme, "https"))) {
    return refused("invalid_target");
  }
  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  if (!valid_host(authority)) return refused("invalid_target");
  if (authority_end < rest.size()) {
    // "http://host?query" has no path to view.
    if (rest[authority_end] == '?') return refused("invalid_target");
    return read_origin(rest.substr(authority_end), authority);
  }
  // RFC 9112 3.2.4: OPTIONS of an absolute target without a path is about the server.
  const std::string_view whole = method == Method::options ? "*" : "/";
  return Target{.origin = whole, .path = whole, .authority = authority, .path_fault = {}};
}

bool valid_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const auto in_address = [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; };
    if (!std::ranges::all_of(host.substr(1, end - 1), in_address)) return false;
    const std::string_view rest = host.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && valid_port(rest.substr(1)));
  }
  const std::string_view name = host.substr(0, host.find(':'));
  if (name.empty() || !std::ranges::all_of(name, is_host_byte)) return false;
  return name.size() == host.size() || valid_port(host.substr(name.size() + 1));
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace headroom::http
