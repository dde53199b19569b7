// Where a request ends: legal framings byte for byte, in one piece and in every two.
#include <gtest/gtest.h>

#include "http/transcript.h"

namespace headroom::http {
namespace {

Transcript read(const std::string& bytes) {
  return feed_requests(bytes, {}, whole);
}

TEST(requests, a_plain_get_is_read) {
  const Transcript seen = read("GET /a?b=c HTTP/1.1\r\nHost: shop:80\r\n\r\n");
  ASSERT_EQ(seen.status, 0) << seen.reason;
  ASSERT_EQ(seen.messages.size(), 1u);
  EXPECT_EQ(seen.messages[0].head,
            "GET /a?b=c path=/a host=shop:80 name=shop 1.1 keep=true expect=false framing=0 "
            "length=0\nHost: shop:80\n");
  EXPECT_TRUE(seen.messages[0].complete);
  EXPECT_EQ(seen.left, 0u);
}

TEST(requests, pipelined_requests_are_read_one_after_the_other) {
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n"
      "0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: h\r\nX-Empty:\r\n\r\n";
  const Transcript seen = read(bytes);
  ASSERT_EQ(seen.status, 0) << seen.reason;
  ASSERT_EQ(seen.messages.size(), 3u);
  EXPECT_EQ(seen.messages[0].body, "hello");
  EXPECT_EQ(seen.messages[1].body, "hello");
  EXPECT_EQ(seen.messages[1].trailers, "X-Sum: 1\n");
  EXPECT_EQ(feed_requests(bytes, {}, bytewise), seen);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const auto at_cut = [cut](std::size_t at) { return at < cut ? cut : std::string::npos; };
    ASSERT_EQ(feed_requests(bytes, {}, at_cut), seen) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace headroom::http
