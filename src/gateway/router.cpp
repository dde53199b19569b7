// Matching of host, path and method.
#include "gateway/router.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "core/text.h"
#include "http/route_path.h"

namespace headroom::gateway {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

/// "/a" covers "/a", "/a/" and "/a/b", not "/ab".
bool path_matches(const spec::Match& match, std::string_view path) {
  if (match.exact) return path == match.path;
  if (!path.starts_with(match.path)) return false;
  return match.path.ends_with('/') || path.size() == match.path.size() ||
         path[match.path.size()] == '/';
}

auto preference(const RouteRef* ref) {
  const spec::Match& match = ref->route->match;
  return std::tuple(match.host.empty(), !match.exact, -static_cast<long>(match.path.size()),
                    match.method.empty(), ref->index);
}

bool shows(const spec::Listener& listener, const spec::Service& service) {
  return listener.services.empty() ||
         std::ranges::find(listener.services, service.name) != listener.services.end();
}

/// The hosts that mean the service of this route, in lower case.
std::set<std::string> hosts_of(const RouteRef& ref, const spec::Listener& listener) {
  std::set<std::string> hosts;
  if (listener.services.empty()) hosts.insert(ref.service->name);
  for (const std::string& host : ref.service->hosts) hosts.insert(lower_case(host));
  for (const spec::Route& route : ref.service->routes)
    if (!route.match.host.empty()) hosts.insert(lower_case(route.match.host));
  return hosts;
}

}  // namespace

std::vector<RouteRef> routes_of(const spec::Config& config) {
  std::vector<RouteRef> routes;
  for (std::size_t s = 0; s < config.services.size(); ++s)
    for (const spec::Route& route : config.services[s].routes)
      routes.push_back({&config.services[s], &route, routes.size(), s});
  return routes;
}

Router::Router(const std::vector<RouteRef>& routes, const spec::Listener& listener) {
  for (const RouteRef& ref : routes) {
    if (!shows(listener, *ref.service)) continue;
    for (const std::string& host : hosts_of(ref, listener)) by_host_[host].push_back(&ref);
    if (ref.service->hosts.empty()) of_other_hosts_.push_back(&ref);
  }
  of_other_hosts_ = ordered(std::move(of_other_hosts_));
  for (auto& [host, candidates] : by_host_) candidates = ordered(std::move(candidates));
}

Router::Candidates Router::ordered(Candidates candidates) {
  std::sort(candidates.begin(), candidates.end(),
            [](const RouteRef* a, const RouteRef* b) { return preference(a) < preference(b); });
  return candidates;
}

Router::Match Router::find(std::string_view host_name, std::string_view path,
                           std::string_view method) const {
  constexpr std::size_t longest_name = 255;  // of a host, RFC 1035
  std::array<char, longest_name> buffer{};
  if (host_name.size() > buffer.size()) return {nullptr, Miss::unknown_host};
  std::transform(host_name.begin(), host_name.end(), buffer.begin(), lower);
  const std::string_view host(buffer.data(), host_name.size());

  const auto named = by_host_.find(host);
  const Candidates& candidates = named != by_host_.end() ? named->second : of_other_hosts_;
  Miss miss = candidates.empty() ? Miss::unknown_host : Miss::no_route;
  for (const RouteRef* ref : candidates) {
    const spec::Match& match = ref->route->match;
    if (!match.host.empty() && !equal_ignore_case(match.host, host)) continue;
    if (!path_matches(match, path)) continue;
    if (match.method.empty() || match.method == method) return {ref, Miss::none};
    miss = Miss::method_not_allowed;
  }
  return {nullptr, miss};
}

Router::Match Router::find(const http::RequestHead& head) const {
  std::array<char, spec::HeadLimits::bytes_max> buffer;  // filled before it is read
  const auto led_to = [&](http::Slashes slashes) {
    const std::string_view path = http::route_path(head.path, slashes, buffer);
    return find(head.host_name, path, head.method_text);
  };
  const Match match = led_to(http::Slashes::kept);
  if (head.path_fault.empty() || match.route == nullptr) return match;
  if (!match.route->route->path_as_is) return {nullptr, Miss::none, head.path_fault};
  if (led_to(http::Slashes::opened).route != match.route)
    return {nullptr, Miss::none, "ambiguous_route"};
  return match;
}

}  // namespace headroom::gateway
