// The exact plant's second: arrivals, ends and changes of the fleet in the order of time.
#include "prove/exact.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "protect/balance.h"
#include "prove/recording.h"

namespace headroom::prove {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::int64_t to_ns(double seconds) {
  return static_cast<std::int64_t>(seconds * 1e9);
}

}  // namespace

ExactPlant::ExactPlant(const Scenario& scenario, std::uint64_t seed)
    : workload_(scenario.workload),
      world_(scenario.world),
      patience_ns_(to_ns(scenario.world.patience_s)),
      fleet_(scenario.world, seed ^ fleet_seed, seen_.replicas),
      arrivals_(scenario.demand, seed),
      recorded_(scenario.demand.recorded.get()),
      random_(seed ^ 0xe4ac7),
      tally_(scenario.demand.scored_from) {
  const auto most = static_cast<std::size_t>(workload_.concurrency);
  for (std::size_t n = 0; n <= most; ++n) {
    const double others = n > 0 ? static_cast<double>(n - 1) : 0;
    stretch_.push_back(1 + workload_.contention.sigma * others +
                       workload_.contention.kappa * others * (others + 1));
    levels_.push_back(scale::ByConcurrency::level_of(static_cast<std::uint32_t>(n)));
  }
  sort_kinds();
  seen_.service = workload_.name;
  fleet_.begin(replicas_at_first(scenario));
  for (const Fleet::Life& life : fleet_.lives()) open_place(life, -3600 * second_ns);
}

void ExactPlant::sort_kinds() {
  double share_to = 0;
  for (const RouteLoad& route : workload_.routes) {
    const double objective_s = route.objective_s > 0 ? route.objective_s : workload_.objective_s;
    kinds_.push_back({.service_time = &route.service_time,
                      .share_to = share_to += route.share,
                      .objective_ns = to_ns(objective_s),
                      .rank = route.rank});
    ranks_ = std::max<std::uint8_t>(ranks_, route.rank + 1);
  }
  if (kinds_.empty())
    kinds_.push_back(
        {.service_time = &workload_.service_time, .objective_ns = to_ns(workload_.objective_s)});
}

std::uint8_t ExactPlant::draw_kind() {
  if (kinds_.size() == 1) return 0;
  const double at = random_.uniform();
  std::uint8_t kind = 0;
  while (kind + 1U < kinds_.size() && at >= kinds_[kind].share_to) ++kind;
  return kind;
}

void ExactPlant::live(std::size_t second) {
  const std::int64_t begin_ns = static_cast<std::int64_t>(second) * second_ns;
  const std::int64_t end_ns = begin_ns + second_ns;
  second_ = {};
  latency_.clear();
  attempts_ended_ = attempts_ns_ = 0;
  seen_.by_concurrency = {};
  const bool scoring = tally_.scoring();
  second_.arrivals = arrivals_.at(second);
  draw_arrivals(begin_ns);
  for (const Change& change : fleet_.advance(static_cast<double>(second))) {
    const std::int64_t at_ns = std::min(to_ns(change.at_s), end_ns - 1);
    advance_to(at_ns);
    apply(change, at_ns);
  }
  advance_to(end_ns);
  shed_impatient(end_ns);
  recorded_before_ += due_.size();
  second_.replica_seconds = fleet_.paid_s();
  tally_.add(second_);
  if (scoring) total_.merge(latency_);
  show(end_ns);
}

void ExactPlant::draw_arrivals(std::int64_t begin_ns) {
  if (recorded_ != nullptr && !recorded_->whole_seconds) {
    const auto first = recorded_->at_ns.begin() + static_cast<std::ptrdiff_t>(recorded_before_);
    due_.assign(first, first + static_cast<std::ptrdiff_t>(second_.arrivals));
    next_due_ = 0;
    return;
  }
  // Gaps of a Poisson process, scaled to fit the second: so n moments drawn evenly and sorted are
  // spaced, without sorting them.
  const auto count = static_cast<std::size_t>(second_.arrivals);
  due_.resize(count);
  next_due_ = 0;
  gap_sums_.resize(count);
  double sum = 0;
  for (double& at : gap_sums_) at = sum += gaps_.sample(random_);
  const double scale = 1e9 / (sum + gaps_.sample(random_));
  for (std::size_t i = 0; i < count; ++i)
    due_[i] = begin_ns + static_cast<std::int64_t>(gap_sums_[i] * scale);
}

void ExactPlant::advance_to(std::int64_t until_ns) {
  for (; next_due_ < due_.size() && due_[next_due_] < until_ns; ++next_due_) {
    Request request{.arrived_ns = due_[next_due_], .service_s = -1, .kind = draw_kind()};
    if (recorded_ != nullptr && !recorded_->service_s.empty())
      request.service_s = recorded_->service_s[recorded_before_ + next_due_];
    while (ends_.next_at() <= request.arrived_ns) end_next();
    arrive(request);
  }
  while (ends_.next_at() < until_ns) end_next();
}

void ExactPlant::arrive(const Request& request) {
  const std::int64_t now_ns = request.arrived_ns;
  if (queue_.size() == 0 && send(request, now_ns)) return;
  if (free_waiting_.empty()) free_waiting_.push_back(&waiting_.emplace_back());
  Waiting& waiting = *free_waiting_.back();
  free_waiting_.pop_back();
  waiting.request = request;
  CHECK(queue_.join(waiting, kinds_[request.kind].rank, Instant(Duration(now_ns))).accepted);
}

