// What llhttp alone makes of the same bytes: the bodies of the messages that it accepts.
#pragma once

#include <llhttp.h>

#include <string>
#include <string_view>
#include <vector>

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
    llhttp_init(&parser_, type, &settings_);
    parser_.data = this;
  }
  LlhttpOracle(const LlhttpOracle&) = delete;
  LlhttpOracle& operator=(const LlhttpOracle&) = delete;

  const std::vector<std::string>& read(std::string_view bytes) {
    llhttp_execute(&parser_, bytes.data(), bytes.size());
    return bodies_;
  }

 private:
  static LlhttpOracle& self(llhttp_t* parser) { return *static_cast<LlhttpOracle*>(parser->data); }

  llhttp_settings_t settings_;
  llhttp_t parser_;
  std::string body_;
  std::vector<std::string> bodies_;
};

}  // namespace headroom::http
