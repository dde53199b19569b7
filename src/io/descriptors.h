// The limit of open descriptors, and which errors mean that this machine has run out of something.
#pragma once

#include <sys/resource.h>

#include <cstdint>

#include "core/result.h"

namespace headroom::io {

/// How many descriptors this process may have open now: the soft RLIMIT_NOFILE.
[[nodiscard]] std::uint64_t descriptor_limit();

/// Raises the soft limit to the hard one and returns what is in force then. Called at the start,
/// before there are threads. Programs that spawn() runs get the soft limit from before: many size
/// tables by it, or use select().
std::uint64_t raise_descriptor_limit();

/// RLIMIT_NOFILE for a program that this process starts.
[[nodiscard]] rlimit descriptor_limit_of_children();

/// Whether an error of socket(), connect() or epoll_ctl() says that descriptors, ports or memory of
/// this machine have run out: nothing about the other side.
[[nodiscard]] bool is_shortage(int error);

/// The code for a failure with this errno: `exhausted` for a shortage, otherwise `otherwise`.
[[nodiscard]] ErrorCode code_for(int error, ErrorCode otherwise);

}  // namespace headroom::io
