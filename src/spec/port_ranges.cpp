// Ranges of ports for replicas: large enough, and nobody else's.
#include <fmt/format.h>

#include "spec/names.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

At ports_at(const At& root, const Service& service) {
  return root.child("services").child(service.name).child("run").child("ports");
}

bool contains(const PortRange& range, int port) {
  return range.first <= port && port <= range.last;
}

/// A roll-out starts one replica more before it stops an old one.
void check_size(const At& root, const Service& service) {
  const At max = root.child("services").child(service.name).child("replicas").child("max");
  const int size = service.run->ports->last - service.run->ports->first + 1;
  const int needed = service.replicas.max + 1;
  const At at = ports_at(root, service);
  if (size >= needed || !max.sound()) return;
  at.problem(fmt::format("{} has {} {}, but {} replicas and one more during a roll-out need {}",
                         at.written(""), size, size == 1 ? "port" : "ports",
                         max.written(std::to_string(service.replicas.max)), needed));
}

void check_own_addresses(const At& root, const Service& service, const Gateway& gateway) {
  const At at = ports_at(root, service);
  const auto refuse_if_inside = [&](std::string_view address, std::string_view key) {
    if (contains(*service.run->ports, split_address(address).port))
      at.problem(fmt::format("{} has the port of {} ({})", at.written(""), key, address));
  };
  refuse_if_inside(gateway.admin, "gateway.admin");
  for (const Listener& listener : gateway.listen)
    refuse_if_inside(listener.address, "gateway.listen");
}

void check_overlap(const At& root, const Service& service, const Service& before) {
  const PortRange& mine = *service.run->ports;
  const PortRange& other = *before.run->ports;
  const At at = ports_at(root, service);
  if (mine.last < other.first || other.last < mine.first) return;
  at.problem(fmt::format("{} overlaps with {} of {} (line {})", at.written(""),
                         ports_at(root, before).written(""), before.name,
                         ports_at(root, before).line()));
}

}  // namespace

void check_ports(const At& root, const Config& config) {
  std::vector<const Service*> before;
  for (const Service& service : config.services) {
    if (!service.run || !service.run->ports || !ports_at(root, service).sound()) continue;
    check_size(root, service);
    check_own_addresses(root, service, config.gateway);
    for (const Service* other : before) check_overlap(root, service, *other);
    before.push_back(&service);
  }
}

}  // namespace headroom::spec
