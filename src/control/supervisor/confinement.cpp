// Limits of replicas, as far as this machine keeps them.
#include "control/supervisor/confinement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace headroom::supervisor {
namespace {

Kept kept_by(const Result<io::CgroupTree>& tree) {
  if (!tree) return {.memory = false, .cpu = false, .why_not = tree.error().message};
  Kept kept{.memory = tree->limits_memory(), .cpu = tree->limits_cpu(), .why_not = {}};
  if (!kept.memory || !kept.cpu)
    kept.why_not =
        fmt::format("its cgroup lacks the controller {}", kept.memory ? "cpu" : "memory");
  return kept;
}

bool is_limited(const spec::Limits& limits) {
  return limits.memory_bytes > 0 || limits.cpu_cores > 0;
}

}  // namespace

std::vector<control::Event> weak_limits(const spec::Config& config, const Kept& kept) {
  std::vector<control::Event> weak;
  for (const spec::Service& service : config.services) {
    if (!service.run) continue;
    const spec::Limits& limits = service.run->limits;
    if (limits.cpu_cores > 0 && !kept.cpu)
      weak.push_back({.level = control::Level::warning,
                      .service = service.name,
                      .replica = {},
                      .text = fmt::format("run.limits.cpu does not hold here: {}", kept.why_not)});
    if (limits.memory_bytes > 0 && !kept.memory)
      weak.push_back({.level = control::Level::info,
                      .service = service.name,
                      .replica = {},
                      .text = fmt::format("run.limits.memory is kept by a look each second, not by "
                                          "the kernel: {}",
                                          kept.why_not)});
  }
  return weak;
}

Kept expected_confinement() {
  return kept_by(io::CgroupTree::find());
}

void Confinement::take() {
  Result<io::CgroupTree> tree = io::CgroupTree::find();
  if (tree)
    if (Result<> taken = tree->take(); !taken) tree = std::unexpected(std::move(taken).error());
  kept_ = kept_by(tree);
  if (tree) tree_ = std::move(*tree);
}

std::vector<control::Event> Confinement::use(const spec::Config& config) {
  const bool needed = std::ranges::any_of(config.services, [](const spec::Service& service) {
    return service.run && is_limited(service.run->limits);
  });
  if (!needed) return {};
  if (!kept_) take();
  std::vector<control::Event> weak = weak_limits(config, *kept_);
  std::erase_if(weak, [this](const control::Event& event) {
    return !told_.insert(event.service + ": " + event.text).second;
  });
  return weak;
}

Result<Room> Confinement::room(const std::string& replica, const spec::Limits& limits) const {
  Room room;
  if (!tree_ || !is_limited(limits)) return room;
  room.cgroup = TRY(
      tree_->make(replica, {.memory_bytes = limits.memory_bytes, .cpu_cores = limits.cpu_cores}));
  room.entrance = TRY(room.cgroup->entrance());
  return room;
}

void Confinement::sweep() const {
  if (tree_) tree_->sweep();
}

}  // namespace headroom::supervisor
