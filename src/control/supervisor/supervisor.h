// Runs replicas of services as processes of this machine: the target of `run`.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/event.h"
#include "control/standing.h"
#include "control/supervisor/crew.h"
#include "control/supervisor/leftovers.h"
#include "core/result.h"
#include "io/loop.h"
#include "io/socket.h"
#include "scale/observation.h"
#include "spec/config.h"

namespace headroom::supervisor {

/// Where requests may go. Replicas that start are not listed.
struct Endpoint {
  std::string service;
  std::string replica;
  std::string version;
  io::Address address;
  scale::Phase phase = scale::Phase::ready;  // draining: nothing new, what is under way may end
  Instant ready_since{};
  bool healthy = true;  // false: nothing new, unless all are

  bool operator==(const Endpoint& other) const;
};

/// One service in the tick that ends with the call.
struct ServiceReplicas {
  std::string service;
  int wanted = 0;
  std::vector<scale::ReplicaSeen> replicas;  // in_flight is the gateway's to fill in
  std::vector<std::string> events;           // since the last call, the last 100 at most
  bool rolling_out = false;                  // outdated replicas are being replaced
  control::Standing standing;
};

struct Hooks {
  /// endpoints() has changed. A replica that is now draining, or gone from the list, waits for
  /// removed().
  std::function<void()> on_endpoints;
  /// Something happened to a replica, as it happens.
  std::function<void(const control::Event&)> on_event;
};

struct Options {
  std::string state_dir;
  Timing timing = {};
  /// An older headroom still sends requests to the replicas that are taken over: until
  /// trial_is_over() none of them is stopped, whatever this one finds or its file says.
  bool on_trial = false;
  Hooks hooks = {};
};

/// Lives on the thread of its loop, hooks included. Destroying it lets go of the replicas without
/// stopping them and gives up the lock: the next supervisor with the same state folder, in this
/// process or another, takes them over. So an upgrade is to destroy it here and open it there, and
/// a crash is no different.
class Supervisor {
 public:
  /// Errors: another headroom holds the state folder (named by its pid), or it cannot be written.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> open(io::Loop& loop, Options options);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Puts a configuration in force. The first call also takes over what an earlier headroom left
  /// running. Refused whole, with nothing changed, when a command cannot be run. Until scale() says
  /// otherwise a service has what was taken over, or what it had, within its new bounds.
  [[nodiscard]] Result<> configure(const spec::Config& config);

  /// How many replicas are to be ready. Starting begins in the same turn of the loop.
  void scale(const std::string& service, int wanted);

  void trial_is_over();

  /// Who knows how many requests a replica has under way, so that of a surplus those go that have
  /// the fewest. Called from the loop.
  void count_in_flight_by(
      std::function<int(const std::string& service, const std::string& replica)> in_flight);

  /// All gateways have stopped sending to a draining replica and nothing is in flight there.
  void removed(std::string_view replica);

  [[nodiscard]] std::vector<Endpoint> endpoints() const;
  [[nodiscard]] std::vector<ServiceReplicas> snapshot();
  [[nodiscard]] const Leftovers& leftovers() const { return leftovers_; }

  /// Stops all replicas, each with its drain; `on_done` follows when the last has ended.
  void shutdown(std::function<void()> on_done);

 private:
  Supervisor(io::Loop& loop, Options options, std::unique_ptr<StateDir> state);
  void take_over();
  Crew& crew_of(const std::string& service);
  void settle();
  void settle_soon();
  void publish();
  void note(control::Event event);
  void say();
  void keep_house();
  [[nodiscard]] std::vector<Replica*> replicas() const;

  static constexpr std::size_t events_max = 100;

  io::Loop& loop_;
  Hooks hooks_;
  std::unique_ptr<StateDir> state_;
  io::Timer settle_timer_;
  io::Timer house_timer_;
  Workshop workshop_;
  Leftovers leftovers_;
  std::map<std::string, std::unique_ptr<Crew>> crews_;
  std::vector<control::Event> unsaid_;
  std::map<std::string, std::deque<std::string>> events_;
  std::vector<Endpoint> published_;
  bool took_over_ = false;
  std::function<void()> on_stopped_;  // set by shutdown()
};

}  // namespace headroom::supervisor
