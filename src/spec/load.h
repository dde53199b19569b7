// headroom.yaml: text in, a valid Config or everything that is wrong with it out.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "spec/config.h"
#include "spec/problem.h"

namespace headroom::spec {

/// What `${NAME}` in the file stands for; nothing when the name is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// What the file is read for. Planning starts nothing, so a service needs neither `run` nor
/// `endpoints` for it.
enum class Purpose : std::uint8_t { run, plan };

/// The configuration in `text`, or all of its problems in the order of the file, at least one.
/// `filename` is named in Config::file, and relative paths are resolved beside it.
/// Reading the file itself is the caller's: io/config_file.h does both.
[[nodiscard]] std::expected<Config, std::vector<Problem>> examine(std::string_view text,
                                                                  const std::string& filename,
                                                                  const Environment& environment,
                                                                  Purpose purpose = Purpose::run);

/// As `examine`, with the problems put into one sentence: the first and how many there are.
[[nodiscard]] Result<Config> parse(std::string_view text, const std::string& filename,
                                   const Environment& environment, Purpose purpose = Purpose::run);

/// The reference of the file in Markdown: docs/configuration.md.
[[nodiscard]] std::string reference();

}  // namespace headroom::spec
