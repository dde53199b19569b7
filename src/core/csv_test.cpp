// Cutting CSV text: line endings, headers as programs write them, fields of long and short lines.
#include "core/csv.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using Views = std::vector<std::string_view>;
using Two = std::array<std::string_view, 2>;

TEST(Csv, lines_end_as_on_any_system_and_the_last_need_not_end) {
  std::string_view rest = "a,b\r\n\nc\nd";
  Views lines;
  while (!rest.empty()) lines.push_back(take_line(rest));
  EXPECT_EQ(lines, (Views{"a,b", "", "c", "d"}));
  EXPECT_EQ(take_line(rest), "");
}

TEST(Csv, names_of_columns_have_no_space_around_them_and_no_mark_before_them) {
  EXPECT_EQ(column_names("\xef\xbb\xbf"
                         "a, b ,c"),
            (Views{"a", "b", "c"}));
  EXPECT_EQ(column_names("\"Time\",\"a b\""), (Views{"Time", "a b"}));
  EXPECT_EQ(column_names(""), (Views{""}));
}

TEST(Csv, of_many_names_a_few_are_listed_and_none_commands_a_terminal) {
  EXPECT_EQ(listed({"a", "b\x1b[2J"}), "a, b\\x1b[2J");
  EXPECT_EQ(listed(Views(8, "x")).size(), 22U);
  EXPECT_TRUE(listed(Views(1000, "x")).ends_with(", x and 992 more"));
  EXPECT_LT(listed(Views(1000, std::string(100, 'x'))).size(), 400U);
}

TEST(Csv, two_fields_are_found_when_the_line_has_as_many_as_it_should) {
  EXPECT_EQ(two_fields("1, 2 ,3", 3, 0, 1), (Two{"1", "2"}));
  EXPECT_EQ(two_fields("1,\"2\", \"\"", 3, 1, 2), (Two{"2", ""})) << "as jq and spreadsheets write";
  EXPECT_EQ(two_fields("1,2,3", 3, 2, 0), (Two{"3", "1"}));
  EXPECT_EQ(two_fields("1,,", 3, 0, 2), (Two{"1", ""}));
  EXPECT_EQ(two_fields("1,2", 2, 0, SIZE_MAX), (Two{"1", ""})) << "there is no second one";
  EXPECT_EQ(two_fields("1,2", 3, 0, 1), std::nullopt);
  EXPECT_EQ(two_fields("1,2,3,4", 3, 0, 1), std::nullopt);
  EXPECT_EQ(two_fields("", 1, 0, 0), (Two{"", ""}));
}

}  // namespace
}  // namespace headroom
