// Heads passed on: what reaches the other side, what is left out, what is written anew.
#include "http/forward.h"

#include "http/feed_every_way.h"

namespace headroom::http {
namespace {

const RequestContext context{
    .peer = "192.0.2.7",
    .request_id = "id-1",
    .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    .remaining_ms = 250};

std::string written(std::size_t size, const std::array<char, 4096>& out) {
  return std::string(out.data(), size);
}

/// What the replica gets when a client sends `bytes`.
std::string forwarded(const std::string& bytes, const RequestContext& with = context) {
  RequestParser parser(Limits{});
  EXPECT_EQ(parser.next(bytes).event, Event::head) << bytes;
  std::array<char, 4096> out;
  return written(write_request_head(parser.head(), with, out), out);
}

std::string get_with(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n";
}

/// Whether a field of that name, in any case, stands in a head.
bool has(const std::string& head, const std::string& name) {
  ResponseParser parser(Limits{});
  const std::string as_response = "HTTP/1.1 200 OK" + head.substr(head.find("\r\n"));
  EXPECT_EQ(parser.next(as_response).event, Event::head) << head;
  for (const Header& header : parser.head().headers) {
    if (classify(header.name) == classify(name) && header.name.size() == name.size() &&
        field(std::span(&header, 1), name).data() != nullptr) {
      return true;
    }
  }
  return false;
}

TEST(write_request_head, passes_a_request_on_with_its_context) {
  EXPECT_EQ(forwarded("POST /a?b HTTP/1.1\r\nhost: Shop:80\r\nAccept:  x \r\n"
                      "Content-Length:  5\r\nX-Empty:\r\n\r\n"),
            "POST /a?b HTTP/1.1\r\nhost: Shop:80\r\nAccept: x\r\nX-Empty: \r\n"
            "x-forwarded-for: 192.0.2.7\r\n"
            "forwarded: for=192.0.2.7;host=\"Shop:80\";proto=http\r\n"
            "x-forwarded-host: Shop:80\r\nx-forwarded-proto: http\r\nx-request-id: id-1\r\n"
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
            "x-request-timeout-ms: 250\r\ncontent-length: 5\r\n\r\n");
}

TEST(write_request_head, leaves_out_what_belongs_to_one_connection) {
  const std::string head = forwarded(get_with(
      "Connection: keep-alive, X-Session, te\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\n"
      "Proxy-Authorization: secret\r\nProxy-Authenticate: x\r\nTE: trailers\r\nTrailer: x\r\n"
      "Upgrade: h2c\r\nHTTP2-Settings: x\r\nX-Session: x\r\nExpect: 100-continue\r\nX-Kept: "
      "y\r\n"));
  for (const char* gone :
       {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate",
        "te", "trailer", "upgrade", "http2-settings", "x-session", "expect"}) {
    EXPECT_FALSE(has(head, gone)) << gone;
  }
  EXPECT_TRUE(has(head, "x-kept"));
}

TEST(write_request_head, lets_no_client_take_framing_or_identity_off) {
  const std::string head = forwarded(
      "POST / HTTP/1.1\r\nHost: shop\r\nConnection: content-length, host, authorization, cookie, "
      "content-type, x-forwarded-for, traceparent, x-request-id\r\nContent-Length: 5\r\n"
      "Authorization: Bearer x\r\nCookie: a=b\r\nContent-Type: text/plain\r\n\r\n");
  for (const char* kept : {"content-length", "host", "authorization", "cookie", "content-type",
                           "x-forwarded-for", "traceparent", "x-request-id"}) {
    EXPECT_TRUE(has(head, kept)) << kept;
  }
}

TEST(write_request_head, believes_nobody_about_who_asked) {
  const std::string head = forwarded(
      get_with("X-Forwarded-For: evil\r\nx-forwarded-host: evil\r\nX-FORWARDED-PROTO: evil\r\n"
               "X-Forwarded-Port: evil\r\nX-Forwarded-Prefix: evil\r\nX-Real-IP: evil\r\n"
               "Forwarded: for=evil\r\nX-Request-ID: evil\r\nTraceparent: evil\r\n"
               "Tracestate: evil\r\nX-Headroom-Priority: evil\r\nX-Request-Timeout-Ms: evil\r\n"
               "X_Forwarded_For: evil\r\nX-Forwarded_For: evil\r\nContent_Length: evil\r\n"));
  EXPECT_EQ(head.find("evil"), std::string::npos) << head;
}

TEST(write_request_head, tells_the_way_that_a_request_came) {
  const RequestContext named{.pseudonym = "headroom-1"};
  const std::string head = forwarded(get_with("Via: 1.1 a (x, y)\r\nConnection: via\r\n"), named);
  EXPECT_NE(head.find("\r\nVia: 1.1 a (x, y)\r\nvia: 1.1 headroom-1\r\n"), std::string::npos)
      << head;
  EXPECT_NE(
      forwarded("GET / HTTP/1.0\r\nHost: h\r\n\r\n", named).find("\r\nvia: 1.0 headroom-1\r\n"),
      std::string::npos);
}

/// What the replica gets when a trusted proxy at 10.0.0.1 sends `fields`.
std::string from_proxy(const std::string& fields) {
  RequestParser parser(Limits{});
  const std::string bytes = get_with(fields);
  EXPECT_EQ(parser.next(bytes).event, Event::head) << bytes;
  const IpAddress peer = *IpAddress::parse("10.0.0.1");
  const IpNetwork trusted = *IpNetwork::parse("10.0.0.0/8");
  const Origin origin = read_origin(parser.head(), peer, {&trusted, 1});
  std::array<char, 4096> out;
  return written(write_request_head(parser.head(), {.peer = "10.0.0.1", .origin = &origin}, out),
                 out);
}

TEST(write_request_head, extends_what_a_trusted_proxy_told) {
  const struct {
    const char* told;
    const char* passed_on;  // everything behind Host
  } cases[] = {
      {"",
       "x-forwarded-for: 10.0.0.1\r\nforwarded: for=10.0.0.1;host=\"shop\";proto=http\r\n"
       "x-forwarded-host: shop\r\nx-forwarded-proto: http\r\n"},
      {"X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nX-Real-IP: 203.0.113.7\r\n",
       "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nX-Real-IP: 203.0.113.7\r\n"
       "x-forwarded-for: 10.0.0.1\r\nforwarded: for=10.0.0.1;host=\"shop\";proto=https\r\n"
       "x-forwarded-host: shop\r\n"},
      {"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.7, 10.0.0.2\r\n"
       "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n",
       "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n"
       "x-forwarded-for: 6.6.6.6, 203.0.113.7, 10.0.0.2, 10.0.0.1\r\n"
       "forwarded: for=203.0.113.7;host=\"a.example\";proto=https, "
       "for=10.0.0.1;host=\"shop\";proto=http\r\n"},
      {"Forwarded: for=6.6.6.6\r\nForwarded: for=\"[2001:db8::7]\";proto=https;host=a.example\r\n",
       "x-forwarded-for: 2001:db8::7, 10.0.0.1\r\n"
       "forwarded: for=6.6.6.6, for=\"[2001:db8::7]\";proto=https;host=a.example, "
       "for=10.0.0.1;host=\"shop\";proto=http\r\n"
       "x-forwarded-host: a.example\r\nx-forwarded-proto: https\r\n"},
      {"Forwarded: for=6.6.6.6;x=\", for=203.0.113.7\r\n",
       "x-forwarded-for: 10.0.0.1\r\nforwarded: for=10.0.0.1;host=\"shop\";proto=http\r\n"
       "x-forwarded-host: shop\r\nx-forwarded-proto: http\r\n"},
  };
  for (const auto& [told, passed_on] : cases)
    EXPECT_EQ(from_proxy(told),
              "GET / HTTP/1.1\r\nhost: shop\r\n" + std::string(passed_on) + "\r\n")
        << told;
}

TEST(write_request_head, believes_nobody_about_names_with_an_underscore) {
  EXPECT_EQ(from_proxy("X_Forwarded_Proto: https\r\nX-Forwarded_For: 6.6.6.6\r\n"), from_proxy(""));
}

TEST(write_request_head, passes_the_state_of_a_trace_that_goes_on) {
  const std::string state = "tracestate: vendor=1\r\n";
  EXPECT_FALSE(has(forwarded(get_with(state)), "tracestate"));
  const std::string parent = "traceparent: " + std::string(context.traceparent) + "\r\n";
  EXPECT_TRUE(has(forwarded(get_with(parent + state)), "tracestate"));
}

TEST(write_request_head, names_trailers_only_before_chunks) {
  const std::string head = forwarded(
      "POST / HTTP/1.1\r\nHost: shop\r\nTrailer: X-Sum\r\nTransfer-Encoding: Chunked\r\n\r\n");
  EXPECT_NE(head.find("Trailer: X-Sum\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("transfer-encoding: chunked\r\n\r\n")) << head;
}

TEST(write_request_head, writes_an_ipv6_peer_as_its_standards_want_it) {
  const std::string head = forwarded("GET / HTTP/1.0\r\n\r\n", {.peer = "2001:db8::1"});
  EXPECT_EQ(head,
            "GET / HTTP/1.1\r\nhost: \r\nx-forwarded-for: 2001:db8::1\r\n"
            "forwarded: for=\"[2001:db8::1]\";proto=http\r\nx-forwarded-proto: http\r\n\r\n");
}

TEST(write_request_head, turns_an_absolute_target_into_origin_form) {
  EXPECT_TRUE(forwarded("GET http://Shop/a?b HTTP/1.1\r\nHost: shop\r\n\r\n")
                  .starts_with("GET /a?b HTTP/1.1\r\nhost: shop\r\n"));
}

std::string answered(const std::string& bytes, const ResponseContext& with = {},
                     bool to_head = false) {
  ResponseParser parser(Limits{});
  parser.reset(to_head);
  EXPECT_EQ(parser.next(bytes).event, Event::head) << bytes;
  std::array<char, 4096> out;
  return written(write_response_head(parser.head(), with, out), out);
}

TEST(write_response_head, passes_a_response_on_with_its_request_id) {
  EXPECT_EQ(answered("HTTP/1.0 404 Gone fishing\r\nServer: x\r\nContent-Length:  5\r\n"
                     "Set-Cookie: a\r\nSet-Cookie: b\r\nX-Request-Id: other\r\n\r\n",
                     {.request_id = "id-1"}),
            "HTTP/1.1 404 Gone fishing\r\nServer: x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
            "x-request-id: id-1\r\ncontent-length: 5\r\n\r\n");
}

TEST(write_response_head, leaves_out_what_belongs_to_one_connection) {
  const std::string head = answered(
      "HTTP/1.1 200 OK\r\nConnection: close, X-Session\r\nKeep-Alive: x\r\nUpgrade: h2c\r\n"
      "Proxy-Authenticate: x\r\nTrailer: x\r\nX-Session: x\r\nX-Headroom-Load: 3\r\n"
      "Content-Length: 0\r\nX_Kept: y\r\n\r\n");
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nX_Kept: y\r\ncontent-length: 0\r\n\r\n");
}

struct FramingCase {
  std::string name;
  std::string fields;
  int client_minor_version;
  bool keep_alive;
  bool to_head;
  std::string status;
  std::string expected;  // framing and connection
};

TEST(write_response_head, frames_the_body_as_the_client_can_read_it) {
  const std::string length = "Content-Length: 5\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string close = "connection: close\r\n";
  const std::vector<FramingCase> cases = {
      {"length", length, 1, true, false, "200", "content-length: 5\r\n"},
      {"length, closing", length, 1, false, false, "200", "content-length: 5\r\n" + close},
      {"chunks", chunked, 1, true, false, "200", "transfer-encoding: chunked\r\n"},
      {"until close becomes chunks", "", 1, true, false, "200", "transfer-encoding: chunked\r\n"},
      {"until close, closing", "", 1, false, false, "200",
       "transfer-encoding: chunked\r\n" + close},
      {"length to 1.0", length, 0, false, false, "200", "content-length: 5\r\n" + close},
      {"length to 1.0, kept", length, 0, true, false, "200",
       "content-length: 5\r\nconnection: keep-alive\r\n"},
      {"chunks to 1.0", chunked, 0, true, false, "200", close},
      {"until close to 1.0", "", 0, true, false, "200", close},
      {"to HEAD", length, 1, true, true, "200", "content-length: 5\r\n"},
      {"to HEAD without length", "", 1, true, true, "200", ""},
      {"304", length, 1, true, false, "304", "content-length: 5\r\n"},
      {"204", length, 1, true, false, "204", ""},
  };
  for (const FramingCase& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string start = "HTTP/1.1 " + c.status + " X\r\n";
    EXPECT_EQ(answered(start + c.fields + "\r\n",
                       {.request_id = "",
                        .client_minor_version = c.client_minor_version,
                        .keep_alive = c.keep_alive},
                       c.to_head),
              start + c.expected + "\r\n");
  }
}

TEST(writers, write_chunks_and_trailers) {
  std::array<char, 4096> out;
  EXPECT_EQ(written(write_chunk_head(500, out), out), "1f4\r\n");
  const std::array trailers = {Header{"X-Sum", "1"}, Header{"X-Empty", ""}};
  EXPECT_EQ(written(write_last_chunk(trailers, out), out), "0\r\nX-Sum: 1\r\nX-Empty: \r\n\r\n");
  EXPECT_EQ(written(write_last_chunk({}, out), out), "0\r\n\r\n");
}

TEST(writers, need_no_more_room_for_a_last_chunk_than_they_say) {
  std::string trailers;
  for (std::size_t i = 0; i + 1 < trailer_count_max; ++i) trailers += "x:\r\n";
  const std::string last = "y:\r\n\r\n";
  trailers +=
      "y:" + std::string(trailer_bytes_max - trailers.size() - last.size(), 'z') + "\r\n\r\n";
  RequestParser parser(Limits{});
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(parser.next(head).event, Event::head);
  ASSERT_EQ(parser.next("0\r\n" + trailers).event, Event::complete);
  ASSERT_EQ(parser.trailers().size(), trailer_count_max);
  std::array<char, last_chunk_bytes_max> out;
  EXPECT_GT(write_last_chunk(parser.trailers(), out), trailer_bytes_max);
}

/// Expects that `write` writes all of what it writes into plenty of room, or nothing.
template <class Write>
void expect_all_or_nothing(Write write) {
  std::array<char, 4096> plenty;
  const std::string expected = written(write(std::span<char>(plenty)), plenty);
  ASSERT_FALSE(expected.empty());
  for (std::size_t room = 0; room <= expected.size(); ++room) {
    std::vector<char> tight(room + 1, '#');
    const std::size_t size = write(std::span(tight).first(room));
    ASSERT_EQ(size, room < expected.size() ? 0u : expected.size()) << room;
    ASSERT_EQ(tight.back(), '#') << "one beyond " << room;
  }
}

TEST(writers, write_all_or_nothing) {
  RequestParser request(Limits{});
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: a\r\nX: y\r\n\r\n";
  ASSERT_EQ(request.next(bytes).event, Event::head);
  expect_all_or_nothing([&](auto out) { return write_request_head(request.head(), context, out); });
  ResponseParser response(Limits{});
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\n";
  ASSERT_EQ(response.next(answer).event, Event::head);
  expect_all_or_nothing([&](auto out) {
    return write_response_head(response.head(), {.request_id = "id", .keep_alive = false}, out);
  });
  expect_all_or_nothing([](auto out) { return write_chunk_head(0xffffffff, out); });
  const std::array trailers = {Header{"X-Sum", "1"}};
  expect_all_or_nothing([&](auto out) { return write_last_chunk(trailers, out); });
  expect_all_or_nothing([](auto out) {
    return write_problem({.status = 503, .reason = "queue_full", .proxy_error = "x"}, out);
  });
}

}  // namespace
}  // namespace headroom::http
