// The access log.
#include "gateway/access_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "core/rfc3339.h"
#include "core/text.h"
#include "io/clock.h"

namespace headroom::gateway {
namespace {

constexpr std::size_t flush_at = 32 * 1024;

/// Not blocking, since opening a named pipe would wait for its reader.
Result<io::Fd> open_log(const std::string& path) {
  constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  io::Fd fd(path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                        : ::open(path.c_str(), flags, 0640));
  if (fd) return fd;
  return fail(ErrorCode::io,
              fmt::format("cannot write the access log {}: {}", path, std::strerror(errno)));
}

/// JSON as its neighbours are.
std::string notice(std::uint64_t dropped) {
  const WallTime now = io::wall_now();
  return fmt::format(
      R"({{"time":"{}","time_ns":{},"lines_dropped":{},"message":"{} lines were dropped here"}})"
      "\n",
      Rfc3339(now).text(), unix_ns(now), dropped, dropped);
}

}  // namespace

Result<std::shared_ptr<AccessLogFile>> AccessLogFile::open(const spec::Gateway& config,
                                                           const AccessLogFile* before) {
  if (config.access_log.empty()) return std::shared_ptr<AccessLogFile>();
  auto log = std::make_shared<AccessLogFile>(config.access_log, config.access_log_sample);
  if (before != nullptr && before->path == log->path) {
    log->writer = before->writer;
    return log;
  }
  io::Fd fd = TRY(open_log(log->path));
  log->writer =
      TRY(io::LogWriter::start(std::move(fd), {.log = io::Log::access, .notice = notice}));
  return log;
}

Result<> AccessLogFile::reopen() const {
  if (path != "-") writer->reopen(TRY(open_log(path)));
  return {};
}

void AccessLog::write(const AccessEntry& entry) {
  fmt::format_to(
      std::back_inserter(buffer_),
      R"({{"time":"{}","time_ns":{},"request_id":{},"traceparent":{},"service":{},"route":{},)"
      R"("client":{},"peer":{},"method":{},"host":{},"path":{},"query":{},"status":{},)"
      R"("outcome":{},"reason":{},"replica":{},"attempts":{},"bytes":{},"latency_ms":{:.3f},)"
      R"("waited_ms":{:.3f},"upstream_ms":{:.3f},"body_ms":{:.3f}}})"
      "\n",
      Rfc3339(entry.at).text(), unix_ns(entry.at), json_quote(entry.request_id),
      json_quote(entry.traceparent), json_quote(entry.service), json_quote(entry.route),
      json_quote(entry.client), json_quote(entry.peer), json_quote(entry.method),
      json_quote(entry.host), json_quote(entry.path), json_quote(entry.query), entry.status,
      json_quote(entry.outcome), json_quote(entry.reason), json_quote(entry.replica),
      entry.attempts, entry.bytes, milliseconds(entry.latency), milliseconds(entry.waited),
      milliseconds(entry.upstream), milliseconds(entry.body));
  if (buffer_.size() >= flush_at) flush();
}

void AccessLog::flush() {
  if (file_ != nullptr && !buffer_.empty()) file_->writer->append(buffer_);
  buffer_.clear();
}

}  // namespace headroom::gateway
