// The rules that make a decision of needs, in their order.
#include "scale/settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace headroom::scale {
namespace {

constexpr double in_delay_min_s = 15;
/// Stopping a replica that is needed again wastes its next start: kept for one start-up time it
/// costs at most twice what hindsight would. Bursts come in groups, so twice that is cheaper still.
constexpr double in_delay_startups = 2;

int rounded_up(double replicas) {
  return static_cast<int>(std::ceil(std::clamp(replicas, 0.0, 1e6) - need_error));
}

/// The number while rules change it, and the reasons they leave.
struct Settling {
  const Question& question;
  std::optional<Rule> without;
  std::vector<Reason>* reasons;
  int replicas = 0;

  [[nodiscard]] bool applies(Rule rule) const { return rule != without; }

  template <class Text>
  void set(Rule rule, int value, Text text) {
    const bool decisive = value != replicas;
    replicas = value;
    if (reasons != nullptr && decisive) reasons->push_back({rule, value, text(), true});
  }
  /// As set(), by a number of its own: what was decisive before is not any more.
  template <class Text>
  void replace(Rule rule, int value, Text text) {
    if (reasons != nullptr && value != replicas)
      for (auto& reason : *reasons) reason.decisive = false;
    set(rule, value, text);
  }
};

void shape(Settling& s) {
  const Question& q = s.question;
  // What is kept for the loss of a zone is added to the needs' number afterwards.
  const int last = after_zone_loss(q.last, q.bounds.zones);
  double estimated = largest_estimated(q, s.without);
  if (s.applies(Rule::in_delay)) {
    NeedSample lately = q.needed_lately;
    if (s.applies(Rule::calendar) && q.event_lately.replicas > lately.replicas)
      lately = q.event_lately;
    if (s.applies(Rule::repeat) && q.repeat_lately.replicas > lately.replicas)
      lately = q.repeat_lately;
    s.replace(Rule::in_delay, std::max(s.replicas, rounded_up(lately.replicas)), [&] {
      return fmt::format("kept for {} s: the {} that were needed, or ran at the start, {} s ago",
                         brief(q.delay_s), in_replicas(lately.replicas),
                         brief(std::round(lately.age_s)));
    });
    estimated = std::max(estimated, q.needed_lately.replicas);
  }
  if (s.applies(Rule::hysteresis) && s.replicas < last) {
    // A replica that is needed again and again is kept; of several no more than may still be
    // chance.
    const double one_more =
        std::min(estimated * (1 + q.band), std::ceil(estimated - need_error) + 1);
    const double may_be = std::max(estimated * (1 + q.band_by_now), one_more);
    s.replace(Rule::hysteresis, std::max(s.replicas, std::min(last, rounded_up(may_be))), [&] {
      return fmt::format("a fall to {} may be chance, by up to {:.0f}%: {} are kept",
                         in_replicas(estimated), 100 * (may_be / estimated - 1),
                         in_replicas(std::min<double>(last, may_be)));
    });
  }
}

/// A rule that keeps the number within something, whatever it is needed for.
struct Bound {
  Rule rule;
  int (*kept)(const Question& q, int replicas);  // what it makes of the number
  std::string (*text)(const Question& q, int kept);
};

int for_zone_loss(const Question& q, int replicas) {
  const int zones = q.bounds.zones;
  return zones > 1 ? (replicas * zones + zones - 2) / (zones - 1) : replicas;
}

int not_lowered(bool when, const Question& q, int replicas) {
  return when ? std::max(replicas, q.last) : replicas;
}

/// In this order. `min` is the last: where limits contradict each other, the least that the user
/// wants to see running stays.
constexpr std::array bounds{
    Bound{Rule::zone_loss, for_zone_loss,
          [](const Question& q, int kept) {
            return fmt::format("{} of {} are left when one of {} zones is lost",
                               after_zone_loss(kept, q.bounds.zones), kept, q.bounds.zones);
          }},
    Bound{Rule::no_evidence,
          [](const Question& q, int n) { return not_lowered(!q.evidence, q, n); },
          [](const Question&, int) -> std::string {
            return "without complete evidence nothing is lowered";
          }},
    Bound{Rule::roll_out, [](const Question& q, int n) { return not_lowered(q.rolling_out, q, n); },
          [](const Question&, int) -> std::string {
            return "while replicas of an earlier version are replaced nothing is lowered";
          }},
    Bound{Rule::incident, [](const Question& q, int n) { return not_lowered(q.incident, q, n); },
          [](const Question&, int) -> std::string {
            return "while requests are late or fail for another reason than concurrency nothing is "
                   "lowered";
          }},
    Bound{
        Rule::max, [](const Question& q, int n) { return std::min(n, q.bounds.max); },
        [](const Question& q, int) { return fmt::format("at most {} are allowed", q.bounds.max); }},
    Bound{Rule::step,
          [](const Question& q, int n) {
            return q.step > 0 ? std::min(n, std::max(q.last, q.ready + q.step)) : n;
          },
          [](const Question& q, int) {
            return fmt::format("{} are ready and at most {} may be starting", q.ready, q.step);
          }},
    Bound{Rule::min, [](const Question& q, int n) { return std::max(n, q.bounds.min); },
          [](const Question& q, int) {
            return fmt::format("not below min, which is {}", q.bounds.min);
          }},
};

void bound(Settling& s) {
  for (const Bound& one : bounds) {
    if (!s.applies(one.rule)) continue;
    const int kept = one.kept(s.question, s.replicas);
    s.set(one.rule, kept, [&] { return one.text(s.question, kept); });
  }
}

}  // namespace

double scale_in_delay_s(const ServicePolicy& policy, const ServiceModel& model) {
  if (policy.scale.in_delay > Duration::zero()) return seconds(policy.scale.in_delay);
  return std::max(in_delay_min_s, in_delay_startups * model.startup_s);
}

int after_zone_loss(int replicas, int zones) {
  return zones > 1 ? replicas * (zones - 1) / zones : replicas;
}

double largest(const Question& question, std::optional<Rule> without) {
  double need = 0;
  for (const auto& one : question.needs)
    if (one.rule != without) need = std::max(need, one.replicas);
  return need;
}

double largest_estimated(const Question& question, std::optional<Rule> without) {
  double need = 0;
  for (const auto& one : question.needs)
    if (one.rule != without && !entry(one.rule).foretold) need = std::max(need, one.replicas);
  return need;
}

int settle(const Question& question, std::optional<Rule> without, std::vector<Reason>* reasons) {
  Settling s{question, without, reasons, rounded_up(largest(question, without))};
  if (reasons != nullptr) {
    bool decided = false;
    for (const auto& need : question.needs) {
      const int replicas = rounded_up(need.replicas);
      const bool decides = !decided && replicas == s.replicas;
      decided |= decides;
      reasons->push_back({need.rule, replicas, need.text, decides});
    }
  }
  shape(s);
  bound(s);
  return s.replicas;
}

}  // namespace headroom::scale
