// Files that may be gzipped: whole, plain, cut off, damaged, too large.
#include "io/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

namespace headroom::io {
namespace {

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(gzip, gives_back_what_was_compressed) {
  for (const std::size_t size : {0U, 1U, 262'144U, 262'145U, 3'000'000U}) {
    const std::string text(size, 'a');
    const auto plain = gunzip(gzipped(text), 4'000'000);
    ASSERT_TRUE(plain) << size << ": " << plain.error().message;
    EXPECT_EQ(*plain, text);
  }
}

TEST(gzip, joins_several_members) {
  EXPECT_EQ(gunzip(gzipped("one,") + gzipped("two"), 100).value(), "one,two");
}

TEST(gzip, refuses_cut_off_damaged_and_oversized_data) {
  const std::string whole = gzipped("some text that is long enough to be cut");
  for (std::size_t size = 2; size < whole.size(); ++size)
    EXPECT_FALSE(gunzip(whole.substr(0, size), 100)) << size;
  std::string damaged = whole;
  damaged[damaged.size() - 5] ^= 1;  // the checksum
  EXPECT_EQ(gunzip(damaged, 100).error().message, "damaged gzip data");
  EXPECT_EQ(gunzip(gzipped(std::string(2000, 'x')), 1024).error().message,
            "decompresses to more than 1KiB");
}

TEST(gzip, reads_a_file_either_way_and_names_it_in_errors) {
  const std::string path = testing::TempDir() + "gzip_test.csv";
  const auto write = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  };
  write("plain");
  EXPECT_EQ(read_plain_or_gzip(path, 100).value(), "plain");
  write(gzipped("packed"));
  EXPECT_EQ(read_plain_or_gzip(path, 100).value(), "packed");
  write(gzipped("packed").substr(0, 12));
  EXPECT_EQ(read_plain_or_gzip(path, 100).error().message,
            path + ": gzip data that ends too early");
  std::filesystem::remove(path);
  EXPECT_FALSE(read_plain_or_gzip(path, 100));
}

}  // namespace
}  // namespace headroom::io
