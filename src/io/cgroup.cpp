// Folders and files of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst of the kernel).
#include "io/cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <vector>

#include "core/text.h"
#include "io/file.h"

namespace headroom::io {
namespace {

namespace fs = std::filesystem;

/// Where this process moves to; a name that nobody gives to a cgroup of his own.
constexpr std::string_view own_child = "headroom-self";

/// The kernel takes a value by one write, as soon as it is written. 0, or why not.
int put(const std::string& path, std::string_view value) {
  const Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || write(file.get(), value.data(), value.size()) < 0) return errno;
  return 0;
}

std::string content(const std::string& path) {
  return read_file(path).value_or("");
}

std::string_view first_line(std::string_view content) {
  return content.substr(0, content.find('\n'));
}

/// A mount of cgroup v2: which part of the tree is seen where.
struct Mount {
  std::string_view root;
  std::string_view folder;
};

/// A line of mountinfo: "ID PARENT DEVICE ROOT FOLDER OPTIONS [TAG…] - TYPE SOURCE OPTIONS".
std::optional<Mount> cgroup_mount(std::string_view line) {
  const std::size_t tags_end = line.find(" - ");
  if (tags_end == std::string_view::npos) return std::nullopt;
  const auto words = split(line.substr(0, tags_end), ' ');
  if (!line.substr(tags_end + 3).starts_with("cgroup2 ") || words.size() < 6) return std::nullopt;
  return Mount{words[3], words[4]};
}

bool is_shared(const std::string& folder) {
  // The root of the whole tree has no type, and may have processes beside children.
  if (access((folder + "/cgroup.type").c_str(), F_OK) != 0) return false;
  const std::string procs = content(folder + "/cgroup.procs");
  return std::ranges::any_of(split(procs, '\n'), [](std::string_view pid) {
    return !pid.empty() && pid != std::to_string(getpid());
  });
}

bool may_divide(const std::string& folder) {
  const auto may_write = [](const std::string& path) {
    return faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  };
  return may_write(folder) && may_write(folder + "/cgroup.procs") &&
         may_write(folder + "/cgroup.subtree_control");
}

}  // namespace

std::optional<std::string> cgroup_folder(std::string_view proc_cgroup, std::string_view mountinfo) {
  std::optional<std::string_view> path;
  for (const std::string_view line : split(proc_cgroup, '\n'))
    if (line.starts_with("0::/")) path = line.substr(3);
  if (!path) return std::nullopt;
  for (const std::string_view line : split(mountinfo, '\n')) {
    const auto mount = cgroup_mount(line);
    if (!mount) continue;
    std::string_view inside = *path;
    if (mount->root != "/") {
      if (inside != mount->root && !inside.starts_with(std::string(mount->root) + "/")) continue;
      inside.remove_prefix(mount->root.size());
    }
    if (inside.starts_with("/..")) continue;  // outside of what is seen here
    std::string folder = std::string(mount->folder) + std::string(inside);
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    return folder;
  }
  return std::nullopt;
}

bool lists_controller(std::string_view content, std::string_view name) {
  const auto words = split(first_line(content), ' ');
  return std::ranges::find(words, name) != words.end();
}

std::optional<std::int64_t> parse_memory_limit(std::string_view content) {
  return parse_integer(first_line(content));
}

std::string cpu_max_text(double cores) {
  constexpr double period_us = 100'000;
  return fmt::format("{:.0f} {:.0f}", std::round(cores * period_us), period_us);
}

bool tells_of_oom_kill(std::string_view memory_events) {
  for (const std::string_view line : split(memory_events, '\n'))
    if (line.starts_with("oom_kill ")) return parse_integer(line.substr(9)).value_or(0) > 0;
  return false;
}

std::optional<Cgroup> Cgroup::of(pid_t pid) {
  const auto folder =
      cgroup_folder(content(fmt::format("/proc/{}/cgroup", pid)), content("/proc/self/mountinfo"));
  if (!folder) return std::nullopt;
  return Cgroup(*folder);
}

std::string Cgroup::name() const {
  return fs::path(folder_).filename().string();
}

Result<Fd> Cgroup::entrance() const {
  const std::string path = folder_ + "/cgroup.procs";
  Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd) return fd;
  return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

