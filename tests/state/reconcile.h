// When a round is over: the counts of the gateway, its access log and what the clients saw agree.
#pragma once

#include <filesystem>

#include "gateway/stats.h"
#include "ledger.h"

namespace headroom::state {

/// Each arrival ended exactly once, and there were as many as clients can have made.
void check_counts(Ledger& ledger, const gateway::WorkerStats& stats);

/// One line for each request that ended, which says what its client saw. Also, unless some were
/// `dropped`: as many lines of each outcome as were counted.
void check_log(Ledger& ledger, const gateway::WorkerStats& stats, const std::filesystem::path& file,
               bool dropped);

}  // namespace headroom::state
