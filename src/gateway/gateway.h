// The front door: its worker threads, what they are told and what they tell.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/result.h"
#include "gateway/descriptor_plan.h"
#include "gateway/listening.h"
#include "gateway/worker.h"
#include "io/socket.h"
#include "spec/config.h"

namespace headroom::gateway {

/// What workers told between two collections.
struct Collected {
  std::vector<WorkerReport> reports;  // of one that was late, two; of one that is, none
  std::size_t workers = 0;            // there are
  WorkerStats stats;                  // of the reports, summed
  WorkerGauges gauges;                // of each worker what it told last
};

/// All methods may be called from any one thread at a time; they never wait for a request.
class Gateway {
 public:
  /// Binds (or takes over the listening sockets of the process before, where they are those of an
  /// address that `config` states) and starts the workers.
  /// Fails before anything runs when an address or the access log is not to be had, or when there
  /// are too few descriptors.
  /// With a process before, which goes on accepting, it accepts nothing until accept() is called.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(spec::Config config,
                                                              std::vector<io::Fd> inherited = {});
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Now this process can serve as well as the one before. Called once, if that was handed over.
  void accept();

  /// Swaps the configuration as a whole. New listening addresses are bound before old ones are
  /// closed; on an error nothing has changed. The number of workers stays.
  [[nodiscard]] Result<> reload(spec::Config config);

  /// Opens the access log by its path again, where it is a file. On an error the file that is open
  /// stays.
  [[nodiscard]] Result<> reopen_log();

  void publish(std::shared_ptr<const Endpoints> endpoints);
  /// The newest epoch that every worker uses: no request goes to replicas that it left out.
  [[nodiscard]] std::uint64_t acknowledged_epoch() const;

  /// What was told since the last call. Waits at most `wait` for workers; what comes later is in
  /// the next collection. One that has not answered yet is not asked again.
  [[nodiscard]] Collected collect(Duration wait);

  /// Of the file's first listener.
  [[nodiscard]] const io::Address& address() const { return listening_.front().address; }
  /// In the order of the file.
  [[nodiscard]] std::vector<io::Address> addresses() const;
  /// How many clients there may be, and why no more.
  [[nodiscard]] const DescriptorPlan& descriptors() const { return descriptors_; }
  /// The listening sockets, to be handed to the next process. Still owned by the workers.
  [[nodiscard]] std::vector<int> listening() const;

  /// Stops accepting; connections go when their request is done.
  void drain();
  /// Connections that are still there.
  [[nodiscard]] std::int64_t open_connections() const;
  /// Ends what is left and joins the threads. Waits a moment for the access log, not for ever.
  void stop();

 private:
  /// What workers put into and the collector takes out.
  struct Mailbox {
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<WorkerReport> reports;
    std::vector<bool> asked;  // by worker: its answer is still to come
  };

  explicit Gateway(std::size_t workers) : listenings_(workers) {}
  void ask_all();
  /// Lets the workers accept on what is not theirs yet.
  void hand_out();
  /// The configuration as the workers get it.
  [[nodiscard]] std::shared_ptr<const Generation> next_generation(spec::Config config,
                                                                  const DescriptorPlan& plan);

  Shared shared_;
  std::shared_ptr<AccessLogFile> log_;  // null: none
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::vector<WorkerGauges> gauges_;  // by worker
  Listenings listenings_;
  std::vector<Listening> listening_;
  bool accepting_ = false;
  std::uint64_t generation_ = 0;
  DescriptorPlan descriptors_;
};

}  // namespace headroom::gateway
