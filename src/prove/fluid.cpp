// One second of the fluid plant: what can be taken on, who waits how long, who is late.
#include "prove/fluid.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/result.h"
#include "prove/rounded.h"

namespace headroom::prove {
namespace {

/// A queue that is looked at once a second is shorter than one that may run empty at any moment, by
/// this many standard deviations of a second's arrivals minus completions. Asmussen, Glynn and
/// Pitman, Discretization error in simulation of one-dimensional reflecting Brownian motion, 1995.
constexpr double between_looks = 0.5826;
constexpr double wait_share_least = 1e-7;  // fewer who wait change nothing

/// Three points and weights of Gauss and Legendre's rule on [0, 1].
constexpr double gauss_points[] = {0.1127016653792583, 0.5, 0.8872983346207417};
constexpr double gauss_weights[] = {5.0 / 18, 8.0 / 18, 5.0 / 18};

/// An exponential wait of mean 1 at its shares of 1/8, 3/8, 5/8 and 7/8.
constexpr double exponential_eighths[] = {0.1335, 0.4700, 0.9808, 2.0794};

}  // namespace

FluidPlant::FluidPlant(const Scenario& scenario, std::uint64_t seed)
    : workload_(scenario.workload),
      world_(scenario.world),
      fleet_(scenario.world, seed ^ fleet_seed, seen_.replicas),
      arrivals_(scenario.demand, seed),
      dice_(seed ^ 0xc4a9ce),
      alone_(scenario.workload, scenario.world),
      late_table_(alone_, scenario.workload.objective_s),
      stay_(scenario.workload.service_time),
      tally_(scenario.demand.scored_from),
      late_alone_share_(alone_.exceeds(scenario.workload.objective_s)),
      contended_(scenario.workload.contention.sigma > 0 || scenario.workload.contention.kappa > 0),
      service_s_(scenario.workload.service_time.mean()),
      per_share_left_(1 / stay_.share_left()),
      per_unknown_share_(1 / stay_.unknown_share()),
      view_(scenario.workload, late_table_, alone_, stay_.unknown_share(), seed ^ 0x71e3, seen_) {
  const double cv2 = workload_.service_time.cv2();
  const Pauses& pauses = workload_.pauses;
  // A place that serves many requests in a second completes them as a renewal process.
  const double several = -std::expm1(-1 / service_s_);
  turnover_variance_ = cv2 * several * several;
  inner_ = several * several;
  completion_variance_ = cv2 * several + (1 - several);
  wait_factor_ = (1 + cv2) / 2;
  if (pauses.every_s > 0) {
    // A pause costs a replica's completions of so long, as a Poisson process.
    const double lost = workload_.concurrency / service_s_ * pauses.length_s * pauses.length_s;
    turnover_variance_ += lost / pauses.every_s;
    completion_variance_ += lost / pauses.every_s;
    wait_factor_ += lost / pauses.every_s / 2;
  }
  if (pauses.every_s > 0) usual_slowness_ = 1 + pauses.length_s / pauses.every_s;
  seen_.service = workload_.name;
  fleet_.begin(replicas_at_first(scenario));
  ready_before_ = fleet_.ready();
}

void FluidPlant::live(std::size_t second) {
  now_s_ = static_cast<double>(second);
  second_ = {};
  started_ = waited_s_ = surplus_ = saturated_ = chance_queue_ = queue_share_ = 0;
  scoring_ = tally_.scoring();
  second_.arrivals = arrivals_.at(second);
  live_fleet();
  Capacity can = capacity();
  serve(can);
  second_.shed += backlog_.drop_before(now_s_ + 1 - world_.patience_s);
  stay_.take_on(started_ - surplus_);
  second_.replica_seconds = fleet_.paid_s();
  tally_.add(second_);
  view_.show(
      {.second = second_,
       .started = started_,
       .wait_s = started_ > 0 ? waited_s_ / started_ : 0,
       .waiting = backlog_.count(),
       .queue_share = queue_share_,
       .queue = chance_queue_,
       .places = can.places,
       .stretch = can.stretch,
       .slowness = can.slowness,
       .busy = std::lerp(std::min(stay_.mean() * can.slowness, can.places), can.places, saturated_),
       .in_flight =
           saturated_ >= 1 ? can.places : std::min(stay_.at_end() * can.slowness, can.places),
       .ready = fleet_.ready()});
}

void FluidPlant::live_fleet() {
  const int ready = fleet_.ready();
  // What those that were stopped since worked on is finished there, in no one's way.
  if (ready < ready_before_) stay_.scale(static_cast<double>(ready) / ready_before_);
  fleet_.advance(now_s_);
  ready_before_ = fleet_.ready();
  if (fleet_.crashed() == 0) return;
  const double lost = std::min(1.0, static_cast<double>(fleet_.crashed()) / ready);
  second_.failed = view_.in_flight() * lost;
  stay_.scale(1 - lost);
}

FluidPlant::Capacity FluidPlant::capacity() const {
  Capacity can;
  const double ready = fleet_.ready_mean();
  can.places = ready * workload_.concurrency;
  if (world_.downstream_connections > 0)
    can.places = std::min(can.places, static_cast<double>(world_.downstream_connections));
  if (can.places <= 0) return can;
  if (contended_) {
    const Contention& law = workload_.contention;
    const double others =
        std::clamp(view_.busy() / ready - 1, 0.0, static_cast<double>(workload_.concurrency - 1));
    can.stretch = 1 + law.sigma * others + law.kappa * others * (others + 1);
    can.slowness = can.stretch;
  }
  if (fleet_.noisy_ready() > 0) {
    const double noisy = static_cast<double>(fleet_.noisy_ready()) / fleet_.ready();
    can.slowness /= 1 - noisy + noisy / world_.noisy_slowdown;
  }
  can.slowness *= usual_slowness_;
  can.full_places = can.slowness == 1 ? can.places : can.places / can.slowness;
  can.under_way = stay_.under_way();
  can.mean_per_s = std::max(0.0, can.full_places - can.under_way) * per_share_left_;
  can.per_s = can.mean_per_s;
  return can;
}

void FluidPlant::take_chance(Capacity& can, double there) {
  const double before = stay_.variance();
  const double within = can.mean_per_s * turnover_variance_;
  const double spare = can.mean_per_s - there;
  const double chance = before * per_share_left_ * per_share_left_ + within;
  if (spare > 0 && spare * spare > 16 * chance) return;
  // Requests of earlier seconds may have ended sooner or later than expected. They stay ended: the
  // places are free for good.
  if (before > 0) {
    const double more = std::sqrt(before) * dice_.normal();
    const double factor = std::max(0.0, 1 + more / can.under_way);
    can.per_s = std::max(0.0, can.per_s - (factor - 1) * can.under_way * per_share_left_);
    stay_.be_left(factor);
    can.under_way *= factor;
  }
  // So may those of this second, where more than one after the other fits into it.
  can.surplus_per_s = std::max(-can.per_s, std::sqrt(within) * dice_.normal());
  can.per_s += can.surplus_per_s;
}

double FluidPlant::wait_by_chance(double full_places, double utilisation) const {
  // The mean queue that those who wait find, by Lee and Longton's factor; where it would take
  // longer than the second to settle, what a backlog from second to second leaves out. This way
  // of passing from one to the other is within 5% of the exact difference (Spitzer's sum).
  const double per_s = full_places / service_s_;
  const double settled = wait_factor_ / std::max(1e-9, 1 - utilisation);
  const double in_a_second = between_looks * std::sqrt(per_s * (1 + completion_variance_));
  const double queue = 1 / std::sqrt(1 / (settled * settled) + 1 / (in_a_second * in_a_second));
  return inner_ * queue / per_s;
}

void FluidPlant::serve(Capacity& can) {
  if (can.mean_per_s <= 0)
    return backlog_.join({.count = second_.arrivals, .from_s = now_s_, .to_s = now_s_ + 1});
  const double there = backlog_.count() + second_.arrivals;
  const double utilisation = (can.under_way + there * stay_.share_left()) / can.full_places;
  utilisation_ = std::lerp(utilisation_, utilisation, 0.5);
  take_chance(can, there);
  if (backlog_.empty() && there <= can.per_s) {
    serve_at_once(can, second_.arrivals);
  } else {
    can.wait_s = wait_by_chance(can.full_places, utilisation_);
    serve_arrivals(can, serve_backlog(can));
  }
  if (can.per_s > 0) surplus_ = can.surplus_per_s * started_ / can.per_s;
}

double FluidPlant::serve_backlog(const Capacity& can) {
  double at = 0;
  while (can.per_s > 0 && at < 1) {
    second_.shed += backlog_.drop_before(now_s_ + at - world_.patience_s);
    if (backlog_.empty()) return at;
    const double count = std::min(backlog_.first().count, (1 - at) * can.per_s);
    const Backlog::Piece taken = backlog_.take(count);
    const double until = at + count / can.per_s;
    take_on(can, count, now_s_ + at - taken.from_s, now_s_ + until - taken.to_s);
    at = until;
    if (count <= 0) break;
  }
  return backlog_.empty() ? std::min(at, 1.0) : 1;
}

void FluidPlant::serve_arrivals(const Capacity& can, double clear_at) {
  const double count = second_.arrivals;
  const double each = can.per_s > 0 ? count / can.per_s : 1;  // seconds of capacity they take
  if (clear_at + each > 1) {                                  // not all: the last of them wait on
    // A queue that only begins within the second may do so at its very end.
    saturated_ = clear_at > 0 ? 1 : 0;
    const double part = count > 0 ? std::min(1.0, (1 - clear_at) / each) : 1;
    if (part > 0) take_on(can, count * part, clear_at, clear_at + part * each - part);
    backlog_.join({.count = count * (1 - part), .from_s = now_s_ + part, .to_s = now_s_ + 1});
    return;
  }
  // The queue that there was shrinks to nothing; whoever comes later meets chance alone.
  const double part = clear_at > 0 ? std::min(1.0, clear_at / (1 - each)) : 0;
  saturated_ = part;
  if (part > 0) take_on(can, count * part, clear_at, 0);
  if (part < 1) serve_at_once(can, count * (1 - part));
}

void FluidPlant::take_on(const Capacity& can, double count, double from_s, double to_s) {
  started_ += count;
  waited_s_ += count * (from_s + to_s) / 2;
  const double objective_s = workload_.objective_s;
  double late = 0;
  for (int i = 0; i < 3; ++i) {
    const double wait_s = std::lerp(from_s, to_s, gauss_points[i]);
    // Of what lies between two looks part is in the backlog; the factor fits the exact plant.
    const double left_s = (objective_s - wait_s - can.wait_s / 4) / can.stretch;
    late += gauss_weights[i] * late_table_.with_wait(left_s, can.wait_s / 4 / can.stretch);
    if (scoring_) latencies_.add(wait_s + can.wait_s / 2, can.stretch, count * gauss_weights[i]);
  }
  second_.late += count * std::max(0.0, late - late_alone_share_);
  second_.late_alone += count * late_alone_share_;
}

FluidPlant::Chance FluidPlant::chance(const Capacity& can, int servers, double utilisation) {
  Chance out;
  out.share = erlang_.wait_share(servers, utilisation);
  if (out.share < wait_share_least && can.stretch <= 1) return {};
  const double full_places = servers * stay_.unknown_share() / can.slowness;
  out.wait_s = wait_by_chance(full_places, utilisation);
  const double x = workload_.objective_s / can.stretch;
  const double over = (1 - out.share) * late_table_.alone(x) +
                      out.share * late_table_.with_wait(x, out.wait_s / can.stretch);
  out.late = std::max(0.0, over - late_alone_share_);
  return out;
}

FluidPlant::Chance& FluidPlant::known_chance(const Capacity& can, int servers, double utilisation) {
  constexpr std::size_t cells = 1024;
  const auto row = static_cast<std::size_t>(servers);
  if (chances_.size() <= row) chances_.resize(row + 1);
  if (chances_[row].empty()) chances_[row].assign(cells + 1, {.share = -1});
  const auto cell = static_cast<std::size_t>(rounded(std::min(1.0, utilisation) * cells));
  Chance& known = chances_[row][cell];
  if (known.share < 0) known = chance(can, servers, static_cast<double>(cell) / cells);
  return known;
}

void FluidPlant::serve_at_once(const Capacity& can, double count) {
  started_ += count;
  second_.late_alone += count * late_alone_share_;
  // Where stays outlast a second, much of who is there is known from the counts, and the rest
  // varies less than a Poisson number: as with more servers (Hayward's approximation, Fredericks
  // 1980).
  const double alike = can.places * per_unknown_share_;
  const int servers = std::max(1, static_cast<int>(rounded(alike)));
  const bool usual = can.slowness == usual_slowness_ && servers <= ErlangC::exact_max;
  Chance once;
  if (!usual) once = chance(can, servers, utilisation_);
  Chance& found = usual ? known_chance(can, servers, utilisation_) : once;
  queue_share_ = found.share;
  chance_queue_ = count * found.share * found.wait_s;
  waited_s_ += chance_queue_;
  second_.late += count * found.late;
  if (!scoring_) return;
  if (usual && !contended_)
    found.count += count;  // their latencies are added up at the end
  else
    add_latencies(found, can.stretch, count);
}

void FluidPlant::add_latencies(const Chance& found, double stretch, double count) {
  latencies_.add(0, stretch, count * (1 - found.share));
  for (const double length : exponential_eighths)
    latencies_.add(found.wait_s * length, stretch, count * found.share / 4);
}

void FluidPlant::want(int replicas) {
  const Fleet::Wanted wanted = fleet_.want(replicas, now_s_ + 1);
  if (wanted.now != wanted.before) tally_.wanted(wanted.before, wanted.now);
}

Score FluidPlant::score() {
  Score score = tally_.score();
  for (std::vector<Chance>& row : chances_)
    for (Chance& known : row)
      if (known.count > 0) add_latencies(known, 1, std::exchange(known.count, 0));
  latencies_.fill(alone_, score);
  return score;
}

}  // namespace headroom::prove
