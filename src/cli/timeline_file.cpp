// One line of the table a decision.
#include "cli/timeline_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace headroom::cli {

int Noted::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const int wanted = inner().decide(now, dt, seen);
  const auto count = [&](scale::Phase phase) {
    return std::ranges::count(seen.replicas, phase, &scale::ReplicaSeen::phase);
  };
  fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{:.4g},{},{},{},{},{}\n", second_++,
                 seen.arrivals, seen.late, seen.shed, seen.failed, seen.concurrency, seen.waiting,
                 count(scale::Phase::starting), count(scale::Phase::ready),
                 count(scale::Phase::draining), wanted);
  return wanted;
}

}  // namespace headroom::cli
