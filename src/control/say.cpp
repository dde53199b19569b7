// The one writer of standard error.
#include "control/say.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "io/log_writer.h"

namespace headroom::control {
namespace {

/// Null on a machine that is out of descriptors or threads.
io::LogWriter* start_writer() {
  io::Fd fd(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!fd) return nullptr;
  auto writer = io::LogWriter::start(
      std::move(fd), {.log = io::Log::messages, .notice = [](std::uint64_t dropped) {
                        return fmt::format("headroom: {} lines were dropped here\n", dropped);
                      }});
  return writer ? writer->release() : nullptr;
}

/// Never destroyed: threads may speak until the process ends.
io::LogWriter* writer() {
  static io::LogWriter* const instance = start_writer();
  return instance;
}

}  // namespace

void say_lines(std::string_view lines) {
  // Without a writer they are lost: whoever speaks here must not wait for whoever reads.
  if (writer() != nullptr) writer()->append(lines);
}

void finish_saying(Duration longest) {
  if (writer() != nullptr) writer()->flush(longest);
}

}  // namespace headroom::control
