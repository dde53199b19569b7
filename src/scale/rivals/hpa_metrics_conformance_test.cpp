// Kubernetes' own table for the HPA's CPU metric.
#include <nlohmann/json.hpp>

#include "scale/rivals/hpa_metrics.h"
#include "scale/rivals/vectors_for_test.h"

namespace headroom::rivals {
namespace {

using nlohmann::json;

HpaPodPhase phase_of(const std::string& name) {
  if (name == "Pending") return HpaPodPhase::pending;
  EXPECT_TRUE(name == "Running" || name == "Failed") << name;
  return name == "Failed" ? HpaPodPhase::failed : HpaPodPhase::running;
}

/// A pod has two containers; the metric is of both together or of one of them.
HpaPod read_pod(const json& pod, const json& container) {
  HpaPod one{.phase = phase_of(pod.at("phase")),
             .deleted = pod.at("deleted"),
             .ready = pod.at("ready"),
             .start_s = pod.at("start"),
             .ready_changed_s = pod.at("lt"),
             .request_milli = pod.at("req").get<std::int64_t>() * (container.is_null() ? 2 : 1),
             .usage_milli = std::nullopt,
             .sampled_s = pod.at("ts"),
             .window_s = pod.at("win")};
  if (!pod.contains("levels")) return one;
  const auto levels = pod.at("levels").get<std::vector<std::int64_t>>();
  if (container.is_null()) {
    one.usage_milli = 0;
    for (const std::int64_t level : levels) *one.usage_milli += level;
  } else if (container.get<std::size_t>() < levels.size()) {
    one.usage_milli = levels[container.get<std::size_t>()];
  }
  return one;
}

TEST(HpaConformance, proposals_from_cpu_follow_the_table_of_kubernetes) {
  SKIP_WITHOUT_VECTORS("hpa_resource.json");
  const json cases = json::parse(vectors_text("hpa_resource.json"));
  EXPECT_EQ(cases.size(), 42U);
  for (const json& one : cases) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    std::vector<HpaPod> pods;
    for (const json& pod : one.at("pods")) pods.push_back(read_pod(pod, one.at("container")));
    const HpaResourceTarget target{
        .utilization_pct = one.at("target_pct"),
        .tolerance = {.down = one.at("tolerance_down_up").at(0),
                      .up = one.at("tolerance_down_up").at(1)},
        .readiness = {.cpu_initialization_s = 120, .initial_delay_s = 10}};
    const auto answer = hpa_resource_proposal(pods, target, one.at("current"), 0);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->replicas, one.at("expect_replicas").get<int>());
    EXPECT_EQ(answer->utilization_pct, one.at("expect_util").get<int>());
    EXPECT_EQ(answer->mean_milli, one.at("expect_raw").get<std::int64_t>());
  }
}

}  // namespace
}  // namespace headroom::rivals
