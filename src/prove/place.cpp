// When a replica stands still, and when work that stops meanwhile is done.
#include "prove/place.h"

namespace headroom::prove {
namespace {

std::int64_t to_ns(double seconds) {
  return static_cast<std::int64_t>(seconds * 1e9);
}

}  // namespace

std::int64_t PauseTimes::done_at(std::int64_t from_ns, std::int64_t work_ns, const Pauses& pauses,
                                 Random& random) {
  while (past_ < pauses_.size() && pauses_[past_].end_ns <= from_ns) ++past_;
  if (past_ > 64) {
    pauses_.erase(pauses_.begin(), pauses_.begin() + static_cast<std::ptrdiff_t>(past_));
    past_ = 0;
  }
  std::int64_t at_ns = from_ns;
  for (std::size_t i = past_;; ++i) {
    if (i == pauses_.size()) {
      const std::int64_t after_ns = pauses_.empty() ? from_ns : pauses_.back().end_ns;
      const std::int64_t begin_ns = after_ns + to_ns(random.exponential(pauses.every_s));
      pauses_.push_back({.begin_ns = begin_ns, .end_ns = begin_ns + to_ns(pauses.length_s)});
    }
    const Pause& pause = pauses_[i];
    if (at_ns + work_ns <= pause.begin_ns) return at_ns + work_ns;
    if (pause.begin_ns > at_ns) work_ns -= pause.begin_ns - at_ns;
    at_ns = pause.end_ns;
  }
}

}  // namespace headroom::prove
