// What only two or more values together can get wrong: bounds, money, connections, timeouts.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/ip.h"
#include "core/text.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

void check_replicas(const At& at, const Service& service) {
  const At replicas = at.child("replicas");
  const At min = replicas.child("min");
  const At max = replicas.child("max");
  if (!replicas.sound()) return;
  if (service.replicas.max < service.replicas.min) {
    // Blame the one that is written; when both are, the upper bound.
    if (max.present())
      max.problem(fmt::format("{} is below replicas.min ({})", max.written(""),
                              min.written(std::to_string(service.replicas.min))));
    else
      min.problem(
          fmt::format("{} is above replicas.max ({})", min.written(""), service.replicas.max));
  }
  const auto& target = service.scale.target_concurrency;
  const At wanted = at.child("scale").child("target_concurrency");
  if (target && wanted.sound() && *target > service.replicas.concurrency) {
    wanted.problem(fmt::format(
        "{} is above replicas.concurrency ({})", wanted.written(""),
        replicas.child("concurrency").written(std::to_string(service.replicas.concurrency))));
  }
}

void check_calendar(const At& at, const Service& service) {
  const At replicas = at.child("replicas");
  const At calendar = at.child("scale").child("calendar");
  if (!replicas.sound() || !calendar.sound()) return;
  for (std::size_t i = 0; i < service.scale.calendar.size(); ++i) {
    const At wanted = calendar.item(i).child("at_least");
    if (service.scale.calendar[i].at_least > service.replicas.max)
      wanted.problem(
          fmt::format("{} is above replicas.max ({})", wanted.written(""),
                      replicas.child("max").written(std::to_string(service.replicas.max))));
  }
}

void check_source(const At& at, Purpose purpose) {
  const At run = at.child("run");
  const At endpoints = at.child("endpoints");
  if (!run.present() && !endpoints.present()) {
    if (purpose == Purpose::plan) return;
    at.problem(
        "either 'run' (headroom starts the replicas) or 'endpoints' (something else does) "
        "is needed");
  } else if (run.present() && endpoints.present()) {
    endpoints.problem(
        fmt::format("'run' is on line {} already; allowed one of the two", run.line()));
  }
  const At ready = at.child("ready");
  if (run.present() && !endpoints.present() && ready.present())
    ready.problem("only with 'endpoints'; with 'run' it is run.ready");
  if (run.present() || !endpoints.present()) return;
  const At replicas = at.child("replicas");
  const At scale = at.child("scale");
  for (const At& key : {replicas.child("min"), replicas.child("max"), replicas.child("zones"),
                        scale.child("in_delay"), scale.child("step"),
                        scale.child("target_concurrency"), scale.child("calendar"),
                        scale.child("drain_within"), scale.child("priority"), scale.child("pid")}) {
    if (key.present())
      key.problem("only with 'run': the number of 'endpoints' is not headroom's to change");
  }
}

/// The latency objective of a route as written, at the route or its service.
std::string written_latency(const At& service, const At& route, const Objective& objective) {
  for (const At& place : {route, service}) {
    const At latency = place.child("objective").child("latency");
    if (!latency.is(Value::Kind::map)) continue;
    const std::string& key = latency.value().entries.front().key;
    return fmt::format("{}: {}", key, latency.child(key).written(""));
  }
  return format_duration(objective.latency);
}

void check_timeouts(const At& at, const Service& service) {
  if (!at.child("objective").sound() || !at.child("routes").sound()) return;
  for (std::size_t i = 0; i < service.routes.size(); ++i) {
    const Route& route = service.routes[i];
    if (route.timeouts.total >= route.objective.latency) continue;
    const At routes = at.child("routes");
    const At where = routes.present() ? routes.item(i) : at;
    At total = where.child("timeout");
    if (total.is(Value::Kind::map)) total = total.child("total");
    const std::string usual = format_duration(route.timeouts.total) + " unless stated";
    const std::string latency = written_latency(at, where, route.objective);
    if (routes.present())
      total.problem(fmt::format("{} is shorter than the latency objective ({})",
                                total.written(usual), latency));
    else
      routes.problem(
          fmt::format("none, so requests may take {}, less than the latency objective ({}); write "
                      "\"routes: [{{ match: /, timeout: … }}]\"",
                      format_duration(route.timeouts.total), latency));
  }
}

