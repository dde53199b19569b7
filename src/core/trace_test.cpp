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
      {"timestamp_seconds,a\n0,1\n0,2\n", "",
       "t.csv:3: timestamp_seconds 0 is there twice, on line 2 too; where each row is one request, "
       "say --requests"},
      {"timestamp_seconds,a\n5,1\n4,2\n", "",
       "t.csv:3: timestamp_seconds 4 comes after 5: rows must be sorted"},
      {"timestamp_seconds,a\n0,1\n1,nan\n", "", "t.csv:3: a 'nan' is not a finite number"},
      {"timestamp_seconds,a\n0,1\n1,1e999\n", "", "t.csv:3: a '1e999' is not a finite number"},
      {"timestamp_seconds,a\n0,1\n1,1e300\n", "", "t.csv:3: a '1e300' is more than 1e+15"},
      {"timestamp_seconds,a\n0,1\nx,2\n", "",
       "t.csv:3: timestamp_seconds 'x' is not a number of seconds, nor a date such as "
       "2026-11-21T10:00:00Z"},
      {"timestamp_seconds,a\n0,1\n1\n", "", "t.csv:3: has not the 2 fields of the header"},
      {"timestamp_seconds,a\n0,1\n1,2,3\n", "", "t.csv:3: has not the 2 fields of the header"},
      {"timestamp_seconds,a\n0,1\n2,1\n5,1\n", "",
       "t.csv:4: timestamp_seconds 5 is 1 s early for rows that are 2 s apart from 0 on"},
      {"timestamp_seconds,a\n0,1\n1,1\n1000000000000,1\n", "",
       "t.csv: spans 1000000000001 bins of 1 s, more than 50000000"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.csv, c.column), c.message) << c.csv;
}

TEST(trace, ten_minutes_in_milliseconds_are_not_a_week) {
  std::string csv = "timestamp_seconds,rate\n";
  for (int i = 0; i < 600; ++i) csv += std::to_string(i * 1000) + ",1\n";
  EXPECT_EQ(
      refusal(csv),
      "t.csv: timestamp_seconds has steps of 1000, which looks like milliseconds: divide it by "
      "1000, or count the seconds from 1970 where they are right");
  EXPECT_EQ(
      refusal("timestamp_seconds,rate\n1718000000003,1\n1718000001001,1\n1718000002700,1\n"),
      "t.csv: timestamp_seconds begins at 1718000000003, which looks like milliseconds: divide "
      "it by 1000");
}

TEST(trace, stamps_that_are_rounded_or_late_by_milliseconds_are_in_their_bins) {
  const Trace thirds = parsed("timestamp_seconds,rate\n0,1\n0.333,2\n0.667,3\n1,4\n1.333,5\n2,6\n");
  EXPECT_DOUBLE_EQ(thirds.bin_s, 1 / 3.0);
  ASSERT_EQ(thirds.values.size(), 7U);
  EXPECT_TRUE(Trace::unknown(thirds.values[5]));
  EXPECT_EQ(thirds.values[6], 6);
  const Trace late = parsed(
      "timestamp_seconds,rate\n15.003,1\n30.001,2\n45.012,3\n75.002,4\n90.007,5\n105.001,6\n");
  EXPECT_EQ(late.start_s, 15);
  EXPECT_EQ(late.bin_s, 15);
  ASSERT_EQ(late.values.size(), 7U);
  EXPECT_TRUE(Trace::unknown(late.values[3]));
}

TEST(trace, one_stamp_that_is_early_is_blamed_itself) {
  EXPECT_EQ(refusal("timestamp_seconds,rate\n0,1\n1,1\n2,1\n2.7,1\n4,1\n5,1\n"),
            "t.csv:5: timestamp_seconds 2.7 is 0.3 s early for rows that are 1 s apart from 0 on");
  EXPECT_EQ(refusal("timestamp_seconds,rate\n0,1\n10,1\n20,1\n30,1\n40,1\n50,1\n60,1\n70,1\n80,1\n"
                    "85,1\n100,1\n"),
            "t.csv:11: timestamp_seconds 85 is 5 s early for rows that are 10 s apart from 0 on");
  EXPECT_EQ(refusal("timestamp_seconds,rate\n0,1\n1,1\n2,1\n2.001,1\n3,1\n4,1\n"),
            "t.csv:5: timestamp_seconds 2.001 is in the same bin of 1 s as 2 on line 4");
}

/// So many rows, so far apart, from a stamp on.
std::string rows(int count, double step_s, double begin_s) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(begin_s + i * step_s) + ",1\n";
  return text;
}

