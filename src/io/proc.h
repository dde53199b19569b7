// What /proc tells about other processes: state, cost, environment, listening sockets.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace headroom::io {

struct ProcessStat {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  char state = '?';               // R, S, D, Z, T, ...
  std::uint64_t start_ticks = 0;  // since boot; with the pid, names a process for all time
  Duration cpu{};                 // user and system time so far
  std::int64_t rss_bytes = 0;
};

/// The content of /proc/PID/stat; the name inside may hold any character.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// nullopt when there is no such process.
[[nodiscard]] std::optional<ProcessStat> read_process_stat(pid_t pid);

/// How long ago a process started, at a resolution of 10 ms; counts time in suspend.
[[nodiscard]] Duration age_of(const ProcessStat& process);

/// "NAME=value" as it was given at exec. Empty when it may not be read or the process is ending.
[[nodiscard]] std::vector<std::string> read_environment(pid_t pid);

/// Every process that can be seen, in ascending order.
[[nodiscard]] std::vector<pid_t> all_processes();

/// The children of this process, whichever of its threads started them. A child that comes or goes
/// meanwhile may be missing.
[[nodiscard]] std::vector<pid_t> own_children();

/// The children of a process. Nothing where the kernel does not list them (CONFIG_PROC_CHILDREN).
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

/// A process and all that it started and that still runs, as far as the kernel lists children.
[[nodiscard]] std::vector<pid_t> with_descendants(pid_t pid);

/// Resident memory of processes; what several of them share counts for each.
[[nodiscard]] std::int64_t resident_bytes(std::span<const pid_t> pids);

/// The same with what they share counted once in all; slower. Of a process where that may not be
/// read, all of it counts.
[[nodiscard]] std::int64_t resident_bytes_once(std::span<const pid_t> pids);

/// "Pss" of the content of /proc/PID/smaps_rollup.
[[nodiscard]] std::optional<std::int64_t> parse_proportional_bytes(std::string_view text);

/// Whose sockets listen on a TCP port.
enum class Listener : std::uint8_t {
  none,     // nobody listens
  members,  // every listening socket belongs to a member of the process group
  others,   // at least one belongs to a process outside the group
  unknown,  // descriptors of the group's leader may not be read
};

/// Of all listening sockets on `port` that loopback connections may reach (127.0.0.1 or any
/// address, IPv4 or IPv6).
[[nodiscard]] Listener listener_on(std::uint16_t port, pid_t group);

/// Whether somebody listens on `port`, at whatever address, and it is this process each time.
[[nodiscard]] bool only_this_process_listens_on(std::uint16_t port);

enum class Reach : std::uint8_t { by_loopback, by_any_address };

/// The socket inodes of one table in the format of /proc/net/tcp that listen on `port`.
[[nodiscard]] std::vector<std::uint64_t> parse_listeners(std::string_view table, std::uint16_t port,
                                                         Reach reach = Reach::by_loopback);

}  // namespace headroom::io
