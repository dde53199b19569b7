// Programs in PATH, accounts with their groups.
#include "io/program.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/text.h"

namespace headroom::io {
namespace {

bool is_executable_file(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0;
}

std::string why_not_found(const std::string& program, const std::string& path,
                          const std::filesystem::path& folder) {
  struct stat info{};
  if (stat(folder.c_str(), &info) != 0)
    return fmt::format("its folder {} {}", folder.string(),
                       errno == ENOENT ? "does not exist" : "may not be looked into");
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return std::strerror(errno);
    return program[0] == '/' ? "no such file" : "no such file in " + folder.string();
  }
  return S_ISDIR(info.st_mode) ? "it is a folder" : "it is not executable";
}

}  // namespace

Result<User> find_user(const std::string& name) {
  const passwd* entry = getpwnam(name.c_str());
  if (entry == nullptr)
    return fail(ErrorCode::invalid, fmt::format("there is no user '{}' on this machine", name));
  User user{name, entry->pw_dir, entry->pw_uid, entry->pw_gid, {}};
  int count = 64;
  user.groups.resize(static_cast<std::size_t>(count));
  while (getgrouplist(name.c_str(), user.gid, user.groups.data(), &count) < 0)
    user.groups.resize(static_cast<std::size_t>(count));
  user.groups.resize(static_cast<std::size_t>(count));
  return user;
}

Result<std::string> find_program(const std::string& program, const std::string& search_path,
                                 const std::string& cwd) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path base = fs::absolute(cwd.empty() ? "." : cwd, ignored);
  if (program.find('/') != std::string::npos) {
    std::string path = (base / program).lexically_normal().string();
    if (is_executable_file(path)) return path;
    return fail(ErrorCode::invalid,
                fmt::format("cannot run '{}': {}", program, why_not_found(program, path, base)));
  }
  for (const std::string_view folder : split(search_path, ':')) {
    const std::string path = (base / folder / program).lexically_normal().string();
    if (is_executable_file(path)) return path;
  }
  return fail(ErrorCode::invalid,
              fmt::format("cannot run '{}': no such program in PATH ({})", program, search_path));
}

}  // namespace headroom::io
