// Reading /proc.
#include "io/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "core/text.h"
#include "io/fd.h"

namespace headroom::io {
namespace {

constexpr std::size_t file_bytes_max = 16 << 20;
constexpr std::string_view listening = "0A";  // TCP_LISTEN in /proc/net/tcp

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const std::string_view field : split(text, ' '))
    if (!field.empty()) fields.push_back(field);
  return fields;
}

std::string read_whole(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!fd) return text;
  constexpr std::size_t step = 16 * 1024;
  while (text.size() < file_bytes_max) {
    const std::size_t before = text.size();
    text.resize(before + step);
    const ssize_t count = read(fd.get(), text.data() + before, step);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count <= 0) break;
  }
  return text;
}

/// Listening sockets come first in /proc/net/tcp; what follows may be many thousand connections.
std::string read_listening_part(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char chunk[16 * 1024];
  while (text.size() < file_bytes_max) {
    const ssize_t count = fd ? read(fd.get(), chunk, sizeof chunk) : 0;
    if (count <= 0) break;
    text.append(chunk, static_cast<std::size_t>(count));
    const std::size_t end = text.rfind('\n', text.size() - 2);
    if (end == std::string::npos) continue;
    const auto last = fields_of(std::string_view(text).substr(end + 1));
    if (last.size() > 3 && last[3] != listening) break;
  }
  return text;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// 127.0.0.1, 0.0.0.0, ::, ::1 or ::ffff:127.0.0.1, as the kernel prints them: 32-bit words in the
/// byte order of the machine.
bool reachable_by_loopback(std::string_view address) {
  return address == "0100007F" || address == "00000000" ||
         address == "00000000000000000000000000000000" ||
         address == "00000000000000000000000001000000" ||
         address == "0000000000000000FFFF00000100007F";
}

struct Sockets {
  bool readable = false;
  std::vector<std::uint64_t> inodes;
};

Sockets sockets_of(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/fd", pid);
  const Folder folder(opendir(path.c_str()));
  if (!folder) return {};
  Sockets sockets{true, {}};
  while (const dirent* entry = readdir(folder.get())) {
    char target[64];
    const ssize_t size = readlinkat(dirfd(folder.get()), entry->d_name, target, sizeof target);
    if (size <= 0) continue;
    std::string_view text(target, static_cast<std::size_t>(size));
    if (!text.starts_with("socket:[") || !text.ends_with(']')) continue;
    text.remove_prefix(8);
    text.remove_suffix(1);
    if (const auto inode = parse_integer(text)) sockets.inodes.push_back(*inode);
  }
  return sockets;
}

void remove_all(std::vector<std::uint64_t>& from, const std::vector<std::uint64_t>& what) {
  std::erase_if(from, [&](std::uint64_t inode) {
    return std::find(what.begin(), what.end(), inode) != what.end();
  });
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t open_bracket = text.find('(');
  const std::size_t close_bracket = text.rfind(')');
  if (open_bracket == std::string_view::npos || close_bracket == std::string_view::npos)
    return std::nullopt;
  const auto fields = fields_of(trim(text.substr(close_bracket + 1)));
  if (fields.size() < 22) return std::nullopt;
  const auto number = [&](std::size_t nth) {  // as proc(5) numbers them; the state is the third
    return parse_integer(fields[nth - 3]).value_or(0);
  };
  static const std::int64_t ticks_per_second = sysconf(_SC_CLK_TCK);
  static const std::int64_t page_bytes = sysconf(_SC_PAGESIZE);
  ProcessStat stat;
  stat.pid = static_cast<pid_t>(parse_integer(trim(text.substr(0, open_bracket))).value_or(0));
  stat.state = fields[0][0];
  stat.parent = static_cast<pid_t>(number(4));
  stat.group = static_cast<pid_t>(number(5));
  stat.session = static_cast<pid_t>(number(6));
  stat.cpu = Duration((number(14) + number(15)) * (1'000'000'000 / ticks_per_second));
  stat.start_ticks = static_cast<std::uint64_t>(number(22));
  stat.rss_bytes = number(24) * page_bytes;
  return stat;
}

std::optional<ProcessStat> read_process_stat(pid_t pid) {
  const std::string text = read_whole(fmt::format("/proc/{}/stat", pid));
  if (text.empty()) return std::nullopt;
  return parse_process_stat(text);
}

Duration age_of(const ProcessStat& process) {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  static const std::int64_t ticks_per_second = sysconf(_SC_CLK_TCK);
  const auto started =
      static_cast<std::int64_t>(process.start_ticks) * (1'000'000'000 / ticks_per_second);
  return std::max(Duration{0}, Duration(now.tv_sec * 1'000'000'000LL + now.tv_nsec - started));
}

std::vector<std::string> read_environment(pid_t pid) {
  const std::string text = read_whole(fmt::format("/proc/{}/environ", pid));
  std::vector<std::string> entries;
  for (const std::string_view entry : split(text, '\0'))
    if (!entry.empty()) entries.emplace_back(entry);
  return entries;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids;
  const Folder folder(opendir("/proc"));
  if (!folder) return pids;
  while (const dirent* entry = readdir(folder.get()))
    if (const auto pid = parse_integer(entry->d_name)) pids.push_back(static_cast<pid_t>(*pid));
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  const std::string path = fmt::format("/proc/{}/task", pid);
  const Folder threads(opendir(path.c_str()));
  if (!threads) return children;
  while (const dirent* entry = readdir(threads.get())) {
    const std::string text = read_whole(fmt::format("{}/{}/children", path, entry->d_name));
    for (const std::string_view child : fields_of(text))
      if (const auto number = parse_integer(child)) children.push_back(static_cast<pid_t>(*number));
  }
  return children;
}

std::vector<pid_t> with_descendants(pid_t pid) {
  std::vector<pid_t> all{pid};
  for (std::size_t next = 0; next < all.size(); ++next)
    for (const pid_t child : children_of(all[next]))
      if (std::ranges::find(all, child) == all.end()) all.push_back(child);
  return all;
}

std::int64_t resident_bytes(std::span<const pid_t> pids) {
  std::int64_t sum = 0;
  for (const pid_t pid : pids)
    if (const auto stat = read_process_stat(pid)) sum += stat->rss_bytes;
  return sum;
}

std::optional<std::int64_t> parse_proportional_bytes(std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with("Pss:")) continue;
    const auto fields = fields_of(line.substr(4));  // "1234 kB"
    const auto kilobytes = fields.empty() ? std::nullopt : parse_integer(fields[0]);
    return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
  }
  return std::nullopt;
}

std::int64_t resident_bytes_once(std::span<const pid_t> pids) {
  std::int64_t sum = 0;
  for (const pid_t pid : pids) {
    const auto share =
        parse_proportional_bytes(read_whole(fmt::format("/proc/{}/smaps_rollup", pid)));
    sum += share ? *share : resident_bytes({&pid, 1});
  }
  return sum;
}

std::vector<pid_t> own_children() {
  if (access("/proc/thread-self/children", R_OK) == 0) return children_of(getpid());
  std::vector<pid_t> children;
  for (const pid_t pid : all_processes())
    if (const auto stat = read_process_stat(pid); stat && stat->parent == getpid())
      children.push_back(pid);
  return children;
}

std::vector<std::uint64_t> parse_listeners(std::string_view table, std::uint16_t port,
                                           Reach reach) {
  std::vector<std::uint64_t> inodes;
  bool heading = true;
  for (const std::string_view line : split(table, '\n')) {
    const auto fields = fields_of(line);
    if (std::exchange(heading, false) || fields.size() < 10) continue;
    const auto local = split(fields[1], ':');
    if (fields[3] != listening || local.size() != 2) continue;
    if (parse_hexadecimal(local[1]) != port) continue;
    if (reach == Reach::by_loopback && !reachable_by_loopback(local[0])) continue;
    if (const auto inode = parse_integer(fields[9])) inodes.push_back(*inode);
  }
  return inodes;
}

namespace {

std::vector<std::uint64_t> listeners_on(std::uint16_t port, Reach reach) {
  std::vector<std::uint64_t> open =
      parse_listeners(read_listening_part("/proc/self/net/tcp"), port, reach);
  const auto v6 = parse_listeners(read_listening_part("/proc/self/net/tcp6"), port, reach);
  open.insert(open.end(), v6.begin(), v6.end());
  return open;
}

}  // namespace

bool only_this_process_listens_on(std::uint16_t port) {
  std::vector<std::uint64_t> open = listeners_on(port, Reach::by_any_address);
  if (open.empty()) return false;
  remove_all(open, sockets_of(getpid()).inodes);
  return open.empty();
}

Listener listener_on(std::uint16_t port, pid_t group) {
  std::vector<std::uint64_t> open = listeners_on(port, Reach::by_loopback);
  if (open.empty()) return Listener::none;
  const Sockets of_leader = sockets_of(group);
  remove_all(open, of_leader.inodes);
  if (open.empty()) return Listener::members;
  if (!of_leader.readable && read_process_stat(group)) return Listener::unknown;
  // Only now: most replicas listen in their leader. Behind a shell it is a child; else anybody.
  for (const std::vector<pid_t>& candidates : {children_of(group), all_processes()}) {
    for (const pid_t pid : candidates) {
      const auto stat = read_process_stat(pid);
      if (!stat || stat->group != group || pid == group) continue;
      remove_all(open, sockets_of(pid).inodes);
      if (open.empty()) return Listener::members;
    }
  }
  return Listener::others;
}

}  // namespace headroom::io