TEST(trace, rows_that_go_on_at_another_moment_after_a_gap_are_told_by_how_much) {
  const std::string header = "timestamp_seconds,rate\n";
  EXPECT_EQ(refusal(header + rows(300, 60, 0) + rows(400, 60, 17940 + 3617)),
            "t.csv:302: timestamp_seconds 21557 is 1h17s after the line before, no whole number of "
            "bins of 60 s: shift it and all that follow by -17 s");
  EXPECT_EQ(refusal(header + rows(400, 60, 0) + rows(300, 60, 23940 + 3580)),
            "t.csv:402: timestamp_seconds 27520 is 59m40s after the line before, no whole number "
            "of bins of 60 s: shift it and all that follow by 20 s");
  EXPECT_TRUE(parse_trace(header + rows(30, 60, 0) + rows(40, 60, 1740 + 3600), {}));
}

TEST(trace, requests_one_by_one_are_not_taken_for_a_rate) {
  std::string csv = "timestamp_seconds,bytes\n";
  for (int i = 0; i < 40; ++i) csv += std::to_string(i + 0.13 * (i * i % 7)) + ",1\n";
  const std::string told = refusal(csv);
  EXPECT_NE(told.find("rows are not evenly spaced"), std::string::npos) << told;
  EXPECT_NE(told.find("where each row is one request, say --requests"), std::string::npos) << told;
}

TEST(trace, stamps_may_be_dates_and_fields_may_be_quoted) {
  const Trace trace = parsed(
      "\"timestamp_seconds\",\"rate\"\n\"2026-11-21T10:00:00Z\",\"1\"\n2026-11-21 10:01:00,2\n"
      "21/Nov/2026:11:02:00 +0100,3\n1795255380,\"4\"\n");
  EXPECT_EQ(trace.start_s, 1795255200);
  EXPECT_EQ(trace.bin_s, 60);
  EXPECT_EQ(trace.values, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(parsed("timestamp_seconds,rate\n2026-11-21,1\n2026-11-22,2\n").bin_s, 86400);
}

TEST(trace, rates_are_per_second_whatever_unit_the_column_names) {
  const std::string rest = "\n0,60\n60,\n120,120\n";
  const auto values = [&](const std::string& column) {
    return parsed("timestamp_seconds," + column + rest).values;
  };
  EXPECT_EQ(values("requests_per_second")[2], 120);
  EXPECT_EQ(values("requests_per_minute")[2], 2);
  EXPECT_EQ(values("requests_per_bin")[0], 1);
  EXPECT_TRUE(Trace::unknown(values("requests_per_bin")[1]));
  EXPECT_EQ(refusal("timestamp_seconds,requests" + rest),
            "t.csv: column 'requests' does not say per what: name it requests_per_bin if it counts "
            "those of each 60 s, or requests_per_second");
  EXPECT_EQ(refusal("timestamp_seconds,hits_total\n0,1\n60,5\n120,5\n180,9\n"),
            "t.csv: column 'hits_total' only grows, so it counts all so far: read is a rate, in "
            "Prometheus rate(…[1m])");
}

TEST(trace, text_of_a_file_reaches_no_terminal_as_it_is) {
  const std::string red = "\x1b[31mred";
  const std::string many(1'000'000, 'x');
  for (const std::string& text : {red, "\xc2\x9b" + red, many}) {
    for (const std::string& csv :
         {"timestamp_seconds," + text + ",b\n0,1,1\n", text + "\n0\n",
          "timestamp_seconds,a\n" + text + ",1\n", "timestamp_seconds,a\n1," + text + "\n",
          "timestamp_seconds," + text + "\n1,y\n", "timestamp_seconds," + text + "\n0,\n1,\n"}) {
      auto trace = parse_trace(csv, {.file = "t.csv", .column = {}});
      if (trace) trace = fill_gaps(*std::move(trace), 1);
      ASSERT_FALSE(trace);
      EXPECT_LT(trace.error().message.size(), 400U);
      EXPECT_EQ(trace.error().message.find_first_of("\x1b\x9b"), std::string::npos);
    }
  }
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
  EXPECT_EQ(filled.error().message,
            "rate is unknown for 2 bins from 1 to 3, 2s: at most 1 are filled in; write rows with "
            "0 where "
            "nothing came, or take a part without the gap");
  EXPECT_FALSE(fill_gaps(parsed("timestamp_seconds,rate\n0,\n1,\n"), 10));
}

}  // namespace
}  // namespace headroom
