// What a replica is run with: its arguments and environment, and how to tell that they changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/process.h"
#include "io/socket.h"
#include "spec/config.h"

namespace headroom::supervisor {

/// Who a replica is; travels in its environment, where a later headroom finds it.
struct Identity {
  std::string owner;    // names the supervisor, see StateDir
  std::string replica;  // "checkout-7"
  io::Address address;
  std::string command_hash;
  int zone = 0;  // from 1; 0: an earlier headroom gave it none
};

/// With `{address}`, `{host}`, `{port}` and `{replica}` replaced by this replica's.
[[nodiscard]] std::string substitute(const spec::Template& text, const Identity& identity);

/// The entries that carry an identity: HEADROOM_OWNER and so on; HEADROOM_ZONE where
/// it has one.
[[nodiscard]] std::vector<std::string> identity_entries(const Identity& identity);

/// nullopt when the environment carries no identity, or one of another owner.
[[nodiscard]] std::optional<Identity> identity_in(const std::vector<std::string>& environment,
                                                  std::string_view owner);

/// Service "checkout" and number 7 of "checkout-7".
struct ReplicaName {
  std::string service;
  std::int64_t number = 0;
};
[[nodiscard]] std::optional<ReplicaName> parse_replica_name(std::string_view id);

/// A service's command with everything about it looked up on this machine.
struct Command {
  spec::Run run;
  std::string cwd;      // absolute
  std::string program;  // the file that is run
  std::optional<io::User> user;
  /// Changes when the command, environment, folder, user, limits or ports change, and when the
  /// program's file is another one or has other content (device, inode, size, time of change).
  std::string hash;
};

/// `folder` is the folder of headroom.yaml, which relative paths start from. Errors say why the
/// command cannot be run.
[[nodiscard]] Result<Command> look_up(const spec::Run& run, const std::string& folder);

/// The folder of headroom.yaml.
[[nodiscard]] std::string folder_of(const spec::Config& config);

/// Whether every command of the file could be run, down to its interpreter and the rights of its
/// user. Errors are those of a start, with one line for each service.
[[nodiscard]] Result<> check_commands(const spec::Config& config);

/// What to spawn, output excepted. The environment is headroom's own, then HOME, USER and LOGNAME
/// of the user that is switched to, then `env` of the file, then the identity; later ones win.
[[nodiscard]] io::ProcessOptions process_options(const Command& command, const Identity& identity,
                                                 const std::vector<std::string>& inherited);

/// This process's environment.
[[nodiscard]] std::vector<std::string> own_environment();

}  // namespace headroom::supervisor
