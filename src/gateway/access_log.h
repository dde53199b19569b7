// One JSON line per finished request, or per sampled one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/result.h"
#include "core/time.h"
#include "io/log_writer.h"
#include "spec/config.h"

namespace headroom::gateway {

/// What workers hand their lines to, in the present generation.
struct AccessLogFile {
  std::string path;   // "-" is standard output
  double sample = 0;  // share of requests that are logged; sheds and failures always are
  std::shared_ptr<io::LogWriter> writer;  // also of other generations with the same path

  /// Null without a path: no log.
  [[nodiscard]] static Result<std::shared_ptr<AccessLogFile>> open(
      const spec::Gateway& config, const AccessLogFile* before = nullptr);
  /// By its path: whoever rotates logs may have moved the file that is open.
  [[nodiscard]] Result<> reopen() const;
};

struct AccessEntry {
  WallTime at{};
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view service;
  std::string_view route;
  std::string_view client;  // its address
  std::string_view peer;    // the other end of the connection, where that is another one
  std::string_view method;
  std::string_view host;  // as sent, with its port
  std::string_view path;
  std::string_view query;  // without its ?
  std::string_view replica;
  std::string_view outcome;
  std::string_view reason;
  int status = 0;
  int attempts = 0;
  std::int64_t bytes = 0;
  Duration latency{};
  Duration waited{};
  Duration upstream{};  // of the last attempt
  Duration body{};
};

/// One worker's buffer in front of the writer: it hands over blocks of lines, and waits for
/// nothing.
class AccessLog {
 public:
  void use(std::shared_ptr<AccessLogFile> file) {
    flush();
    file_ = std::move(file);
  }
  [[nodiscard]] bool wants(bool remarkable, Random& random) const {
    return file_ != nullptr && (remarkable || random.uniform() < file_->sample);
  }
  void write(const AccessEntry& entry);
  void flush();
  ~AccessLog() { flush(); }

 private:
  std::shared_ptr<AccessLogFile> file_;
  std::string buffer_;
};

}  // namespace headroom::gateway
