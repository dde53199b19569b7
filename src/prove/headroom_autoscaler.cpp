// One service, one tick a second, through learn → decide → allocate.
#include "prove/headroom_autoscaler.h"

#include <utility>

#include "scale/decide.h"

namespace headroom::prove {
namespace {

class Headroom final : public rivals::Autoscaler {
 public:
  Headroom(scale::ServicePolicy policy, DecisionRecord* record, SharedLimits limits)
      : record_(record) {
    policy_.downstreams = std::move(limits.downstreams);
    policy_.budget_per_hour = limits.budget_per_hour;
    policy_.services.push_back(std::move(policy));
    seen_.services.resize(1);
  }

  [[nodiscard]] bool reads_sources() const override { return true; }

  int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override {
    seen_.now = now;
    seen_.dt = dt;
    seen_.services[0] = seen;
    seen_.services[0].service = policy_.services[0].service;
    if (model_.services.empty()) remember_startups(seen);
    if (record_ != nullptr) record_->before(policy_, model_, state_);
    const auto explain = record_ == nullptr ? scale::Explain::no : scale::Explain::yes;
    scale::Step done = scale::step(policy_, std::move(model_), state_, seen_, explain);
    model_ = std::move(done.model);
    state_ = std::move(done.decisions.next);
    if (record_ != nullptr) record_->decided(seen_, done.decisions.services);
    return done.decisions.services[0].replicas;
  }

 private:
  /// What is ready at the first look has been seen to start: live, the journal tells.
  void remember_startups(const scale::ServiceSeen& seen) {
    constexpr std::size_t most = 32;
    scale::ServiceModel& model = model_.services[policy_.services[0].service];
    for (const scale::ReplicaSeen& replica : seen.replicas)
      if (replica.phase == scale::Phase::ready && model.startups_s.size() < most)
        model.startups_s.push_back(seconds(replica.startup));
  }

  DecisionRecord* record_;
  scale::Policy policy_;
  scale::Model model_;
  scale::State state_;
  scale::Observations seen_;
};

}  // namespace

std::unique_ptr<rivals::Autoscaler> headroom_autoscaler(scale::ServicePolicy policy,
                                                        DecisionRecord* record,
                                                        SharedLimits limits) {
  return std::make_unique<Headroom>(std::move(policy), record, std::move(limits));
}

}  // namespace headroom::prove
