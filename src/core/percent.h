// Percent-encoding, as in the paths of requests.
#pragma once

#include <string_view>

namespace headroom {

/// The byte that "%41" at the front of `text` stands for; -1 where no such thing stands there.
[[nodiscard]] int percent_byte(std::string_view text);

}  // namespace headroom
