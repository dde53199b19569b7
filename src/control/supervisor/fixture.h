// For tests: a supervisor with real replicas, on a loop that the test turns.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "control/supervisor/find.h"
#include "control/supervisor/supervisor.h"
#include "io/clock.h"
#include "io/folder_for_test.h"
#include "io/proc.h"

namespace headroom::supervisor {

using namespace std::chrono_literals;

/// Every wait ends as soon as its condition holds; the deadline is for slow, instrumented builds.
class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() {
    loop_ = std::move(*io::Loop::create());
    config_.file = folder_ + "/headroom.yaml";
    timing_.health_every = 50ms;
    timing_.probe_timeout = 5s;
    timing_.backoff.first = 50ms;
  }

  ~SupervisorTest() override {
    if (supervisor_) shut_down();
    EXPECT_EQ(living().size(), 0U) << "processes are left over";
    for (const pid_t pid : living()) kill(pid, SIGKILL);
  }

  /// The service "shop", run by the test replica with more arguments.
  spec::Service& add_service(std::vector<std::string> arguments = {}) {
    spec::Service service;
    service.name = "shop";
    service.replicas = {.min = 0, .max = 10};
    spec::Run run;
    run.command = {HEADROOM_TEST_REPLICA, "--listen", "{address}"};
    run.command.insert(run.command.end(), arguments.begin(), arguments.end());
    run.ready_every = 20ms;
    run.drain = 20s;
    service.run = run;
    config_.services.push_back(service);
    return config_.services.back();
  }
  spec::Run& run_of_shop() { return *config_.services.front().run; }

  void open() {
    auto supervisor =
        Supervisor::open(*loop_, {.state_dir = folder_ + "/state",
                                  .timing = timing_,
                                  .on_trial = on_trial_,
                                  .hooks = {.on_endpoints = [this] { acknowledge(); },
                                            .on_event =
                                                [this](const control::Event& event) {
                                                  events_.push_back(event.sentence());
                                                  if (event.level == control::Level::warning)
                                                    warnings_.push_back(event.sentence());
                                                }}});
    ASSERT_TRUE(supervisor) << supervisor.error().message;
    supervisor_ = std::move(*supervisor);
  }

  void configure() {
    const auto configured = supervisor_->configure(config_);
    ASSERT_TRUE(configured) << configured.error().message;
  }

  /// Opens, configures, and waits for `count` replicas of "shop" to be ready.
  void start(int count) {
    open();
    configure();
    supervisor_->scale("shop", count);
    ASSERT_TRUE(until([&] { return ready() == count; }, "the replicas are ready"));
  }

  bool until(const std::function<bool()>& condition, const char* what) {
    const Instant deadline = io::monotonic_now() + 40s;
    while (!condition()) {
      if (io::monotonic_now() > deadline) {
        ADD_FAILURE() << "in vain waited until " << what << all_events();
        return false;
      }
      loop_->run_once(20ms);
    }
    return true;
  }

  void shut_down() {
    bool done = false;
    supervisor_->shutdown([&] { done = true; });
    ASSERT_TRUE(until([&] { return done; }, "all replicas have ended"));
    supervisor_.reset();
  }

  int ready() const {
    const auto endpoints = supervisor_->endpoints();
    return static_cast<int>(std::count_if(endpoints.begin(), endpoints.end(), [](const auto& one) {
      return one.phase == scale::Phase::ready;
    }));
  }

  int replica_count() {
    int count = 0;
    for (const auto& service : supervisor_->snapshot())
      count += static_cast<int>(service.replicas.size());
    return count;
  }

  bool rolling_out() {
    const auto services = supervisor_->snapshot();
    return std::ranges::any_of(services, &ServiceReplicas::rolling_out);
  }

  /// Pids of every process that carries this test's identity, but for zombies.
  std::vector<pid_t> living() const {
    std::vector<pid_t> pids;
    for (const pid_t pid : io::all_processes())
      for (const std::string& entry : io::read_environment(pid))
        if (entry.starts_with("HEADROOM_OWNER=" + folder_)) pids.push_back(pid);
    return pids;
  }

  /// Events are said once what follows from them is in force, so a little after it can be seen.
  bool said(std::string_view part) {
    return until([&] { return heard(part); }, "it is said");
  }
  bool heard(std::string_view part) const { return !event_with(part).empty(); }
  std::string event_with(std::string_view part) const {
    for (const std::string& event : events_)
      if (event.find(part) != std::string::npos) return event;
    return {};
  }
  std::string all_events() const {
    std::string text;
    for (const std::string& event : events_) text += "\n  " + event;
    return text;
  }

  /// What dies from now on leaves its children to somebody else, as after a crash of headroom;
  /// until the next supervisor is opened.
  static void refuse_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  void touch(const std::string& name) const { std::ofstream(file(name)) << "x"; }

  /// As a gateway without traffic does it.
  void acknowledge() {
    ++publications_;
    if (!acknowledging_) return;
    for (const Endpoint& endpoint : supervisor_->endpoints())
      if (endpoint.phase == scale::Phase::draining) supervisor_->removed(endpoint.replica);
  }

  TestFolder own_;
  std::string folder_ = own_.path();
  std::unique_ptr<io::Loop> loop_;
  spec::Config config_;
  Timing timing_;
  std::vector<std::string> events_;
  std::vector<std::string> warnings_;  // of them
  bool acknowledging_ = true;
  bool on_trial_ = false;
  int publications_ = 0;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace headroom::supervisor
