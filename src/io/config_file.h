// The effects around headroom.yaml: the file is read, `${NAME}` comes from the environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "spec/config.h"
#include "spec/load.h"

namespace headroom::io {

/// A variable of this process's environment.
[[nodiscard]] std::optional<std::string> environment_variable(std::string_view name);

/// The valid configuration in the file, or one sentence on what stands in the way.
[[nodiscard]] Result<spec::Config> load_config(const std::string& path,
                                               spec::Purpose purpose = spec::Purpose::run);

}  // namespace headroom::io