std::optional<std::int64_t> Cgroup::memory_limit() const {
  return parse_memory_limit(content(folder_ + "/memory.max"));
}

bool Cgroup::ran_out_of_memory() const {
  return tells_of_oom_kill(content(folder_ + "/memory.events"));
}

void Cgroup::end() const {
  (void)put(folder_ + "/cgroup.kill", "1");
  (void)rmdir(folder_.c_str());
}

Result<CgroupTree> CgroupTree::find() {
  const auto own = Cgroup::of(getpid());
  if (!own) return fail(ErrorCode::unavailable, "cgroup v2 is not mounted");
  const bool moved = own->name() == own_child;
  const std::string folder = moved ? fs::path(own->folder()).parent_path().string() : own->folder();
  const std::string controllers = content(folder + "/cgroup.controllers");
  const bool memory = lists_controller(controllers, "memory");
  const bool cpu = lists_controller(controllers, "cpu");
  if (!memory && !cpu)
    return fail(ErrorCode::unavailable,
                fmt::format("the cgroup {} has neither the controller memory nor cpu", folder));
  if (!may_divide(folder))
    return fail(ErrorCode::unavailable,
                fmt::format("the cgroup {} may not be written (systemd: Delegate=yes)", folder));
  if (!moved && is_shared(folder))
    return fail(ErrorCode::unavailable,
                fmt::format("other processes are in the cgroup {} too", folder));
  return CgroupTree(folder, memory, cpu);
}

/// 0, or why a controller cannot be had.
int CgroupTree::turn_on() const {
  const std::string path = folder_ + "/cgroup.subtree_control";
  const std::string on = content(path);
  std::string wanted;
  if (memory_ && !lists_controller(on, "memory")) wanted += "+memory ";
  if (cpu_ && !lists_controller(on, "cpu")) wanted += "+cpu ";
  return wanted.empty() ? 0 : put(path, wanted);
}

Result<> CgroupTree::take() {
  int error = turn_on();
  const std::string child = fmt::format("{}/{}", folder_, own_child);
  if (error == EBUSY && (mkdir(child.c_str(), 0755) == 0 || errno == EEXIST)) {
    error = put(child + "/cgroup.procs", "0");
    if (error == 0) error = turn_on();
    if (error != 0) {
      (void)put(folder_ + "/cgroup.procs", "0");
      (void)rmdir(child.c_str());
    }
  }
  if (error == 0) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("the cgroup {} cannot be divided: {}", folder_, std::strerror(error)));
}

Result<Cgroup> CgroupTree::make(const std::string& name, const CgroupLimits& limits) const {
  Cgroup made(fmt::format("{}/{}", folder_, name));
  (void)rmdir(made.folder().c_str());  // of a replica that ended while no headroom ran
  int error = mkdir(made.folder().c_str(), 0755) == 0 ? 0 : errno;
  if (error == 0 && memory_ && limits.memory_bytes > 0) {
    error = put(made.folder() + "/memory.max", std::to_string(limits.memory_bytes));
    // All of a replica or nothing: what is left of one would not serve.
    if (error == 0) error = put(made.folder() + "/memory.oom.group", "1");
  }
  if (error == 0 && cpu_ && limits.cpu_cores > 0)
    error = put(made.folder() + "/cpu.max", cpu_max_text(limits.cpu_cores));
  if (error == 0) return made;
  made.end();
  return fail(ErrorCode::io,
              fmt::format("cannot make the cgroup {}: {}", made.folder(), std::strerror(error)));
}

void CgroupTree::sweep() const {
  std::error_code error;
  std::vector<std::string> children;
  for (const auto& entry : fs::directory_iterator(folder_, error))
    if (entry.is_directory(error)) children.push_back(entry.path().filename().string());
  for (const std::string& child : children)
    if (child != own_child && !child.starts_with('.'))  // systemd's own begin with a dot
      (void)rmdir(fmt::format("{}/{}", folder_, child).c_str());
}

void join_cgroup_of(pid_t pid) {
  const auto other = Cgroup::of(pid);
  const auto own = Cgroup::of(getpid());
  if (other && own && other->folder() != own->folder())
    (void)put(other->folder() + "/cgroup.procs", "0");
}

}  // namespace headroom::io
