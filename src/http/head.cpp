// llhttp's callbacks, and the checks of what llhttp lets pass.
#include "http/head.h"

#include <algorithm>
#include <cstring>

#include "core/result.h"

namespace headroom::http {

struct HeadCallbacks {
  static HeadReader& reader(llhttp_t* parser) { return *static_cast<HeadReader*>(parser->data); }

  // A span that began in an earlier input goes on in this one: the bytes are contiguous.
  static void extend(std::string_view& span, const char* at, std::size_t size) {
    span = span.data() == nullptr ? std::string_view(at, size)
                                  : std::string_view(span.data(), span.size() + size);
  }

  static int method(llhttp_t* parser, const char* at, std::size_t size) {
    extend(reader(parser).method_, at, size);
    return HPE_OK;
  }
  static int target(llhttp_t* parser, const char* at, std::size_t size) {
    extend(reader(parser).target_, at, size);
    return HPE_OK;
  }
  static int target_end(llhttp_t* parser) {
    HeadReader& self = reader(parser);
    self.target_ended_ = true;
    // A request line without a version: waiting for fields would wait for ever.
    if (parser->http_minor != 9) return HPE_OK;
    return self.refuse_field(505, "http_version") ? HPE_OK : HPE_USER;
  }
  static int reason(llhttp_t* parser, const char* at, std::size_t size) {
    extend(reader(parser).reason_, at, size);
    return HPE_OK;
  }
  static int name(llhttp_t* parser, const char* at, std::size_t size) {
    extend(reader(parser).name_, at, size);
    return HPE_OK;
  }
  static int value(llhttp_t* parser, const char* at, std::size_t size) {
    HeadReader& self = reader(parser);
    if (self.value_.data() != nullptr && at != self.value_.data() + self.value_.size()) {
      self.folded_ = true;
      return HPE_OK;
    }
    extend(self.value_, at, size);
    return HPE_OK;
  }
  static int value_end(llhttp_t* parser) { return reader(parser).end_field() ? HPE_OK : HPE_USER; }
  static int head_end(llhttp_t*) { return HPE_PAUSED; }

  static constexpr llhttp_settings_t make_settings() {
    llhttp_settings_t settings{};
    settings.on_method = method;
    settings.on_url = target;
    settings.on_url_complete = target_end;
    settings.on_status = reason;
    settings.on_header_field = name;
    settings.on_header_value = value;
    settings.on_header_value_complete = value_end;
    settings.on_headers_complete = head_end;
    return settings;
  }
};

namespace {
constinit const llhttp_settings_t settings = HeadCallbacks::make_settings();
}

HeadReader::HeadReader(llhttp_type_t type, const Limits& limits) : type_(type) {
  limit(limits);
  reset();
}

void HeadReader::limit(const Limits& limits) {
  head_bytes_max_ = limits.head_bytes;
  count_max_ = std::min(limits.header_count, header_count_max);
}

void HeadReader::reset() {
  llhttp_init(&llhttp_, type_, &settings);
  llhttp_.data = this;
  refusal_ = {0, {}};
  lead_ = 0;
  used_ = 0;
  target_ended_ = false;
  begin_ = next_ = fields_begin_ = line_end_ = nullptr;
  seen_ = {};
  method_ = target_ = reason_ = name_ = value_ = {};
  folded_ = false;
  known_ = {};
  count_ = 0;
}

Step HeadReader::next(std::string_view input) {
  const std::size_t skipped = skip_empty_lines(input);
  input.remove_prefix(skipped);
  if (input.empty()) return {Event::need_more, skipped, {}};
  if (used_ == 0) {
    // llhttp would skip any number of these.
    if (input.front() == '\r' || input.front() == '\n' || lead_ % 2 != 0) {
      return refuse(400, "invalid_start");
    }
    begin_ = next_ = input.data();
  }
  CHECK(input.data() == next_);

  const std::string_view slice = input.substr(0, head_bytes_max_ - used_);
  seen_ = {begin_, used_ + slice.size()};
  const llhttp_errno_t error = llhttp_execute(&llhttp_, slice.data(), slice.size());
  if (error == HPE_PAUSED) {
    Step step = end_head(llhttp_get_error_pos(&llhttp_));
    step.consumed += skipped;
    return step;
  }
  if (error != HPE_OK) {
    if (refusal_.status == 0) refusal_ = explain();  // else a callback said why
    return {Event::refused, 0, {}};
  }
  used_ += slice.size();
  next_ = slice.data() + slice.size();
  if (used_ == head_bytes_max_) {
    const bool in_target = type_ == HTTP_REQUEST && !target_ended_;
    return in_target ? refuse(414, "target_too_long") : refuse(431, "head_too_large");
  }
  return {Event::need_more, skipped + slice.size(), {}};
}

/// RFC 9112 2.2: an empty line before a request is forgiven, and so are a few.
std::size_t HeadReader::skip_empty_lines(std::string_view input) {
  if (type_ != HTTP_REQUEST || used_ > 0) return 0;
  std::size_t skipped = 0;
  while (lead_ < 2 * empty_lines_max && skipped < input.size() &&
         input[skipped] == "\r\n"[lead_ % 2]) {
    ++lead_;
    ++skipped;
  }
  return skipped;
}

Step HeadReader::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return {Event::refused, 0, {}};
}

bool HeadReader::refuse_field(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return false;
}

