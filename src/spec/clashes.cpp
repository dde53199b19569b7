// Routes and hosts that leave open who gets a request.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/text.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

struct Place {
  const Service* service;
  std::size_t route;
  int line;
};

/// Services reached by hosts of their own are told apart by them; the others share one scope.
std::vector<std::string> scopes(const Service& service) {
  std::vector<std::string> all;
  for (std::string host : service.hosts) {
    std::ranges::transform(host, host.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    all.push_back(std::move(host));
  }
  if (all.empty()) all.emplace_back();
  return all;
}

void check_routes(const At& services, const Config& config) {
  std::map<std::tuple<std::string, std::string, std::string, bool, std::string>, Place> seen;
  for (const Service& service : config.services) {
    const At routes = services.child(service.name).child("routes");
    // The unwritten "/" is reached by the service's name, so it is in nobody's way.
    if (!routes.is(Value::Kind::list) || routes.value().items.size() != service.routes.size())
      continue;
    for (std::size_t i = 0; i < service.routes.size(); ++i) {
      const Match& match = service.routes[i].match;
      const At at = routes.item(i).child("match");
      if (!at.present() || !at.sound()) continue;
      for (const std::string& scope : scopes(service)) {
        const auto [first, is_new] =
            seen.try_emplace({scope, match.host, match.path, match.exact, match.method},
                             Place{&service, i, at.line()});
        if (is_new) continue;
        const Place& other = first->second;
        at.problem(
            fmt::format("the same match as services.{}.routes[{}] on line {}; one of them "
                        "would never get a request",
                        other.service->name, other.route, other.line));
        break;
      }
    }
  }
}

void check_hosts(const At& services, const Config& config) {
  for (const Service& service : config.services) {
    if (!services.child(service.name).child("hosts").sound()) continue;
    for (std::size_t i = 0; i < service.hosts.size(); ++i) {
      const std::string& host = service.hosts[i];
      for (const Service& other : config.services) {
        if (&other == &service || !equal_ignore_case(host, other.name)) continue;
        services.child(service.name)
            .child("hosts")
            .item(i)
            .problem(fmt::format("is the name of another service (line {}), which it always means",
                                 services.child(other.name).line()));
      }
    }
  }
}

}  // namespace

void check_clashes(const At& root, const Config& config) {
  const At services = root.child("services");
  check_routes(services, config);
  check_hosts(services, config);
}

}  // namespace headroom::spec
