// Moments written out.
#include "core/rfc3339.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

std::string text(std::int64_t ns) {
  return std::string(Rfc3339(wall_from_unix_ns(ns)).text());
}

TEST(Rfc3339, is_utc_to_the_millisecond_that_has_begun) {
  EXPECT_EQ(text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(text(1'796'069'709'123'999'999), "2026-11-30T20:15:09.123Z");
  EXPECT_EQ(text(951'782'399'999'999'999), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(text(951'782'400'000'000'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace headroom
