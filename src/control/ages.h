// How old replicas are at a tick. Whoever runs them tells it as of some milliseconds later, each
// time others: then every second of an idle service would be another one, for the journal too.
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "scale/observation.h"

namespace headroom::control {

class Ages {
 public:
  /// More than this apart it is another start, though the name is the same.
  static constexpr Duration same_start = std::chrono::seconds(1);

  /// From the second look on a replica is older by exactly the time since the one before.
  void settle(Instant now, scale::ServiceSeen& seen) {
    std::vector<Known>& before = known_[seen.service];
    std::vector<Known> after;
    after.reserve(seen.replicas.size());
    for (auto& replica : seen.replicas) {
      Instant started = now - replica.age;
      const auto same = [&](const Known& one) {
        return one.id == replica.id && one.started - started < same_start &&
               started - one.started < same_start;
      };
      const std::size_t place = after.size();  // where it most likely was
      const auto found = place < before.size() && same(before[place])
                             ? before.begin() + static_cast<std::ptrdiff_t>(place)
                             : std::ranges::find_if(before, same);
      if (found != before.end()) started = found->started;
      replica.age = now - started;
      after.push_back({replica.id, started});
    }
    before = std::move(after);
  }

  /// Services that are no longer there are forgotten.
  void keep(auto is_there) {
    std::erase_if(known_, [&](const auto& one) { return !is_there(one.first); });
  }

 private:
  struct Known {
    std::string id;
    Instant started;
  };
  std::unordered_map<std::string, std::vector<Known>> known_;
};

}  // namespace headroom::control
