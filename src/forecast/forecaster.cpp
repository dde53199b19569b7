// Keeps the experts of one lead and follows the best of them.
#include "forecast/forecaster.h"

#include <algorithm>
#include <cmath>

namespace headroom::forecast {
namespace {

constexpr std::size_t errors_kept = 2000;  // at least; three days
constexpr std::size_t days_of_errors = 3;
constexpr std::size_t refits_a_day = 4;
constexpr std::size_t refit_bins = 120;  // without a season
constexpr std::size_t situation_bins = 30;
constexpr std::array situation_shares{0.1, 0.5, 0.9};
constexpr double spread_bins = 60;    // half-life of what errors lately are
constexpr double spread_days = 1440;  // and usually
constexpr double spread_floor = 0.3;
constexpr std::size_t coarse_day = 96;  // bins: up to here whole days are iterated bin by bin

std::size_t bins_kept(const Grid& grid) {
  if (grid.day == 0) return 2 * 3600;
  return (grid.day <= coarse_day ? 35 : 15) * grid.day;
}

std::vector<Expert> make_experts(const Grid& grid) {
  const std::size_t window = std::max(errors_kept, days_of_errors * grid.day);
  std::vector<Expert> experts;
  const auto add = [&](Point point, bool situations) {
    for (const Form form : {Form::difference, Form::root, Form::ratio}) {
      experts.emplace_back(point, form, Which::all, window);
      if (!situations || form == Form::difference) continue;
      experts.emplace_back(point, form, Which::situation, window);
      experts.emplace_back(point, form, Which::scaled, window);
    }
  };
  add(Point::naive, false);
  if (grid.day > 0) add(Point::day_naive, false);
  if (grid.week > 0) add(Point::week_naive, false);
  if (grid.day > 0) add(Point::holt_winters, false);
  add(Point::recent, false);
  add(Point::level, true);
  if (grid.day > 0) add(Point::direct, true);
  if (grid.day > 0 && grid.day <= coarse_day) add(Point::days, true);
  return experts;
}

std::vector<Role> roles_of(const std::vector<Expert>& experts) {
  std::vector<Role> roles;
  for (const Expert& one : experts)
    roles.push_back(is_naive(one.point)  ? Role::naive
                    : is_peer(one.point) ? Role::peer
                                         : Role::model);
  return roles;
}

double half_life(const Grid& grid, std::size_t lead) {
  return static_cast<double>(std::max({2 * grid.day, 20 * lead, std::size_t{1000}}));
}

double decay(double half_life_bins) {
  return 1 - std::exp2(-1 / half_life_bins);
}

}  // namespace

Forecaster::Forecaster(const Grid& grid, std::size_t lead)
    : grid_(grid),
      lead_(lead),
      refit_every_(grid.day > 0 ? std::max<std::size_t>(grid.day / refits_a_day, 1) : refit_bins),
      history_(grid, bins_kept(grid)),
      holt_winters_(grid.day),
      direct_(grid, lead, true),
      level_(grid, lead, false),
      experts_(make_experts(grid)),
      pool_(roles_of(experts_), lead, half_life(grid, lead)) {}

bool Forecaster::has(Point point) const {
  const std::size_t size = history_.size();
  const std::size_t day = grid_.day;
  const auto seasons = [this](std::size_t season) {  // back to a bin that is known by now
    return (lead_ + season - 1) / season * season;
  };
  switch (point) {
    case Point::naive:
    case Point::recent:
      return true;
    case Point::day_naive:
      return day > 0 && size >= seasons(day);
    case Point::week_naive:
      return grid_.week > 0 && size >= seasons(grid_.week);
    case Point::holt_winters:
      return holt_winters_.fitted();
    case Point::level:
      return level_.fitted();
    case Point::direct:
      return direct_.fitted();
    case Point::days:
      return days_.has_value();
  }
  return false;
}

double Forecaster::log_of(Point point) const {
  const std::size_t now = history_.size() - 1;
  const auto before = [&](std::size_t season) {
    return history_.log_at(now + lead_ - (lead_ + season - 1) / season * season);
  };
  switch (point) {
    case Point::naive:
      return history_.log_at(now);
    case Point::recent:
      return history_.mean(now, windows_of(grid_.bin_s)[1]);
    case Point::day_naive:
      return before(grid_.day);
    case Point::week_naive:
      return before(grid_.week);
    case Point::holt_winters:
      return holt_winters_.forecast(lead_);
    case Point::level:
      return level_.forecast(history_);
    case Point::direct:
      return direct_.forecast(history_, holt_winters_.fitted() ? holt_winters_.forecast(lead_) : 0);
    case Point::days:
      return days_->path(history_.logs(), lead_).back();
  }
  return history_.log_at(now);
}

std::uint8_t Forecaster::situation() const {
  const std::size_t now = history_.size() - 1;
  const double above = history_.log_at(now) - history_.mean(now, situation_bins);
  std::uint8_t place = 0;
  while (place < situation_edges_.size() && above > situation_edges_[place]) ++place;
  return place;
}

Forecaster::Pending Forecaster::look() const {
  Pending now;
  now.known = history_.known(history_.size() - 1);
  const std::uint8_t place = situation();
  for (std::size_t i = 0; i < point_count; ++i) {
    const auto point = static_cast<Point>(i);
    if (!has(point)) continue;
    const Spread& spread = spreads_[i];
    const double usual = (1 + spread_floor) * spread.slow;
    const double ratio = usual > 0 ? (spread.fast + spread_floor * spread.slow) / usual : 1;
    now.sights[i] = {log_of(point), std::clamp(ratio, 0.5, 2.0), place, true};
  }
  now.answers.resize(experts_.size());
  for (std::size_t k = 0; k < experts_.size(); ++k) {
    const auto i = static_cast<std::size_t>(experts_[k].point);
    if (now.sights[i].there) now.answers[k] = experts_[k].forecast(now.sights[i], history_);
  }
  return now;
}

void Forecaster::learn(const Pending& past, double value) {
  const double log = history_.log_at(history_.size() - 1);
  if (!past.answers.empty() && past.answers.front())
    pool_.learn(past.answers, past.sights[0].situation, value);
  for (Expert& one : experts_) {
    const Sight& sight = past.sights[static_cast<std::size_t>(one.point)];
    if (sight.there) one.learn(sight, log, history_);
  }
  for (std::size_t i = 0; i < point_count; ++i) {
    if (!past.sights[i].there) continue;
    const double error = std::abs(log - past.sights[i].log);
    spreads_[i].fast += decay(spread_bins) * (error - spreads_[i].fast);
    spreads_[i].slow += decay(spread_days) * (error - spreads_[i].slow);
  }
}

void Forecaster::observe(double value) {
  history_.add(value);
  ++since_refit_;
  const std::size_t now = history_.size() - 1;
  if (holt_winters_.fitted()) holt_winters_.add(history_.log_at(now));
  if (pending_.size() >= lead_) {
    // Neither what follows an unknown bin nor what is unknown itself is anybody's error.
    if (pending_.front().known && history_.known(now)) learn(pending_.front(), value);
    pending_.pop_front();
  }
  pending_.push_back(look());
  const Pending& latest = pending_.back();
  forecast_ = {};
  if (latest.answers.front()) {
    const Pooled pooled = pool_.combine(latest.answers, latest.sights[0].situation);
    forecast_ = {pooled.quantiles, pooled.naive_share, true};
  } else {
    forecast_.quantiles.fill(history_.to_value(latest.sights[0].log));
    forecast_.naive_share.fill(1);
  }
}

void Forecaster::refit() {
  since_refit_ = 0;
  (void)history_.review();
  const std::vector<double>& logs = history_.logs();
  if (grid_.day > 0) {
    const std::size_t kept = std::min(logs.size(), 7 * grid_.day);
    holt_winters_.fit(std::span(logs).last(kept), history_.dropped() + logs.size() - kept, lead_);
  }
  direct_.fit(history_, holt_winters_.forecasts());
  level_.fit(history_);
  if (grid_.day > 0 && grid_.day <= coarse_day && logs.size() >= 3 * grid_.day) {
    days_.emplace(Seasons{grid_.day, grid_.week > 0 ? grid_.week : 7 * grid_.day});
    days_->fit(logs, history_.known());
  }
  std::vector<double> above;
  const std::size_t from = logs.size() > errors_kept ? logs.size() - errors_kept : 0;
  for (std::size_t t = from; t < logs.size(); ++t)
    above.push_back(logs[t] - history_.mean(t, situation_bins));
  std::ranges::sort(above);
  for (std::size_t i = 0; i < situation_edges_.size(); ++i)
    situation_edges_[i] = above[static_cast<std::size_t>(situation_shares[i] *
                                                         static_cast<double>(above.size() - 1))];
}

}  // namespace headroom::forecast
