// Driving a round: clients come, replicas go, the configuration changes.
#include "round.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/result.h"
#include "io/log_writer.h"
#include "reconcile.h"

namespace headroom::state {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::size_t replicas_at_once = 4;
constexpr Duration sweep_every = milliseconds(50);
constexpr Duration settle_longest = std::chrono::seconds(60);

spec::Route route(std::string_view path, spec::Priority priority) {
  spec::Route made;
  made.name = fmt::format("shop{}", path);
  made.match.path = path;
  made.priority = priority;
  return made;
}

}  // namespace

void Tally::add(const Tally& other) {
  requests += other.requests;
  whole += other.whole;
  cut += other.cut;
  own += other.own;
  none += other.none;
  for (const auto& [reason, count] : other.reasons) reasons[reason] += count;
}

Round::Round(std::uint64_t seed, const RoundOptions& options, History& history,
             const std::string& report_file)
    : options_(options),
      random_(seed),
      ledger_(seed, history, report_file),
      log_(options.folder / fmt::format("access-{}.log", seed)),
      dropped_before_(io::lines_dropped(io::Log::access)) {
  auto started = gateway::Gateway::start(config());
  if (!started) check_failed(started.error().message.c_str(), __FILE__, __LINE__);
  gateway_ = std::move(*started);
  while (members_.size() < replicas_at_once) add_member();
  publish();
}

Round::~Round() {
  clients_.clear();
  gateway_.reset();
  std::error_code ignored;
  std::filesystem::remove(log_, ignored);
}

