// Where a legal request ends: what is body, what are trailers, what belongs to the next one.
#include <algorithm>

#include "core/random.h"
#include "http/feed_every_way.h"
#include "http/hostile_requests.h"

namespace headroom::http {
namespace {

using namespace std::string_literals;

struct Legal {
  std::string name;
  std::string fields;  // after "Host: shop"
  std::string rest;    // after the head
  Framing framing;
  std::string body;
  std::string trailers;
  std::string method = "POST";
};

const std::vector<Legal> legal_framings = {
    {"no body", "", "", Framing::none, "", ""},
    {"length", "Content-Length: 5\r\n", "hello", Framing::length, "hello", ""},
    {"length of 0", "Content-Length: 0\r\n", "", Framing::length, "", ""},
    {"length after more space", "Content-Length: \t 5\r\n", "hello", Framing::length, "hello", ""},
    {"length without space", "content-length:5\r\n", "hello", Framing::length, "hello", ""},
    {"length with spaces after", "Content-Length: 5  \r\n", "hello", Framing::length, "hello", ""},
    {"GET with a length", "Content-Length: 5\r\n", "hello", Framing::length, "hello", "", "GET"},
    {"HEAD with a length", "Content-Length: 5\r\n", "hello", Framing::length, "hello", "", "HEAD"},
    {"OPTIONS with a length", "Content-Length: 5\r\n", "hello", Framing::length, "hello", "",
     "OPTIONS"},
    {"a body that looks like a request", "Content-Length: 27\r\n",
     "GET / HTTP/1.1\r\nHost: e\r\n\r\n", Framing::length, "GET / HTTP/1.1\r\nHost: e\r\n\r\n", ""},
    {"chunks", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
     Framing::chunked, "hello!", ""},
    {"GET with chunks", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n",
     Framing::chunked, "hello", "", "GET"},
    {"coding in capitals", "TRANSFER-ENCODING: Chunked\r\n", "5\r\nhello\r\n0\r\n\r\n",
     Framing::chunked, "hello", ""},
    {"chunks beside an upgrade", "Upgrade: websocket\r\nTransfer-Encoding: chunked\r\n",
     "5\r\nhello\r\n0\r\n\r\n", Framing::chunked, "hello", ""},
    {"no chunk", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", Framing::chunked, "", ""},
    {"a tab behind it", "Transfer-Encoding: chunked \t\r\n", "5\r\nhello\r\n0\r\n\r\n",
     Framing::chunked, "hello", ""},
    {"sizes in both cases", "Transfer-Encoding: chunked\r\n",
     "a\r\n0123456789\r\nB\r\n0123456789a\r\n000\r\n\r\n", Framing::chunked,
     "01234567890123456789a", ""},
    {"zeros before a size", "Transfer-Encoding: chunked\r\n",
     "0000000000000005\r\nhello\r\n0\r\n\r\n", Framing::chunked, "hello", ""},
    {"extensions", "Transfer-Encoding: chunked\r\n",
     "5;a\r\nhello\r\n1;a=b;c=\"d;\\\"e\"\r\n!\r\n0;last\r\n\r\n", Framing::chunked, "hello!", ""},
    {"chunk that holds line ends", "Transfer-Encoding: chunked\r\n",
     "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", Framing::chunked, "\r\n0\r\n\r\n", ""},
    {"trailers", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
     "5\r\nhello\r\n0\r\nX-Sum:  1 \r\nX-Empty:\r\n\r\n", Framing::chunked, "hello",
     "X-Sum: 1\nX-Empty: \n"},
    {"trailers that would steer", "Transfer-Encoding: chunked\r\n",
     "0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: evil\r\nAuthorization: x\r\n"
     "Cookie: x\r\nSet-Cookie: x\r\nContent-Encoding: gzip\r\nContent-Range: x\r\nTrailer: x\r\n"
     "X-Forwarded-For: x\r\nConnection: close\r\nX_Sum: x\r\nIf-Match: x\r\nExpect: x\r\n"
     "X-Headroom-Class: x\r\nx-request-id: x\r\ntraceparent: x\r\nX-Good: y\r\n\r\n",
     Framing::chunked, "", "X-Good: y\n"},
};

std::string write(const Legal& legal) {
  return legal.method + " / HTTP/1.1\r\nHost: shop\r\n" + legal.fields + "\r\n" + legal.rest;
}

TEST(request_framing, is_exact_for_every_legal_form) {
  const std::string next_request = "GET /next HTTP/1.1\r\nHost: shop\r\n\r\n";
  for (const Legal& legal : legal_framings) {
    SCOPED_TRACE(legal.name);
    const Transcript seen = read_requests(write(legal) + next_request);
    ASSERT_EQ(seen.status, 0) << seen.reason;
    ASSERT_EQ(seen.messages.size(), 2u);
    EXPECT_NE(seen.messages[0].head.find(fmt::format(" framing={}", int(legal.framing))),
              std::string::npos)
        << seen.messages[0].head;
    EXPECT_EQ(seen.messages[0].body, legal.body);
    EXPECT_EQ(seen.messages[0].trailers, legal.trailers);
    EXPECT_TRUE(seen.messages[0].head.starts_with(legal.method));
    EXPECT_TRUE(seen.messages[1].head.starts_with("GET /next "));
    EXPECT_TRUE(seen.messages[1].complete);
  }
}

TEST(request_framing, every_cut_short_message_is_neither_complete_nor_refused) {
  for (const Legal& legal : legal_framings) {
    const std::string bytes = write(legal);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      const Transcript seen = feed_requests(bytes.substr(0, size), {}, whole);
      ASSERT_EQ(seen.status, 0) << legal.name << " cut at " << size << ": " << seen.reason;
      ASSERT_TRUE(seen.messages.empty() || !seen.messages[0].complete)
          << legal.name << " cut at " << size;
    }
  }
}

TEST(request_framing, a_few_empty_lines_before_a_request_are_forgiven) {
  const std::string get = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
  const Transcript seen = read_requests("\r\n" + get + "\r\n\r\n\r\n\r\n" + get);
  EXPECT_EQ(seen.status, 0) << seen.reason;
  EXPECT_EQ(seen.messages.size(), 2u);
}

TEST(request_framing, empty_lines_are_not_the_start_of_a_request) {
  RequestParser parser(Limits{});
  const std::string bytes = "\r\n\r\nG";
  EXPECT_EQ(parser.next(bytes.substr(0, 2)).consumed, 2U);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.next(bytes.substr(2, 1)).consumed, 1U);
  EXPECT_TRUE(parser.started()) << "half a line";
  EXPECT_EQ(parser.next(bytes.substr(3, 1)).consumed, 1U);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.next(std::string_view(bytes).substr(4)).event, Event::need_more);
  EXPECT_TRUE(parser.started());
}

