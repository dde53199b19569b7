// Whether requests that find no replica can wait for the first one.
#pragma once

#include <string>
#include <vector>

#include "core/time.h"
#include "spec/config.h"

namespace headroom::scale {

/// How long such a request may wait before anything is known of a service's starts.
constexpr Duration cold_start_prior = std::chrono::seconds(15);

/// And afterwards: twice what is planned with, as a start may take longer than those before, and
/// never less than this.
constexpr int cold_start_leads = 2;
constexpr Duration cold_start_least = std::chrono::seconds(5);

/// A sentence for each route of a service that may have no replica whose timeout is shorter than
/// that: nobody knows yet whether a start takes less.
[[nodiscard]] std::vector<std::string> cold_start_warnings(const spec::Config& config);

}  // namespace headroom::scale
