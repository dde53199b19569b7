// The gateway's own answers, and the fields from outside that it may believe.
#include <gtest/gtest.h>

#include "http/forward.h"

namespace headroom::http {
namespace {

std::string write(const Problem& problem) {
  std::array<char, 4096> out;
  return std::string(out.data(), write_problem(problem, out));
}

TEST(write_problem, tells_programs_and_people_why) {
  const std::string body =
      "{\"type\":\"about:blank\",\"title\":\"Gateway Timeout\",\"status\":504,"
      "\"detail\":\"The replica did not answer within 250 ms.\",\"reason\":\"upstream_timeout\","
      "\"request_id\":\"id-1\"}\n";
  EXPECT_EQ(write({.status = 504,
                   .reason = "upstream_timeout",
                   .proxy_error = "connection_timeout",
                   .detail = "The replica did not answer within 250 ms.",
                   .request_id = "id-1",
                   .retry_after_s = 3}),
            "HTTP/1.1 504 Gateway Timeout\r\ncontent-type: application/problem+json\r\n"
            "cache-control: no-store\r\ncontent-length: " +
                std::to_string(body.size()) +
                "\r\nproxy-status: headroom; error=connection_timeout; "
                "details=\"upstream_timeout\"\r\nretry-after: 3\r\nx-request-id: id-1\r\n\r\n" +
                body);
}

TEST(write_problem, to_head_has_the_size_of_the_body_and_no_body) {
  const Problem problem{.status = 404, .reason = "no_route"};
  Problem to_head = problem;
  to_head.to_head_request = true;
  const std::string full = write(problem);
  EXPECT_EQ(write(to_head), full.substr(0, full.find("\r\n\r\n") + 4));
}

TEST(write_problem, says_when_it_closes_and_which_methods_are_allowed) {
  const std::string answer = write({.status = 405, .reason = "trace_refused", .keep_alive = false});
  EXPECT_NE(answer.find("\r\nconnection: close\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nallow: GET, HEAD"), std::string::npos);
  EXPECT_EQ(write({.status = 400, .reason = "x"}).find("connection:"), std::string::npos);
}

TEST(write_server_options, names_the_methods_and_has_no_body) {
  std::array<char, 4096> out;
  EXPECT_EQ(std::string(out.data(), write_server_options("id-1", true, out)),
            "HTTP/1.1 200 OK\r\nallow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n"
            "content-length: 0\r\nx-request-id: id-1\r\n\r\n");
  EXPECT_TRUE(std::string_view(out.data(), write_server_options("id-1", false, out))
                  .ends_with("connection: close\r\n\r\n"));
}

TEST(came_through, finds_a_proxy_in_the_way) {
  const auto came = [](const std::string& via) {
    const std::array headers = {Header{"Accept", "1.1 me"}, Header{"VIA", via}};
    return came_through(headers, "me");
  };
  EXPECT_TRUE(came("1.1 me"));
  EXPECT_TRUE(came("1.0 a, HTTP/1.1 me (headroom)"));
  EXPECT_TRUE(came("1.1  me,1.1 b"));
  EXPECT_FALSE(came("1.1 me-too, 1.1 not (me), me"));
  EXPECT_FALSE(came(""));
}

TEST(write_problem, escapes_what_would_break_its_syntax) {
  const std::string answer = write({.status = 502,
                                    .reason = "a\"b\\c\n",
                                    .proxy_error = "http_protocol_error",
                                    .detail = "tab\there \"quoted\""});
  EXPECT_NE(answer.find("details=\"a\\\"b\\\\c?\"\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\"reason\":\"a\\\"b\\\\c\\u000a\""), std::string::npos) << answer;
  EXPECT_NE(answer.find("\"detail\":\"tab\\u0009here \\\"quoted\\\"\""), std::string::npos);
}

TEST(write_problem, has_a_title_for_every_status_of_the_gateway) {
  for (const int status :
       {400, 404, 405, 408, 413, 414, 417, 421, 429, 431, 500, 501, 502, 503, 504, 505, 508}) {
    const std::string untitled = "HTTP/1.1 " + std::to_string(status) + " Error\r\n";
    EXPECT_FALSE(write({.status = status, .reason = "x"}).starts_with(untitled)) << status;
  }
}

RequestHead head_with(std::span<const Header> headers) {
  RequestHead head;
  head.headers = headers;
  return head;
}

TEST(valid_traceparent, believes_only_well_formed_ones) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto valid = [](const std::string& value) {
    const std::array headers = {Header{"TraceParent", value}};
    return !valid_traceparent(head_with(headers)).empty();
  };
  EXPECT_TRUE(valid(good));
  EXPECT_TRUE(valid("01" + good.substr(2)));
  EXPECT_TRUE(valid("01" + good.substr(2) + "-more"));
  EXPECT_FALSE(valid(good + "-more")) << "version 00 has four parts";
  EXPECT_FALSE(valid("01" + good.substr(2) + "more"));
  EXPECT_FALSE(valid("01" + good.substr(2) + "-" + std::string(100, 'x')));
  EXPECT_FALSE(valid("ff" + good.substr(2)));
  EXPECT_FALSE(valid("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
  EXPECT_FALSE(valid("00-" + std::string(32, '0') + "-b7ad6b7169203331-01"));
  EXPECT_FALSE(valid("00-0af7651916cd43dd8448eb211c80319c-" + std::string(16, '0') + "-01"));
  EXPECT_FALSE(valid(good.substr(0, 54)));
  EXPECT_FALSE(valid(""));
  for (const std::size_t at : {2u, 35u, 52u, 0u, 10u, 40u, 54u}) {
    std::string broken = good;
    broken[at] = 'x';
    EXPECT_FALSE(valid(broken)) << broken;
  }
}

TEST(valid_traceparent, believes_none_of_several) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const std::array headers = {Header{"traceparent", good}, Header{"traceparent", good}};
  EXPECT_EQ(valid_traceparent(head_with(headers)), "");
}

TEST(valid_request_id, takes_visible_characters_only) {
  const auto valid = [](const std::string& value) {
    const std::array headers = {Header{"X-Request-ID", value}};
    return valid_request_id(head_with(headers)) == value;
  };
  EXPECT_TRUE(valid("7f3a-b2"));
  EXPECT_TRUE(valid(std::string(128, 'x')));
  const auto refused = [&](const std::string& value) { return !valid(value); };
  EXPECT_TRUE(refused(std::string(129, 'x')));
  EXPECT_TRUE(refused("a b"));
  EXPECT_TRUE(refused("a\tb"));
  EXPECT_TRUE(refused("\xc3\xa9"));
}

TEST(field, is_found_without_case_and_first_come) {
  const std::array headers = {Header{"X-A", "1"}, Header{"x-a", "2"}};
  EXPECT_EQ(field(headers, "X-a"), "1");
  EXPECT_EQ(field(headers, "X-B"), "");
}

}  // namespace
}  // namespace headroom::http
