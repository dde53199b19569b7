// Which part of a promise was broken, and by which reasons.
#include "report/losses.h"

#include <gtest/gtest.h>

namespace headroom::report {
namespace {

spec::Objective promise() {
  spec::Objective objective;
  objective.quantile = 0.99;
  objective.latency = std::chrono::milliseconds(150);
  objective.availability = 0.999;
  return objective;
}

TEST(Losses, each_part_of_the_promise_that_is_not_kept_is_named) {
  EXPECT_EQ(broken_text({}, promise()), "") << "nothing arrived";
  EXPECT_EQ(broken_text({.good = 990, .late = 10}, promise()), "") << "just what is permitted";
  EXPECT_EQ(broken_text({.good = 980, .late = 15, .shed = 5}, promise()),
            "2% missed, at most 1% may");
  EXPECT_EQ(broken_text({.good = 980, .late = 20}, promise()), "2% missed, at most 1% may");
  EXPECT_EQ(broken_text({.good = 995, .failed = 5}, promise()), "0.5% failed, at most 0.1% may");
  EXPECT_EQ(broken_text({.good = 995, .shed = 5}, promise()), "")
      << "it would have been late, and 1% may";
  EXPECT_EQ(broken_text({.good = 900, .late = 40, .failed = 60}, promise()),
            "10% missed, at most 1% may; 6% failed, at most 0.1% may");
}

TEST(Losses, a_promise_has_both_its_parts) {
  EXPECT_EQ(promise_text(promise()), "99% within 150ms, at most 0.1% failed");
}

TEST(Losses, the_most_frequent_reason_comes_first) {
  EXPECT_EQ(reasons_text({}), "");
  EXPECT_EQ(reasons_text({{"a", 2}, {"b", 1200}, {"c", 2}}), "1,200 b, 2 a, 2 c");
}

}  // namespace
}  // namespace headroom::report