/// Limits that are reached and timeouts that fire, drawn anew at each reload.
spec::Config Round::config() {
  const auto between = [this](int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  spec::Config config;
  spec::Service service;
  service.name = "shop";
  service.objective.latency = milliseconds(between(20, 500));
  service.routes = {route("/critical", spec::Priority::critical),
                    route("/normal", spec::Priority::normal),
                    route("/sheddable", spec::Priority::sheddable)};
  for (spec::Route& each : service.routes) {
    each.objective = service.objective;
    each.timeouts = {.connect = milliseconds(between(100, 500)),
                     .first_byte = milliseconds(between(0, 4) == 0 ? between(100, 600) : 0),
                     .total = milliseconds(between(800, 4000)),
                     .idle = milliseconds(between(100, 1500))};
  }
  config.services.push_back(service);
  spec::Gateway& gateway = config.gateway;
  gateway.listen.front().address = "127.0.0.1:0";
  gateway.workers = options_.workers;
  gateway.queue = {.length = between(1, 60), .wait = milliseconds(between(100, 1000))};
  gateway.head_timeout = milliseconds(between(300, 2000));
  gateway.idle = milliseconds(between(1500, 4000));
  gateway.body_max_bytes = between(0, 3) == 0 ? between(1, 1'000'000) : 16 << 20;
  gateway.access_log = log_.string();
  gateway.access_log_sample = 1;
  return config;
}

Tally Round::run(Duration length) {
  const Instant end = reactor_.now() + length;
  Instant next_sweep = reactor_.now();
  Instant next_interference = reactor_.now() + milliseconds(200);
  while (reactor_.now() < end) {
    reactor_.turn();
    start_clients();
    if (reactor_.now() >= next_sweep) {
      next_sweep = reactor_.now() + sweep_every;
      sweep();
    }
    if (reactor_.now() >= next_interference) {
      next_interference = reactor_.now() + milliseconds(20 + random_.below(300));
      interfere();
    }
  }
  settle();
  return tally();
}

void Round::start_clients() {
  while (clients_.size() < options_.clients) {
    const ConnectionPlan plan = connection_plan(ledger_.seed(), next_client_);
    io::Fd fd = Client::connect(plan, gateway_->address());
    if (!fd) return;  // no port is free: later
    ++next_client_;
    clients_.push_back(std::make_unique<Client>(reactor_, ledger_, plan, std::move(fd)));
  }
}

void Round::sweep() {
  for (const auto& client : clients_)
    if (!client->dead()) client->look_at_the_clock();
  std::erase_if(clients_, [](const auto& client) { return client->dead(); });
  for (const Member& member : members_) member.server->sweep();
}

void Round::add_member() {
  Member member;
  member.server = std::make_unique<ReplicaServer>(reactor_, ledger_);
  member.replica = std::make_shared<gateway::Replica>(
      fmt::format("shop-{}", next_replica_++), member.server->address(), Instant{},
      static_cast<std::int32_t>(4 + random_.below(40)));
  replicas_.push_back(member.replica);
  members_.push_back(std::move(member));
}

void Round::publish() {
  auto endpoints = std::make_shared<gateway::Endpoints>();
  endpoints->epoch = ++epoch_;
  endpoints->cold_starts["shop"] = milliseconds(random_.below(1500));
  for (const Member& member : members_) {
    if (!member.published) continue;
    member.replica->limit = static_cast<std::int32_t>(1 + random_.below(44));  // as learned
    endpoints->services["shop"].push_back({.replica = member.replica, .healthy = member.healthy});
  }
  gateway_->publish(endpoints);
  dead_.clear();
}

void Round::collect() {
  const gateway::Collected now = gateway_->collect(1s);
  waiting_ = 0;
  for (const auto& [name, waiting] : now.gauges.waiting) waiting_ += waiting;
  stats_.merge(now.stats);
}

/// What an operator, a controller or a crash does.
void Round::interfere() {
  if (!dead_.empty()) return publish();
  Member& one = members_[random_.below(members_.size())];
  switch (random_.below(7)) {
    case 0: {
      // Its death is published a while later only.
      one.server->die();
      dead_.push_back(std::move(one.server));
      members_.erase(members_.begin() + (&one - members_.data()));
      return add_member();
    }
    case 1:
      one.published = random_.below(4) != 0;
      return publish();
    case 2:
      one.healthy = random_.below(4) != 0;
      return publish();
    case 3:  // the same process under another name
      one.replica = std::make_shared<gateway::Replica>(fmt::format("shop-{}", next_replica_++),
                                                       one.server->address(), reactor_.now(), 8);
      replicas_.push_back(one.replica);
      return publish();
    case 4:
      CHECK(gateway_->reload(config()).has_value());
      return;
    case 5:
      return collect();
    default:
      return publish();
  }
}

void Round::settle() {
  const Instant until = reactor_.now() + settle_longest;
  while (!clients_.empty() || !is_quiet()) {
    reactor_.turn();
    sweep();
    if (reactor_.now() > until) break;
  }
  collect();  // what ended since the last look, which came before the connections were counted
  check_counts(ledger_, stats_);
  for (const auto& replica : replicas_)
    if (replica->in_flight() != 0)
      ledger_.violated("in_flight", fmt::format("{} has {} in flight when all is over", replica->id,
                                                replica->in_flight()));
  if (waiting_ != 0) ledger_.violated("queue", fmt::format("{} wait when all is over", waiting_));
  if (gateway_->open_connections() != 0)
    ledger_.violated("connections", fmt::format("{} are open when all clients have gone",
                                                gateway_->open_connections()));
  gateway_.reset();  // writes the rest of its log
  check_log(ledger_, stats_, log_, io::lines_dropped(io::Log::access) > dropped_before_);
}

bool Round::is_quiet() {
  if (!clients_.empty()) return false;
  collect();
  const bool in_flight =
      std::ranges::any_of(replicas_, [](const auto& replica) { return replica->in_flight() != 0; });
  return !in_flight && waiting_ == 0 && gateway_->open_connections() == 0;
}

Tally Round::tally() {
  Tally sum;
  for (const Seen& seen : ledger_.all()) {
    if (!seen.begun) continue;
    ++sum.requests;
    if (seen.answer == Seen::Answer::whole) ++(seen.by_replica ? sum.whole : sum.own);
    if (seen.answer == Seen::Answer::cut || seen.answer == Seen::Answer::begun) ++sum.cut;
    if (seen.answer == Seen::Answer::none) ++sum.none;
    if (!seen.reason.empty()) ++sum.reasons[seen.reason];
  }
  return sum;
}

}  // namespace headroom::state
