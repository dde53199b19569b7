// The replicas of this machine: the supervisor's processes and the file's own endpoints.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "control/static_endpoints.h"
#include "control/supervisor/supervisor.h"
#include "control/target.h"
#include "gateway/gateway.h"
#include "io/loop.h"
#include "spec/config.h"

namespace headroom::control {

/// Joins supervisor and gateway: publishes who may get requests, and tells the supervisor when a
/// draining replica is alone, that is when every worker has left it out and nothing is in flight.
/// Lives on the main loop; observe() and apply() come from the control thread and are passed on.
class LocalTarget final : public Target {
 public:
  /// What happens to an endpoint of the file.
  using OnEvent = std::function<void(const Event&)>;
  LocalTarget(io::Loop& loop, gateway::Gateway& gateway, OnEvent on_event);

  /// The supervisor may be taken away for a while (during an upgrade); its last replicas stay
  /// published. `gateway` alone has none.
  void use(supervisor::Supervisor* supervisor);
  /// Another process sends requests to the same replicas while `shares` says so: until then none
  /// counts as alone.
  void share_while(std::function<bool()> shares) { shares_ = std::move(shares); }
  /// Brings the published set up to date, after a reload or when the supervisor says so. Does so
  /// by itself when the health of an endpoint of the file changes.
  [[nodiscard]] Result<> publish(const spec::Config& config);
  /// The generation of the file whose decisions hold, from now on.
  void obey(std::uint64_t generation) { generation_ = generation; }
  [[nodiscard]] const gateway::Endpoints& published() const { return *endpoints_; }

  /// From the loop's own thread; observe() does this for others.
  [[nodiscard]] ReplicasByService look();
  [[nodiscard]] std::optional<ReplicasByService> observe(Duration wait) override;
  void admit(const Admissions& services) override;
  void apply(const Wanted& wanted) override;

 private:
  /// A replica that was taken out of the published set and may still have requests.
  struct Leaving {
    std::shared_ptr<gateway::Replica> replica;
    std::uint64_t epoch = 0;  // the first one without it
  };
  [[nodiscard]] std::shared_ptr<gateway::Replica> known(const std::string& service,
                                                        const std::string& id) const;
  void add_running(gateway::Endpoints& into) const;
  void set_admissions(gateway::Endpoints& of) const;
  void republish();
  void watch_leaving();

  io::Loop& loop_;
  gateway::Gateway& gateway_;
  supervisor::Supervisor* supervisor_ = nullptr;
  std::function<bool()> shares_;
  StaticEndpoints listed_;
  spec::Config config_;  // as last published
  std::uint64_t generation_ = 0;
  Admissions admissions_;
  std::shared_ptr<const gateway::Endpoints> endpoints_ = std::make_shared<gateway::Endpoints>();
  std::vector<Leaving> leaving_;
  io::Timer leaving_timer_{[this] { watch_leaving(); }};
};

}  // namespace headroom::control