bool ExactPlant::send(const Request& request, std::int64_t now_ns) {
  if (world_.downstream_connections > 0 && in_flight_ >= world_.downstream_connections)
    return false;
  const auto candidate = [&](std::size_t i) {
    const Place& place = places_[open_[i]];
    const double weight = now_ns >= place.warm_ns
                              ? 1.0
                              : protect::slow_start_weight(Duration(now_ns - place.ready_ns),
                                                           protect::slow_start_window);
    return protect::Candidate{
        .in_flight = place.in_flight, .limit = workload_.concurrency, .weight = weight};
  };
  const auto chosen = protect::least_loaded(open_.size(), candidate, random_);
  if (!chosen) return false;
  work_on(request, open_[*chosen], now_ns);
  return true;
}

void ExactPlant::work_on(const Request& request, std::uint32_t at, std::int64_t now_ns) {
  Place& place = places_[at];
  place.settle(now_ns);
  ++place.in_flight;
  ++in_flight_;

  const auto n = static_cast<std::size_t>(place.in_flight);
  const double service_s = request.service_s >= 0
                               ? request.service_s
                               : kinds_[request.kind].service_time->sample(random_);
  const double alone_s = service_s * place.slowdown;
  const std::int64_t work_ns = to_ns(alone_s * stretch_[n]);
  const std::int64_t done_ns =
      workload_.pauses.every_s > 0
          ? place.pauses.done_at(now_ns, work_ns, workload_.pauses, random_)
          : now_ns + work_ns;
  const std::int64_t shared_ns = work_ns - to_ns(alone_s);  // longer because of others
  if (free_flights_.empty()) {
    free_flights_.push_back(static_cast<std::uint32_t>(flights_.size()));
    flights_.emplace_back();
  }
  const std::uint32_t index = free_flights_.back();
  free_flights_.pop_back();
  flights_[index] = {
      .arrived_ns = request.arrived_ns,
      .sent_ns = now_ns,
      .place = at,
      .generation = place.generation,
      .in_flight = place.in_flight,
      .kind = request.kind,
      .late_alone = done_ns - now_ns - shared_ns > kinds_[request.kind].objective_ns};
  ends_.add({.at_ns = done_ns, .what = index});
}

void ExactPlant::end_next() {
  const Timeline::Event event = ends_.take();
  const Flight flight = flights_[event.what];
  free_flights_.push_back(event.what);
  Place& place = places_[flight.place];
  if (place.generation != flight.generation) return;  // it has failed already
  place.settle(event.at_ns);
  --place.in_flight;
  --in_flight_;

  const std::int64_t latency_ns = event.at_ns - flight.arrived_ns;
  const std::int64_t stay_ns = event.at_ns - flight.sent_ns;
  latency_.record(Duration(latency_ns));
  const std::int64_t objective_ns = kinds_[flight.kind].objective_ns;
  if (latency_ns > objective_ns) ++(flight.late_alone ? second_.late_alone : second_.late);
  const std::size_t level = levels_[static_cast<std::size_t>(flight.in_flight)];
  auto& by = seen_.by_concurrency;
  ++by.attempts[level];
  by.late[level] += stay_ns > objective_ns ? 1 : 0;
  by.latency_s[level] += static_cast<double>(stay_ns) * 1e-9;
  ++attempts_ended_;
  attempts_ns_ += stay_ns;

  if (!place.open && place.in_flight == 0) free_place(flight.place);
  if (queue_.size() > 0) serve_waiting(event.at_ns);
}

void ExactPlant::serve_waiting(std::int64_t now_ns) {
  shed_impatient(now_ns);
  while (protect::Waiter* first = queue_.first()) {
    auto& waiting = static_cast<Waiting&>(*first);
    if (!send(waiting.request, now_ns)) return;
    let_go(waiting);
  }
}

void ExactPlant::shed_impatient(std::int64_t now_ns) {
  for (std::uint8_t rank = 0; rank < ranks_; ++rank) {
    while (protect::Waiter* first = queue_.first(rank)) {
      auto& waiting = static_cast<Waiting&>(*first);
      if (now_ns - waiting.request.arrived_ns <= patience_ns_) break;
      ++second_.shed;
      let_go(waiting);
    }
  }
}

void ExactPlant::let_go(Waiting& waiting) {
  waiting.leave();
  free_waiting_.push_back(&waiting);
}

void ExactPlant::want(int replicas) {
  const std::int64_t whole_seconds = now_ns_ / second_ns;
  const Fleet::Wanted wanted = fleet_.want(replicas, static_cast<double>(whole_seconds));
  if (wanted.now == wanted.before) return;
  tally_.wanted(wanted.before, wanted.now);
  if (wanted.now < wanted.before) close_drained();
}

Score ExactPlant::score() {
  Score score = tally_.score();
  const auto quantile = [&](double q) { return seconds(total_.quantile(q)); };
  score.p50_s = quantile(0.5);
  score.p95_s = quantile(0.95);
  score.p99_s = quantile(0.99);
  score.p999_s = quantile(0.999);
  return score;
}

}  // namespace headroom::prove
