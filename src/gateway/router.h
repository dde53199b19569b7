// Which route a request belongs to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "spec/config.h"

namespace headroom::gateway {

/// A route with its service; views the configuration it was made from.
struct RouteRef {
  const spec::Service* service = nullptr;
  const spec::Route* route = nullptr;
  std::size_t index = 0;          // over all routes of the configuration
  std::size_t service_index = 0;  // over its services
};

[[nodiscard]] std::vector<RouteRef> routes_of(const spec::Config& config);

/// The routes that one listener shows. Rules: a Host that names services (one of their `hosts`, the
/// host of one of their routes, or on a listener that shows everything a service's name) leads to
/// their routes only. Any other Host leads to the services that state no `hosts`. Among the routes
/// that match, one that states a host comes first, then an exact path, then the longest path, then
/// one that states a method, then the order of the file.
class Router {
 public:
  /// `routes` must outlive it, in place.
  Router(const std::vector<RouteRef>& routes, const spec::Listener& listener);

  enum class Miss { none, no_route, method_not_allowed, unknown_host };
  struct Match {
    const RouteRef* route = nullptr;
    Miss miss = Miss::none;
    std::string_view refusal = {};  // why nobody gets it although a route matches
  };
  /// The route of a request by its decoded path. One whose slashes are unclear is refused, unless
  /// its route takes paths as they are and is the one that the most forgiving reader would find.
  [[nodiscard]] Match find(const http::RequestHead& head) const;
  /// `path`: decoded.
  [[nodiscard]] Match find(std::string_view host_name, std::string_view path,
                           std::string_view method) const;

 private:
  using Candidates = std::vector<const RouteRef*>;  // in the order of preference
  [[nodiscard]] static Candidates ordered(Candidates candidates);

  std::map<std::string, Candidates, std::less<>> by_host_;  // in lower case
  Candidates of_other_hosts_;
};

}  // namespace headroom::gateway
