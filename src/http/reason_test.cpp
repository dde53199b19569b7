// Every reason for which a message is refused is in docs/http.md.
#include "http/reason.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "http/hostile_requests.h"

namespace headroom::http {
namespace {

std::string contract() {
  std::ifstream in(HEADROOM_SOURCE "/docs/http.md");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(reason, of_every_refused_request_is_in_the_contract_with_its_status) {
  const std::string text = contract();
  for (const HostileRequest& hostile : hostile_requests()) {
    const std::string row = "| " + std::to_string(hostile.status) + " | `" + hostile.reason + "` |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
  for (const auto& [path, fault] : hostile::bearable_paths)
    EXPECT_NE(text.find(std::string("| 400 | `") + fault + "` |"), std::string::npos) << fault;
}

TEST(reason, of_the_gateway_itself_is_in_the_contract) {
  const std::string text = contract();
  // The first text behind the status: reasons that are worked out elsewhere have none.
  const std::regex reason(R"re((?:answer|refuse|cause =) ?[({]{1,2}[^",]*, [^",]*)re"
                          R"re("([a-z_0-9]+)"(?: : "([a-z_0-9]+)")?)re");
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HEADROOM_SOURCE "/src/gateway")) {
    if (!entry.path().filename().string().starts_with("exchange")) continue;
    std::ifstream in(entry.path());
    std::ostringstream source;
    source << in.rdbuf();
    const std::string code = source.str();
    for (std::sregex_iterator at(code.begin(), code.end(), reason), end; at != end; ++at) {
      for (const std::size_t group : {1U, 2U}) {
        if (!(*at)[group].matched) continue;
        ++found;
        EXPECT_NE(text.find("`" + (*at)[group].str() + "`"), std::string::npos)
            << (*at)[group].str();
      }
    }
  }
  EXPECT_GT(found, 15);
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