/// Replicas serve all routes, so their number follows one share; more than is promised would plan
/// to break the promise.
void check_misses(const At& at, const Service& service) {
  const At misses = at.child("objective").child("misses");
  const double promised = service.objective.permitted_misses();
  if (misses.present() && misses.sound() && service.objective.misses > promised + 1e-12)
    misses.problem(fmt::format("{} is more than the {} that the latency objective leaves",
                               misses.written(""), format_share(promised)));
  const At routes = at.child("routes");
  for (std::size_t i = 0; routes.present() && routes.sound() && i < service.routes.size(); ++i) {
    const At own = routes.item(i).child("objective").child("misses");
    if (own.present()) own.problem("is planned for all routes of a service: state it there");
  }
}

/// What its requests may still need when something is to end; nothing where there is no limit.
Duration promised(const Route& route) {
  const Duration total = route.timeouts.total;
  return total == Timeouts::none ? Duration{} : total;
}

/// The route of `service` with the longest timeout, and where that is or would be written.
struct LongestRoute {
  const Route* route;
  At timeout;
};
LongestRoute longest_route(const At& at, const Service& service) {
  const auto longest = std::ranges::max_element(service.routes, {}, promised);
  const At routes = at.child("routes");
  const auto index = static_cast<std::size_t>(longest - service.routes.begin());
  At timeout = (routes.present() ? routes.item(index) : at).child("timeout");
  if (timeout.is(Value::Kind::map)) timeout = timeout.child("total");
  return {&*longest, timeout};
}

/// Replicas and gateways that stop would cut requests that their route still gives time.
void check_time_to_end(const At& drain, const Duration written, const LongestRoute& longest) {
  const Duration total = promised(*longest.route);
  if (!drain.present() || !drain.sound() || written >= total) return;
  const std::string where = longest.timeout.present()
                                ? fmt::format("on line {}", longest.timeout.line())
                                : std::string("by default");
  drain.problem(fmt::format("{} is shorter than the timeout of route {} ({} {})", drain.written(""),
                            longest.route->name, format_duration(total), where));
}

void check_run_drain(const At& at, const Service& service) {
  if (!service.run || service.routes.empty() || !at.child("routes").sound()) return;
  check_time_to_end(at.child("run").child("drain"), service.run->drain, longest_route(at, service));
}

void check_gateway_drain(const At& root, const Config& config) {
  const At drain = root.child("gateway").child("drain");
  const auto longest = std::ranges::max_element(config.services, {}, longest_timeout);
  if (longest == config.services.end()) return;
  check_time_to_end(drain, config.gateway.drain,
                    longest_route(root.child("services").child(longest->name), *longest));
}

/// Longer than any request may take, nothing would be left to drain.
void check_drain(const At& at, const Service& service) {
  const At drain = at.child("scale").child("drain_within");
  if (!drain.present() || !drain.sound() || !at.child("routes").sound()) return;
  Duration longest = 0ns;
  for (const Route& route : service.routes) longest = std::max(longest, route.timeouts.total);
  if (service.scale.drain_within > longest)
    drain.problem(fmt::format("{} is longer than every route's timeout (at most {})",
                              drain.written(""), format_duration(longest)));
}

void check_uses(const At& at, const Service& service, const Config& config) {
  std::vector<std::string_view> known;
  for (const auto& [name, connections] : config.downstreams) known.push_back(name);
  const At uses = at.child("scale").child("uses");
  for (const auto& [name, connections] : service.scale.uses) {
    if (!config.downstreams.contains(name))
      uses.child(name).problem(unknown_name("downstream", name, known));
  }
}

/// "checkout: 3 × 0.04", as written.
std::string product(const Service& service, const At& count, const At& factor, double otherwise) {
  return fmt::format("{}: {} × {}", service.name,
                     count.written(std::to_string(service.replicas.min)),
                     factor.written(fmt::format("{:g}", otherwise)));
}

void check_downstreams(const At& root, const Config& config) {
  for (const auto& [name, allowed] : config.downstreams) {
    double needed = 0;
    std::vector<std::string> parts;
    for (const Service& service : config.services) {
      const auto use = service.scale.uses.find(name);
      if (use == service.scale.uses.end() || service.replicas.min == 0 || !service.run) continue;
      const At at = root.child("services").child(service.name);
      needed += 1.0 * service.replicas.min * use->second;
      parts.push_back(product(service, at.child("replicas").child("min"),
                              at.child("scale").child("uses").child(name), use->second));
    }
    if (needed <= allowed) continue;
    const At limit = root.child("downstreams").child(name).child("connections");
    limit.problem(fmt::format("{} is not enough for the minimum replicas ({}; {:g} in all)",
                              limit.written(""), fmt::join(parts, ", "), needed));
  }
}

