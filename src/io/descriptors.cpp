// RLIMIT_NOFILE and shortages.
#include "io/descriptors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

namespace headroom::io {
namespace {

/// ENOSPC: epoll's own limit of watches. EAGAIN: connect() found no free port, or no route cache.
constexpr std::array shortages = {EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC, EADDRNOTAVAIL, EAGAIN};

/// A property of the process, as the limit itself is.
std::optional<rlim_t>& soft_before_raise() {
  static std::optional<rlim_t> soft;
  return soft;
}

rlimit present() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

}  // namespace

std::uint64_t descriptor_limit() {
  return present().rlim_cur;
}

std::uint64_t raise_descriptor_limit() {
  const rlimit before = present();
  const rlimit raised{.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
  if (before.rlim_cur < before.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
    soft_before_raise() = before.rlim_cur;
  return descriptor_limit();
}

rlimit descriptor_limit_of_children() {
  rlimit limit = present();
  if (soft_before_raise()) limit.rlim_cur = std::min(*soft_before_raise(), limit.rlim_max);
  return limit;
}

bool is_shortage(int error) {
  return std::ranges::find(shortages, error) != shortages.end();
}

ErrorCode code_for(int error, ErrorCode otherwise) {
  return is_shortage(error) ? ErrorCode::exhausted : otherwise;
}

}  // namespace headroom::io
