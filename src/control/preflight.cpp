// Asking the machine in the order in which `run` takes things.
#include "control/preflight.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "control/journal/reader.h"
#include "control/journal/store_file.h"
#include "control/supervisor/command.h"
#include "control/supervisor/state_dir.h"
#include "io/file.h"
#include "io/socket.h"

namespace headroom::control {
namespace {

Result<> check_address(const std::string& text) {
  const io::Address address = TRY(io::Address::parse(text));
  return io::check_listening(address);
}

Result<> check_access_log(const std::string& path) {
  if (path.empty() || path == "-") return {};
  const int error = io::why_not_writable(path);
  if (error == 0) return {};
  return fail(ErrorCode::io,
              fmt::format("cannot write the access log {}: {}", path, std::strerror(error)));
}

/// Beside it there are files for a while.
int why_no_journal(const std::string& path) {
  if (const int error = io::why_not_writable(path); error != 0) return error;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return io::why_not_fillable(folder.empty() ? "." : folder);
}

Result<> check_journal(const std::string& path) {
  if (const int error = why_no_journal(path); error != 0)
    return fail(ErrorCode::io,
                fmt::format("journal {}: it cannot be written: {}", path, std::strerror(error)));
  std::error_code ignored;
  const bool has_content = std::filesystem::file_size(path, ignored) > 0 && !ignored;
  // These are set aside where the journal is opened.
  if (!has_content || is_damaged(path) || is_of_format_1(path)) return {};
  const auto reader = JournalReader::open(path);
  if (reader || reader.error().code != ErrorCode::invalid) return {};
  return std::unexpected(reader.error());
}

class Problems {
 public:
  void add(const Result<>& outcome) {
    if (outcome) return;
    if (!first_)
      first_ = outcome.error();
    else
      first_->message += "\n" + outcome.error().message;
  }
  [[nodiscard]] Result<> take() {
    return first_ ? Result<>(std::unexpected(std::move(*first_))) : Result<>();
  }

 private:
  std::optional<Error> first_;
};

}  // namespace

Result<> preflight(const spec::Config& config) {
  Problems problems;
  problems.add(supervisor::StateDir::check(config.state_dir));
  problems.add(check_address(config.gateway.admin));
  for (const spec::Listener& listener : config.gateway.listen)
    problems.add(check_address(listener.address));
  problems.add(check_access_log(config.gateway.access_log));
  problems.add(check_journal(config.journal.path));
  problems.add(supervisor::check_commands(config));
  return problems.take();
}

}  // namespace headroom::control
