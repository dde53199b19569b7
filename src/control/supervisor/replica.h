// The life of one replica: its process, its probes, the steps of stopping it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "control/supervisor/command.h"
#include "control/supervisor/health.h"
#include "control/supervisor/prober.h"
#include "io/cgroup.h"
#include "io/loop.h"
#include "io/process.h"
#include "scale/observation.h"

namespace headroom::supervisor {

enum class Stage : std::uint8_t {
  starting,     // not proved ready yet
  ready,        // published
  leaving,      // no longer published; requests under way may go on
  terminating,  // SIGTERM was sent to its process group
  killed,       // SIGKILL was sent to the group
  ended,
};

/// How a replica is treated: as its own version states, which may change while it runs; one whose
/// version is not known as the one in force states.
struct Manners {
  std::string ready_path;
  Duration ready_every{};
  Duration ready_timeout{};
  Duration drain{};
  Duration health_every{};
  Duration probe_timeout{};
  HealthPolicy health;
  bool spare_adopted = false;  // it may serve another headroom, ready or not for this one
  std::string command_hash;    // of the version; others keep the limit they were given
  std::int64_t memory_bytes = 0;
};

enum class ReplicaChange : std::uint8_t {
  ready,
  health,
  leaderless,  // its first process has ended; others of its group may have their drain
  ended,
};

class Replica final : private io::Watcher {
 public:
  struct Start {
    Identity identity;
    io::Process process;
    Instant started{};
    bool adopted = false;
    pid_t group = 0;          // of `process`
    bool leaderless = false;  // whoever led that group has ended: what is left is stopped
    /// Its own, with its limits; of one that is adopted it is looked for.
    std::optional<io::Cgroup> cgroup = {};
  };
  using OnChange = std::function<void(Replica&, ReplicaChange)>;

  /// Probes at once when adopted. `on_change` is called from the loop; it must not destroy this.
  Replica(io::Loop& loop, Start start, Manners manners, OnChange on_change);
  /// The process goes on.
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  void use(Manners manners);
  void trial_is_over() { manners_.spare_adopted = false; }

  /// Ends the replica in steps: out of balancing, until removed() or the drain time is over; then
  /// SIGTERM for its process group; when somebody of the group is left after the drain time again,
  /// SIGKILL for the group. The first step is skipped for one that is not published. Without effect
  /// when it is being stopped already. One whose first process ends untold is over at once.
  void stop();
  /// No gateway sends to it any more and nothing is in flight there.
  void removed();

  /// Somebody of its group who lives: while its own process has ended and nobody else is watched,
  /// the replica is not gone before that one has ended.
  void watch(io::Process member);
  /// The processes of replicas have been looked at; `everywhere`: in all of /proc. Gone when nobody
  /// of its group was found.
  void looked(bool everywhere);
  /// Kills it when it takes more memory than it may, where no cgroup of its own does that.
  void keep_within_memory();

  /// Its first process is our child, whose group has a number that is nobody else's.
  [[nodiscard]] bool leads_own_group() const { return io::is_child(process_); }
  [[nodiscard]] pid_t group() const { return group_; }
  /// What still runs of it is to be killed.
  [[nodiscard]] bool is_over() const { return stage_ == Stage::killed || stage_ == Stage::ended; }
  /// What it left behind may be found by looking at every process only.
  [[nodiscard]] bool of_another_parent() const { return of_another_parent_; }

  [[nodiscard]] const std::string& id() const { return identity_.replica; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] Stage stage() const { return stage_; }
  [[nodiscard]] scale::Phase phase() const;
  [[nodiscard]] bool adopted() const { return adopted_; }
  [[nodiscard]] const Health& health() const { return health_; }
  [[nodiscard]] Instant started() const { return started_; }
  [[nodiscard]] std::optional<Instant> ready_since() const { return ready_since_; }
  [[nodiscard]] pid_t pid() const { return process_.pid; }
  /// What the last probe that did not succeed found.
  [[nodiscard]] const std::string& last_problem() const { return last_problem_; }

  /// It was told to stop, so that its end is no failure.
  [[nodiscard]] bool stopping() const { return stopping_; }
  /// How it ended, in words: "was killed by SIGKILL", "was not ready within 60s (answered 503)".
  [[nodiscard]] const std::string& end_text() const { return end_text_; }
  /// Once it has ended.
  [[nodiscard]] const io::ExitStatus& exit_status() const { return exit_status_; }
  /// It was killed for not having been ready in time.
  [[nodiscard]] bool timed_out() const { return timed_out_; }

  /// It was killed, by the kernel or by headroom, for taking more memory than it may.
  [[nodiscard]] bool over_memory() const { return over_memory_; }
  /// Headroom had to kill it, or some of its group.
  [[nodiscard]] bool killed() const { return killed_; }

  /// Phase, age, cost over the time since the last call; in-flight is not known here.
  [[nodiscard]] scale::ReplicaSeen sample(Instant now);
  /// User and system time since its start, as of the last sample; nothing when that is not known.
  [[nodiscard]] std::optional<Duration> cpu() const;

 private:
  struct CpuReading {
    Instant at{};
    Duration cpu{};
    double cores = -1;
  };

  void on_events(std::uint32_t events) override;
  void on_probe(const ProbeResult& result);
  void prove_ready();
  void on_limit();
  void take_limit();
  void terminate();
  void kill();
  void finish();
  void end_cgroup();
  void signal_group(int signal) const;
  [[nodiscard]] Look look() const;

  io::Loop& loop_;
  Identity identity_;
  io::Process process_;  // the leader of its group, where it was found alive
  pid_t group_;
  std::optional<io::Process> member_;  // of the group, once the first process has ended
  Manners manners_;
  OnChange on_change_;
  Instant started_;
  bool adopted_;
  Stage stage_ = Stage::starting;
  bool stopping_ = false;
  bool leaderless_ = false;
  bool of_another_parent_ = false;
  Health health_;
  Prober prober_;
  io::Timer limit_timer_;  // of the stage: ready timeout, drain
  std::optional<Instant> ready_since_;
  std::string last_problem_ = "no probe has ended";
  bool unseen_ = false;  // the last probe could not look
  std::optional<io::Cgroup> cgroup_;
  std::int64_t memory_bytes_ = 0;
  bool over_memory_ = false;
  bool killed_ = false;
  std::string end_text_;
  io::ExitStatus exit_status_;
  bool timed_out_ = false;
  std::optional<CpuReading> cpu_;
};

}  // namespace headroom::supervisor
