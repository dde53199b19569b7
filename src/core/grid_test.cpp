// Grids from stamps that are rounded, jitter, are missing, or one of which is wrong.
#include "core/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace headroom {
namespace {

TEST(grid, the_least_step_is_the_bin_where_all_stamps_are_on_it) {
  const std::vector<double> stamps = {100, 160, 220, 400, 460};
  const Grid grid = find_grid(stamps);
  EXPECT_EQ(grid.start, 100);
  EXPECT_EQ(grid.bin, 60);
  EXPECT_EQ(grid.places, (std::vector<double>{0, 1, 2, 5, 6}));
  EXPECT_EQ(grid.misfits, 0U);
}

TEST(grid, a_thing_that_is_rarely_seen_is_on_the_grid_of_its_least_step) {
  const std::vector<double> stamps = {0, 7, 9, 21, 22, 40, 53, 57, 60, 74};
  const Grid grid = find_grid(stamps);
  EXPECT_EQ(grid.bin, 1);
  EXPECT_EQ(grid.places, stamps);
}

TEST(grid, stamps_rounded_to_milliseconds_are_on_the_grid_of_thirds) {
  std::vector<double> stamps;
  for (int k = 0; k < 5000; ++k) stamps.push_back(std::round(k * 1000 / 3.0) / 1000);
  const Grid grid = find_grid(stamps);
  EXPECT_EQ(grid.misfits, 0U);
  EXPECT_DOUBLE_EQ(grid.bin, 1 / 3.0);
  EXPECT_EQ(grid.start, 0);
  EXPECT_EQ(grid.places.back(), 4999);
}

TEST(grid, one_stamp_that_is_early_or_late_is_the_misfit_wherever_it_stands) {
  for (const double wrong_by : {-0.4, -0.3, -0.2, 0.2, 0.3, 0.4})
    for (std::size_t wrong = 0; wrong < 8; ++wrong) {
      std::vector<double> stamps;
      for (int k = 0; k < 8; ++k) stamps.push_back(1'700'000'000 + 15.0 * k);
      stamps[wrong] += 15 * wrong_by;
      const Grid grid = find_grid(stamps);
      EXPECT_EQ(grid.misfits, 1U) << wrong << " by " << wrong_by;
      EXPECT_EQ(grid.first_misfit, wrong) << wrong_by;
      EXPECT_EQ(grid.bin, 15);
    }
}

/// A series as programs record them: `bin` apart, rounded, late by some milliseconds, with gaps.
struct Recorded {
  std::vector<double> stamps, places;
  double start, bin;
};

Recorded record(Random& random) {
  constexpr double bins[] = {0.1, 0.25, 1 / 3.0, 0.5, 1, 1.5, 5, 15, 60, 300};
  Recorded out;
  out.bin = bins[random.next() % std::size(bins)];
  out.start = random.uniform() < 0.5 ? 0 : 1'700'000'000;
  const double jitter = 0.04 * out.bin * random.uniform();
  const double missing = 0.3 * random.uniform();
  const auto count = 3 + random.next() % 2000;
  for (std::uint64_t k = 0; k < count; ++k) {
    if (k > 0 && random.uniform() < missing) continue;
    const double off = jitter * (2 * random.uniform() - 1);
    out.places.push_back(static_cast<double>(k));
    out.stamps.push_back(std::round((out.start + out.bin * static_cast<double>(k) + off) * 1e3) /
                         1e3);
  }
  return out;
}

TEST(grid, every_stamp_finds_its_bin_through_jitter_rounding_and_gaps) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const Recorded recorded = record(random);
    if (recorded.stamps.size() < 20) continue;  // too few to tell a gap from a bin
    const Grid grid = find_grid(recorded.stamps);
    ASSERT_EQ(grid.misfits, 0U);
    ASSERT_EQ(grid.places, recorded.places);
    ASSERT_NEAR(grid.bin, recorded.bin, 0.01 * recorded.bin);
  }
}

TEST(grid, a_stray_stamp_is_blamed_and_no_other) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    Recorded recorded = record(random);
    if (recorded.stamps.size() < 20) continue;
    const std::size_t stray = random.next() % recorded.stamps.size();
    const double by = (0.2 + 0.15 * random.uniform()) * (random.uniform() < 0.5 ? -1 : 1);
    recorded.stamps[stray] += by * recorded.bin;
    const Grid grid = find_grid(recorded.stamps);
    ASSERT_EQ(grid.misfits, 1U);
    ASSERT_EQ(grid.first_misfit, stray);
  }
}

}  // namespace
}  // namespace headroom
