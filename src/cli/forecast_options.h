// What `headroom forecast` was asked, and what it means for the trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/trace_file.h"
#include "core/result.h"
#include "forecast/event.h"
#include "forecast/outlook.h"

namespace headroom::cli {

/// As typed; empty: not given.
struct ForecastOptions {
  TraceChoice trace;
  std::string horizon;
  std::vector<std::string> seasons;
  std::vector<std::string> events;
  bool requests = false;  // the trace has one row a request
  bool backtest = false;
  std::string format = "text";
  std::string report;
};

struct ForecastOrder {
  forecast::Series series;
  double horizon_s = 0;
  std::optional<std::vector<double>> seasons_s;  // nothing: found
  std::vector<forecast::Event> events;
  std::string read;  // what the trace is, for people

  [[nodiscard]] const std::vector<double>* seasons() const {
    return seasons_s ? &*seasons_s : nullptr;
  }
};

/// Reads the trace and checks each option against it. Errors name the option or the file's line.
[[nodiscard]] Result<ForecastOrder> order_of(const ForecastOptions& options);

}  // namespace headroom::cli
