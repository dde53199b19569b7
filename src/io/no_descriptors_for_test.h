// For tests: this process can open nothing more while one of these lives.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>

#include "core/result.h"
#include "io/fd.h"

namespace headroom::io {

class NoDescriptors {
 public:
  NoDescriptors() : lowest_free_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit full{.rlim_cur = static_cast<rlim_t>(lowest_free_.get()) + 1,
                      .rlim_max = before_.rlim_max};
    CHECK(lowest_free_ && setrlimit(RLIMIT_NOFILE, &full) == 0);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  Fd lowest_free_;  // all below are taken
  rlimit before_{};
};

}  // namespace headroom::io
