// Reads the file for what it knows.
#include "cli/run_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "io/config_file.h"

namespace headroom::cli {

void add_run_file_option(CLI::App& command, std::string& file, std::string_view instead) {
  command
      .add_option("-f,--file", file,
                  fmt::format("what headroom runs with; not read with {}", instead))
      ->capture_default_str();
}

Result<spec::Config> load_run_file(const std::string& file, std::string_view instead) {
  std::error_code unreadable;
  if (std::filesystem::exists(file, unreadable)) return io::load_config(file);
  return fail(ErrorCode::invalid,
              fmt::format("{}: no such file; name the one that headroom runs with by -f, or say {}",
                          file, instead));
}

}  // namespace headroom::cli
