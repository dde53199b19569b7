// Threads that take the next piece of work, and a line that tells the time left.
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "cli/terminal.h"
#include "report/layout.h"

namespace headroom::cli {

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::expect(std::size_t more) {
  const std::lock_guard lock(mutex_);
  runs_ += more;
}

void Progress::done(std::string_view what) {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (isatty(STDERR_FILENO) != 1) return;
  const double passed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const double left_s =
      passed_s / static_cast<double>(done_) * static_cast<double>(runs_ - std::min(done_, runs_));
  const std::string line =
      fmt::format("{} of {} runs, about {:.0f} s left: {}", done_, runs_, left_s, what);
  fmt::print(stderr, "\r\033[K{}", report::clip(line, terminal_columns() - 1));
  shown_ = true;
}

Result<> at_once(int jobs, std::size_t count, const std::function<Result<>(std::size_t)>& work) {
  const std::size_t threads =
      jobs > 0 ? static_cast<std::size_t>(jobs) : std::max(1U, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  Result<> outcome;
  const auto run = [&] {
    while (!stop) {
      const std::size_t i = next++;
      if (i >= count) return;
      if (Result<> done = work(i); !done) {
        stop = true;
        const std::lock_guard lock(mutex);
        if (outcome) outcome = std::move(done);
      }
    }
  };
  std::vector<std::jthread> running;
  for (std::size_t i = 0; i < std::min(threads, count); ++i) running.emplace_back(run);
  running.clear();  // joins
  return outcome;
}

}  // namespace headroom::cli
