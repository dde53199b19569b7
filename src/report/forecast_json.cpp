// A forecast for programs.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/forecast.h"

namespace headroom::report {
namespace {

using Json = nlohmann::ordered_json;

/// {"0.01": 12.3, …}
Json by_p(const forecast::Quantiles& values) {
  Json out = Json::object();
  for (std::size_t i = 0; i < forecast::grid_size; ++i)
    out[fmt::format("{:g}", forecast::grid_p[i])] = values[i];
  return out;
}

Json seasons_json(const forecast::Grid& grid) {
  Json out = Json::array();
  for (const std::size_t season : {grid.day, grid.week})
    if (season > 0) out.push_back(grid.bin_s * static_cast<double>(season));
  return out;
}

/// Infinite ones (against a peer that lost nothing) are null, too.
Json ratio_json(std::optional<double> ratio) {
  return ratio && std::isfinite(*ratio) ? Json(*ratio) : Json();
}

}  // namespace

Json forecast_json(const Ahead& ahead) {
  const forecast::Outlook& outlook = ahead.outlook;
  Json out = {{"trace", ahead.trace},           {"from", ahead.series.end_s()},
              {"step_s", outlook.step_s},       {"seasons_s", seasons_json(outlook.grid)},
              {"notes", forecast_notes(ahead)}, {"steps", Json::array()}};
  for (const forecast::Step& step : outlook.steps)
    out["steps"].push_back({{"at", step.begin_s},
                            {"quantiles", by_p(step.forecast.quantiles)},
                            {"naive_share", by_p(step.forecast.naive_share)}});
  return out;
}

Json forecast_json(const Backtest& backtest) {
  Json out = {{"trace", backtest.trace},
              {"bin_s", backtest.bin_s},
              {"seasons_s", seasons_json(backtest.grid)},
              {"leads", Json::array()}};
  for (const forecast::LeadScore& one : backtest.leads)
    out["leads"].push_back(
        {{"lead_s", backtest.bin_s * static_cast<double>(one.lead)},
         {"scored", one.scored},
         {"mean", one.mean},
         {"error", one.error},
         {"covered", one.covered},
         {"pinball", by_p(one.loss)},
         {"short", by_p(one.short_of)},
         {"beyond", by_p(one.beyond)},
         {"refused", by_p(one.refused)},
         {"against",
          {{"naive", ratio_json(one.against(forecast::Point::naive))},
           {"day_naive", ratio_json(one.against(forecast::Point::day_naive))},
           {"week_naive", ratio_json(one.against(forecast::Point::week_naive))},
           {"holt_winters", ratio_json(one.against(forecast::Point::holt_winters))},
           {"best", ratio_json(one.against_best())}}}});
  return out;
}

}  // namespace headroom::report
