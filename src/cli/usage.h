// One sentence for a command line that makes no sense.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace headroom::cli {

/// What is wrong with the arguments that `app` has just refused; `reason` is the parser's own.
/// Unknown commands and options name the nearest one that exists.
[[nodiscard]] std::string usage_message(const CLI::App& app, const std::string& reason);

}  // namespace headroom::cli
