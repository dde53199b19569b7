// What the journal stores as text: observations, decisions, policy, model and state as JSON.
#pragma once

#include <cstdint>
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

/// What differs in `now` from `before`, to the last bit; empty: nothing does. As JSON, with lists
/// of records item by item.
[[nodiscard]] std::string encode_changes(const scale::ServiceSeen& now,
                                         const scale::ServiceSeen& before);
/// Makes of the observation before, `seen`, the one that was encoded.
[[nodiscard]] Result<> decode_changes(std::string_view text, scale::ServiceSeen& seen);

/// A number that stands for decisions with all their reasons: with another word it is another one.
[[nodiscard]] std::uint64_t digest_of(const ServiceDecisions& decisions);

}  // namespace headroom::control
