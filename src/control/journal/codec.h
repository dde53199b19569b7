// What the journal stores as text: observations, decisions, policy, model and state as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "scale/decision.h"
#include "scale/observation.h"

namespace headroom::control {

using ServiceDecisions = std::vector<scale::ServiceDecision>;

/// Compact JSON; decode() gives back an equal value, to the last bit of every number.
/// Fields that have their default value are left out, so a new field does not break old journals.
/// The format is described in docs/formats/journal.md.
template <class T>
[[nodiscard]] std::string encode(const T& value);

/// Fails with a sentence when `text` is not JSON or a field has another type. Unknown fields are
/// ignored, absent ones have their default.
template <class T>
[[nodiscard]] Result<T> decode(std::string_view text);

}  // namespace headroom::control
