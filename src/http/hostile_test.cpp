// Every hostile request is refused alike however it is cut, and nothing after it is parsed.
#include <gtest/gtest.h>

#include <algorithm>

#include "http/hostile_requests.h"
#include "http/transcript.h"

namespace headroom::http {
namespace {

const std::string next_request = "GET /smuggled HTTP/1.1\r\nHost: shop\r\n\r\n";

void expect_refused(const HostileRequest& hostile, const Transcript& seen) {
  EXPECT_EQ(seen.status, hostile.status);
  EXPECT_EQ(seen.reason, hostile.reason);
  ASSERT_EQ(seen.messages.size(), hostile.after_head ? 1u : 0u);
  if (hostile.after_head) {
    EXPECT_FALSE(seen.messages[0].complete);
  }
}

TEST(hostile_requests, are_refused_and_nothing_after_them_is_parsed) {
  for (const HostileRequest& hostile : hostile_requests()) {
    SCOPED_TRACE(hostile.name.substr(0, 80));
    expect_refused(hostile, feed_requests(hostile.bytes + next_request, {}, whole));
  }
}

TEST(hostile_requests, are_refused_alike_when_they_come_byte_by_byte) {
  for (const HostileRequest& hostile : hostile_requests()) {
    SCOPED_TRACE(hostile.name.substr(0, 80));
    expect_refused(hostile, feed_requests(hostile.bytes + next_request, {}, bytewise));
  }
}

TEST(hostile_requests, are_refused_alike_wherever_they_are_cut_in_two) {
  for (const HostileRequest& hostile : hostile_requests()) {
    SCOPED_TRACE(hostile.name.substr(0, 80));
    const std::string bytes = hostile.bytes + next_request;
    // The giants only in their first part: byte by byte they are cut everywhere above.
    for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 300); ++cut) {
      const auto at_cut = [cut](std::size_t at) { return at < cut ? cut : std::string::npos; };
      expect_refused(hostile, feed_requests(bytes, {}, at_cut));
    }
  }
}

TEST(hostile_requests, are_refused_after_a_good_request_on_the_same_connection) {
  const std::string good = "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 3\r\n\r\nabc";
  for (const HostileRequest& hostile : hostile_requests()) {
    if (hostile.bytes.starts_with("\r\n")) continue;  // it would belong to the good one's end
    SCOPED_TRACE(hostile.name.substr(0, 80));
    Transcript seen = feed_requests(good + hostile.bytes + next_request, {}, whole);
    ASSERT_FALSE(seen.messages.empty());
    EXPECT_TRUE(seen.messages[0].complete);
    EXPECT_EQ(seen.messages[0].body, "abc");
    seen.messages.erase(seen.messages.begin());
    expect_refused(hostile, seen);
  }
}

TEST(hostile_requests, a_parser_reads_again_only_when_reopened) {
  RequestParser parser(Limits{});
  EXPECT_EQ(parser.next("BAD\r\n\r\n").event, Event::refused);
  parser.reset();
  EXPECT_EQ(parser.next(next_request).event, Event::refused);
  parser.reopen();
  EXPECT_EQ(parser.next(next_request).event, Event::head);
}

}  // namespace
}  // namespace headroom::http
