// Kubernetes' own tables for the HPA's rate limits and stabilisation.
#include "scale/rivals/hpa_behavior.h"
#include "scale/rivals/vectors_for_test.h"

namespace headroom::rivals {
namespace {

/// "pods,podsPeriod,percent,percentPeriod,window"; a value of 0 is a policy that is not there.
void read_rules(const std::string& cell, HpaRules& rules) {
  const auto part = listed(cell);
  if (part.empty()) return;
  rules.policies.clear();
  rules.window_s = std::stod(part[4]);
  if (part[0] != "0")
    rules.policies.push_back({HpaUnit::pods, std::stoi(part[0]), std::stod(part[1])});
  if (part[2] != "0")
    rules.policies.push_back({HpaUnit::percent, std::stoi(part[2]), std::stod(part[3])});
}

/// Event i of n happened 120 − s (i + 1) + s/2 seconds before 0, s = 120/n.
std::vector<HpaMark> read_events(const std::string& cell) {
  const auto counts = listed(cell);
  std::vector<HpaMark> events;
  const double segment_s = counts.empty() ? 0 : 120.0 / static_cast<double>(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i)
    events.push_back(
        {-(120 - segment_s * static_cast<double>(i + 1) + segment_s / 2), std::stoi(counts[i])});
  return events;
}

/// "value@age,…"
std::vector<HpaMark> read_recommendations(const std::string& cell) {
  std::vector<HpaMark> marks;
  for (const std::string& one : listed(cell)) {
    const std::size_t at = one.find('@');
    marks.push_back({-std::stod(one.substr(at + 1)), std::stoi(one.substr(0, at))});
  }
  return marks;
}

TEST(HpaConformance, rate_limits_follow_the_table_of_kubernetes) {
  SKIP_WITHOUT_VECTORS("hpa_rate.tsv");
  const auto rows = vectors_rows("hpa_rate.tsv");
  EXPECT_EQ(rows.size(), 41U);
  for (const Row& row : rows) {
    SCOPED_TRACE(joined(row));
    ASSERT_GE(row.size(), 10U);
    HpaBehavior rules;
    read_rules(row[4], rules.up);
    read_rules(row[5], rules.down);
    const auto added = read_events(row[6]);
    const auto removed = read_events(row[7]);
    const HpaLimited answer = hpa_limited(std::stoi(row[0]), std::stoi(row[1]),
                                          {.min = std::stoi(row[2]), .max = std::stoi(row[3])},
                                          rules, {added, removed}, 0);
    EXPECT_EQ(answer.replicas, std::stoi(row[8]));
    EXPECT_EQ(reason_of(answer.limit), row[9]);
  }
}

TEST(HpaConformance, stabilisation_with_behavior_follows_the_table_of_kubernetes) {
  SKIP_WITHOUT_VECTORS("hpa_stabilise.tsv");
  const auto rows = vectors_rows("hpa_stabilise.tsv");
  EXPECT_EQ(rows.size(), 11U);
  for (const Row& row : rows) {
    SCOPED_TRACE(joined(row));
    ASSERT_EQ(row.size(), 6U);
    HpaBehavior rules;
    rules.up.window_s = std::stod(row[3]);
    rules.down.window_s = std::stod(row[4]);
    EXPECT_EQ(hpa_stabilised(read_recommendations(row[0]), rules, std::stoi(row[1]),
                             std::stoi(row[2]), 0),
              std::stoi(row[5]));
  }
}

TEST(HpaConformance, stabilisation_without_behavior_follows_the_table_of_kubernetes) {
  SKIP_WITHOUT_VECTORS("hpa_stabilise_legacy.tsv");
  const auto rows = vectors_rows("hpa_stabilise_legacy.tsv");
  EXPECT_EQ(rows.size(), 5U);
  for (const Row& row : rows) {
    SCOPED_TRACE(joined(row));
    ASSERT_EQ(row.size(), 3U);
    EXPECT_EQ(hpa_stabilised(read_recommendations(row[0]), 300, std::stoi(row[1]), 0),
              std::stoi(row[2]));
  }
}

}  // namespace
}  // namespace headroom::rivals
