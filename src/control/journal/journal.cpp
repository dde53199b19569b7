// The journal's queue and its writer thread.
#include "control/journal/journal.h"

#include <fmt/format.h>

#include <algorithm>
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
  [[nodiscard]] TickRow rows_of(const Entry& entry) const;
  Result<> write(const TickRow& row, const std::optional<Gap>& outage);
  Result<> use(Result<Store> opened);
  Result<> begin_anew(const Error& why);
  void note_failure(const Error& error, WallTime at);

  const std::string path_;
  const JournalOptions options_;
  const std::int64_t run_;
  std::optional<Store> store_;  // empty until the file could be opened; of the writer thread,
  Series series_;               // as this is

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
  bool round_due_ = false;  // by what has been written
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
  if (const auto opened = use(Store::open(path_, options_, run_)); !opened) {
    if (opened.error().code != ErrorCode::unavailable) return opened;
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
  if (entry.checkpoint && begins_round(entry.checkpoint->reason)) {
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
  // Where little is kept, more often: what is left is to be decided again and recalled.
  const Duration often = round_due_ ? Duration{} : options_.retention / rounds_in_retention;
  if (now - last_checkpoint_ >=
      std::clamp<Duration>(often, checkpoint_every_least, checkpoint_every))
    return "periodic";
  return std::nullopt;
}

Journal::Status Journal::Writer::status() const {
  const std::scoped_lock lock(mutex_);
  Status status = status_;
  status.queued = queue_.size();
  return status;
}

Result<> Journal::Writer::write(const TickRow& row, const std::optional<Gap>& outage) {
  if (!store_) TRY(use(Store::open(path_, options_, run_)));
  auto written = store_->write(row, outage);
  if (!written && store_->broken()) TRY(begin_anew(written.error()));
  return written;
}

Result<> Journal::Writer::use(Result<Store> opened) {
  store_.emplace(TRY(std::move(opened)));
  const std::string& note = store_->note();
  if (!note.empty() && options_.on_note) options_.on_note(note);
  const std::scoped_lock lock(mutex_);
  status_.note = note;
  return {};
}

/// What was not written is tried again, whole, and replays need a checkpoint to begin with.
Result<> Journal::Writer::begin_anew(const Error& why) {
  const Error about{why.code, fmt::format("journal {}: {}", path_, why.message)};
  store_.reset();
  series_ = {};
  {
    const std::scoped_lock lock(mutex_);
    due_ = "gap";
  }
  return use(Store::begin_anew(path_, options_, run_, about));
}

TickRow Journal::Writer::rows_of(const Entry& entry) const {
  const bool round = entry.checkpoint && entry.checkpoint->policy;
  TickRow row = series_.rows_of(entry.seen, entry.decisions,
                                round || (store_ && store_->whole_due(entry.seen.now.elapsed)));
  if (entry.checkpoint) row.checkpoint = row_of(*entry.checkpoint);
  row.gap = entry.gap;
  return row;
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
    Entry& entry = queue_.front();  // stays in place: only this thread takes from the front
    std::optional<Gap> outage = outage_;
    if (outage) outage->to = entry.seen.now.wall;
    lock.unlock();
    const TickRow row = rows_of(entry);
    const auto written = write(row, outage);
    if (written)
      series_.written(std::move(entry.seen), std::move(entry.decisions));
    else
      note_failure(written.error(), row.now.wall);
    lock.lock();
    if (!written) {
      if (changed_.wait_for(lock, retry_every, [this] { return stopping_; })) return;
      continue;
    }
    outage_.reset();
    status_.cramped = store_->cramped();
    round_due_ = store_->round_due();
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
    if (const auto synced = store_->sync(); !synced) note_failure(synced.error(), row.now.wall);
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
