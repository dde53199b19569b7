// The rules that make a decision of needs, in their order.
#include "scale/settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace headroom::scale {
namespace {

int rounded_up(double replicas) {
  return static_cast<int>(std::ceil(std::clamp(replicas, 0.0, 1e6) - 1e-9));
}

/// The number while rules change it, and the reasons they leave.
struct Settling {
  const Question& question;
  std::string_view without;
  std::vector<Reason>* reasons;
  int replicas = 0;

  [[nodiscard]] bool applies(std::string_view rule) const { return rule != without; }

  template <class Text>
  void set(std::string_view stage, std::string_view rule, int value, Text text) {
    const bool decisive = value != replicas;
    replicas = value;
    if (reasons != nullptr && decisive)
      reasons->push_back({std::string(stage), std::string(rule), value, text(), true});
  }
};

void shape(Settling& s) {
  const Question& q = s.question;
  // What is kept for the loss of a zone is added to the needs' number afterwards.
  const int last = after_zone_loss(q.last, q.bounds.zones);
  // What the calendar asks for is a number of replicas, about which nothing is chance.
  double estimated = 0;
  for (const Need& need : q.needs)
    if (need.rule != s.without && need.rule != "calendar")
      estimated = std::max(estimated, need.replicas);
  if (s.applies("scale-in delay")) {
    const double lately = std::max(q.needed_lately, s.applies("calendar") ? q.event_lately : 0.0);
    s.set("shape", "scale-in delay", std::max(s.replicas, rounded_up(lately)), [&] {
      return fmt::format("{:.1f} were needed within the last {} s", lately, brief(q.delay_s));
    });
    estimated = std::max(estimated, q.needed_lately);
  }
  if (s.applies("hysteresis") && s.replicas < last) {
    const int kept = std::min(last, rounded_up(estimated * (1 + q.band)));
    s.set("shape", "hysteresis", std::max(s.replicas, kept), [&] {
      return fmt::format("a fall to {:.1f} is within {:.0f}%, which may be chance", estimated,
                         100 * q.band);
    });
  }
}

void bound(Settling& s) {
  const Question& q = s.question;
  const int zones = q.bounds.zones;
  if (s.applies("zone loss") && zones > 1) {
    const int needed = s.replicas;
    const int spread = (needed * zones + zones - 2) / (zones - 1);
    s.set("bound", "zone loss", spread, [&] {
      return fmt::format("{} of {} are left when one of {} zones is lost",
                         after_zone_loss(spread, zones), spread, zones);
    });
  }
  if (s.applies("no evidence") && !q.evidence)
    s.set("evidence", "no evidence", std::max(s.replicas, q.last),
          [] { return std::string("without complete evidence nothing is lowered"); });
  if (s.applies("roll-out") && q.rolling_out)
    s.set("bound", "roll-out", std::max(s.replicas, q.last), [] {
      return std::string("while replicas of an earlier version are replaced nothing is lowered");
    });
  if (s.applies("incident") && q.incident)
    s.set("bound", "incident", std::max(s.replicas, q.last), [] {
      return std::string(
          "while requests are late or fail for another reason than concurrency nothing is lowered");
    });
  if (s.applies("max"))
    s.set("bound", "max", std::min(s.replicas, q.bounds.max),
          [&] { return fmt::format("at most {} are allowed", q.bounds.max); });
  if (s.applies("step") && q.step > 0)
    s.set("bound", "step", std::min(s.replicas, std::max(q.last, q.ready + q.step)), [&] {
      return fmt::format("{} are ready and at most {} may be starting", q.ready, q.step);
    });
  // Last: where limits contradict each other, the least that the user wants to see running stays.
  if (s.applies("min"))
    s.set("bound", "min", std::max(s.replicas, q.bounds.min),
          [&] { return fmt::format("at least {} are wanted", q.bounds.min); });
}

}  // namespace

int after_zone_loss(int replicas, int zones) {
  return zones > 1 ? replicas * (zones - 1) / zones : replicas;
}

double largest(const Question& question, std::string_view without) {
  double need = 0;
  for (const auto& one : question.needs)
    if (one.rule != without) need = std::max(need, one.replicas);
  return need;
}

int settle(const Question& question, std::string_view without, std::vector<Reason>* reasons) {
  Settling s{question, without, reasons, rounded_up(largest(question, without))};
  if (reasons != nullptr) {
    bool decided = false;
    for (const auto& need : question.needs) {
      const bool largest_one = !decided && need.replicas >= largest(question, without);
      decided |= largest_one;
      reasons->push_back(
          {"need", std::string(need.rule), rounded_up(need.replicas), need.text, largest_one});
    }
  }
  shape(s);
  bound(s);
  return s.replicas;
}

}  // namespace headroom::scale
