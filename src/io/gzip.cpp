// Decompression through zlib.
#include "io/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include "core/text.h"
#include "io/file.h"

namespace headroom::io {
namespace {

constexpr std::string_view magic = "\x1f\x8b";
constexpr int gzip_window_bits = 15 + 16;  // the largest window; gzip framing alone
constexpr std::size_t block_bytes = 1 << 18;

/// One inflate state with one owner.
class Inflater {
 public:
  Inflater() { CHECK(inflateInit2(&stream_, gzip_window_bits) == Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

Result<std::string> gunzip(std::string_view data, std::size_t bytes_max) {
  Inflater inflater;
  z_stream& stream = inflater.stream();
  // zlib takes its input without const but does not write to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  std::string content;
  for (;;) {
    const std::size_t before = content.size();
    content.resize(before + block_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + before);
    stream.avail_out = block_bytes;
    const int status = inflate(&stream, Z_NO_FLUSH);
    content.resize(content.size() - stream.avail_out);
    if (content.size() > bytes_max)
      return fail(ErrorCode::invalid,
                  fmt::format("decompresses to more than {}",
                              format_bytes(static_cast<std::int64_t>(bytes_max))));
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) return content;
      inflateReset(&stream);
    } else if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_out > 0)) {
      return fail(ErrorCode::invalid, "gzip data that ends too early");
    } else if (status != Z_OK) {
      return fail(ErrorCode::invalid, "damaged gzip data");
    }
  }
}

Result<std::string> read_plain_or_gzip(const std::string& path, std::size_t bytes_max) {
  std::string content = TRY(read_file(path, bytes_max));
  if (!content.starts_with(magic)) return content;
  auto plain = gunzip(content, bytes_max);
  if (plain) return plain;
  return fail(plain.error().code, fmt::format("{}: {}", path, plain.error().message));
}

}  // namespace headroom::io
