// Names of columns and what their values are.
#include "core/rate_unit.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

TEST(RateUnit, is_read_in_the_name_however_it_is_written) {
  const struct {
    const char* column;
    double length_s;
  } cases[] = {{"requests_per_second", 1},
               {"requests_per_minute", 60},
               {"requests per hour", 3600},
               {"RequestsPerMinute", 60},
               {"purchases_per_day", 86400},
               {"hits_per_5m", 300},
               {"req/10 min", 600},
               {"req/s", 1},
               {"rate (1/min)", 60},
               {"http.rps", 1},
               {"rpm", 60},
               {"RPM", 60},
               {"qps_p99", 1},
               {"requests_per_bin", 30},
               {"count_per_interval", 30}};
  for (const auto& c : cases) {
    const auto factor = per_second(c.column, 30);
    ASSERT_TRUE(factor) << c.column << factor.error().message;
    EXPECT_DOUBLE_EQ(*factor, 1 / c.length_s) << c.column;
  }
}

TEST(RateUnit, a_name_without_a_unit_is_per_second) {
  for (const char* column : {"rate", "load_mw", "users", "value", "latency_ms", "", "λ", "per"})
    EXPECT_EQ(per_second(column, 60), 1) << column;
}

TEST(RateUnit, a_count_of_it_is_not_said_what_is_refused_unless_a_bin_is_a_second) {
  for (const char* column : {"requests", "http_requests_total", "count", "Hits", "request_count"}) {
    EXPECT_EQ(per_second(column, 1), 1) << column;
    EXPECT_FALSE(per_second(column, 60)) << column;
  }
  EXPECT_EQ(per_second("requests", 60).error().message,
            "column 'requests' does not say per what: name it requests_per_bin if it counts those "
            "of each 60 s, or requests_per_second");
}

TEST(RateUnit, a_unit_that_is_no_time_is_refused) {
  for (const char* column : {"requests_per_pod", "requests_per_0s", "load/7", "a_per_\x1b[2J"})
    EXPECT_FALSE(per_second(column, 60)) << column;
  EXPECT_EQ(per_second("a_per_\x1b[2J", 60).error().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace headroom
