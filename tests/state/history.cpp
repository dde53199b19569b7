// A ring in an anonymous shared mapping.
#include "history.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <vector>

#include "core/result.h"
#include "plan.h"

namespace headroom::state {

struct History::Event {
  Instant at;
  std::uint64_t id;
  const char* what;
  std::uint64_t number;
};

struct History::Ring {
  static constexpr std::size_t size = 1 << 16;
  std::uint64_t seed;
  Instant begin;
  std::uint64_t next;
  Event events[size];
};

History::History() {
  void* const memory =
      mmap(nullptr, sizeof(Ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  ring_ = static_cast<Ring*>(memory);
}

History::~History() {
  munmap(ring_, sizeof(Ring));
}

void History::begin(std::uint64_t seed) {
  ring_->seed = seed;
  ring_->begin = Instant{};
  ring_->next = 0;
}

void History::note(Instant now, std::uint64_t id, const char* what, std::uint64_t number) {
  if (ring_->begin == Instant{}) ring_->begin = now;
  ring_->events[ring_->next++ % Ring::size] = {now, id, what, number};
}

std::uint64_t History::seed() const {
  return ring_->seed;
}

std::string History::of_connection(std::uint64_t id) const {
  std::string lines;
  const std::uint64_t first = ring_->next > Ring::size ? ring_->next - Ring::size : 0;
  for (std::uint64_t i = first; i < ring_->next; ++i) {
    const Event& event = ring_->events[i % Ring::size];
    if (event.id / requests_max != id / requests_max) continue;
    lines += fmt::format("  {:9.3f} s  {}  {} {}\n", seconds(event.at - ring_->begin),
                         name_of(event.id), event.what, event.number);
  }
  return lines;
}

std::vector<std::uint64_t> History::last_requests(std::size_t count) const {
  std::vector<std::uint64_t> found;
  for (std::uint64_t i = ring_->next; i > 0 && ring_->next - i < Ring::size; --i) {
    const std::uint64_t id = ring_->events[(i - 1) % Ring::size].id;
    const auto same = [id](std::uint64_t other) {
      return other / requests_max == id / requests_max;
    };
    if (found.size() == count) break;
    if (std::ranges::none_of(found, same)) found.push_back(id);
  }
  return found;
}

}  // namespace headroom::state
