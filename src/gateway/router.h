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

/// Rules: a Host that names a service (its name, or one of its `hosts`) leads to that service's
/// routes only; any other Host is matched against all routes. Among the routes that match, one that
/// states a host comes first, then an exact path, then the longest path, then one that states a
/// method, then the order of the file.
class Router {
 public:
  explicit Router(const spec::Config& config);

  enum class Miss { none, no_route, method_not_allowed };
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

  [[nodiscard]] const std::vector<RouteRef>& routes() const { return routes_; }

 private:
  using Candidates = std::vector<const RouteRef*>;  // in the order of preference
  [[nodiscard]] static Candidates ordered(Candidates candidates);

  std::vector<RouteRef> routes_;
  Candidates all_;
  std::map<std::string, Candidates, std::less<>> by_service_host_;  // names in lower case
};

}  // namespace headroom::gateway
