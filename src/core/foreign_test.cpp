// What people have instead of CSV, and what they are told to do.
#include "core/foreign.h"

#include <gtest/gtest.h>

#include "core/trace.h"

namespace headroom {
namespace {

std::string refusal(const std::string& text) {
  const auto checked = check_is_csv(text, "t.txt");
  EXPECT_FALSE(checked) << text;
  return checked ? "" : checked.error().message;
}

TEST(Foreign, each_format_gets_a_sentence_that_says_what_to_do) {
  EXPECT_EQ(refusal(R"({"status":"success","data":{"resultType":"matrix","result":[]}})"),
            "t.txt: is an answer of Prometheus in JSON; make CSV of its first series: jq -r "
            "'\"timestamp_seconds,requests_per_second\",(.data.result[0].values[]|@csv)' t.txt > "
            "rates.csv");
  EXPECT_EQ(refusal("\n [1, 2]"),
            "t.txt: is JSON; what is read is CSV: a line timestamp_seconds,requests_per_second and "
            "then one for each bin");
  EXPECT_EQ(refusal("::1 - - [03/Oct/2026:19:42:00 +0200] \"GET / HTTP/1.1\" 200 5 \"-\" \"a\"\n"),
            "t.txt: is an access log; make CSV of its times: awk -F'[][]' 'BEGIN{print "
            "\"timestamp_seconds\"}{print $2}' t.txt > requests.csv");
  EXPECT_EQ(refusal("timestamp_seconds;rate\n0;1,5\n"),
            "t.txt: has semicolons between its fields; make commas of them, and points of commas: "
            "tr ';,' ',.' < t.txt > commas.csv");
  EXPECT_EQ(refusal("timestamp_seconds\trate\n0\t1\n"),
            "t.txt: has tabs between its fields; make commas of them: tr '\\t' ',' < t.txt > "
            "commas.csv");
  for (const char* row : {"0,1\n60,2\n", "2026-10-03T19:42:00Z,5\n"})
    EXPECT_EQ(refusal(row),
              "t.txt: has no header: its first line is to name its columns, as in "
              "timestamp_seconds,requests_per_second");
}

TEST(Foreign, csv_is_none_of_them) {
  for (const char* text : {"timestamp_seconds,rate\n0,1\n", "timestamp_seconds\n1\n", "", "a,b;c\n",
                           "timestamp_seconds,load [x]\n"})
    EXPECT_TRUE(check_is_csv(text, "t")) << text;
}

TEST(Foreign, what_the_commands_make_is_read) {
  const auto of_jq = parse_trace(
      "timestamp_seconds,requests_per_second\n1791056520,\"212.5\"\n1791056580,\"890\"\n", {});
  ASSERT_TRUE(of_jq) << of_jq.error().message;
  EXPECT_EQ(of_jq->values, (std::vector<double>{212.5, 890}));
  const auto of_tr = parse_trace("timestamp_seconds,rate\n0,1.5\n1,2\n", {});
  ASSERT_TRUE(of_tr);
  EXPECT_EQ(of_tr->values, (std::vector<double>{1.5, 2}));
}

}  // namespace
}  // namespace headroom
