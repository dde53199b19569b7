// What replicas leave behind when their first process ends: their groups, strays, zombies.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "control/supervisor/find.h"
#include "control/supervisor/replica.h"
#include "io/loop.h"

namespace headroom::supervisor {

/// Looks once for everything that ended in a turn of the loop, and
/// - gives a replica that ends the next process of its group, until there is none;
/// - kills what carries the identity of a replica that is gone;
/// - reaps what came to this process as an orphan.
/// What our own children left behind has come to us, so only our orphans are looked at. What was
/// started by an earlier headroom may be anybody's child: then all of /proc is read.
class Leftovers {
 public:
  /// Reading all of /proc may take long where many processes run, and it holds the loop.
  static constexpr Duration between_everywhere = std::chrono::seconds(1);

  Leftovers(io::Loop& loop, std::string owner, std::function<std::vector<Replica*>()> replicas);

  /// In the next turn of the loop. `everywhere`: all of /proc too, as soon as that may be read.
  void look_soon(bool everywhere);

  /// How often all of /proc was read.
  [[nodiscard]] int looks_everywhere() const { return looks_everywhere_; }

 private:
  void look();
  [[nodiscard]] bool everywhere_is_due();
  [[nodiscard]] static Replica* replica_of(const ReplicaProcess& process,
                                           const std::vector<Replica*>& replicas);

  io::Loop& loop_;
  std::string owner_;
  std::function<std::vector<Replica*>()> replicas_;
  io::Timer timer_;
  bool everywhere_ = false;
  Instant everywhere_not_before_{};
  int looks_everywhere_ = 0;
};

}  // namespace headroom::supervisor
