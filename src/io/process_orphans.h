// Orphans: processes that come to this one because whoever started them has ended.
#pragma once

#include <vector>

#include "io/proc.h"

namespace headroom::io {

/// From now on what the children of this process leave behind comes to it rather than to PID 1.
/// For PID 1 of a container that is so anyway. Holds until this process ends.
void receive_orphans();

/// Reaps the orphans that have ended, and gives those that live: every child that is not claimed
/// (see process.h) counts as one. Reads what concerns the
/// children of this process only, where the kernel lists them (CONFIG_PROC_CHILDREN).
std::vector<ProcessStat> look_after_orphans();

}  // namespace headroom::io
