// The gateway's workers as sources of evidence: each tells when it is asked, or a little later.
#pragma once

#include <vector>

#include "evidence/sample.h"
#include "gateway/gateway.h"
#include "spec/config.h"

namespace headroom::control {

/// What each worker told of the service: its routes summed. `collected` must outlive it. Lateness
/// by concurrency is left out where it was judged by something else than the routes now say, as it
/// may be at a reload.
[[nodiscard]] std::vector<evidence::Sample> samples_of(const spec::Service& service,
                                                       const gateway::Collected& collected);

}  // namespace headroom::control
