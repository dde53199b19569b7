// Knative's own sequences for the KPA.
#include <cmath>
#include <nlohmann/json.hpp>

#include "scale/rivals/kpa_rules.h"
#include "scale/rivals/vectors_for_test.h"

namespace headroom::rivals {
namespace {

using nlohmann::json;

KpaRules rules_of(const json& sequence) {
  const double target = sequence.at("target");
  return {.target = target,
          .capacity = target / 0.75,
          .burst = sequence.at("tbc"),
          .up_rate = sequence.value("up", 10.0),
          .down_rate = sequence.value("down", 10.0),
          .panic_threshold = sequence.value("panicThreshold", 2.0),
          .stable_window_s = sequence.value("stableWindow", 60.0),
          .delay_s = sequence.value("delay", 0.0),
          .activation_scale = sequence.value("activation", 1)};
}

/// The excess burst capacity that the original asserts, within one request.
void expect_spare(const KpaRules& rules, const KpaSeen& seen, int spare) {
  if (rules.burst <= 0) {
    EXPECT_EQ(spare, rules.burst == 0 ? 0 : -1);
    return;
  }
  EXPECT_NEAR(spare, std::floor(seen.ready * rules.capacity - rules.burst - seen.panic), 1);
}

TEST(KpaConformance, sequences_of_ticks_follow_those_of_knative) {
  SKIP_WITHOUT_VECTORS("knative_kpa.json");
  const json sequences = json::parse(vectors_text("knative_kpa.json")).at("seqs");
  EXPECT_EQ(sequences.size(), 28U);
  int steps = 0;
  for (const json& sequence : sequences) {
    const KpaRules rules = rules_of(sequence);
    KpaScaler scaler(rules);
    if (sequence.contains("panicSince"))
      scaler.panic(sequence.at("panicSince"), sequence.at("maxPanic"));
    for (const json& step : sequence.at("steps")) {
      SCOPED_TRACE(sequence.at("name").get<std::string>() + " " + step.dump());
      const KpaSeen seen{.at_s = step.at(0),
                         .ready = step.at(1),
                         .stable = step.at(2),
                         .panic = step.at(3),
                         .reachable = sequence.value("reachable", true)};
      const KpaAnswer answer = scaler.tick(seen);
      EXPECT_EQ(answer.desired, step.at(4).get<int>());
      expect_spare(rules, seen, answer.burst_spare);
      ++steps;
    }
  }
  EXPECT_EQ(steps, 52);
}

}  // namespace
}  // namespace headroom::rivals
