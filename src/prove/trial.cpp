// The same run with several seeds.
#include "prove/trial.h"

#include "prove/policies.h"

namespace headroom::prove {

Result<Score> try_setting(const Setting& setting, const Scenario& scenario, Plant plant,
                          int seeds) {
  Score score;
  for (int seed = 1; seed <= seeds; ++seed) {
    const auto policy = TRY(make_policy(setting, scenario));
    score.add(simulate(scenario, plant, static_cast<std::uint64_t>(seed), *policy));
  }
  if (score.requests > 0) return score;
  return fail(ErrorCode::invalid, "not a single request arrives in the scored part");
}

}  // namespace headroom::prove
