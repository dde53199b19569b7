// Responses: legal ones to the byte, and what a broken or hostile replica may send instead.
#include "core/random.h"
#include "http/feed_every_way.h"

namespace headroom::http {
namespace {

using namespace std::string_literals;

struct Legal {
  std::string name;
  std::string bytes;
  Peer peer;
  std::string head;  // the beginning of it
  std::string body;
  std::size_t left = 0;
};

const std::string ok = "HTTP/1.1 200 OK\r\n";

const std::vector<Legal> legal_responses = {
    {"length",
     ok + "Content-Length: 5\r\n\r\nhello",
     {},
     "200 OK 1.1 keep=true framing=1 length=5",
     "hello"},
    {"bytes beyond it",
     ok + "Content-Length: 5\r\n\r\nhelloHTTP",
     {},
     "200 OK 1.1 keep=true framing=1",
     "hello",
     4},
    {"length of 0", ok + "Content-Length: 0\r\n\r\n", {}, "200 OK 1.1 keep=true framing=1", ""},
    {"chunks",
     ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
     {},
     "200 OK 1.1 keep=true framing=2",
     "hello"},
    {"until the peer closes",
     ok + "\r\nhello",
     {.closes = true},
     "200 OK 1.1 keep=false framing=3",
     "hello"},
    {"until the peer closes, nothing",
     ok + "\r\n",
     {.closes = true},
     "200 OK 1.1 keep=false framing=3",
     ""},
    {"to HEAD with a length",
     ok + "Content-Length: 5\r\n\r\n",
     {.to_head = true},
     "200 OK 1.1 keep=true framing=0",
     ""},
    {"to HEAD with chunks",
     ok + "Transfer-Encoding: chunked\r\n\r\n",
     {.to_head = true},
     "200 OK 1.1 keep=true framing=0",
     ""},
    {"to HEAD with nothing", ok + "\r\n", {.to_head = true}, "200 OK 1.1 keep=true framing=0", ""},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", {}, "204 No Content 1.1 keep=true framing=0", ""},
    {"204 that announces a body",
     "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
     {},
     "204 No Content 1.1 keep=false framing=0",
     "",
     5},
    {"304",
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
     {},
     "304 Not Modified 1.1 keep=true framing=0",
     ""},
    {"no reason",
     "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
     {},
     "200  1.1 keep=true framing=1",
     ""},
    {"no space after the status",
     "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
     {},
     "200  1.1 keep=true framing=1",
     ""},
    {"a reason above ASCII",
     "HTTP/1.1 404 pas trouv\xc3\xa9\r\nContent-Length: 0\r\n\r\n",
     {},
     "404 pas trouv\xc3\xa9 1.1 keep=true",
     ""},
    {"close",
     ok + "Connection: close\r\nContent-Length: 0\r\n\r\n",
     {},
     "200 OK 1.1 keep=false framing=1",
     ""},
    {"HTTP/1.0",
     "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
     {},
     "200 OK 1.0 keep=false framing=1",
     ""},
    {"HTTP/1.0 kept",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
     {},
     "200 OK 1.0 keep=true framing=1",
     ""},
    {"HTTP/1.0 until the peer closes",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello",
     {.closes = true},
     "200 OK 1.0 keep=false framing=3",
     "hello"},
    {"after informational ones",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok +
         "Content-Length: 5\r\n\r\nhello",
     {},
     "200 OK 1.1 keep=true framing=1",
     "hello"},
    {"larger than any request may be",
     ok + "Content-Length: 9223372036854775807\r\n\r\nhello",
     {},
     "200 OK 1.1 keep=true framing=1 length=9223372036854775807",
     "hello"},
};

TEST(responses, are_read_to_the_byte) {
  for (const Legal& legal : legal_responses) {
    SCOPED_TRACE(legal.name);
    const Transcript seen = read_response(legal.bytes, legal.peer);
    ASSERT_EQ(seen.status, 0) << seen.reason;
    ASSERT_EQ(seen.messages.size(), 1u);
    EXPECT_EQ(seen.messages[0].head.substr(0, legal.head.size()), legal.head);
    EXPECT_EQ(seen.messages[0].body, legal.body);
    EXPECT_EQ(seen.messages[0].complete, legal.name != "larger than any request may be");
    EXPECT_EQ(seen.left, legal.left);
  }
}

struct Hostile {
  std::string name;
  std::string bytes;
  std::string reason;
};

std::string repeated(int times, const std::string& text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<Hostile> hostile_responses() {
  const std::string length = "Content-Length: 5\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string early = "HTTP/1.1 103 Early Hints\r\n\r\n";
  return {
      {"length and chunks", ok + length + chunked + "\r\n", "conflicting_length"},
      {"chunks and length", ok + chunked + length + "\r\n", "conflicting_length"},
      {"a length twice", ok + length + length + "\r\nhello", "conflicting_length"},
      {"an empty length", ok + "Content-Length:\r\n\r\n", "invalid_content_length"},
      {"a length with a zero in front", ok + "Content-Length: 05\r\n\r\n",
       "invalid_content_length"},
      {"a negative length", ok + "Content-Length: -5\r\n\r\n", "invalid_content_length"},
      {"a length of 2^63", ok + "Content-Length: 9223372036854775808\r\n\r\n",
       "invalid_content_length"},
      {"a length of 2^64", ok + "Content-Length: 18446744073709551616\r\n\r\n",
       "invalid_content_length"},
      {"an unknown coding", ok + "Transfer-Encoding: gzip\r\n\r\n", "unknown_transfer_encoding"},
      {"two codings", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", "unknown_transfer_encoding"},
      {"a coding twice", ok + chunked + chunked + "\r\n", "duplicate_transfer_encoding"},
      {"chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\n" + chunked + "\r\n0\r\n\r\n",
       "transfer_encoding_in_http_1_0"},
      {"a bad chunk", ok + chunked + "\r\n5\r\nhelloX\r\n", "invalid_chunk"},
      {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "invalid_status_line"},
      {"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "invalid_status_line"},
      {"status 099", "HTTP/1.1 099 OK\r\n\r\n", "invalid_status_line"},
      {"status 600", "HTTP/1.1 600 OK\r\n\r\n", "invalid_status_line"},
      {"status of letters", "HTTP/1.1 OK\r\n\r\n", "invalid_status_line"},
      {"no space before the reason", "HTTP/1.1 200OK\r\n\r\n", "invalid_status_line"},
      {"two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", "invalid_status_line"},
      {"NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n"s, "invalid_status_line"},
      {"bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", "invalid_header"},
      {"bare line feed after the reason", "HTTP/1.1 200 OK\n" + length + "\r\n",
       "invalid_status_line"},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", "http_version"},
      {"HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", "http_version"},
      {"HTTP/0.9", "<html>hello</html>", "invalid_request_line"},
      {"SSH", "SSH-2.0-OpenSSH\r\n", "invalid_request_line"},
      {"a line end first", "\r\n" + ok + length + "\r\nhello", "invalid_start"},
      {"a folded field", ok + "X: a\r\n b\r\n" + length + "\r\nhello", "folded_header"},
      {"NUL in a field", ok + "X: a\0b\r\n\r\n"s, "invalid_header"},
      {"a field of 64 KiB", ok + "X: " + std::string(65536, 'x') + "\r\n\r\n",
       "response_head_too_large"},
      {"a thousand fields", ok + repeated(1000, "X: y\r\n") + "\r\n", "response_too_many_headers"},
      {"101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
       "upgrade_not_asked_for"},
      {"a storm of 1xx", repeated(9, early) + ok + length + "\r\nhello", "too_many_informational"},
      {"1xx with a length", "HTTP/1.1 100 Continue\r\n" + length + "\r\nhello",
       "informational_with_body"},
      {"1xx with chunks", "HTTP/1.1 100 Continue\r\n" + chunked + "\r\n0\r\n\r\n",
       "informational_with_body"},
  };
}

TEST(responses, that_could_be_read_in_two_ways_are_refused) {
  for (const Hostile& hostile : hostile_responses()) {
    SCOPED_TRACE(hostile.name);
    const bool giant = hostile.bytes.size() > 2000;
    const Transcript seen = giant ? feed_response(hostile.bytes, false, false, {}, bytewise)
                                  : read_response(hostile.bytes);
    EXPECT_EQ(seen.status, 502);
    EXPECT_EQ(seen.reason, hostile.reason);
  }
}

TEST(responses, eight_informational_ones_are_borne) {
  const std::string early = "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(read_response(repeated(8, early) + ok + "Content-Length: 0\r\n\r\n").status, 0);
}

TEST(responses, that_end_too_early_are_refused_as_truncated) {
  for (const std::string& bytes :
       {ok, ok + "Content-Length: 5\r\n\r\nhell", ok + "Content-Length: 5\r\n\r\n",
        ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "HTTP/1.1 100 Continue\r\n\r\n"s}) {
    const Transcript seen = read_response(bytes, {.closes = true});
    EXPECT_EQ(seen.status, 502) << bytes;
    EXPECT_EQ(seen.reason, "truncated") << bytes;
  }
  ResponseParser parser(Limits{});
  parser.reset(false);
  EXPECT_EQ(parser.finish().event, Event::refused);
  EXPECT_EQ(parser.refusal().reason, "no_response");
}

TEST(responses, are_read_again_after_reset) {
  ResponseParser parser(Limits{});
  parser.reset(false);
  EXPECT_EQ(parser.next("junk").event, Event::refused);
  EXPECT_EQ(parser.next(ok).event, Event::refused);
  parser.reset(true);
  const std::string bytes = ok + "Content-Length: 5\r\n\r\n";
  EXPECT_EQ(parser.next(bytes).event, Event::head);
  EXPECT_EQ(parser.next("").event, Event::complete);
  parser.reset(false);
  EXPECT_EQ(parser.next(bytes).event, Event::head);
  EXPECT_EQ(parser.next("").event, Event::need_more);
  EXPECT_EQ(parser.next("hello").event, Event::body);
  EXPECT_EQ(parser.next("").event, Event::complete);
  EXPECT_EQ(parser.finish().event, Event::complete);
}

TEST(responses, mutated_are_read_alike_however_they_are_cut) {
  constexpr std::uint64_t seed = 7;
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Random random(seed);
  std::vector<std::string> seeds;
  for (const Legal& legal : legal_responses) seeds.push_back(legal.bytes);
  const std::string spice = "\r\n\t \0:;,/0159aAfFxX\x7f\xff"s;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seeds[random.below(seeds.size())];
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
      const std::size_t at = random.below(bytes.size());
      const char c = spice[random.below(spice.size())];
      random.below(2) == 0 ? void(bytes[at] = c) : void(bytes.insert(at, 1, c));
    }
    const bool to_head = random.below(4) == 0;
    const Transcript seen = feed_response(bytes, to_head, true, {}, whole);
    const auto anywhere = [&](std::size_t at) { return at + 1 + random.below(20); };
    ASSERT_EQ(feed_response(bytes, to_head, true, {}, anywhere), seen)
        << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace headroom::http
