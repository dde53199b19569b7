// Cases and the settings of policies make the list of runs.
#include "cli/compare_order.h"

#include <fmt/format.h>

#include "io/file.h"
#include "prove/policies.h"

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
  std::string origin =
      fmt::format("{:016x} peak {:g} days {:g} history {:g} plant {} seeds {}", hash_of(program),
                  options.peak_replicas.value_or(peak_replicas_usual), options.days,
                  options.history, options.plant, options.seeds);
  if (options.requests) origin += " requests";
  if (!options.world.empty())
    origin += fmt::format(" world {:016x}", hash_of(TRY(io::read_file(options.world))));
  return origin;
}

}  // namespace

Result<CompareOrder> order_of(const CompareOptions& options) {
  std::vector<std::string> policies = options.policies;
  for (const std::string& policy : policies) TRY(prove::known_policy(policy));
  if (policies.empty())
    for (const auto name : prove::policy_names()) policies.emplace_back(name);
  CompareOrder order;
  order.cases = TRY(cases_of(options.cases, options.split));
  order.origin = TRY(origin_of(options.cases));
  for (const prove::Case& one : order.cases.all)
    for (const std::string& policy : policies)
      for (prove::Setting& setting : prove::settings_of(policy))
        order.tasks.push_back({one, std::move(setting)});
  return order;
}

}  // namespace headroom::cli
