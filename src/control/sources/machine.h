// How busy the machine is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom::control {

/// Busy and total time of all cores since boot, in the kernel's ticks.
struct CpuTimes {
  std::uint64_t busy = 0;
  std::uint64_t total = 0;
};

/// From the content of /proc/stat. Waiting for disks is idle; time stolen by a hypervisor is busy,
/// because nobody here can have it.
[[nodiscard]] std::optional<CpuTimes> parse_cpu_times(std::string_view proc_stat);

/// The share of all cores that was busy between two calls of sample().
class MachineCpu {
 public:
  /// 0 to 1; -1 at the first call and where /proc cannot be read.
  [[nodiscard]] double sample();

 private:
  std::optional<CpuTimes> previous_;
};

}  // namespace headroom::control
