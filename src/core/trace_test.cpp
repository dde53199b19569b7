// Traces: what is read, what is refused and how it says so, slices and gaps.
#include "core/trace.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

Trace parsed(std::string_view csv, std::string_view column = {}) {
  auto trace = parse_trace(csv, {.file = "t.csv", .column = column});
  EXPECT_TRUE(trace) << trace.error().message;
  return trace.value_or(Trace{});
}

std::string refusal(std::string_view csv, std::string_view column = {}) {
  const auto trace = parse_trace(csv, {.file = "t.csv", .column = column});
  EXPECT_FALSE(trace);
  return trace ? "" : trace.error().message;
}

TEST(trace, reads_the_single_value_column_and_the_grid) {
  const Trace trace = parsed("timestamp_seconds,load_mw\n100,1.5\n160,2\n220,3e2\n");
  EXPECT_EQ(trace.column, "load_mw");
  EXPECT_EQ(trace.start_s, 100);
  EXPECT_EQ(trace.bin_s, 60);
  EXPECT_EQ(trace.end_s(), 280);
  EXPECT_EQ(trace.values, (std::vector<double>{1.5, 2, 300}));
}

TEST(trace, accepts_carriage_returns_a_byte_order_mark_and_a_missing_last_newline) {
  const Trace trace = parsed("\xef\xbb\xbftimestamp_seconds, rate\r\n0,1\r\n1,2");
  EXPECT_EQ(trace.column, "rate");
  EXPECT_EQ(trace.values, (std::vector<double>{1, 2}));
}

TEST(trace, finds_the_stamp_column_wherever_it_stands) {
  EXPECT_EQ(parsed("rate,timestamp_seconds,users\n7,0,1\n8,1,1\n", "rate").values,
            (std::vector<double>{7, 8}));
  EXPECT_EQ(parsed("rate,timestamp_seconds,users\n7,0,1\n8,1,2\n", "users").values,
            (std::vector<double>{1, 2}));
}

TEST(trace, prefers_requests_per_second_where_there_are_several_columns) {
  EXPECT_EQ(parsed("timestamp_seconds,users,requests_per_second\n0,1,5\n1,1,6\n").values,
            (std::vector<double>{5, 6}));
}

TEST(trace, leaves_empty_values_and_missing_rows_unknown) {
  const Trace trace = parsed("timestamp_seconds,rate\n0,1\n1,\n2,0\n5,4\n");
  ASSERT_EQ(trace.values.size(), 6U);
  for (const std::size_t i : {1U, 3U, 4U}) EXPECT_TRUE(Trace::unknown(trace.values[i])) << i;
  EXPECT_EQ(trace.values[2], 0);
  EXPECT_EQ(trace.values[5], 4);
}

TEST(trace, refuses_bad_input_with_file_line_and_reason) {
  const struct {
    std::string_view csv, column, message;
  } cases[] = {
      {"", "", "t.csv: is empty"},
      {"time,rate\n0,1\n", "",
       "t.csv:1: has no column 'timestamp_seconds'; its columns are time, rate"},
      {"timestamp_seconds\n0\n", "", "t.csv: has no value column"},
      {"timestamp_seconds,a,b\n0,1,2\n", "",
       "t.csv: has several value columns; choose one with --column: a, b; or say --requests when "
       "each row is one request"},
      {"timestamp_seconds,a,b\n0,1,2\n", "c", "t.csv: has no column 'c'; its columns are a, b"},
      {"timestamp_seconds,a\n0,1\n", "",
       "t.csv: has 1 row of values; two are the least that tell the bin width"},
      {"timestamp_seconds,a\n0,1\n0,2\n", "", "t.csv:3: timestamp_seconds 0 is there twice"},
      {"timestamp_seconds,a\n5,1\n4,2\n", "",
       "t.csv:3: timestamp_seconds 4 comes after 5: rows must be sorted"},
      {"timestamp_seconds,a\n0,1\n1,nan\n", "", "t.csv:3: a 'nan' is not a finite number"},
      {"timestamp_seconds,a\n0,1\n1,1e999\n", "", "t.csv:3: a '1e999' is not a finite number"},
      {"timestamp_seconds,a\n0,1\nx,2\n", "", "t.csv:3: timestamp_seconds 'x' is not a number"},
      {"timestamp_seconds,a\n0,1\n1\n", "", "t.csv:3: has not the 2 fields of the header"},
      {"timestamp_seconds,a\n0,1\n1,2,3\n", "", "t.csv:3: has not the 2 fields of the header"},
      {"timestamp_seconds,a\n0,1\n2,1\n5,1\n", "",
       "t.csv:4: timestamp_seconds 5 is not on the grid of 2 s that starts at 0"},
      {"timestamp_seconds,a\n0,1\n1,1\n1000000000000,1\n", "",
       "t.csv: spans 1000000000001 bins of 1 s, more than 50000000"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.csv, c.column), c.message) << c.csv;
}

TEST(trace, a_slice_holds_the_bins_that_begin_inside) {
  const Trace trace = parsed("timestamp_seconds,rate\n100,1\n110,2\n120,3\n130,4\n");
  const auto middle = slice(trace, 105, 130);
  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->start_s, 110);
  EXPECT_EQ(middle->values, (std::vector<double>{2, 3}));
  EXPECT_EQ(slice(trace, -1e9, 1e9)->values.size(), 4U);
  const auto outside = slice(trace, 140, 200);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().message,
            "no bin of the trace begins in [140, 200): it covers [100, 140) in bins of 10 s");
}

TEST(trace, gaps_are_filled_on_a_straight_line_and_with_the_nearest_value_at_the_ends) {
  const Trace trace = parsed("timestamp_seconds,rate\n0,\n1,2\n2,\n3,\n4,8\n5,\n");
  const auto filled = fill_gaps(trace, 2);
  ASSERT_TRUE(filled);
  EXPECT_EQ(filled->values, (std::vector<double>{2, 2, 4, 6, 8, 8}));
}

TEST(trace, a_gap_longer_than_allowed_is_refused) {
  const Trace trace = parsed("timestamp_seconds,rate\n0,1\n1,\n2,\n3,4\n");
  const auto filled = fill_gaps(trace, 1);
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().message, "rate is unknown for 2 bins from 1; at most 1 are filled in");
  EXPECT_FALSE(fill_gaps(parsed("timestamp_seconds,rate\n0,\n1,\n"), 10));
}

}  // namespace
}  // namespace headroom
