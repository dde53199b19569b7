// What llhttp alone makes of the same bytes: the bodies of the messages that it accepts.
#pragma once

#include <llhttp.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace headroom::http {

/// Complete messages only, up to the first that llhttp refuses.
class LlhttpOracle {
 public:
  explicit LlhttpOracle(llhttp_type_t type) {
    llhttp_settings_init(&settings_);
    settings_.on_message_begin = [](llhttp_t* parser) {
      self(parser).body_.clear();
      return 0;
    };
    settings_.on_body = [](llhttp_t* parser, const char* at, std::size_t size) {
      self(parser).body_.append(at, size);
      return 0;
    };
    settings_.on_message_complete = [](llhttp_t* parser) {
      self(parser).bodies_.push_back(self(parser).body_);
      return 0;
    };
    settings_.on_headers_complete = [](llhttp_t* parser) {
      return parser->status_code == 204 || parser->status_code == 304 ? 1 : 0;  // 1: no body
    };
    llhttp_init(&parser_, type, &settings_);
    llhttp_set_lenient_keep_alive(&parser_, 1);
    parser_.data = this;
  }
  LlhttpOracle(const LlhttpOracle&) = delete;
  LlhttpOracle& operator=(const LlhttpOracle&) = delete;

  const std::vector<std::string>& read(std::string_view bytes) {
    error_ = llhttp_execute(&parser_, bytes.data(), bytes.size());
    if (error_ == HPE_OK) llhttp_finish(&parser_);
    return bodies_;
  }

  /// Whether llhttp frames something legal wrongly: with a tab behind it, which is no part of the
  /// value, it does not know "chunked".
  [[nodiscard]] static bool misframes(std::string_view bytes) {
    constexpr std::string_view coding = "chunked";
    for (std::size_t tab = bytes.find('\t'); tab != std::string_view::npos;
         tab = bytes.find('\t', tab + 1)) {
      std::string_view before = bytes.substr(0, tab);
      while (before.ends_with(' ') || before.ends_with('\t')) before.remove_suffix(1);
      if (before.size() >= coding.size() &&
          equal_ignore_case(before.substr(before.size() - coding.size()), coding))
        return true;
    }
    return false;
  }

  /// Whether llhttp stopped at something that is legal: it looks into trailers for framing, leaves
  /// HTTP at an upgrade, and takes no second extension after a first with a value.
  [[nodiscard]] bool stopped_at_what_is_legal(std::string_view bytes) const {
    return error_ == HPE_PAUSED_UPGRADE || error_ == HPE_UNEXPECTED_CONTENT_LENGTH ||
           error_ == HPE_INVALID_CONTENT_LENGTH || error_ == HPE_INVALID_TRANSFER_ENCODING ||
           (error_ != HPE_OK && bytes.find(';') != std::string_view::npos);
  }

 private:
  static LlhttpOracle& self(llhttp_t* parser) { return *static_cast<LlhttpOracle*>(parser->data); }

  llhttp_settings_t settings_;
  llhttp_t parser_;
  llhttp_errno_t error_ = HPE_OK;
  std::string body_;
  std::vector<std::string> bodies_;
};

}  // namespace headroom::http