bool HeadReader::end_field() {
  if (name_.empty()) return refuse_field(400, "invalid_header");
  // Between name and value stand a colon and white space; llhttp reports an empty value after the
  // end of its line.
  const char* const name_end = name_.data() + name_.size();
  const char* const gap_end = value_.empty() ? value_.data() - 2 : value_.data();
  for (const char* c = name_end + 1; c < gap_end; ++c) {
    if (*c != ' ' && *c != '\t') folded_ = true;
  }
  if (folded_) return refuse_field(400, "folded_header");
  line_end_ = value_.empty() ? value_.data() : value_.data() + value_.size() + 2;
  if (count_ == count_max_) return refuse_field(431, "too_many_headers");
  if (count_ == 0) fields_begin_ = name_.data();
  headers_[count_++] = {name_, trim_white_space(value_)};
  name_ = value_ = {};
  return note(headers_[count_ - 1]);
}

bool HeadReader::note(const Header& header) {
  switch (classify(header.name)) {
    case Field::host:
      known_.host = header.value;
      if (++known_.hosts > 1) return refuse_field(400, "duplicate_host");
      break;
    case Field::content_length:
      known_.content_length = header.value;
      break;
    case Field::transfer_encoding:
      known_.transfer_encoding = header.value;
      if (++known_.transfer_encodings > 1) return refuse_field(400, "duplicate_transfer_encoding");
      break;
    case Field::connection:
      for_each_member(header.value, [&](std::string_view option) {
        ++known_.connection_options;
        known_.close |= is_word(option, "close");
        known_.keep_alive |= is_word(option, "keep-alive");
      });
      if (known_.connection_options > connection_options_max) {
        return refuse_field(400, "too_many_connection_options");
      }
      break;
    case Field::expect:
      known_.expect_continue = is_word(header.value, "100-continue");
      if (!known_.expect_continue) return refuse_field(417, "unknown_expectation");
      break;
    case Field::via:
      known_.via = true;
      break;
    default:
      break;
  }
  return true;
}

Step HeadReader::end_head(const char* end) {
  const auto consumed = static_cast<std::size_t>(end - next_);
  used_ += consumed;
  next_ = end;
  const char* const fields = count_ == 0 ? end - 2 : fields_begin_;
  if (type_ == HTTP_REQUEST && !request_line_is_exact(fields)) {
    return refuse(400, "invalid_request_line");
  }
  if (type_ == HTTP_RESPONSE && !status_line_is_exact(fields)) {
    return refuse(400, "invalid_status_line");
  }
  if (count_ > 0 && end - line_end_ != 2) return refuse(400, "invalid_header");
  return {Event::head, consumed, {}};
}

/// One space on either side of the target, CRLF at the end.
bool HeadReader::request_line_is_exact(const char* fields) const {
  const char* const method_end = method_.data() + method_.size();
  const char* const target_end = target_.data() + target_.size();
  constexpr std::string_view version = " HTTP/1.1\r\n";
  return method_.data() == begin_ && target_.data() - method_end == 1 &&
         fields - target_end == static_cast<std::ptrdiff_t>(version.size()) &&
         std::memcmp(target_end, version.data(), 6) == 0 && fields[-2] == '\r';
}

/// "HTTP/1.1 200 OK": three digits, a reason without control characters, CRLF.
bool HeadReader::status_line_is_exact(const char* fields) const {
  constexpr std::size_t code_end = std::string_view("HTTP/1.1 200").size();
  const std::string_view line(begin_, fields);
  if (line.size() < code_end + 2 || !line.ends_with("\r\n")) return false;
  const std::string_view rest = line.substr(code_end, line.size() - code_end - 2);
  return line[code_end - 4] == ' ' && status() >= 100 && status() <= 599 &&
         (rest.empty() || rest.front() == ' ') && std::ranges::all_of(rest, is_value_byte);
}

Refusal HeadReader::explain() const {
  const char* const at = llhttp_get_error_pos(&llhttp_);
  switch (llhttp_get_errno(&llhttp_)) {
    case HPE_INVALID_METHOD:
      if (at != nullptr && is_token_byte(*at)) return {501, "unknown_method"};
      return {400, "invalid_request_line"};
    case HPE_INVALID_VERSION:
      if (std::strcmp(llhttp_get_error_reason(&llhttp_), "Invalid HTTP version") == 0) {
        return {505, "http_version"};
      }
      return {400, "invalid_http_version"};
    case HPE_PAUSED_H2_UPGRADE:
      return {505, "http_version"};
    case HPE_INVALID_CONSTANT:
      return {400, "invalid_request_line"};
    case HPE_INVALID_URL:
      return {400, "invalid_target"};
    case HPE_INVALID_STATUS:
      return {400, "invalid_status_line"};
    case HPE_INVALID_CONTENT_LENGTH:
      return {400, "invalid_content_length"};
    case HPE_UNEXPECTED_CONTENT_LENGTH:
      return {400, "conflicting_length"};
    case HPE_INVALID_TRANSFER_ENCODING:
      return {400, "invalid_transfer_encoding"};
    case HPE_INVALID_HEADER_TOKEN:
    case HPE_UNEXPECTED_SPACE:
    case HPE_CR_EXPECTED:
    case HPE_LF_EXPECTED:
    case HPE_STRICT:
      return {400, "invalid_header"};
    default:
      return {400, "invalid_message"};
  }
}

}  // namespace headroom::http