void check_budget(const At& root, const Config& config) {
  if (!config.budget_per_hour) return;
  double needed = 0;
  std::vector<std::string> parts;
  for (const Service& service : config.services) {
    if (!service.run || service.replicas.min == 0) continue;
    const At replicas = root.child("services").child(service.name).child("replicas");
    needed += service.replicas.min * service.replicas.cost_per_hour;
    parts.push_back(product(service, replicas.child("min"), replicas.child("cost_per_hour"),
                            service.replicas.cost_per_hour));
  }
  // Sums of prices such as 0.1 are not exact: a budget that is met to the cent is met.
  if (needed <= *config.budget_per_hour * (1 + 1e-9)) return;
  const At limit = root.child("budget").child("per_hour");
  limit.problem(fmt::format("{} does not pay for the minimum replicas ({}; {:g} in all)",
                            limit.written(""), fmt::join(parts, ", "), needed));
}

/// However it is written: ":80" is "0.0.0.0:80", and "[::ffff:10.0.0.5]:80" is "10.0.0.5:80".
std::string canonical(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto ip = IpAddress::parse(host.empty() ? "0.0.0.0" : host);
  return (ip ? ip->text() : std::string(host)) + std::string(address.substr(colon));
}

bool same_place(const std::string& a, const std::string& b) {
  return canonical(a) == canonical(b) && !a.ends_with(":0");
}

void check_endpoints(const At& at, const Service& service) {
  const At list = at.child("endpoints");
  if (!list.is(Value::Kind::list) || list.value().items.size() != service.endpoints.size()) return;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < service.endpoints.size(); ++i)
    if (!seen.insert(canonical(service.endpoints[i])).second)
      list.item(i).problem("the same endpoint is there twice");
}

void check_listeners(const At& root, const Config& config) {
  const At admin = root.child("gateway").child("admin");
  const At listen = root.child("gateway").child("listen");
  std::vector<std::string_view> services;
  for (const Service& service : config.services) services.push_back(service.name);
  const std::vector<Listener>& all = config.gateway.listen;
  for (auto one = all.begin(); one != all.end(); ++one) {
    if (same_place(one->address, config.gateway.admin))
      admin.problem(fmt::format("{} is gateway.listen too", admin.written(config.gateway.admin)));
    if (!listen.is(Value::Kind::list)) continue;
    const At at = listen.item(static_cast<std::size_t>(one - all.begin()));
    if (std::any_of(all.begin(), one, [&](const auto& other) { return other.name == one->name; }))
      at.child("name").problem("another listener has this name");
    if (std::any_of(all.begin(), one,
                    [&](const auto& other) { return same_place(other.address, one->address); }))
      at.child("address").problem("another listener has this address");
    for (std::size_t i = 0; i < one->services.size(); ++i)
      if (std::ranges::find(services, one->services[i]) == services.end())
        at.child("services").item(i).problem(unknown_name("service", one->services[i], services));
  }
}

void check_queue(const At& root, const Config& config) {
  const At wait = root.child("gateway").child("queue").child("wait");
  Duration longest = 0ns;
  for (const Service& service : config.services)
    for (const Route& route : service.routes) longest = std::max(longest, route.timeouts.total);
  if (wait.present() && wait.sound() && config.gateway.queue.wait > longest) {
    wait.problem(fmt::format("{} is longer than every route's timeout (at most {})",
                             wait.written(""), format_duration(longest)));
  }
}

}  // namespace

Duration longest_timeout(const Service& service) {
  Duration longest{};
  for (const Route& route : service.routes) longest = std::max(longest, promised(route));
  return longest;
}

void check_relations(const At& root, const Config& config, Purpose purpose) {
  const At services = root.child("services");
  for (const Service& service : config.services) {
    const At at = services.child(service.name);
    if (!at.is(Value::Kind::map)) continue;
    check_source(at, purpose);
    check_replicas(at, service);
    check_calendar(at, service);
    check_timeouts(at, service);
    check_misses(at, service);
    check_drain(at, service);
    check_run_drain(at, service);
    check_endpoints(at, service);
    if (root.child("downstreams").sound()) check_uses(at, service, config);
  }
  if (root.child("gateway").sound()) check_listeners(root, config);
  check_clashes(root, config);
  check_ports(root, config);
  // The rest adds up values from all over the file, so all of them must be right.
  if (!services.sound()) return;
  check_queue(root, config);
  check_gateway_drain(root, config);
  if (root.child("downstreams").sound()) check_downstreams(root, config);
  if (root.child("budget").sound()) check_budget(root, config);
}

}  // namespace headroom::spec
