// Looking up what is to be run, and as whom.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/result.h"

namespace headroom::io {

/// An account of this machine with all its groups.
struct User {
  std::string name;
  std::string home;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

[[nodiscard]] Result<User> find_user(const std::string& name);

/// Where `program` is: as it stands when it holds a '/' (relative to `cwd`), else the first
/// executable of that name in `search_path` ("dir:dir"). Absolute.
[[nodiscard]] Result<std::string> find_program(const std::string& program,
                                               const std::string& search_path,
                                               const std::string& cwd);

}  // namespace headroom::io
