// The journal's queue and its writer thread.
#include "control/journal/journal.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace headroom::control {
namespace {

/// A tick on its way to the disk.
struct Entry {
  Ticket ticket = 0;
  scale::Observations seen;
  ServiceDecisions decisions;
  std::optional<Checkpoint> checkpoint;
  std::optional<Gap> gap;
};

TickRow row_of(const Entry& entry) {
  TickRow row{.wall = entry.seen.now.wall,
              .seen = encode(entry.seen),
              .decided = encode(entry.decisions),
              .checkpoint = std::nullopt,
              .gap = entry.gap};
  if (entry.checkpoint) {
    const Checkpoint& point = *entry.checkpoint;
    row.checkpoint = CheckpointRow{.reason = point.reason,
                                   .policy = encode(point.policy),
                                   .model = encode(point.model),
                                   .state = encode(point.state)};
  }
  return row;
}

}  // namespace

/// Owns the queue (under a mutex) and the store (of the writer thread alone).
class Journal::Writer {
 public:
  Writer(std::string path, const JournalOptions& options, std::int64_t run)
      : path_(std::move(path)), options_(options), run_(run) {}
  ~Writer();

  /// The first attempt, on the caller's thread, so that a wrong path is an error at once.
  Result<> start();
  Ticket push(Entry entry);
  bool wait(Ticket ticket, Duration limit);
  std::optional<std::string_view> checkpoint_due(Instant now) const;
  Status status() const;

 private:
  void loop();
  Result<> write(const TickRow& row, const std::optional<Gap>& outage);
  void note_failure(const Error& error, WallTime at);

  const std::string path_;
  const JournalOptions options_;
  const std::int64_t run_;
  std::optional<Store> store_;  // empty until the file could be opened

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // work, a commit, or the end
  std::deque<Entry> queue_;          // its front is the one being written
  Status status_;
  Ticket issued_ = 0;
  Ticket committed_ = 0;
  bool stopping_ = false;
  std::optional<Gap> losing_;  // ticks lost since the last one that found room
  std::optional<Gap> outage_;  // since the first write that failed
  std::string_view due_ = "start";
  Instant last_checkpoint_{};
  std::thread thread_;
};

Journal::Writer::~Writer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<> Journal::Writer::start() {
  auto opened = Store::open(path_, options_, run_);
  if (opened) {
    store_.emplace(std::move(*opened));
    status_.note = store_->note();
  } else {
    if (opened.error().code != ErrorCode::unavailable)
      return std::unexpected(std::move(opened).error());
    note_failure(opened.error(), wall_from_unix_ns(run_));
  }
  thread_ = std::thread([this] { loop(); });
  return {};
}

Ticket Journal::Writer::push(Entry entry) {
  const std::scoped_lock lock(mutex_);
  const WallTime wall = entry.seen.now.wall;
  if (queue_.size() >= queue_limit) {
    if (!losing_) losing_ = Gap{.from = wall, .to = wall, .lost = 0, .reason = status_.problem};
    losing_->to = wall;
    ++losing_->lost;
    ++status_.lost;
    due_ = "gap";
    return 0;
  }
  if (entry.checkpoint) {
    due_ = {};
    last_checkpoint_ = entry.seen.now.elapsed;
  }
  entry.gap = std::exchange(losing_, std::nullopt);
  entry.ticket = ++issued_;
  queue_.push_back(std::move(entry));
  changed_.notify_all();
  return issued_;
}

bool Journal::Writer::wait(Ticket ticket, Duration limit) {
  if (ticket == 0) return false;
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return committed_ >= ticket; });
}

std::optional<std::string_view> Journal::Writer::checkpoint_due(Instant now) const {
  const std::scoped_lock lock(mutex_);
  if (!due_.empty()) return due_;
  if (now - last_checkpoint_ >= checkpoint_every) return "periodic";
  return std::nullopt;
}

Journal::Status Journal::Writer::status() const {
  const std::scoped_lock lock(mutex_);
  Status status = status_;
  status.queued = queue_.size();
  return status;
}

Result<> Journal::Writer::write(const TickRow& row, const std::optional<Gap>& outage) {
  if (!store_) store_.emplace(TRY(Store::open(path_, options_, run_)));
  return store_->write(row, outage);
}

void Journal::Writer::note_failure(const Error& error, WallTime at) {
  const std::scoped_lock lock(mutex_);
  status_.healthy = false;
  status_.problem = error.message;
  if (!outage_) outage_ = Gap{.from = at, .to = at, .lost = 0, .reason = error.message};
}

void Journal::Writer::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Entry& entry = queue_.front();  // stays in place: only this thread takes from the front
    std::optional<Gap> outage = outage_;
    if (outage) outage->to = entry.seen.now.wall;
    lock.unlock();
    const TickRow row = row_of(entry);
    const auto written = write(row, outage);
    if (!written) note_failure(written.error(), row.wall);
    lock.lock();
    if (!written) {
      if (changed_.wait_for(lock, retry_every, [this] { return stopping_; })) return;
      continue;
    }
    outage_.reset();
    committed_ = entry.ticket;
    ++status_.written;
    queue_.pop_front();
    if (queue_.empty()) {
      status_.healthy = true;
      status_.problem.clear();
    }
    changed_.notify_all();
    lock.unlock();
    // After the commit was announced: it already survives a crash of this process.
    if (const auto synced = store_->sync(); !synced) note_failure(synced.error(), row.wall);
    lock.lock();
  }
}

Journal::Journal(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(std::string path, const JournalOptions& options,
                                               WallTime now) {
  auto writer = std::make_unique<Writer>(std::move(path), options, unix_ns(now));
  TRY(writer->start());
  return std::unique_ptr<Journal>(new Journal(std::move(writer)));
}

std::optional<std::string_view> Journal::checkpoint_due(Instant now) const {
  return writer_->checkpoint_due(now);
}

Ticket Journal::record(scale::Observations seen, ServiceDecisions decisions,
                       std::optional<Checkpoint> checkpoint) {
  return writer_->push({.ticket = 0,
                        .seen = std::move(seen),
                        .decisions = std::move(decisions),
                        .checkpoint = std::move(checkpoint),
                        .gap = std::nullopt});
}

bool Journal::wait_committed(Ticket ticket, Duration limit) {
  return writer_->wait(ticket, limit);
}

bool Journal::healthy() const {
  return status().healthy;
}

Journal::Status Journal::status() const {
  return writer_->status();
}

}  // namespace headroom::control
