// The machine's CPU from /proc/stat.
#include "control/sources/machine.h"

#include "core/text.h"
#include "io/file.h"

namespace headroom::control {

std::optional<CpuTimes> parse_cpu_times(std::string_view proc_stat) {
  // "cpu  user nice system idle iowait irq softirq steal guest guest_nice"; guests are in user.
  const std::string_view line = proc_stat.substr(0, proc_stat.find('\n'));
  if (!line.starts_with("cpu ")) return std::nullopt;
  CpuTimes times;
  int column = 0;
  for (const std::string_view word : split(line.substr(4), ' ')) {
    if (word.empty()) continue;
    const auto ticks = parse_integer(word);
    if (!ticks || *ticks < 0) return std::nullopt;
    if (column < 8) times.total += static_cast<std::uint64_t>(*ticks);
    if (column < 8 && column != 3 && column != 4) times.busy += static_cast<std::uint64_t>(*ticks);
    ++column;
  }
  if (column < 4) return std::nullopt;
  return times;
}

double MachineCpu::sample() {
  const auto text = io::read_file("/proc/stat");
  const auto now = text ? parse_cpu_times(*text) : std::nullopt;
  double share = -1;
  if (now && previous_ && now->total > previous_->total) {
    share = static_cast<double>(now->busy - previous_->busy) /
            static_cast<double>(now->total - previous_->total);
  }
  previous_ = now;
  return share;
}

}  // namespace headroom::control
