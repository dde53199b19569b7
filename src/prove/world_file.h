// What surrounds the replicas, as a file describes it.
#pragma once

#include <string_view>

#include "core/result.h"
#include "prove/scenario.h"

namespace headroom::prove {

/// Sets in `world` what `text` states: YAML as docs/formats/world.md says. Messages name `file` and
/// the line.
[[nodiscard]] Result<> read_world(std::string_view text, std::string_view file, World& world);

}  // namespace headroom::prove
