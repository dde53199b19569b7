// KEDA's own table for the strategies of a ScaledJob.
#include "scale/rivals/keda_rules.h"
#include "scale/rivals/vectors_for_test.h"

namespace headroom::rivals {
namespace {

ScaledJobStrategy strategy_of(const std::string& name) {
  if (name == "accurate") return ScaledJobStrategy::accurate;
  if (name == "eager") return ScaledJobStrategy::eager;
  EXPECT_EQ(name, "default");
  return ScaledJobStrategy::standard;
}

TEST(KedaConformance, scaled_jobs_follow_the_table_of_keda) {
  SKIP_WITHOUT_VECTORS("keda_scaledjob.tsv");
  const auto rows = vectors_rows("keda_scaledjob.tsv");
  EXPECT_EQ(rows.size(), 15U);
  for (const Row& row : rows) {
    SCOPED_TRACE(joined(row));
    ASSERT_EQ(row.size(), 6U);
    const ScaledJobRules rules{.strategy = strategy_of(row[0]), .replicas_max = std::stoll(row[4])};
    EXPECT_EQ(scaled_job_scale(rules, {.asked = std::stoll(row[1]),
                                       .running = std::stoll(row[2]),
                                       .pending = std::stoll(row[3])}),
              std::stoll(row[5]));
  }
}

}  // namespace
}  // namespace headroom::rivals
