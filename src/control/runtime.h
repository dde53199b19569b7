// The whole of `headroom run` in one process: gateway, supervisor, controller, journal, admin.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/controller.h"
#include "control/handover.h"
#include "control/journal/journal.h"
#include "control/local_target.h"
#include "control/status.h"
#include "control/supervisor/supervisor.h"
#include "core/result.h"
#include "gateway/admin.h"
#include "gateway/gateway.h"
#include "io/loop.h"
#include "io/service_manager.h"
#include "io/signals.h"
#include "io/watch.h"
#include "spec/config.h"

namespace headroom::control {

/// Lives on the main thread. SIGHUP and changes of the file reload it; SIGHUP, SIGUSR1 and SIGUSR2
/// reopen the access log; SIGTERM (after the lame-duck time) and SIGINT drain and stop, a second
/// one stops at once. A service manager is told when it serves, stops, and who is the main process.
class Runtime {
 public:
  struct Options {
    std::string file;
    bool upgrade = false;  // take over from the headroom that runs with the same state folder
    std::function<void()> on_serving = {};  // called once: it listens, or has taken over
  };
  explicit Runtime(Options options) : options_(std::move(options)) {}
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// On an error nothing runs that did not run before.
  [[nodiscard]] Result<> start();
  /// Until it has stopped. An error when an upgrade had to be given up.
  [[nodiscard]] Result<> run();

 private:
  [[nodiscard]] Result<> start_front(Inheritance inherited);
  void say_descriptors();
  [[nodiscard]] Result<> open_supervisor();
  [[nodiscard]] Result<> look_after_replicas();
  void start_controller();
  void stop_control();
  [[nodiscard]] Result<> use(const spec::Config& config);
  void reload();
  void on_signal(int signal);
  void on_endpoints();
  void begin_shutdown(int signal);
  void tell_manager(const std::string& assignments);
  void drain_front(bool replicas_too);
  void wait_for_drain();

  // runtime_upgrade.cpp: the newer side of an upgrade
  [[nodiscard]] Result<Inheritance> ask_predecessor();
  void begin_takeover();
  void go_on_with_takeover();
  void give_takeover_up(const std::string& service);
  [[nodiscard]] std::string service_without_replica() const;
  // and the older side
  void open_door();
  [[nodiscard]] Inheritance hand_over();
  void successor_serves(pid_t successor);
  void successor_failed();
  void resume();

  Options options_;
  spec::Config config_;
  std::uint64_t generation_ = 0;  // of config_
  io::ServiceManager manager_;
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<io::SignalSource> signals_;
  std::unique_ptr<io::FileWatch> watch_;
  Status status_;
  std::unique_ptr<gateway::Admin> admin_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<LocalTarget> target_;
  std::unique_ptr<supervisor::Supervisor> supervisor_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Controller> controller_;
  std::shared_ptr<Predecessor> predecessor_;  // until this process serves
  std::unique_ptr<HandoverDoor> door_;
  Instant takeover_ends_{};
  io::Timer takeover_timer_{[this] { go_on_with_takeover(); }};
  Result<> outcome_;
  bool stopping_ = false;
  bool stop_replicas_ = true;
  io::Timer lame_duck_timer_{[this] { drain_front(true); }};
  Instant give_up_{};
  io::Timer drain_timer_{[this] { wait_for_drain(); }};
  bool reload_waits_ = false;
  bool resume_failed_ = false;
  io::Timer resume_timer_{[this] { resume(); }};
};

}  // namespace headroom::control
