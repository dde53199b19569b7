// The reference of the metrics in Markdown: docs/metrics.md.
#pragma once

#include <string>

namespace headroom::gateway {

[[nodiscard]] std::string metric_reference();

}  // namespace headroom::gateway
