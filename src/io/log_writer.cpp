// The buffer of a log, and the thread that empties it.
#include "io/log_writer.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "io/log_destination.h"

namespace headroom::io {
namespace {

struct State {
  std::atomic<std::uint64_t> dropped = 0;
  std::atomic<int> error = 0;  // of the last write
};
std::array<State, log_count> states;

State& state_of(Log log) {
  return states[static_cast<std::size_t>(log)];
}

std::atomic<std::uint64_t>& dropped_of(Log log) {
  return state_of(log).dropped;
}

}  // namespace

std::string_view name(Log log) {
  return log == Log::messages ? "messages" : "access";
}

std::uint64_t lines_dropped(Log log) {
  return dropped_of(log).load(std::memory_order_relaxed);
}

std::string log_problem(Log log) {
  const int error = state_of(log).error.load(std::memory_order_relaxed);
  return error == 0 ? "" : std::generic_category().message(error);
}

struct LogWriter::Shared {
  Options options;  // constant

  std::mutex mutex;  // held to copy or to swap, never while anything is written
  std::condition_variable work;
  std::condition_variable done;
  // All of this is guarded by mutex.
  std::string filling;
  std::uint64_t dropped = 0;  // since `filling` was taken last: missing at its end
  Fd next;                    // where to go on, if not where the thread writes now
  bool writing = false;
  bool closed = false;

  [[nodiscard]] bool empty() const { return filling.empty() && dropped == 0 && !next; }
};

class LogWriter::Thread {
 public:
  Thread(std::shared_ptr<Shared> shared, Fd to)
      : shared_(std::move(shared)), to_(std::make_unique<LogDestination>(std::move(to))) {
    taken_.reserve(shared_->options.bytes_max);
  }

  void run() {
    std::unique_lock lock(shared_->mutex);
    while (true) {
      shared_->work.wait(lock, [this] { return shared_->closed || !shared_->empty(); });
      if (shared_->empty()) return;
      taken_.clear();
      taken_.swap(shared_->filling);
      const std::uint64_t dropped = std::exchange(shared_->dropped, 0);
      Fd next = std::move(shared_->next);
      shared_->writing = true;
      lock.unlock();
      if (next) go_on_at(std::move(next));
      write(dropped);
      lock.lock();
      shared_->writing = false;
      shared_->done.notify_all();
    }
  }

 private:
  void go_on_at(Fd next) {
    (void)to_->write({});  // what was begun there ends there, if it can
    to_ = std::make_unique<LogDestination>(std::move(next));
  }

  /// `dropped` lines came after those that were taken.
  void write(std::uint64_t dropped) {
    tell();
    const std::uint64_t lost = to_->write(taken_);
    dropped_of(shared_->options.log).fetch_add(lost, std::memory_order_relaxed);
    untold_ += lost + dropped;
    if (lost == 0) tell();
    state_of(shared_->options.log).error.store(to_->error(), std::memory_order_relaxed);
  }

  void tell() {
    if (untold_ > 0 && to_->write(shared_->options.notice(untold_)) == 0) untold_ = 0;
  }

  std::shared_ptr<Shared> shared_;
  std::unique_ptr<LogDestination> to_;
  std::string taken_;
  std::uint64_t untold_ = 0;  // dropped, and no line says so yet
};

Result<std::unique_ptr<LogWriter>> LogWriter::start(Fd to, Options options) {
  auto shared = std::make_shared<Shared>();
  shared->options = std::move(options);
  shared->filling.reserve(shared->options.bytes_max);
  auto thread = std::make_unique<Thread>(shared, std::move(to));
  // Signals belong to the main thread, and a SIGPIPE to nobody.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  Result<> started;
  try {
    // Not to be joined: nobody can make it return from a write that its reader holds up.
    std::thread([of = std::move(thread)] { of->run(); }).detach();
  } catch (const std::system_error& error) {
    started = fail(ErrorCode::io, fmt::format("cannot start a log's thread: {}", error.what()));
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  TRY(started);
  return std::unique_ptr<LogWriter>(new LogWriter(std::move(shared)));
}

LogWriter::~LogWriter() {
  const std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
  shared_->work.notify_one();
}

void LogWriter::append(std::string_view lines) {
  CHECK(lines.ends_with('\n'));
  const auto count = static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->filling.size() + lines.size() <= shared_->options.bytes_max) {
      shared_->filling += lines;
    } else {
      shared_->dropped += count;
      dropped_of(shared_->options.log).fetch_add(count, std::memory_order_relaxed);
    }
  }
  shared_->work.notify_one();
}

void LogWriter::reopen(Fd to) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->next = std::move(to);
  }
  shared_->work.notify_one();
}

bool LogWriter::flush(Duration longest) {
  std::unique_lock lock(shared_->mutex);
  return shared_->done.wait_for(lock, longest,
                                [this] { return shared_->empty() && !shared_->writing; });
}

}  // namespace headroom::io
