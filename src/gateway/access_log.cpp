// The access log.
#include "gateway/access_log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "core/text.h"

namespace headroom::gateway {
namespace {

constexpr std::size_t flush_at = 32 * 1024;

}  // namespace

Result<std::shared_ptr<AccessLogFile>> AccessLogFile::open(const std::string& path, double sample) {
  if (path.empty()) return std::shared_ptr<AccessLogFile>();
  io::Fd fd(path == "-" ? dup(STDOUT_FILENO)
                        : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!fd) {
    return fail(ErrorCode::io,
                fmt::format("cannot write the access log {}: {}", path, std::strerror(errno)));
  }
  return std::make_shared<AccessLogFile>(std::move(fd), sample);
}

void AccessLog::write(const AccessEntry& entry) {
  fmt::format_to(
      std::back_inserter(buffer_),
      R"({{"time_ns":{},"request_id":{},"traceparent":{},"service":{},"route":{},"client":{},)"
      R"("method":{},"path":{},"status":{},"outcome":{},"reason":{},"replica":{},"attempts":{},)"
      R"("bytes":{},"latency_ms":{:.3f},"waited_ms":{:.3f}}})"
      "\n",
      unix_ns(entry.at), json_quote(entry.request_id), json_quote(entry.traceparent),
      json_quote(entry.service), json_quote(entry.route), json_quote(entry.client),
      json_quote(entry.method), json_quote(entry.path), entry.status, json_quote(entry.outcome),
      json_quote(entry.reason), json_quote(entry.replica), entry.attempts, entry.bytes,
      milliseconds(entry.latency), milliseconds(entry.waited));
  if (buffer_.size() >= flush_at) flush();
}

void AccessLog::flush() {
  if (file_ != nullptr && !buffer_.empty()) {
    // A full disk loses log lines, never requests.
    (void)!::write(file_->fd.get(), buffer_.data(), buffer_.size());
  }
  buffer_.clear();
}

}  // namespace headroom::gateway
