// Every reason that the code can give is one that metrics count from the start.
#include "gateway/reasons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace headroom::gateway {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(std::filesystem::path(HEADROOM_SOURCE "/src") / path);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What the first group of `pattern` finds in a file.
std::set<std::string> found(const std::string& pattern, const std::filesystem::path& path) {
  const std::string code = content(path);
  const std::regex regex(pattern);
  std::set<std::string> all;
  for (std::sregex_iterator at(code.begin(), code.end(), regex), end; at != end; ++at)
    for (std::size_t group = 1; group < at->size(); ++group)
      if ((*at)[group].matched) all.insert((*at)[group]);
  return all;
}

bool knows(std::span<const std::string_view> reasons, const std::string& reason) {
  return std::ranges::find(reasons, reason) != reasons.end();
}

TEST(Reasons, for_which_a_request_was_shed_or_failed_are_all_known) {
  int count = 0;
  // The reason of an answer, up to the outcome that it ends with.
  const std::string answer =
      R"re((?:answer|cause =) ?[({]{1,2}[^",{}]*, [^",]*"([a-z_0-9]+)"(?: : "([a-z_0-9]+)")?)re"
      R"re([^;]*?Outcome::(?:shed|failed)\})re";
  for (const auto& entry : std::filesystem::directory_iterator(HEADROOM_SOURCE "/src/gateway")) {
    if (!entry.path().filename().string().starts_with("exchange")) continue;
    const auto path = std::filesystem::path("gateway") / entry.path().filename();
    std::set<std::string> reasons = found(answer, path);
    reasons.merge(found(R"re(upstream_broke\("([a-z_0-9]+_[a-z_0-9]+)"\))re", path));
    reasons.merge(found(R"re(reason_ = "([a-z_0-9]+)")re", path));
    for (const std::string& reason : reasons) {
      if (reason == "client_gone" || knows(refused_reasons(), reason)) continue;
      ++count;
      EXPECT_TRUE(knows(missed_reasons(), reason)) << reason << " in " << path;
    }
  }
  EXPECT_GE(count, 12);
}

TEST(Reasons, for_which_an_answer_of_a_replica_is_none_are_all_known) {
  const std::string named = R"re("([a-z]+_[a-z_0-9]+)")re";
  std::set<std::string> reasons = found(named, "http/response_parser.cpp");
  reasons.merge(found(named, "http/body.cpp"));
  // Of requests alone; renamed for answers; or told as upstream_closed.
  for (const char* other : {"body_too_large", "head_too_large", "too_many_headers",
                            "trailers_too_large", "no_response"})
    reasons.erase(other);
  EXPECT_GE(reasons.size(), 12U);
  for (const std::string& reason : reasons) EXPECT_TRUE(knows(missed_reasons(), reason)) << reason;
}

TEST(Reasons, for_which_a_request_is_refused_are_all_known) {
  std::set<std::string> reasons;
  const std::string named = R"re("([a-z]+_[a-z_0-9]+|loop)")re";
  for (const char* file : {"http/body.cpp", "http/head.cpp", "http/request_parser.cpp",
                           "http/target.cpp", "http/proxy_header.cpp", "gateway/router.cpp"})
    reasons.merge(found(named, file));
  reasons.merge(found(R"re(refused\["([a-z_]+)"\])re", "gateway/exchange_time.cpp"));
  reasons.merge(found(R"re(refuse\(\d+, "([a-z_]+)")re", "gateway/exchange.cpp"));
  reasons.merge(found(R"re(ause\{? ?=? ?\{\d+, "([a-z_]+)")re", "gateway/exchange_end.cpp"));
  for (const char* other : {"invalid_status_line"}) reasons.erase(other);  // of answers alone
  EXPECT_GE(reasons.size(), 40U);
  for (const std::string& reason : reasons) EXPECT_TRUE(knows(refused_reasons(), reason)) << reason;
}

TEST(Reasons, stand_in_their_lists_once) {
  for (const auto reasons : {missed_reasons(), refused_reasons()})
    EXPECT_EQ(std::set(reasons.begin(), reasons.end()).size(), reasons.size());
}

}  // namespace
}  // namespace headroom::gateway
