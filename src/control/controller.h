// The tick: observe, learn, decide, record, act. One thread, once a second.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "control/ages.h"
#include "control/journal/checkpoint_round.h"
#include "control/journal/journal.h"
#include "control/journal/recall.h"
#include "control/limits.h"
#include "control/sources/machine.h"
#include "control/status.h"
#include "control/target.h"
#include "control/trouble.h"
#include "gateway/gateway.h"
#include "scale/decide.h"
#include "spec/config.h"

namespace headroom::control {

/// Owns the model and the state of decisions. Everything else it is lent, and outlived by.
class Controller {
 public:
  static constexpr Duration tick = std::chrono::seconds(1);
  static constexpr Duration sources_wait = std::chrono::milliseconds(50);
  static constexpr Duration commit_wait = std::chrono::milliseconds(100);

  struct Parts {
    gateway::Gateway& gateway;
    Target& target;
    Journal& journal;
    Status& status;
    /// What to begin with; called on the control thread, before the first tick. Empty: nothing.
    std::function<Recalled(const scale::Policy& policy, WallTime now)> recall;
  };
  /// `generation`: of `config`, see Target::apply.
  Controller(const Parts& parts, const spec::Config& config, std::uint64_t generation);
  /// Ends the thread after the tick under way.
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  /// Takes effect with the next tick. From any thread.
  void reload(const spec::Config& config, std::uint64_t generation);

 private:
  void run();
  void begin_with_what_was_learned();
  void take_reload();
  void run_tick(Now now);
  [[nodiscard]] scale::Observations observe(Now now, const gateway::Collected& collected);
  [[nodiscard]] std::optional<Checkpoint> checkpoint(Instant now);
  void admit(const scale::Observations& seen);
  void act(const std::vector<scale::ServiceDecision>& decisions, Ticket ticket);

  Parts parts_;
  spec::Config config_;
  scale::Policy policy_;
  scale::Model model_;
  scale::State state_;
  Limits limits_;
  Admissions admitted_;
  Replicas approved_;  // what should stand, as the target is told in each tick
  Feed feed_;
  std::uint64_t generation_;
  MachineCpu machine_cpu_;
  Ages ages_;
  Instant previous_{};
  Standings standings_;          // of the replicas, as far as they are known
  bool replicas_known_ = false;  // whether the target answered in this tick
  bool reloaded_ = false;
  CheckpointRound checkpoints_;
  Trouble journal_trouble_ = journal_trouble();
  Trouble learned_trouble_ = learned_trouble();
  Trouble access_log_trouble_ = access_log_trouble();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;                  // guarded by mutex_
  std::optional<spec::Config> incoming_;   // guarded by mutex_
  std::uint64_t incoming_generation_ = 0;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace headroom::control
