// Reading and writing of small values.
#include "core/text.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using namespace std::chrono_literals;

TEST(Text, durations_are_read_and_written_back) {
  const std::pair<const char*, Duration> cases[] = {
      {"150ms", 150ms}, {"2s", 2s}, {"1m30s", 90s}, {"28d", 28 * 24h}, {"0", 0s}, {"1.5s", 1500ms}};
  for (const auto& [text, value] : cases) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(*parse_duration(text), value) << text;
    EXPECT_EQ(*parse_duration(format_duration(value)), value) << text;
  }
  EXPECT_EQ(format_duration(90s), "1m30s");
}

TEST(Text, what_is_not_a_duration_is_refused) {
  for (const char* text : {"", "5", "ms", "1 s", "-1s", "1y", "1.2.3s", "1s2", "1e3s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Text, shares_are_percent_or_fraction) {
  EXPECT_DOUBLE_EQ(*parse_share("99.9%"), 0.999);
  EXPECT_DOUBLE_EQ(*parse_share("0.5"), 0.5);
  for (const char* text : {"", "101%", "-1%", "1.5", "nan", "%"})
    EXPECT_FALSE(parse_share(text)) << text;
  EXPECT_EQ(format_share(0.999), "99.9%");
  EXPECT_EQ(format_share(1.0), "100%");
}

TEST(Text, sizes_have_binary_and_decimal_units) {
  EXPECT_EQ(*parse_bytes("64KiB"), 65536);
  EXPECT_EQ(*parse_bytes("1GB"), 1'000'000'000);
  EXPECT_EQ(*parse_bytes("17"), 17);
  for (const char* text : {"", "KiB", "1 KiB", "-5", "1kib"})
    EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(Text, sizes_are_written_in_the_largest_exact_unit) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "0B"}, {1000, "1000B"}, {65536, "64KiB"}, {256 << 20, "256MiB"}, {1536, "1536B"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(format_bytes(bytes), text);
    EXPECT_EQ(*parse_bytes(text), bytes);
  }
}

TEST(Text, well_formed_utf8_ends_at_the_first_bad_byte) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"", 0}, {"abc", 3}, {"gr\xc3\xbc", 4}, {"a\xff", 1}, {"ab\xc3", 2}, {"\xed\xa0\x80", 0}};
  for (const auto& [text, good] : cases) EXPECT_EQ(utf8_prefix(text), good) << text;
}

TEST(Text, integers_are_strict) {
  EXPECT_EQ(parse_integer("-12"), -12);
  for (const char* text : {"", "+1", " 1", "1 ", "0x1", "9223372036854775808", "1.0"})
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
}

TEST(Text, the_nearest_name_is_offered_only_for_a_slip) {
  const std::string_view known[] = {"objective", "replicas", "routes"};
  EXPECT_EQ(nearest("objectve", known), "objective");
  EXPECT_EQ(nearest("Replica", known), "replicas");
  EXPECT_EQ(nearest("rotues", known), "routes");
  EXPECT_EQ(nearest(std::string(100'000, 'o'), known), std::nullopt);
  EXPECT_EQ(nearest("database", known), std::nullopt);
}

TEST(Text, json_strings_are_escaped_and_valid) {
  EXPECT_EQ(json_quote("a\"b\\\n\x01"), "\"a\\\"b\\\\\\u000a\\u0001\"");
  EXPECT_EQ(json_quote("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
  EXPECT_EQ(json_quote("\xff\xc3"), "\"\\ufffd\\ufffd\"");
}

TEST(Text, what_a_file_holds_is_shown_and_never_obeyed) {
  const struct {
    std::string_view text, shown;
  } cases[] = {
      {"plain ü 漢 text", "plain ü 漢 text"},
      {"a\nb\tc", "a\\nb\\x09c"},
      {"\x1b[31m\x7f", "\\x1b[31m\\x7f"},
      {"\xc2\x9b"
       "2J",
       "\\xc2\\x9b2J"},
      {"\x9b"
       "2J",
       "\\x9b2J"},
      {"abc\u202e", "abc\\xe2\\x80\\xae"},
      {"\u2066\u2028", "\\xe2\\x81\\xa6\\xe2\\x80\\xa8"},
      {"cut \xe6\xbc", "cut \\xe6\\xbc"},
  };
  for (const auto& c : cases) EXPECT_EQ(printable(c.text), c.shown);
  EXPECT_EQ(printable(std::string(80, 'x')), std::string(80, 'x'));
  EXPECT_EQ(printable(std::string(81, 'x')), std::string(80, 'x') + "...");
  EXPECT_EQ(printable(std::string(79, 'x') + "漢字"), std::string(79, 'x') + "漢...");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable_lines("one\x1b\n\ntwo " + std::string(500, 'x')),
            "one\\x1b\n\ntwo " + std::string(500, 'x'));
}

}  // namespace
}  // namespace headroom
