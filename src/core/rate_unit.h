// What the name of a column says of the unit of its rates.
#pragma once

#include <string_view>

#include "core/result.h"

namespace headroom {

/// What a value of the column is to be multiplied with to be requests per second; `bin_s` is the
/// width of its bins. Read are `requests_per_minute`, `rpm`, `req/s`, `hits_per_5m`,
/// `requests_per_bin` and the like. A name without a unit is per second (`rate`, `load_mw`), but
/// for one that only says that something is counted (`requests`, `hits`): in bins of another length
/// than a second it is refused, and so is a unit that is no time. Errors name the column.
[[nodiscard]] Result<double> per_second(std::string_view column, double bin_s);

}  // namespace headroom
