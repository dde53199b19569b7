// Cases and the settings of policies make the list of runs.
#include "cli/compare_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "io/file.h"
#include "prove/policies.h"
#include "prove/summary.h"

namespace headroom::cli {
namespace {

/// FNV-1a: tells one content from another.
std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211U;
  }
  return hash;
}

Result<std::string> origin_of(const CaseOptions& options) {
  // The program's own file tells one build from another.
  const std::string program = TRY(io::read_file("/proc/self/exe", std::size_t{1} << 30));
  std::string origin = fmt::format("{:016x} peak {:g} days {:g} history {:g} plant {} seeds {}",
                                   hash_of(program), options.peak_replicas.value_or(0),
                                   options.days, options.history, options.plant, options.seeds);
  if (options.requests) origin += " requests";
  if (!options.wait.empty()) origin += " wait " + options.wait;
  if (!options.service.file.empty())
    origin += fmt::format(" service {} {:016x}", options.service.service,
                          hash_of(TRY(io::read_file(options.service.file))));
  if (!options.world.empty())
    origin += fmt::format(" world {:016x}", hash_of(TRY(io::read_file(options.world))));
  return origin;
}

}  // namespace

/// Who is told what may be missed is also tried with just what may be missed here.
std::vector<prove::Setting> CompareOrder::settings_of(const std::string& policy) const {
  std::vector<prove::Setting> settings = prove::settings_of(policy);
  const prove::Setting stated{.policy = policy, .target = yardstick.permitted};
  if (prove::permits_misses(policy) && std::ranges::find(settings, stated) == settings.end())
    settings.push_back(stated);
  return settings;
}

std::vector<double> CompareOrder::shares() const {
  return prove::shares_with(yardstick.permitted);
}

Result<CompareOrder> order_of(const CompareOptions& options) {
  CompareOrder order;
  order.policies = options.policies;
  for (const std::string& policy : order.policies) TRY(prove::known_policy(policy));
  if (order.policies.empty())
    for (const auto name : prove::policy_names()) order.policies.emplace_back(name);
  order.cases = TRY(cases_of(options.cases, options.split));
  constexpr double permitted_usual = 1 - spec::Objective{}.quantile;
  order.yardstick = TRY(yardstick_of(order.cases, options.permitted, permitted_usual));
  order.origin = TRY(origin_of(options.cases));
  return order;
}

}  // namespace headroom::cli
