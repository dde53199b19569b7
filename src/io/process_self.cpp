// getrusage, getrlimit and /proc/self.
#include "io/process_self.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "io/clock.h"
#include "io/proc.h"

namespace headroom::io {
namespace {

Duration duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// Where none is left to look with, as many are open as there may be.
std::int64_t count_descriptors(std::int64_t limit) {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return errno == EMFILE ? limit : 0;
  std::int64_t count = 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(folder);
  return count - 1;  // that of the look itself
}

WallTime start_of_self() {
  const auto stat = read_process_stat(getpid());
  return wall_now() - (stat ? age_of(*stat) : Duration{});
}

}  // namespace

ProcessSelf look_at_self() {
  ProcessSelf self;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  self.cpu = duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  self.descriptors_max = static_cast<std::int64_t>(limit.rlim_cur);
  self.open_descriptors = count_descriptors(self.descriptors_max);
  std::int64_t pages = 0;
  std::int64_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> pages >> resident) {
    const std::int64_t page = sysconf(_SC_PAGESIZE);
    self.virtual_bytes = pages * page;
    self.resident_bytes = resident * page;
  }
  return self;
}

WallTime own_start() {
  static const WallTime start = start_of_self();
  return start;
}

}  // namespace headroom::io
