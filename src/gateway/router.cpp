// Matching of host, path and method.
#include "gateway/router.h"

#include <algorithm>
#include <array>
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

}  // namespace

Router::Router(const spec::Config& config) {
  for (std::size_t s = 0; s < config.services.size(); ++s)
    for (const spec::Route& route : config.services[s].routes)
      routes_.push_back({&config.services[s], &route, routes_.size(), s});
  for (const RouteRef& ref : routes_) {
    all_.push_back(&ref);
    by_service_host_[lower_case(ref.service->name)].push_back(&ref);
    for (const std::string& host : ref.service->hosts)
      by_service_host_[lower_case(host)].push_back(&ref);
  }
  all_ = ordered(std::move(all_));
  for (auto& [host, candidates] : by_service_host_) candidates = ordered(std::move(candidates));
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
  if (host_name.size() > buffer.size()) return {nullptr, Miss::no_route};
  std::transform(host_name.begin(), host_name.end(), buffer.begin(), lower);
  const std::string_view host(buffer.data(), host_name.size());

  const auto of_service = by_service_host_.find(host);
  const Candidates& candidates = of_service != by_service_host_.end() ? of_service->second : all_;
  Miss miss = Miss::no_route;
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
  std::array<char, spec::HeadLimits::bytes_max> buffer;  // NOLINT: filled before it is read
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
