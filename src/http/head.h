// One message's start line and fields as views into the input, read by llhttp and held to the line.
#pragma once

#include <llhttp.h>

#include <array>
#include <string_view>

#include "http/fields.h"
#include "http/message.h"
#include "http/step.h"

namespace headroom::http {

/// The most that Limits::header_count can be.
inline constexpr std::size_t header_count_max = 256;
/// Names in Connection: every one is compared with every field when a head is passed on.
inline constexpr int connection_options_max = 16;
/// Before a request: old clients send an empty line after a body.
inline constexpr int empty_lines_max = 4;

/// What the fields that steer a connection said, noted while they were read.
struct KnownFields {
  int hosts = 0;
  std::string_view host;
  std::string_view content_length;  // no data: no such field
  int transfer_encodings = 0;
  std::string_view transfer_encoding;
  int connection_options = 0;
  bool close = false;
  bool keep_alive = false;
  bool expect_continue = false;
  bool via = false;
};

/// llhttp forgives bare line feeds, folded lines, several spaces and empty names even in its strict
/// mode; the places of its spans tell, so they are refused here without a second look at the bytes.
class HeadReader {
 public:
  HeadReader(llhttp_type_t type, const Limits& limits);
  HeadReader(const HeadReader&) = delete;
  HeadReader& operator=(const HeadReader&) = delete;

  void reset();
  /// Holds for the next head on.
  void limit(const Limits& limits);

  /// Returns need_more, head or refused. Input must continue where the last one ended in memory.
  [[nodiscard]] Step next(std::string_view input);

  /// Whether anything but whole empty lines was seen.
  [[nodiscard]] bool started() const { return lead_ % 2 != 0 || used_ > 0; }
  /// What has come of this head, also of one that was refused.
  [[nodiscard]] std::string_view seen() const { return seen_; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  // Valid after `head`.
  [[nodiscard]] llhttp_method_t method() const { return llhttp_method_t(llhttp_.method); }
  [[nodiscard]] std::string_view method_text() const { return method_; }
  [[nodiscard]] std::string_view target() const { return target_; }
  [[nodiscard]] int status() const { return llhttp_.status_code; }
  [[nodiscard]] std::string_view reason() const { return reason_; }
  [[nodiscard]] int major_version() const { return llhttp_.http_major; }
  [[nodiscard]] int minor_version() const { return llhttp_.http_minor; }
  /// The value of Content-Length.
  [[nodiscard]] std::uint64_t content_length() const { return llhttp_.content_length; }
  [[nodiscard]] const KnownFields& known() const { return known_; }
  [[nodiscard]] std::span<const Header> headers() const { return {headers_.data(), count_}; }

 private:
  friend struct HeadCallbacks;

  [[nodiscard]] std::size_t skip_empty_lines(std::string_view input);
  [[nodiscard]] Step refuse(int status, std::string_view reason);
  [[nodiscard]] bool refuse_field(int status, std::string_view reason);
  [[nodiscard]] bool end_field();
  [[nodiscard]] bool note(const Header& header);
  [[nodiscard]] bool request_line_is_exact(const char* fields) const;
  [[nodiscard]] bool status_line_is_exact(const char* fields) const;
  [[nodiscard]] Step end_head(const char* end);
  [[nodiscard]] Refusal explain() const;

  const llhttp_type_t type_;
  std::size_t head_bytes_max_ = 0;
  std::size_t count_max_ = 0;
  llhttp_t llhttp_;
  Refusal refusal_;
  int lead_ = 0;          // bytes of empty lines before a request
  std::size_t used_ = 0;  // bytes of this head so far
  bool target_ended_ = false;
  const char* begin_ = nullptr;
  std::string_view seen_;
  const char* next_ = nullptr;          // where the next input must begin
  const char* fields_begin_ = nullptr;  // the first field's name
  const char* line_end_ = nullptr;      // after the last field's line
  std::string_view method_, target_, reason_;
  std::string_view name_, value_;  // of the field that is being read
  bool folded_ = false;
  KnownFields known_;
  std::size_t count_ = 0;
  std::array<Header, header_count_max> headers_;
};

}  // namespace headroom::http
