// How long most last, from those that are over and those that go on.
#include "scale/survival.h"

#include <gtest/gtest.h>

namespace headroom::scale {
namespace {

Lifetime over(double seconds) {
  return {.seconds = seconds};
}
Lifetime going_on(double seconds) {
  return {.seconds = seconds, .over = false};
}

TEST(Survival, where_all_are_over_it_is_their_quantile) {
  std::vector<Lifetime> ten;
  for (int i = 10; i >= 1; --i) ten.push_back(over(i));
  EXPECT_EQ(outlasted_by(0.1, ten), 9);
  EXPECT_EQ(outlasted_by(0.5, ten), 5);
  EXPECT_EQ(outlasted_by(0, ten), 10);
  EXPECT_EQ(outlasted_by(0.1, {}), std::nullopt);
}

TEST(Survival, what_has_only_begun_tells_nothing_of_what_takes_longer) {
  EXPECT_EQ(outlasted_by(0.1, {over(3), over(3), going_on(1), going_on(2)}), 3);
}

TEST(Survival, what_goes_on_for_longer_than_all_others_leaves_it_open) {
  EXPECT_EQ(outlasted_by(0.1, {over(3), over(3), going_on(4)}), std::nullopt);
  EXPECT_EQ(outlasted_by(0.4, {over(3), over(3), going_on(4)}), 3);
}

/// Times of remission of leukaemia patients with 6-mercaptopurine, weeks (Freireich et al., 1963):
/// the textbook's example, whose median is 23.
TEST(Survival, agrees_with_the_example_of_the_textbooks) {
  const std::vector<Lifetime> patients{
      over(6),      over(6),      over(6),      going_on(6), over(7),      going_on(9),
      over(10),     going_on(10), going_on(11), over(13),    over(16),     going_on(17),
      going_on(19), going_on(20), over(22),     over(23),    going_on(25), going_on(32),
      going_on(32), going_on(34), going_on(35)};
  EXPECT_EQ(outlasted_by(0.5, patients), 23);
  EXPECT_EQ(outlasted_by(0.807, patients), 7);   // S(7) = 0.8067
  EXPECT_EQ(outlasted_by(0.753, patients), 10);  // S(10) = 0.7529
  EXPECT_EQ(outlasted_by(0.4, patients), std::nullopt);
}

TEST(Survival, what_counts_for_less_moves_it_by_less) {
  const auto with = [](double weight) {
    std::vector<Lifetime> all{{.seconds = 100, .over = true, .weight = weight}};
    for (int i = 0; i < 8; ++i) all.push_back(over(3));
    return outlasted_by(0.1, all);
  };
  EXPECT_EQ(with(1), 100);
  EXPECT_EQ(with(0.5), 3);
}

}  // namespace
}  // namespace headroom::scale
