// How memory and processors of replicas are limited: by cgroups of their own where they may be
// made.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/event.h"
#include "core/result.h"
#include "io/cgroup.h"
#include "io/fd.h"
#include "spec/config.h"

namespace headroom::supervisor {

/// What of `run.limits` the kernel keeps here, and otherwise why not.
struct Kept {
  bool memory = false;
  bool cpu = false;
  std::string why_not;
};

/// Limits that hold less than their author may think, one event a service: those of processors do
/// not, those of memory after a look each second only. Nothing where the kernel keeps them.
[[nodiscard]] std::vector<control::Event> weak_limits(const spec::Config& config, const Kept& kept);

/// As they would be kept from here, with nothing changed.
[[nodiscard]] Kept expected_confinement();

/// Where one replica goes; empty without limits, or where the kernel does not keep them.
struct Room {
  std::optional<io::Cgroup> cgroup;
  io::Fd entrance;
};

class Confinement {
 public:
  /// Divides the cgroup of this process once a service needs it. What weak_limits() tells of the
  /// file is told once.
  [[nodiscard]] std::vector<control::Event> use(const spec::Config& config);

  [[nodiscard]] Result<Room> room(const std::string& replica, const spec::Limits& limits) const;

  /// Removes cgroups of replicas that are gone.
  void sweep() const;

 private:
  void take();

  std::optional<Kept> kept_;  // empty: not needed yet
  std::optional<io::CgroupTree> tree_;
  std::set<std::string> told_;
};

}  // namespace headroom::supervisor
