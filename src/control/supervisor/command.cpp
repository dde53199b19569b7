// Commands of replicas: placeholders, environment, identity, fingerprint.
#include "control/supervisor/command.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "core/text.h"

namespace headroom::supervisor {
namespace {

constexpr std::string_view owner_name = "HEADROOM_OWNER";
constexpr std::string_view replica_name = "HEADROOM_REPLICA";
constexpr std::string_view address_name = "HEADROOM_ADDRESS";
constexpr std::string_view hash_name = "HEADROOM_COMMAND_HASH";
constexpr std::string_view zone_name = "HEADROOM_ZONE";

/// More than the file allows; whatever else stands there is no zone.
constexpr std::int64_t zones_max = 100'000;

/// FNV-1a, each part closed by a zero so that "ab","c" and "a","bc" differ.
class Fingerprint {
 public:
  void add(std::string_view part) {
    for (const char c : part) mix(static_cast<unsigned char>(c));
    mix(0);
  }
  void add(std::int64_t number) { add(std::to_string(number)); }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }

  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

/// Differs for a placeholder and for text that looks like it: no argument holds a zero byte.
std::string unfilled(const spec::Template& text) {
  return text.fill([](spec::Placeholder placeholder) {
    return std::string(1, '\0') += spec::name(placeholder);
  });
}

std::string fingerprint(const Command& command) {
  Fingerprint print;
  for (const spec::Template& argument : command.run.command) print.add(unfilled(argument));
  for (const auto& [name, value] : command.run.env) print.add(name + "=" + unfilled(value));
  print.add(command.cwd);
  print.add(command.run.user);
  print.add(command.run.limits.memory_bytes);
  print.add(command.run.limits.open_files);
  print.add(command.program);
  // Only where they are stated: what an older headroom started has the hash that it gave.
  if (const auto& ports = command.run.ports)
    print.add(fmt::format("ports {}-{}", ports->first, ports->last));
  if (command.run.limits.cpu_cores > 0)
    print.add(fmt::format("cpu {}", command.run.limits.cpu_cores));
  struct stat file{};
  if (stat(command.program.c_str(), &file) == 0) {
    print.add(static_cast<std::int64_t>(file.st_dev));
    print.add(static_cast<std::int64_t>(file.st_ino));
    print.add(file.st_size);
    print.add(file.st_mtim.tv_sec);
    print.add(file.st_mtim.tv_nsec);
  }
  return print.text();
}

/// As its first replica, but for the port.
Result<> check_command(const spec::Service& service, const std::string& folder) {
  const Command command = TRY(look_up(*service.run, folder));
  const Identity identity{.owner = {},
                          .replica = service.name + "-1",
                          .address = io::Address::loopback(0),
                          .command_hash = command.hash};
  return io::rehearse(process_options(command, identity, own_environment()));
}

std::string search_path(const spec::Run& run) {
  if (const auto own = run.env.find("PATH"); own != run.env.end()) return own->second.shown();
  for (const std::string& entry : own_environment())
    if (entry.starts_with("PATH=")) return entry.substr(5);
  return "/usr/local/bin:/usr/bin:/bin";
}

}  // namespace

std::string substitute(const spec::Template& text, const Identity& identity) {
  return text.fill([&](spec::Placeholder placeholder) -> std::string {
    switch (placeholder) {
      case spec::Placeholder::address:
        return identity.address.text();
      case spec::Placeholder::host:
        return identity.address.host();
      case spec::Placeholder::port:
        return std::to_string(identity.address.port());
      case spec::Placeholder::replica:
        return identity.replica;
    }
    return {};
  });
}

std::vector<std::string> identity_entries(const Identity& identity) {
  std::vector<std::string> entries{
      fmt::format("{}={}", owner_name, identity.owner),
      fmt::format("{}={}", replica_name, identity.replica),
      fmt::format("{}={}", address_name, identity.address.text()),
      fmt::format("{}={}", hash_name, identity.command_hash),
  };
  if (identity.zone > 0) entries.push_back(fmt::format("{}={}", zone_name, identity.zone));
  return entries;
}

std::optional<Identity> identity_in(const std::vector<std::string>& environment,
                                    std::string_view owner) {
  const auto value = [&](std::string_view name) -> std::string {
    for (const std::string& entry : environment)
      if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
        return entry.substr(name.size() + 1);
    return {};
  };
  if (value(owner_name) != owner) return std::nullopt;
  const auto address = io::Address::parse(value(address_name));
  Identity identity{std::string(owner), value(replica_name), {}, value(hash_name)};
  if (!address || !parse_replica_name(identity.replica)) return std::nullopt;
  identity.address = *address;
  const auto zone = parse_integer(value(zone_name));
  if (zone && *zone > 0 && *zone <= zones_max) identity.zone = static_cast<int>(*zone);
  return identity;
}

std::optional<ReplicaName> parse_replica_name(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const auto number = parse_integer(id.substr(dash + 1));
  if (!number || *number <= 0) return std::nullopt;
  return ReplicaName{std::string(id.substr(0, dash)), *number};
}

Result<Command> look_up(const spec::Run& run, const std::string& folder) {
  CHECK(!run.command.empty());
  Command command{run, {}, {}, {}, {}};
  std::error_code error;
  std::filesystem::path cwd = std::filesystem::absolute(folder.empty() ? "." : folder, error);
  if (!run.cwd.empty()) cwd /= run.cwd;
  command.cwd = cwd.lexically_normal().string();
  command.program = TRY(io::find_program(run.command[0].shown(), search_path(run), command.cwd));
  if (!run.user.empty()) {
    io::User user = TRY(io::find_user(run.user));
    if (geteuid() != 0 && user.uid != geteuid())
      return fail(ErrorCode::permission,
                  fmt::format("cannot run '{}' as user '{}': only root can switch users",
                              run.command[0].shown(), run.user));
    if (user.uid != geteuid()) command.user = std::move(user);
  }
  command.hash = fingerprint(command);
  return command;
}

std::string folder_of(const spec::Config& config) {
  return std::filesystem::path(config.file).parent_path().string();
}

Result<> check_commands(const spec::Config& config) {
  std::vector<std::string> problems;
  ErrorCode code{};
  for (const spec::Service& service : config.services) {
    if (!service.run) continue;
    const Result<> possible = check_command(service, folder_of(config));
    if (possible) continue;
    if (problems.empty()) code = possible.error().code;
    problems.push_back(fmt::format("service {}: {}", service.name, possible.error().message));
  }
  if (problems.empty()) return {};
  return fail(code, fmt::format("{}", fmt::join(problems, "\n")));
}

io::ProcessOptions process_options(const Command& command, const Identity& identity,
                                   const std::vector<std::string>& inherited) {
  std::map<std::string, std::string> environment;
  const auto set = [&](const std::string& entry) {
    const std::size_t equals = entry.find('=');
    if (equals != std::string::npos)
      environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  };
  for (const std::string& entry : inherited) set(entry);
  if (command.user) {
    environment["HOME"] = command.user->home;
    environment["USER"] = environment["LOGNAME"] = command.user->name;
  }
  for (const auto& [name, value] : command.run.env) environment[name] = substitute(value, identity);
  for (const std::string& entry : identity_entries(identity)) set(entry);

  io::ProcessOptions options;
  for (const spec::Template& argument : command.run.command)
    options.argv.push_back(substitute(argument, identity));
  for (const auto& [name, value] : environment) options.environment.push_back(name + "=" + value);
  options.cwd = command.cwd;
  options.user = command.user;
  options.open_files = command.run.limits.open_files;
  return options;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    entries.emplace_back(*entry);
  return entries;
}

}  // namespace headroom::supervisor
