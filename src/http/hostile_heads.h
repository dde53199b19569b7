// Requests whose lines, fields, host or target are malformed or mean two things.
#pragma once

#include "http/hostile_request.h"

namespace headroom::http::hostile {

inline std::vector<HostileRequest> fields() {
  const auto bad = [](std::string name, const std::string& lines,
                      std::string reason = "invalid_header") {
    return HostileRequest{std::move(name), post(lines + "Content-Length: 5\r\n"), 400,
                          std::move(reason)};
  };
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  return {
      bad("field ends with a bare line feed", "X: y\n"),
      bad("field ends with a bare CR", "X: y\r"),
      bad("empty field ends with a bare line feed", "X:\n"),
      bad("NUL in a value", "X: a\0b\r\n"s),
      bad("bare CR in a value", "X: a\rb\r\n"),
      bad("DEL in a value", "X: a\x7f\r\n"),
      bad("escape in a value", "X: \x1b[2J\r\n"),
      bad("folded value", "X: a\r\n b\r\n", "folded_header"),
      bad("value folded with a tab", "X: a\r\n\tb\r\n", "folded_header"),
      bad("empty value folded", "X:\r\n b\r\n", "folded_header"),
      bad("fold without anything", "X: \r\n \r\n", "folded_header"),
      bad("folded length", "X: y\r\nContent-Length:\r\n 5\r\nY: z\r\n", "folded_header"),
      bad("no colon", "X\r\n"),
      bad("empty name", ": y\r\n"),
      bad("space before the colon", "X : y\r\n"),
      bad("space in a name", "X Y: z\r\n"),
      bad("tab in a name", "X\tY: z\r\n"),
      bad("byte above ASCII in a name", "X\xc3\xa9: z\r\n"),
      bad("NUL in a name", "X\0: z\r\n"s),
      bad("parenthesis in a name", "X(): z\r\n"),
      bad("quoted name", "\"X\": z\r\n"),
      {"space before the first field", "GET / HTTP/1.1\r\n Host: shop\r\n\r\n", 400,
       "invalid_header"},
      {"tab before the first field", "GET / HTTP/1.1\r\n\tHost: shop\r\n\r\n", 400,
       "invalid_header"},
      {"head ends with a bare line feed", "GET / HTTP/1.1\r\nHost: shop\r\n\n", 400,
       "invalid_header"},
      {"head ends with CR X", "GET / HTTP/1.1\r\nHost: shop\r\n\rX", 400, "invalid_header"},
      {"head of line feeds only", "GET / HTTP/1.1\nHost: shop\n\n", 400, "invalid_header"},
      {"a field of 64 KiB", post("X: " + std::string(65536, 'y') + "\r\n"), 431, "head_too_large"},
      {"a name of 64 KiB", post(std::string(65536, 'y') + ": x\r\n"), 431, "head_too_large"},
      {"a thousand fields", post(many), 431, "too_many_headers"},
      {"unknown expectation", post("Expect: 200-maybe\r\nContent-Length: 5\r\n"), 417,
       "unknown_expectation"},
      {"two expectations in a field", post("Expect: 100-continue, x\r\nContent-Length: 5\r\n"), 417,
       "unknown_expectation"},
      {"too many connection options", post("Connection: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\r\n"),
       400, "too_many_connection_options"},
  };
}

inline std::vector<HostileRequest> request_lines() {
  const std::string host = "Host: shop\r\n\r\n";
  return {
      {"HTTP/0.9", "GET /\r\n", 505, "http_version"},
      {"HTTP/0.9 with a bare line feed", "GET /\n", 505, "http_version"},
      {"HTTP/0.9 spelled out", "GET / HTTP/0.9\r\n" + host, 505, "http_version"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n" + host, 505, "http_version"},
      {"HTTP/2.0", "GET / HTTP/2.0\r\n" + host, 505, "http_version"},
      {"HTTP/01.1", "GET / HTTP/01.1\r\n" + host, 400, "invalid_http_version"},
      {"HTTP/1.10", "GET / HTTP/1.10\r\n" + host, 400, "invalid_http_version"},
      {"HTTP/1", "GET / HTTP/1\r\n" + host, 400, "invalid_http_version"},
      {"HTTP/1.1 and a space", "GET / HTTP/1.1 \r\n" + host, 400, "invalid_http_version"},
      {"http in small letters", "GET / http/1.1\r\n" + host, 400, "invalid_request_line"},
      {"RTSP", "GET / RTSP/1.0\r\n" + host, 400, "invalid_request_line"},
      {"ICE", "SOURCE / ICE/1.0\r\n" + host, 400, "invalid_request_line"},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version"},
      {"a TLS hello", "\x16\x03\x01\x02\x00\x01"s, 400, "invalid_request_line"},
      {"two spaces before the target", "GET  / HTTP/1.1\r\n" + host, 400, "invalid_request_line"},
      {"two spaces after the target", "GET /  HTTP/1.1\r\n" + host, 400, "invalid_request_line"},
      {"a tab before the target", "GET\t/ HTTP/1.1\r\n" + host, 400, "invalid_request_line"},
      {"a tab after the target", "GET /\tHTTP/1.1\r\n" + host, 400, "invalid_target"},
      {"a space before the method", " GET / HTTP/1.1\r\n" + host, 400, "invalid_request_line"},
      {"a space in the target", "GET /a b HTTP/1.1\r\n" + host, 400, "invalid_request_line"},
      {"a bare line feed after the version", "GET / HTTP/1.1\n" + host, 400,
       "invalid_request_line"},
      {"a bare CR after the version", "GET / HTTP/1.1\r" + host, 400, "invalid_http_version"},
      {"no target", "GET HTTP/1.1\r\n" + host, 400, "invalid_target"},
      {"an unknown method", "FROB / HTTP/1.1\r\n" + host, 501, "unknown_method"},
      {"a method in small letters", "get / HTTP/1.1\r\n" + host, 501, "unknown_method"},
      {"CONNECT", "CONNECT shop:80 HTTP/1.1\r\nHost: shop:80\r\n\r\n", 501, "connect_refused"},
      {"TRACE", "TRACE / HTTP/1.1\r\n" + host, 405, "trace_refused"},
      {"five empty lines first", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n" + host, 400,
       "invalid_start"},
      {"half an empty line first", "\r\n\rGET / HTTP/1.1\r\n" + host, 400, "invalid_start"},
      {"a bare line feed first", "\nGET / HTTP/1.1\r\n" + host, 400, "invalid_start"},
      {"a bare CR first", "\rGET / HTTP/1.1\r\n" + host, 400, "invalid_start"},
      {"a target of 8 MiB", get("/" + std::string(8 << 20, 'a')), 414, "target_too_long"},
      {"a target just too long", get("/" + std::string(8192, 'a')), 414, "target_too_long"},
  };
}

inline std::vector<HostileRequest> hosts() {
  const auto bad = [](std::string name, const std::string& host) {
    return HostileRequest{std::move(name), with_host("Host:" + host + "\r\n"), 400, "invalid_host"};
  };
  const auto absolute = [](std::string name, const std::string& target, std::string reason) {
    return HostileRequest{std::move(name), get(target), 400, std::move(reason)};
  };
  return {
      {"no host", with_host(""), 400, "missing_host"},
      {"two hosts", with_host("Host: shop\r\nHost: shop\r\n"), 400, "duplicate_host"},
      {"two different hosts", with_host("Host: shop\r\nhost: evil\r\n"), 400, "duplicate_host"},
      bad("empty host", ""),
      bad("host of spaces", "  "),
      bad("host with a user", " me@shop"),
      bad("host with a path", " shop/x"),
      bad("list of hosts", " shop, evil"),
      bad("host with a space", " shop evil"),
      bad("host with a query", " shop?x"),
      bad("host with a fragment", " shop#x"),
      bad("host with an empty port", " shop:"),
      bad("host with a large port", " shop:65536"),
      bad("host with a port of letters", " shop:http"),
      bad("host with two ports", " shop:80:80"),
      bad("only a port", " :80"),
      bad("host with port 0", " shop:0"),
      bad("percent sign in a host", " sh%6fp"),
      bad("backslash in a host", " shop\\x"),
      bad("open bracket", " [::1"),
      bad("empty brackets", " []"),
      bad("name in brackets", " [shop]"),
      bad("something after the brackets", " [::1]x"),
      bad("host above ASCII", " sh\xc3\xb6p"),
      bad("host in quotes", " \"shop\""),
      bad("scheme in a host", " http://shop"),
      absolute("another host in the target", "http://evil/", "host_differs_from_target"),
      absolute("another port in the target", "http://shop:81/", "host_differs_from_target"),
      absolute("user in the target", "http://me@shop/", "invalid_target"),
      absolute("no host in the target", "http:///", "invalid_target"),
      absolute("foreign scheme", "ftp://shop/", "invalid_target"),
      absolute("query without a path", "http://shop?x", "invalid_target"),
      absolute("dot segments after a host", "http://shop/../x", "dot_segment"),
  };
}

inline std::vector<HostileRequest> dot_segments() {
  std::vector<HostileRequest> all;
  for (const char* target :
       {"/.", "/..", "/./a", "/a/./b", "/a/..", "/a/../b", "/..?x", "/a/%2e%2e/b", "/a/.%2e/b",
        "/a/%2E./b", "/%2e/a", "/a/%2e", "/a/..;/b", "/a/..;x=y/b", "/.;x", "/a/%2e%2e;/b",
        "/a/%2e%2e%3b/b", "/a/..%3B;x/b",
        // Behind what a route may bear:
        "/a//../b", "/a/..%2Fb", "/a%2f..%2fb", "/a%5C..%5cb", "/a%2F%2e%2e", "/..%2F", "/a%2F."}) {
    all.push_back({std::string("target ") + target, get(target), 400, "dot_segment"});
  }
  return all;
}

inline std::vector<HostileRequest> targets() {
  const auto bad = [](const std::string& target, std::string reason = "ambiguous_path") {
    return HostileRequest{"target " + target, get(target), 400, std::move(reason)};
  };
  return {
      bad("/a#b", "fragment_in_target"),
      bad("/a?b#c", "fragment_in_target"),
      bad("*", "invalid_target"),
      bad("*a", "invalid_target"),
      bad("a/b", "invalid_target"),
      bad("?a", "invalid_target"),
      bad("/\x7f", "invalid_target"),
      bad("/\xc3\xa9", "invalid_target"),
      bad("/\x01", "invalid_target"),
      bad("/a\\b"),
      bad("/\\evil"),
      bad("/a%00"),
      bad("/%00"),
      bad("/a%0d%0ab"),
      bad("/a%0a"),
      bad("/a%7f"),
      bad("/a%1b"),
      bad("/%c0%ae%c0%ae/a"),
      bad("/%c0%af"),
      bad("/%c1%9c"),
      bad("/%e0%80%af"),
      bad("/%e0%9f%bf"),
      bad("/%f0%80%80%af"),
      bad("/%", "invalid_percent_encoding"),
      bad("/%2", "invalid_percent_encoding"),
      bad("/%2g", "invalid_percent_encoding"),
      bad("/%zz", "invalid_percent_encoding"),
      bad("/a%/b", "invalid_percent_encoding"),
      bad("/%u002e", "invalid_percent_encoding"),
  };
}

/// Paths that only a route with `path: as_is` takes, and why.
struct BearablePath {
  const char* path;
  const char* fault;
};
inline constexpr BearablePath bearable_paths[] = {
    {"//", "empty_segment"},        {"//evil/x", "empty_segment"}, {"/a//b", "empty_segment"},
    {"/a//", "empty_segment"},      {"/a%2Fb", "encoded_slash"},   {"/a%2fb", "encoded_slash"},
    {"/a%5cb", "encoded_slash"},    {"/a%5Cb", "encoded_slash"},   {"/a%2F", "encoded_slash"},
    {"/a//b%2Fc", "encoded_slash"}, {"/a%2F..b", "encoded_slash"},
};

}  // namespace headroom::http::hostile
