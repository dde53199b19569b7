// The PROXY protocol byte by byte: what is a header, what is none, what is broken.
#include "http/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace headroom::http {
namespace {

using Found = ProxyHeader::Found;
using std::string_literals::operator""s;

const std::string mark = "\r\n\r\n\0\r\nQUIT\n"s;

/// Version 2 with these bytes behind its mark, and a length that fits.
std::string binary(char command, char family, const std::string& block) {
  return mark + command + family + static_cast<char>(block.size() / 256) +
         static_cast<char>(block.size() % 256) + block;
}

const std::string v4_block = "\xcb\x00\x71\x07\x0a\x00\x00\x01\x12\x34\x01\xbb"s;
const std::string v6_block = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x07"s +
                             std::string(16, '\1') + "\x12\x34\x01\xbb"s;

std::string source_of(const ProxyHeader& header) {
  return header.source ? header.source->text() : "none";
}

TEST(ProxyHeader, is_found_whole_however_it_arrives) {
  const struct {
    std::string bytes;
    std::string source;
    bool hidden = false;
  } cases[] = {{"PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\r\n", "203.0.113.7"},
               {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"},
               {"PROXY TCP4 203.0.113.7 10.0.0.1 0 0\r\n", "203.0.113.7"},
               {"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "2001:db8::7"},
               {"PROXY TCP6 ::ffff:203.0.113.7 ::1 1 1\r\n", "203.0.113.7"},
               {"PROXY UNKNOWN\r\n", "none", true},
               {"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "none", true},
               {binary(0x21, 0x11, v4_block), "203.0.113.7"},
               {binary(0x21, 0x12, v4_block), "203.0.113.7"},
               {binary(0x21, 0x21, v6_block), "2001:db8::7"},
               {binary(0x21, 0x11, v4_block + "\x03\x00\x04\x01\x02\x03\x04"s), "203.0.113.7"},
               {binary(0x21, 0x11, v4_block + std::string(4000, '\xff')), "203.0.113.7"},
               {binary(0x20, 0x00, ""), "none"},
               {binary(0x20, 0x11, v4_block), "none"},
               {binary(0x21, 0x00, ""), "none", true},
               {binary(0x21, 0x00, "\x03\x00\x01x"s), "none", true},
               {binary(0x21, 0x31, std::string(216, '\0')), "none", true}};
  for (const auto& [bytes, source, hidden] : cases) {
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(read_proxy_header(bytes.substr(0, size)).found, Found::need_more)
          << bytes << " " << size;
    const ProxyHeader header = read_proxy_header(bytes + "GET / HTTP/1.1\r\n");
    EXPECT_EQ(header.found, Found::header) << bytes;
    EXPECT_EQ(header.size, bytes.size()) << bytes;
    EXPECT_EQ(source_of(header), source) << bytes;
    EXPECT_EQ(header.hidden, hidden) << bytes;
  }
}

TEST(ProxyHeader, is_not_seen_in_requests) {
  for (const char* bytes : {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\n", "PROPFIND / HTTP/1.1\r\n",
                            "PUT / HTTP/1.1\r\n", "\r\nGET / HTTP/1.1\r\n", "\r\n\r\nGET",
                            "proxy x", "PROXY\tTCP4", "\n", "\x16\x03\x01"}) {
    EXPECT_EQ(read_proxy_header(bytes).found, Found::none) << bytes;
  }
}

TEST(ProxyHeader, that_is_malformed_is_refused_however_it_arrives) {
  const std::string cases[] = {
      "PROXY \r\n",
      "PROXY TCP4\r\n",
      "PROXY TCP5 203.0.113.7 10.0.0.1 1 2\r\n",
      "PROXY tcp4 203.0.113.7 10.0.0.1 1 2\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 1\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 1 2 3\r\n",
      "PROXY TCP4  203.0.113.7 10.0.0.1 1 2\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 1 2 \r\n",
      "PROXY TCP4 203.0.113.07 10.0.0.1 1 2\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 65536 2\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 01 2\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 -1 2\r\n",
      "PROXY TCP4 203.0.113.7 10.0.0.1 1 2\n\r\n",
      "PROXY TCP4 ::1 ::1 1 2\r\n",
      "PROXY TCP6 203.0.113.7 10.0.0.1 1 2\r\n",
      "PROXY TCP4 203.0.113.7 evil 1 2\r\n",
      "PROXY UNKNOWN " + std::string(200, 'x'),
      "PROXY " + std::string(101, '1'),
      binary(0x11, 0x11, v4_block),
      binary(0x22, 0x11, v4_block),
      binary(0x21, 0x41, v4_block),
      binary(0x21, 0x13, v4_block),
      binary(0x21, 0x11, v4_block.substr(1)),
      binary(0x21, 0x21, v4_block),
      binary(0x21, 0x11, ""),
  };
  for (const std::string& bytes : cases) {
    const ProxyHeader header = read_proxy_header(bytes);
    EXPECT_EQ(header.found, Found::malformed) << bytes;
    EXPECT_EQ(header.reason, "proxy_header_malformed") << bytes;
    // Once refused it stays so, and no shorter part of it was taken for a whole header.
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Found found = read_proxy_header(bytes.substr(0, size)).found;
      EXPECT_TRUE(found == Found::need_more || found == Found::malformed) << bytes << " " << size;
    }
  }
}

TEST(ProxyHeader, has_an_end_within_its_limit) {
  EXPECT_EQ(read_proxy_header("PROXY UNKNOWN " + std::string(107 - 16, 'x') + "\r\n").found,
            Found::header);
  EXPECT_EQ(read_proxy_header("PROXY UNKNOWN " + std::string(107 - 15, 'x') + "\r\n").found,
            Found::malformed);
  EXPECT_EQ(read_proxy_header(mark + "\x21\x11\x3f\xf0"s).found, Found::need_more);
  const ProxyHeader header = read_proxy_header(mark + "\x21\x11\x3f\xf1"s);
  EXPECT_EQ(header.found, Found::malformed);
  EXPECT_EQ(header.reason, "proxy_header_too_large");
}

}  // namespace
}  // namespace headroom::http
