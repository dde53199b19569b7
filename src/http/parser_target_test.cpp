// Targets and hosts that are legal, and what routing gets to see of them.
#include "http/feed_every_way.h"
#include "http/hostile_requests.h"

namespace headroom::http {
namespace {

struct Legal {
  std::string target;
  std::string host;
  std::string sees_target;
  std::string sees_path;
  std::string sees_host;
  std::string sees_name;
  std::string method = "GET";
};

const std::vector<Legal> legal_targets = {
    {"/", "shop", "/", "/", "shop", "shop"},
    {"/a/b?c=d&e", "shop", "/a/b?c=d&e", "/a/b", "shop", "shop"},
    {"/?", "shop", "/?", "/", "shop", "shop"},
    {"/a/", "shop", "/a/", "/a/", "shop", "shop"},
    {"/a%20b%C3%A9", "shop", "/a%20b%C3%A9", "/a%20b%C3%A9", "shop", "shop"},
    {"/file.txt", "shop", "/file.txt", "/file.txt", "shop", "shop"},
    {"/file%2etxt", "shop", "/file%2etxt", "/file%2etxt", "shop", "shop"},
    {"/.well-known/x", "shop", "/.well-known/x", "/.well-known/x", "shop", "shop"},
    {"/...", "shop", "/...", "/...", "shop", "shop"},
    {"/..a/b..", "shop", "/..a/b..", "/..a/b..", "shop", "shop"},
    // Parameters of a segment are part of it: a route for /a does not match /a;x=y exactly.
    {"/a;x=y/b", "shop", "/a;x=y/b", "/a;x=y/b", "shop", "shop"},
    {"/a:b@c,d!e$f'(g)*h+i=j~k", "shop", "/a:b@c,d!e$f'(g)*h+i=j~k", "/a:b@c,d!e$f'(g)*h+i=j~k",
     "shop", "shop"},
    // A query is data: what would be refused in a path is nobody's path here.
    {"/a?b=//../%2e%2e/%00&c=100%", "shop", "/a?b=//../%2e%2e/%00&c=100%", "/a", "shop", "shop"},
    // Encoded twice is encoded once to whoever decodes once.
    {"/%252e%252e/a", "shop", "/%252e%252e/a", "/%252e%252e/a", "shop", "shop"},
    {"/%e9t%e9", "shop", "/%e9t%e9", "/%e9t%e9", "shop", "shop"},
    {"/%e0%a0%80%f0%90%80%80", "shop", "/%e0%a0%80%f0%90%80%80", "/%e0%a0%80%f0%90%80%80", "shop",
     "shop"},
    {"/", "shop.example:8080", "/", "/", "shop.example:8080", "shop.example"},
    {"/", "SHOP_1.Example", "/", "/", "SHOP_1.Example", "SHOP_1.Example"},
    {"/", "127.0.0.1:1", "/", "/", "127.0.0.1:1", "127.0.0.1"},
    {"/", "[::1]", "/", "/", "[::1]", "[::1]"},
    {"/", "[2001:db8::7f00:1]:65535", "/", "/", "[2001:db8::7f00:1]:65535", "[2001:db8::7f00:1]"},
    {"http://shop/a?b", "shop", "/a?b", "/a", "shop", "shop"},
    {"HTTP://Shop:80/a", "shop:80", "/a", "/a", "shop:80", "shop"},
    {"https://shop", "shop", "/", "/", "shop", "shop"},
    {"http://[::1]:80/", "[::1]:80", "/", "/", "[::1]:80", "[::1]"},
    {"*", "shop", "*", "*", "shop", "shop", "OPTIONS"},
    {"/a", "shop", "/a", "/a", "shop", "shop", "OPTIONS"},
    {"http://shop", "shop", "*", "*", "shop", "shop", "OPTIONS"},
};

TEST(request_target, is_seen_in_origin_form_and_unchanged) {
  for (const Legal& legal : legal_targets) {
    SCOPED_TRACE(legal.target);
    const Transcript seen = read_requests(legal.method + " " + legal.target +
                                          " HTTP/1.1\r\nHost: " + legal.host + "\r\n\r\n");
    ASSERT_EQ(seen.status, 0) << seen.reason;
    const std::string expected =
        fmt::format("{} {} path={} host={} name={} 1.1 ", legal.method, legal.sees_target,
                    legal.sees_path, legal.sees_host, legal.sees_name);
    EXPECT_EQ(seen.messages.at(0).head.substr(0, expected.size()), expected);
  }
}

TEST(request_target, whose_slashes_are_unclear_is_for_the_route_to_decide) {
  for (const auto& [path, fault] : hostile::bearable_paths) {
    SCOPED_TRACE(path);
    const std::string bytes = std::string("GET ") + path + "?q HTTP/1.1\r\nHost: shop\r\n\r\n";
    RequestParser parser(Limits{});
    ASSERT_EQ(parser.next(bytes).event, Event::head);
    EXPECT_EQ(parser.head().path, path);
    EXPECT_EQ(parser.head().path_fault, fault);
  }
  RequestParser parser(Limits{});
  ASSERT_EQ(parser.next("GET /a?//%2F HTTP/1.1\r\nHost: shop\r\n\r\n").event, Event::head);
  EXPECT_EQ(parser.head().path_fault, "");
}

TEST(request_target, is_told_of_a_refused_request_as_far_as_it_can_be_read) {
  const auto attempt = [](const std::string& bytes) {
    RequestParser parser(Limits{.target_bytes = 512});
    EXPECT_EQ(parser.next(bytes).event, Event::refused) << bytes;
    const Attempt seen = parser.attempt();
    return std::string(seen.method) + "|" + std::string(seen.path);
  };
  const std::string rest = " HTTP/1.1\r\nHost: shop\r\n\r\n";
  EXPECT_EQ(attempt("FROB /a?q" + rest), "FROB|/a");
  EXPECT_EQ(attempt("GET /a\x01" + rest), "GET|/a");
  EXPECT_EQ(attempt("GET /a HTTP/1.1\r\nHost: a b\r\n\r\n"), "GET|/a");
  EXPECT_EQ(attempt("GET http://me@shop/" + rest), "GET|http://me@shop/");
  EXPECT_EQ(attempt("GET /" + std::string(600, 'a') + rest), "GET|/" + std::string(255, 'a'));
  EXPECT_EQ(attempt(std::string(40, 'A') + " /a" + rest), "|");
  EXPECT_EQ(attempt("\x16\x03\x01\x02"), "|");
  EXPECT_EQ(attempt("\nGET /a" + rest), "|");
}

TEST(request_target, in_http_1_0_needs_no_host) {
  const Transcript plain = read_requests("GET /a HTTP/1.0\r\n\r\n");
  ASSERT_EQ(plain.status, 0) << plain.reason;
  EXPECT_TRUE(plain.messages.at(0).head.starts_with("GET /a path=/a host= name= 1.0 keep=false"));
  const Transcript absolute = read_requests("GET http://shop:1/a HTTP/1.0\r\n\r\n");
  ASSERT_EQ(absolute.status, 0) << absolute.reason;
  EXPECT_TRUE(absolute.messages.at(0).head.starts_with("GET /a path=/a host=shop:1 name=shop"));
}

TEST(request_target, every_known_method_is_told_apart) {
  const std::vector<std::pair<std::string, Method>> methods = {
      {"GET", Method::get},        {"HEAD", Method::head},   {"POST", Method::post},
      {"PUT", Method::put},        {"DELETE", Method::del},  {"OPTIONS", Method::options},
      {"PATCH", Method::patch},    {"PURGE", Method::other}, {"PROPFIND", Method::other},
      {"M-SEARCH", Method::other},
  };
  for (const auto& [text, method] : methods) {
    const std::string bytes = text + " / HTTP/1.1\r\nHost: shop\r\n\r\n";
    RequestParser parser(Limits{});
    ASSERT_EQ(parser.next(bytes).event, Event::head) << text;
    EXPECT_EQ(parser.head().method, method) << text;
    EXPECT_EQ(parser.head().method_text, text);
  }
}

TEST(request_target, values_are_seen_without_white_space_around_them) {
  const Transcript seen = read_requests(
      "GET / HTTP/1.1\r\nHost:\t shop \r\nX-Empty:\r\nX-Blank: \t \r\nX-Text:a b\tc \t\r\n"
      "X-UTF-8: \xc3\xa9\r\n\r\n");
  ASSERT_EQ(seen.status, 0) << seen.reason;
  EXPECT_TRUE(seen.messages.at(0).head.ends_with(
      "\nHost: shop\nX-Empty: \nX-Blank: \nX-Text: a b\tc\nX-UTF-8: \xc3\xa9\n"));
}

}  // namespace
}  // namespace headroom::http
