// The headroom.yaml that a headroom runs with: where its journal and its admin are.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "spec/config.h"

namespace CLI {
class App;
}

namespace headroom::cli {

/// -f, --file, for commands that ask a headroom or read what it left. The file is read unless
/// `instead`, an option, has what is sought.
void add_run_file_option(CLI::App& command, std::string& file, std::string_view instead);

/// Errors say what to do where there is no such file.
[[nodiscard]] Result<spec::Config> load_run_file(const std::string& file, std::string_view instead);

}  // namespace headroom::cli
