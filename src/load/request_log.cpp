// The log of requests.
#include "load/request_log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "core/text.h"
#include "io/file.h"

namespace headroom::load {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::size_t line_bytes_max = 256;  // without the target's name

}  // namespace

Result<std::unique_ptr<RequestLog>> RequestLog::create(const std::string& path,
                                                       const std::vector<std::string>& targets) {
  TRY(io::check_replaceable(path, R"({"id":")"));
  io::Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file)
    return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  std::unique_ptr<RequestLog> log(new RequestLog(path, std::move(file)));
  for (const std::string& target : targets) {
    log->quoted_targets_.push_back(json_quote(target));
    log->longest_target_ = std::max(log->longest_target_, log->quoted_targets_.back().size());
  }
  log->buffer_.reserve(block_bytes);
  return log;
}

void RequestLog::append(const LogLine& line) {
  if (buffer_.size() + line_bytes_max + longest_target_ > block_bytes) flush();
  auto out = std::back_inserter(buffer_);
  fmt::format_to(out, R"({{"id":"{}","target":{},"intended_ns":{},)", line.id,
                 quoted_targets_[line.target], line.intended.count());
  if (line.sent)
    fmt::format_to(out, R"("sent_ns":{},)", line.sent->count());
  else
    fmt::format_to(out, R"("sent_ns":null,)");
  fmt::format_to(out, "\"done_ns\":{},\"status\":{},\"outcome\":\"{}\"}}\n", line.done.count(),
                 line.status, name_of(line.outcome));
}

void RequestLog::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t written = write(file_.get(), rest.data(), rest.size());
    if (written >= 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error_ = errno;
  }
  buffer_.clear();
}

Result<> RequestLog::close() {
  flush();
  if (error_ == 0 && ::close(file_.release()) != 0) error_ = errno;
  if (error_ == 0) return {};
  return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path_, std::strerror(error_)));
}

}  // namespace headroom::load
