// Targets, requests and requirements as users write them.
#include "load/target.h"

#include <gtest/gtest.h>

#include <set>

#include "load/request.h"
#include "load/requirement.h"

namespace headroom::load {
namespace {

using namespace std::chrono_literals;

TEST(target, is_read_in_all_its_forms) {
  const struct {
    std::string_view text, method, host, path, address;
    int weight;
  } cases[] = {
      {"http://127.0.0.1:8080", "", "127.0.0.1:8080", "/", "127.0.0.1:8080", 1},
      {"http://localhost/a?b=c", "", "localhost", "/a?b=c", "127.0.0.1:80", 1},
      {"http://localhost:9?x", "", "localhost:9", "/?x", "127.0.0.1:9", 1},
      {"POST:http://[::1]:81/buy*3", "POST", "[::1]:81", "/buy", "[::1]:81", 3},
      {"http://[::1]/", "", "[::1]", "/", "[::1]:80", 1},
      {"http://shop.example:8080/x*", "", "shop.example:8080", "/x*", "", 1},
      {"http://127.0.0.1/a*b*12", "", "127.0.0.1", "/a*b", "127.0.0.1:80", 12},
  };
  for (const auto& c : cases) {
    const auto target = parse_target(c.text);
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->method, c.method) << c.text;
    EXPECT_EQ(target->host, c.host) << c.text;
    EXPECT_EQ(target->path, c.path) << c.text;
    EXPECT_EQ(target->address ? target->address->text() : "", c.address) << c.text;
    EXPECT_EQ(target->weight, c.weight) << c.text;
  }
}

TEST(target, is_refused_with_the_reason) {
  const struct {
    std::string_view text, reason;
  } cases[] = {
      {"", "does not begin with http://"},
      {"127.0.0.1:8080", "does not begin with http://"},
      {"https://127.0.0.1", "only http is supported"},
      {"http://", "host and port cannot be read"},
      {"http://:80", "host and port cannot be read"},
      {"http://127.0.0.1:0", "host and port cannot be read"},
      {"http://127.0.0.1:65536", "host and port cannot be read"},
      {"http://127.0.0.1:http", "host and port cannot be read"},
      {"http://127.0.0.300", "is not an address"},
      {"http://a@127.0.0.1", "credentials are not supported"},
      {"http://127.0.0.1/a b", "must be percent-encoded"},
      {"http://127.0.0.1/a\r\nx: y", "must be percent-encoded"},
      {"http://127.0.0.1/#top", "must be percent-encoded"},
      {"GE T:http://127.0.0.1/", "its method is not a word"},
      {"http://127.0.0.1/*0", "its weight must be from 1 to 1000000"},
      {"http://127.0.0.1/*99999999999999999999", "its weight must be from 1 to 1000000"},
  };
  for (const auto& c : cases) {
    const auto target = parse_target(c.text);
    ASSERT_FALSE(target) << c.text;
    EXPECT_NE(target.error().message.find(c.reason), std::string::npos) << target.error().message;
  }
}

TEST(target, only_addresses_of_this_machine_are_loopback) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"})
    EXPECT_TRUE(is_loopback(io::Address::parse(text).value())) << text;
  for (const char* text : {":1", "10.0.0.1:1", "128.0.0.1:1", "[::]:1", "[fe80::1]:1"})
    EXPECT_FALSE(is_loopback(io::Address::parse(text).value())) << text;
}

TEST(request, ids_are_unique_and_depend_on_the_seed) {
  const auto text = [](std::uint64_t seed, std::uint64_t number) {
    const auto id = RequestIds(seed).of(number);
    return std::string(id.data(), id.size());
  };
  EXPECT_EQ(text(1, 42).substr(8), "-0000000042");
  EXPECT_EQ(text(1, 42), text(1, 42));
  std::set<std::string> ids;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t number = 0; number < 200; ++number) ids.insert(text(seed, number));
  EXPECT_EQ(ids.size(), 20U * 200U);
}

TEST(request, bytes_hold_what_the_plan_says) {
  LoadPlan plan;
  plan.body_bytes = 3;
  plan.headers = {"user-agent: mine"};
  Target target = parse_target("http://127.0.0.1:8080/x").value();
  target.method = "PUT";
  const RequestBytes put = build_request(plan, target);
  EXPECT_EQ(put.before,
            "PUT /x HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nuser-agent: mine\r\ncontent-length: 3\r\n"
            "x-request-id: ");
  EXPECT_EQ(put.after, "\r\n\r\nxxx");
  target.method = "HEAD";
  const RequestBytes head = build_request(plan, target);
  EXPECT_TRUE(head.is_head);
  EXPECT_EQ(head.before.find("content-length"), std::string::npos);
  EXPECT_EQ(head.after, "\r\n\r\n");
}

TEST(requirement, judges_shares_and_percentiles) {
  LoadResult result;
  result.total.good = 98;
  result.total.shed = 2;
  for (int i = 1; i <= 98; ++i) result.total.latency.record(i * 1ms);
  result.total.latency_max = 98ms;
  const auto judged = [&](std::string_view text) {
    return violation(parse_requirement(text).value(), result);
  };
  EXPECT_EQ(judged("missed<2.1%"), "");
  EXPECT_EQ(judged("missed < 2%"), "missed < 2% is not met: 2 of 100 requests missed (2%)");
  EXPECT_EQ(judged("missed<0.05"), "");
  EXPECT_EQ(judged("missed<=2%"), "");
  EXPECT_EQ(judged("missed<=1.9%"), "missed<=1.9% is not met: 2 of 100 requests missed (2%)");
  EXPECT_EQ(judged("p50<60ms"), "");
  EXPECT_EQ(judged("p99.9<1s"), "");
  EXPECT_EQ(judged("p99<50ms").substr(0, 29), "p99<50ms is not met: p99 was ");
  EXPECT_EQ(violation(parse_requirement("p99<1s").value(), LoadResult{}),
            "p99<1s is not met: no request was answered");
  for (const char* text : {"", "missed", "missed>1%", "missed<x", "missed=<1%", "missed<==1%",
                           "p99<5", "p0<1s", "p100<1s", "q99<1s", "p<1s"})
    EXPECT_FALSE(parse_requirement(text)) << text;
}

TEST(requirement, an_objective_is_a_percentile_and_a_duration) {
  const auto objective = parse_objective("p99.5=150ms");
  ASSERT_TRUE(objective);
  EXPECT_DOUBLE_EQ(objective->quantile, 0.995);
  EXPECT_EQ(objective->latency, 150ms);
  for (const char* text : {"", "p99", "p99=", "p99=0ms", "p99=5", "p101=1s", "p99<1s"})
    EXPECT_FALSE(parse_objective(text)) << text;
}

}  // namespace
}  // namespace headroom::load
