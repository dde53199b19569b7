// Messages with open descriptors between two processes of this machine.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "io/fd.h"

namespace headroom::io {

/// A listening SOCK_SEQPACKET socket at `path`, non-blocking, mode 0600; a stale file is replaced.
[[nodiscard]] Result<Fd> unix_listen(const std::string& path);

/// A connection to it, blocking. ErrorCode::not_found when nobody listens.
[[nodiscard]] Result<Fd> unix_connect(const std::string& path);

/// The process at the other end; 0 where it cannot be seen from here.
[[nodiscard]] pid_t unix_peer(int fd);

struct Message {
  std::string text;  // empty: the peer has closed
  std::vector<Fd> fds;
};

constexpr std::size_t message_fds_max = 128;

/// One message of at most 4 KiB with up to message_fds_max descriptors. Does not wait.
[[nodiscard]] Result<> send_message(int fd, std::string_view text,
                                    const std::vector<int>& fds = {});

/// Waits at most `wait` for the next message; ErrorCode::unavailable when none came.
[[nodiscard]] Result<Message> receive_message(int fd, Duration wait);

}  // namespace headroom::io
