// The one writer of standard error.
#include "control/say.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "io/clock.h"
#include "io/log_writer.h"

namespace headroom::control {
namespace {

std::atomic<LogFormat> log_format = LogFormat::text;

std::string line(const Event& event) {
  return to_line(event, log_format, io::wall_now());
}

/// Null on a machine that is out of descriptors or threads.
io::LogWriter* start_writer() {
  io::Fd fd(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!fd) return nullptr;
  auto writer = io::LogWriter::start(
      std::move(fd), {.log = io::Log::messages, .notice = [](std::uint64_t dropped) {
                        return line({.level = Level::warning,
                                     .service = {},
                                     .replica = {},
                                     .text = fmt::format("{} lines were dropped here", dropped)});
                      }});
  return writer ? writer->release() : nullptr;
}

/// Never destroyed: threads may speak until the process ends.
io::LogWriter* writer() {
  static io::LogWriter* const instance = start_writer();
  return instance;
}

}  // namespace

void say_as(LogFormat format) {
  log_format = format;
}

void tell(const Event& event) {
  // Without a writer it is lost: whoever speaks here must not wait for whoever reads.
  if (writer() != nullptr) writer()->append(line(event));
}

void finish_saying(Duration longest) {
  if (writer() != nullptr) writer()->flush(longest);
}

}  // namespace headroom::control
