// The form of a path in which it is compared with routes.
#include "http/route_path.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace headroom::http {
namespace {

std::string read(std::string_view path, Slashes slashes) {
  std::array<char, 64> out;
  return std::string(route_path(path, slashes, out));
}

TEST(route_path, is_decoded_once_with_slashes_kept_or_opened) {
  struct Case {
    const char* path;
    const char* kept;
    const char* opened;
  };
  const Case cases[] = {
      {"/", "/", "/"},
      {"/a/b", "/a/b", "/a/b"},
      {"/%61dmin", "/admin", "/admin"},
      {"/caf%C3%A9", "/caf\xc3\xa9", "/caf\xc3\xa9"},
      {"/%252F", "/%2F", "/%2F"},
      {"/a%2fb", "/a%2Fb", "/a/b"},
      {"/a%5cb", "/a%5Cb", "/a/b"},
      {"//a///b//", "//a///b//", "/a/b/"},
      {"/%2F%2fa%2F/b", "/%2F%2Fa%2F/b", "/a/b"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(read(c.path, Slashes::kept), c.kept) << c.path;
    EXPECT_EQ(read(c.path, Slashes::opened), c.opened) << c.path;
  }
}

}  // namespace
}  // namespace headroom::http
