// How many requests are let in to each replica, as attempts tell second by second.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/admissions.h"
#include "scale/limit.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "spec/config.h"

namespace headroom::control {

/// Also of services that nothing is decided for, as their replicas are run elsewhere: what these
/// carry is learned here. They begin with what is stated, not with little: behind an address may be
/// more than one process, and a restart of the gateway must not hold back what went well before it.
class Limits {
 public:
  explicit Limits(const spec::Config& config) { begin_anew(config); }

  /// What holds after a tick, by service; see scale::next_limit(). `model` is of `decided`.
  [[nodiscard]] Admissions after(const scale::Policy& decided, const scale::Model& model,
                                 const scale::Observations& seen);
  /// What the file states now is what they begin with.
  void begin_anew(const spec::Config& config);

 private:
  std::map<std::string, scale::InFlightLimit> limits_;
  std::vector<scale::ServicePolicy> elsewhere_;
  scale::Model of_those_;
};

}  // namespace headroom::control
