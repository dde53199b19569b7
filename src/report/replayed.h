// What a replay decided otherwise: stretches of time, and totals of each service.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/journal/replay.h"

namespace headroom::report {

/// Ticks in a row in which a service has the same two numbers, which differ.
struct Stretch {
  WallTime from;  // the first of them
  WallTime to;    // the last
  double length_s = 0;
  std::string service;
  int recorded = 0;
  int replayed = 0;
  std::string reason;  // of the first, in words
};

class Replayed {
 public:
  /// A tick that was compared, in the order of the journal.
  void add(const control::StoredTick& tick, const control::Replay::Outcome& outcome);

  /// Lines of at most `width` columns.
  [[nodiscard]] std::vector<std::string> text(std::size_t width) const;
  /// {services: [{service, recorded, replayed: {replica_hours, most}}],
  ///  listed: [{from, to, service, recorded, replayed, reason}]}
  [[nodiscard]] nlohmann::ordered_json json() const;

 private:
  /// Of what was decided, not of what ran.
  struct Total {
    double replica_s = 0;
    int most = 0;

    void add(int replicas, double dt_s);
  };
  struct Service {
    Total recorded;
    Total replayed;
    bool differs = false;
    std::optional<std::size_t> stretch;  // that the last tick belongs to, counted from the first
  };
  [[nodiscard]] bool goes_on(const Service& service, const control::Difference& difference) const;
  void list(const control::Difference& difference, Service& service, double dt_s);

  std::map<std::string, Service> services_;
  std::vector<Stretch> listed_;
  std::size_t stretches_ = 0;  // of which the first are listed
};

}  // namespace headroom::report
