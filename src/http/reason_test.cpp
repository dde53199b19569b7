// Every reason that is given is in docs/http.md with its status, and no other.
#include "http/reason.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "http/hostile_requests.h"

namespace headroom::http {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A status and the word that goes with it.
using Reasons = std::set<std::pair<std::string, std::string>>;

/// What a row of the page names: | status | `reason`, `reason` | ...
Reasons named() {
  Reasons found;
  std::istringstream page(read(HEADROOM_SOURCE "/docs/http.md"));
  const std::regex row(R"(\| (\d{3}) \| ([^|]*) \|.*)");
  const std::regex word("`([a-z_0-9]+)`");
  for (std::string line; std::getline(page, line);) {
    std::smatch parts;
    if (!std::regex_match(line, parts, row)) continue;
    const std::string cell = parts[2];
    for (std::sregex_iterator at(cell.begin(), cell.end(), word), end; at != end; ++at)
      found.insert({parts[1], (*at)[1]});
  }
  return found;
}

/// Parsers and gateway, without their tests.
std::string code() {
  std::string all;
  for (const char* folder : {"/src/http", "/src/gateway"})
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(HEADROOM_SOURCE) + folder)) {
      const std::string name = entry.path().filename();
      if (name.ends_with(".cpp") && !name.ends_with("_test.cpp")) all += read(entry.path());
    }
  return std::regex_replace(all, std::regex(R"(\s+)"), " ");
}

/// A status, then the first text behind it, or one of two: {503, none ? "no_replica" : "queue_full"
Reasons answered(const std::string& source) {
  Reasons found;
  const std::regex answer(
      R"re(\b([45]\d\d), (?:[^",;]*? )?"([a-z_0-9]+)"(?: : "([a-z_0-9]+)")?)re");
  for (std::sregex_iterator at(source.begin(), source.end(), answer), end; at != end; ++at)
    for (const std::size_t group : {2U, 3U})
      if ((*at)[group].matched) found.insert({(*at)[1], (*at)[group]});
  return found;
}

TEST(reason, with_its_status_is_in_the_contract_whoever_gives_it) {
  // The answer of a replica is 502 whatever is wrong with it; one that is cut short is told as the
  // connection that was.
  const Reasons never_told = {{"400", "invalid_status_line"},
                              {"400", "truncated"},
                              {"502", "truncated"},
                              {"502", "no_response"}};
  const Reasons page = named();
  const Reasons given = answered(code());
  EXPECT_GT(given.size(), 60U);
  for (const auto& [status, reason] : given) {
    if (never_told.contains({status, reason})) continue;
    EXPECT_TRUE(page.contains({status, reason})) << status << " " << reason;
  }
}

TEST(reason, of_a_broken_replica_or_of_the_log_alone_is_in_the_contract) {
  const std::string text = read(HEADROOM_SOURCE "/docs/http.md");
  const std::string source = code();
  const std::regex cause(R"re((?:upstream_broke\(|reason_ = |\.reason = )"([a-z_0-9]+)")re");
  int found = 0;
  for (std::sregex_iterator at(source.begin(), source.end(), cause), end; at != end; ++at) {
    const std::string reason = (*at)[1];
    if (reason == "connect") continue;  // told as connect_failed
    ++found;
    EXPECT_NE(text.find("`" + reason + "`"), std::string::npos) << reason;
  }
  EXPECT_GE(found, 8);
}

TEST(reason, that_the_contract_names_is_in_the_code) {
  const std::string source = code();
  for (const auto& [status, reason] : named())
    EXPECT_NE(source.find('"' + reason + '"'), std::string::npos) << status << " " << reason;
}

TEST(reason, of_every_hostile_request_is_in_the_contract_with_its_status) {
  const Reasons page = named();
  for (const HostileRequest& hostile : hostile_requests())
    EXPECT_TRUE(page.contains({std::to_string(hostile.status), hostile.reason})) << hostile.reason;
  for (const auto& [path, fault] : hostile::bearable_paths)
    EXPECT_TRUE(page.contains({"400", fault})) << fault;
}

TEST(reason, of_a_refused_answer_has_the_word_of_its_standard) {
  EXPECT_EQ(explain_response("response_head_too_large").proxy_error,
            "http_response_header_section_size");
  EXPECT_EQ(explain_response("invalid_chunk").proxy_error, "http_response_transfer_coding");
  EXPECT_EQ(explain_response("upstream_closed").proxy_error, "http_response_incomplete");
  EXPECT_EQ(explain_response("invalid_status_line").proxy_error, "http_protocol_error");
}

TEST(reason, that_somebody_can_do_something_about_says_what) {
  EXPECT_NE(explain_request("encoded_slash").find("path: as_is"), std::string_view::npos);
  EXPECT_NE(explain_request("head_too_large").find("gateway.head"), std::string_view::npos);
  EXPECT_EQ(explain_request("invalid_host"), "the request is not acceptable HTTP");
}

}  // namespace
}  // namespace headroom::http
