// Reads results of the load generator.
#include "report/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace headroom::report {
namespace {

using nlohmann::json;

std::optional<double> milliseconds_at(const json& in, const char* quantile) {
  const auto latency = in.find("latency_ms");
  if (latency == in.end() || !latency->is_object()) return std::nullopt;
  const auto found = latency->find(quantile);
  if (found == latency->end() || !found->is_number()) return std::nullopt;
  return found->get<double>() / 1e3;
}

ClientResult result_of(const json& in, const std::string& service) {
  return {.target = in.value("target", std::string()),
          .service = service,
          .counts = {.good = in.at("good").get<std::uint64_t>(),
                     .late = in.at("late").get<std::uint64_t>(),
                     .shed = in.at("shed").get<std::uint64_t>(),
                     .failed = in.at("failed").get<std::uint64_t>()},
          .p50_s = milliseconds_at(in, "p50"),
          .p99_s = milliseconds_at(in, "p99")};
}

}  // namespace

Result<std::vector<ClientResult>> parse_load(std::string_view text, const std::string& service) {
  try {
    const json in = json::parse(text);
    std::vector<ClientResult> results;
    const auto targets = in.find("targets");
    if (targets != in.end() && !targets->empty())
      for (const auto& target : *targets) results.push_back(result_of(target, service));
    else
      results.push_back(result_of(in, service));
    return results;
  } catch (const json::exception& problem) {
    return fail(ErrorCode::invalid,
                fmt::format("no result of headroom load: {}", printable(problem.what(), 200)));
  }
}

std::optional<ClientResult> client_of(const std::vector<ClientResult>& results,
                                      const std::string& service, bool only_service) {
  std::optional<ClientResult> sum;
  for (const auto& result : results) {
    const bool named = !result.service.empty();
    const bool ours = named          ? result.service == service
                      : only_service ? true
                                     : result.target.find(service) != std::string::npos;
    if (!ours) continue;
    if (!sum) {
      sum = result;
      continue;
    }
    sum->counts.good += result.counts.good;
    sum->counts.late += result.counts.late;
    sum->counts.shed += result.counts.shed;
    sum->counts.failed += result.counts.failed;
    sum->target += ", " + result.target;
    sum->p50_s.reset();  // quantiles of several do not add up
    sum->p99_s.reset();
  }
  return sum;
}

}  // namespace headroom::report
