// Names of fields: found in any case, and no other name taken for one.
#include "http/fields.h"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

const std::vector<std::pair<std::string, Field>> known_names = {
    {"te", Field::hop_by_hop},
    {"host", Field::host},
    {"expect", Field::expect},
    {"cookie", Field::identity},
    {"upgrade", Field::upgrade},
    {"via", Field::via},
    {"trailer", Field::trailer},
    {"forwarded", Field::forwarding},
    {"x-real-ip", Field::forwarding},
    {"connection", Field::connection},
    {"keep-alive", Field::hop_by_hop},
    {"set-cookie", Field::identity},
    {"tracestate", Field::tracestate},
    {"traceparent", Field::traceparent},
    {"content-type", Field::content},
    {"x-request-id", Field::request_id},
    {"authorization", Field::identity},
    {"content-length", Field::content_length},
    {"http2-settings", Field::hop_by_hop},
    {"content-encoding", Field::content},
    {"proxy-connection", Field::hop_by_hop},
    {"www-authenticate", Field::identity},
    {"transfer-encoding", Field::transfer_encoding},
    {"proxy-authenticate", Field::hop_by_hop},
    {"proxy-authorization", Field::hop_by_hop},
    {"x-request-timeout-ms", Field::own},
    {"x-forwarded-for", Field::forwarding},
    {"x-forwarded-anything", Field::forwarding},
    {"x-headroom-priority", Field::own},
};

TEST(fields, are_known_in_any_case) {
  for (const auto& [name, meaning] : known_names) {
    EXPECT_EQ(classify(name), meaning) << name;
    std::string capital = name;
    for (std::size_t at = 0; at < name.size(); ++at) {
      if (std::isalpha(static_cast<unsigned char>(name[at])) == 0) continue;
      std::string mixed = name;
      mixed[at] = capital[at] = static_cast<char>(name[at] - 'a' + 'A');
      EXPECT_EQ(classify(mixed), meaning) << mixed;
    }
    EXPECT_EQ(classify(capital), meaning) << capital;
  }
}

TEST(fields, that_differ_in_one_byte_are_others) {
  for (const auto& [name, meaning] : known_names) {
    if (name.starts_with("x-forwarded-") || name.starts_with("x-headroom-")) continue;
    for (std::size_t at = 0; at < name.size(); ++at) {
      for (int c = 0x21; c < 0x7f; ++c) {
        std::string near = name;
        near[at] = static_cast<char>(c);
        const bool same = (c | 0x20) == name[at] && (std::isalpha(c) != 0 || c == name[at]);
        if (!same && is_token_byte(near[at])) {
          EXPECT_EQ(classify(near), Field::other) << near;
        }
      }
    }
    EXPECT_EQ(classify(name + "s"), Field::other);
    EXPECT_EQ(classify(std::string_view(name).substr(1)), Field::other);
  }
  EXPECT_EQ(classify("x-forwarded-"), Field::other);
  EXPECT_EQ(classify("x-forwarded_for"), Field::other) << "left out by its underscore";
  EXPECT_EQ(classify(""), Field::other);
}

TEST(fields, members_of_a_list_come_without_white_space_and_never_empty) {
  std::vector<std::string> members;
  for_each_member(" a ,,\tb\t, ,c d,", [&](std::string_view m) { members.emplace_back(m); });
  EXPECT_EQ(members, (std::vector<std::string>{"a", "b", "c d"}));
}

TEST(fields, of_tokens_and_values_have_the_bytes_of_their_grammar) {
  for (const char c : std::string_view("aZ09!#$%&'*+-.^_`|~")) EXPECT_TRUE(is_token_byte(c)) << c;
  for (const char c : std::string_view(" \t\"(),/:;<=>?@[\\]{}\x7f\x80", 21)) {
    EXPECT_FALSE(is_token_byte(c)) << c;
  }
  for (const char c : std::string_view(" \t~\x80\xff")) EXPECT_TRUE(is_value_byte(c));
  for (const char c : std::string_view("\0\r\n\x0b\x1f\x7f", 6)) EXPECT_FALSE(is_value_byte(c));
}

}  // namespace
}  // namespace headroom::http
