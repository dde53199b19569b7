// What is let in to the replicas of a service, from its file and what was learned.
#pragma once

#include <map>
#include <string>

#include "scale/limit.h"
#include "spec/config.h"

namespace headroom::control {

/// By service, as learned.
using Admissions = std::map<std::string, scale::Admission>;

/// What holds for a service: what was learned, or what that begins with. The stated concurrency
/// alone where a route's answers may go on for ever, as then the wait for their beginning may be no
/// work either, where the objectives of routes are too far apart for their mean latency to say
/// anything, and in shadow, where nothing is changed.
[[nodiscard]] scale::Admission admission_of(const spec::Config& config,
                                            const spec::Service& service,
                                            const Admissions& learned);

}  // namespace headroom::control
