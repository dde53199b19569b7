// The version of this program.
#pragma once

#include <string_view>

namespace headroom {

[[nodiscard]] std::string_view version();

}  // namespace headroom
