// A ledger by half hour of the day and teller.
#include "scale/repeat_proof.h"

#include <algorithm>
#include <cmath>

namespace headroom::scale {
namespace {

constexpr double moment_every_s = 10;
constexpr double moments_max = 30;  // under way at once
/// A telling is over when nothing was told for so long, and a lead time more where it did not come.
constexpr double over_after_s = 120;
constexpr double came_share = 0.9;
constexpr double kept_a_telling = 0.8;
/// In a day: half in four.
const double kept_a_day = std::exp2(-0.25);
constexpr double hits_needed = 1.5;
constexpr double hit_share_needed = 0.67;
/// A half hour is presumed to be like the whole day with so many tellings.
constexpr double presumed = 3;
/// Until about three tellings were scored the widest is taken: days may differ by more than two
/// did.
constexpr double told_enough = 2.4;
constexpr double of_best_gain = 0.75;

int half_hour_of(int minute) {
  return minute * static_cast<int>(half_hours) / minutes_a_day;
}

RepeatProof& proof_of(Repeat& repeat, int half_hour, std::size_t teller) {
  return repeat.proofs[static_cast<std::size_t>(half_hour) * repeat_tellers + teller];
}

/// What planning for `planned` costs where `came`: requests bought for in vain, or missed.
double loss(double planned, double came, double permitted) {
  return planned >= came ? planned - came : (came - planned) / permitted;
}

void score_telling(const ProofTick& tick, double told, std::size_t teller, Repeat& repeat) {
  RepeatTelling& telling = repeat.tellings[teller];
  const bool tells = told > repeat_rise * tick.per_second;
  if (tells && telling.half_hour < 0)
    telling = {.half_hour = half_hour_of(repeat.minute), .least_per_second = told};
  if (telling.half_hour < 0) return;
  telling.silent_s = tells ? 0 : telling.silent_s + tick.tick_s;
  if (tells) telling.least_per_second = std::min(telling.least_per_second, told);
  if (tick.per_second >= came_share * telling.least_per_second) telling.came = true;
  const double until_s = over_after_s + (telling.came ? 0 : tick.lead_s);
  if (telling.silent_s <= until_s) return;
  if (tick.counts) {
    RepeatProof& proof = proof_of(repeat, telling.half_hour, teller);
    proof.hits = kept_a_telling * proof.hits + (telling.came ? 1 : 0);
    proof.told = kept_a_telling * proof.told + 1;
  }
  telling = {};
}

void score_moments(const ProofTick& tick, double every_s, Repeat& repeat) {
  for (RepeatMoment& moment : repeat.pending) moment.age_s += tick.tick_s;
  std::size_t over = 0;
  for (; over < repeat.pending.size() && repeat.pending[over].age_s >= tick.lead_s; ++over) {
    const RepeatMoment& moment = repeat.pending[over];
    for (std::size_t t = 0; t < repeat_tellers; ++t)
      if (moment.foretold[t] > moment.per_second)
        proof_of(repeat, moment.half_hour, t).gain +=
            every_s * (loss(moment.per_second, tick.per_second, tick.permitted) -
                       loss(moment.foretold[t], tick.per_second, tick.permitted));
  }
  repeat.pending.erase(repeat.pending.begin(),
                       repeat.pending.begin() + static_cast<std::ptrdiff_t>(over));
}

}  // namespace

void prove_foretold(const ProofTick& tick, const ByTeller& told, Repeat& repeat) {
  const bool speaks = std::ranges::any_of(told, [&](double one) { return one > tick.per_second; });
  if (speaks && repeat.proofs.empty()) repeat.proofs.resize(half_hours * repeat_tellers);
  if (repeat.proofs.empty()) return;
  const double every_s = std::max(moment_every_s, tick.lead_s / moments_max);
  for (std::size_t t = 0; t < repeat_tellers; ++t) score_telling(tick, told[t], t, repeat);
  score_moments(tick, every_s, repeat);
  repeat.since_moment_s = std::min(repeat.since_moment_s + tick.tick_s, every_s);
  if (!speaks || repeat.since_moment_s < every_s) return;
  repeat.since_moment_s = 0;
  repeat.pending.push_back(
      {.half_hour = half_hour_of(repeat.minute), .per_second = tick.per_second, .foretold = told});
}

void fade_proofs(Repeat& repeat) {
  for (RepeatProof& proof : repeat.proofs) proof.gain *= kept_a_day;
}

void turn_proofs(int minutes, Repeat& repeat) {
  if (repeat.proofs.empty()) return;
  const int first = half_hour_of((minutes_a_day - minutes) % minutes_a_day);
  std::ranges::rotate(repeat.proofs,
                      repeat.proofs.begin() + first * static_cast<int>(repeat_tellers));
}

std::vector<std::size_t> believed_tellers(const Repeat& repeat) {
  if (repeat.proofs.empty()) return {};
  std::array<RepeatProof, repeat_tellers> near{};
  std::array<RepeatProof, repeat_tellers> all{};
  const auto here = static_cast<std::size_t>(half_hour_of(repeat.minute));
  for (std::size_t h = 0; h < half_hours; ++h) {
    const std::size_t apart = (h + half_hours + 1 - here) % half_hours;
    for (std::size_t t = 0; t < repeat_tellers; ++t) {
      const RepeatProof& proof = repeat.proofs[h * repeat_tellers + t];
      all[t].hits += proof.hits;
      all[t].told += proof.told;
      if (apart > 2) continue;
      near[t].gain += proof.gain;
      near[t].hits += proof.hits;
      near[t].told += proof.told;
    }
  }
  const auto may_act = [&](std::size_t t) {
    const double usually = all[t].told > 0 ? all[t].hits / all[t].told : 0;
    return near[t].gain > 0 && near[t].hits >= hits_needed &&
           near[t].hits + presumed * usually >= hit_share_needed * (near[t].told + presumed);
  };
  std::vector<std::size_t> believed;
  for (std::size_t first = 0; first < repeat_tellers; first += repeat_widths) {
    const std::size_t last = first + repeat_widths - 1;
    double best = 0;
    for (std::size_t t = first; t <= last; ++t)
      if (may_act(t)) best = std::max(best, near[t].gain);
    const bool told_often = near[last].told >= told_enough;
    for (std::size_t t = last + 1; t-- > first;)
      if (may_act(t) && (!told_often || near[t].gain >= of_best_gain * best)) {
        believed.push_back(t);
        break;
      }
  }
  return believed;
}

}  // namespace headroom::scale