TEST(request_framing, an_expectation_counts_only_where_a_body_is_announced) {
  const auto expects = [](const std::string& head) {
    return read_requests(head).messages.at(0).head.find(" expect=true ") != std::string::npos;
  };
  const std::string expect = " / HTTP/1.1\r\nHost: shop\r\nExpect: 100-Continue\r\n";
  EXPECT_TRUE(expects("POST" + expect + "Content-Length: 5\r\n\r\n"));
  EXPECT_TRUE(expects("PUT" + expect + "Transfer-Encoding: chunked\r\n\r\n"));
  EXPECT_FALSE(expects("POST" + expect + "Content-Length: 0\r\n\r\n"));
  EXPECT_FALSE(expects("GET" + expect + "\r\n"));
  EXPECT_FALSE(expects("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
}

TEST(request_framing, the_connection_is_kept_as_version_and_options_say) {
  const auto kept = [](const std::string& version, const std::string& connection) {
    const std::string bytes = "GET / HTTP/" + version + "\r\nHost: h\r\n" + connection + "\r\n";
    return read_requests(bytes).messages.at(0).head.find(" keep=true ") != std::string::npos;
  };
  EXPECT_TRUE(kept("1.1", ""));
  EXPECT_TRUE(kept("1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: x-a ,\tCLOSE\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_TRUE(kept("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(kept("1.0", ""));
  EXPECT_TRUE(kept("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(kept("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(request_framing, an_upgrade_is_ignored_and_what_follows_is_body_and_requests) {
  for (const std::string protocols : {"h2c", "websocket", "TLS/1.2", "h2c, websocket"}) {
    for (const std::string connection : {"", "Connection: Upgrade, HTTP2-Settings\r\n"}) {
      const Transcript seen = read_requests(
          "POST /a HTTP/1.1\r\nHost: shop\r\n" + connection + "Upgrade: " + protocols +
          "\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 5\r\n\r\nhello"
          "GET /b HTTP/1.1\r\nHost: shop\r\n\r\n");
      EXPECT_EQ(seen.status, 0) << seen.reason;
      ASSERT_EQ(seen.messages.size(), 2u);
      EXPECT_EQ(seen.messages[0].body, "hello");
    }
  }
}

TEST(request_framing, limits_hold_to_the_byte) {
  const Limits limits{.head_bytes = 64, .header_count = 2, .target_bytes = 4, .body_bytes = 5};
  const auto status = [&](const std::string& bytes) { return read_requests(bytes, limits).status; };
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(status("GET /abc HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(status("GET /abcd HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"), 0);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n"), 431);
  const std::string line = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  EXPECT_EQ(status(line + std::string(64 - line.size() - 4, 'x') + "\r\n\r\n"), 0);
  EXPECT_EQ(status(line + std::string(64 - line.size() - 3, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET /" + std::string(100, 'x')), 414);
  EXPECT_EQ(status(post + "Content-Length: 5\r\n\r\nhello"), 0);
  EXPECT_EQ(status(post + "Content-Length: 6\r\n\r\nhello!"), 413);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status(chunked + "4\r\nhell\r\n1\r\no\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(status(chunked + "4\r\nhell\r\n2\r\no!\r\n0\r\n\r\n"), 413);
}

TEST(request_framing, trailers_survive_when_their_input_is_overwritten) {
  RequestParser parser(Limits{});
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(parser.next(head).event, Event::head);
  for (std::string piece : {"0\r\nX-S"s, "um: 1"s, "2\r\n\r"s}) {
    EXPECT_EQ(parser.next(piece).event, Event::need_more);
    std::ranges::fill(piece, '#');
  }
  EXPECT_EQ(parser.next("\n").event, Event::complete);
  EXPECT_EQ(to_text(parser.trailers()), "X-Sum: 12\n");
  EXPECT_EQ(parser.next("GET").event, Event::complete) << "until reset";
}

TEST(request_framing, mutated_requests_are_read_alike_however_they_are_cut) {
  std::vector<std::string> seeds;
  for (const Legal& legal : legal_framings) seeds.push_back(write(legal));
  for (const HostileRequest& hostile : hostile_requests()) {
    if (hostile.bytes.size() < 500) seeds.push_back(hostile.bytes);
  }
  constexpr std::uint64_t seed = 20261121;
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Random random(seed);
  const std::string spice = "\r\n\t \0:;,/.%#?0159aAfFxX-_\x7f\xff\"\\"s;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seeds[random.below(seeds.size())];
    bytes += seeds[random.below(seeds.size())];
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
      const std::size_t at = random.below(bytes.size());
      const char c = spice[random.below(spice.size())];
      switch (random.below(4)) {
        case 0:
          bytes[at] = c;
          break;
        case 1:
          bytes.insert(at, 1, c);
          break;
        case 2:
          bytes.erase(at, 1 + random.below(4));
          break;
        default:
          bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(40)));
      }
    }
    const Transcript seen = feed_requests(bytes, {}, whole);
    const auto anywhere = [&](std::size_t at) { return at + 1 + random.below(20); };
    ASSERT_EQ(feed_requests(bytes, {}, anywhere), seen) << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace headroom::http
