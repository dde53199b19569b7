// Which stamps are taken for seconds.
#include "core/stamps.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

std::string verdict(double first, double last, double bin) {
  const auto checked = check_seconds(first, last, bin);
  return checked ? "" : checked.error().message;
}

TEST(stamps, dates_in_a_smaller_unit_are_refused_and_the_unit_is_named) {
  EXPECT_EQ(
      verdict(1718000000000, 1718000600000, 1000),
      "timestamp_seconds begins at 1718000000000, which looks like milliseconds: divide it by "
      "1000");
  EXPECT_NE(verdict(1718000000e6, 1718000600e6, 1e6).find("microseconds: divide it by 1000000"),
            std::string::npos);
  EXPECT_NE(verdict(1718000000e9, 1718000600e9, 1e9).find("nanoseconds: divide it by 1000000000"),
            std::string::npos);
}

TEST(stamps, a_grid_that_only_a_smaller_unit_explains_is_refused) {
  EXPECT_EQ(
      verdict(0, 599000, 1000),
      "timestamp_seconds has steps of 1000, which looks like milliseconds: divide it by 1000, "
      "or count the seconds from 1970 where they are right");
  for (const double bin_s : {1., 2., 5., 10., 15., 30., 60., 300., 600., 900., 3600., 86400.}) {
    EXPECT_NE(verdict(0, 100 * bin_s * 1e3, bin_s * 1e3).find("milliseconds"), std::string::npos);
    EXPECT_NE(verdict(0, 100 * bin_s * 1e6, bin_s * 1e6).find("microseconds"), std::string::npos);
    EXPECT_NE(verdict(0, 100 * bin_s * 1e9, bin_s * 1e9).find("nanoseconds"), std::string::npos);
  }
}

TEST(stamps, every_bin_that_people_choose_in_seconds_is_believed) {
  for (const double bin_s :
       {0.1,  0.25,  1.,    1.5,   5.,     7.,     15.,    60.,    100.,   300.,    500.,
        900., 3600., 5400., 7200., 10800., 18000., 21600., 43200., 86400., 604800., 2592000.})
    EXPECT_EQ(verdict(0, 100 * bin_s, bin_s), "") << bin_s;
}

TEST(stamps, dates_in_seconds_are_never_doubted) {
  EXPECT_EQ(verdict(804571200, 804671200, 1000), "");
  EXPECT_EQ(verdict(4e9, 5e9, 60000), "");
}

}  // namespace
}  // namespace headroom
