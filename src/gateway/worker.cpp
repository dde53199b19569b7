// A worker of the gateway.
#include "gateway/worker.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <set>

#include "scale/decision.h"

namespace headroom::gateway {
namespace {

constexpr Duration sweep_every = std::chrono::seconds(1);
// Kept beyond what is in use: about 200 KiB each once a large request has gone through it.
constexpr std::size_t spare_exchanges_max = 64;
constexpr std::size_t exchanges_dropped_at_once = 128;  // giving memory back takes its time
// When draining: a request may be on its way on a connection that is new or was used just now.
constexpr Duration drain_grace = std::chrono::milliseconds(300);

/// Whole, for whoever asks before a byte of a request is read.
std::string too_many_connections() {
  std::array<char, 1024> text;
  const http::Problem problem{.status = 503,
                              .reason = "too_many_connections",
                              .proxy_error = "proxy_internal_response",
                              .detail = "the gateway holds as many connections as it can",
                              .request_id = {},
                              .retry_after_s = 1,
                              .keep_alive = false,
                              .to_head_request = false};
  return {text.data(), http::write_problem(problem, text)};
}

}  // namespace

std::shared_ptr<SharedService> Shared::service(const std::string& name) {
  const std::lock_guard lock(services_mutex);
  std::shared_ptr<SharedService>& service = services[name];
  if (service == nullptr) service = std::make_shared<SharedService>(workers.size());
  return service;
}

Worker::Worker(std::size_t index, std::uint64_t seed, std::unique_ptr<io::Loop> loop,
               Shared& shared)
    : index_(index),
      loop_(std::move(loop)),
      shared_(shared),
      random_(seed),
      sweep_timer_([this] { sweep(); }),
      return_timer_([this] { wake_waiters(); }) {
  sealed_ = loop_->now();
  loop_->arm(sweep_timer_, sweep_every);
}

Worker::~Worker() {
  abort_all();
  clients_.clear();
  listeners_.clear();
}

void Worker::run() {
  loop_->run();
}

ServicePool& Worker::pool(const std::string& service) {
  auto& pool = pools_[service];
  if (pool == nullptr) {
    pool = std::make_unique<ServicePool>(service, index_, shared_.service(service),
                                         stats_.services[service]);
    pool->settle(loop_->now());
  }
  return *pool;
}

void Worker::use(std::shared_ptr<const Generation> generation, std::shared_ptr<AccessLogFile> log) {
  auto table = std::make_shared<Table>();
  for (const RouteRef& ref : generation->routes) {
    ServicePool& of_service = pool(ref.service->name);
    if (ref.route == &ref.service->routes.front())
      of_service.stats().judge_by(scale::judged_latencies(*ref.service));
    of_service.set_queue_limit(static_cast<std::size_t>(generation->config.gateway.queue.length));
    table->routes.push_back(
        {&ref, &stats_.routes[ref.route->name], &of_service, &service_times_[ref.route->name]});
  }
  table->generation = std::move(generation);
  table_ = std::move(table);
  access_log_.use(std::move(log));
}

void Worker::publish(const std::shared_ptr<const Endpoints>& endpoints) {
  static const std::vector<Endpoint> none;
  endpoints_ = endpoints;
  for (const auto& [service, list] : endpoints->services) (void)pool(service);
  for (auto& [service, of_service] : pools_) {
    const auto published = endpoints->services.find(service);
    const auto cold = endpoints->cold_starts.find(service);
    of_service->publish(*loop_, published != endpoints->services.end() ? published->second : none,
                        cold != endpoints->cold_starts.end() ? cold->second : Duration{});
    serve_waiters(*of_service);
  }
  epoch_.store(endpoints->epoch, std::memory_order_release);
}

void Worker::listen(io::Fd fd, ListenerId id) {
  listeners_.push_back(std::make_unique<Listener>(*this, std::move(fd), id));
  CHECK(listeners_.back()->start().has_value());
}

void Worker::stop_listening(const std::vector<int>& sockets) {
  std::erase_if(listeners_, [&](const std::unique_ptr<Listener>& listener) {
    if (std::ranges::find(sockets, listener->fd()) == sockets.end()) return false;
    // The kernel would reset those who are connected already and not accepted yet.
    listener->accept_waiting();
    return true;
  });
}

void Worker::stop_listening() {
  std::vector<int> all;
  for (const auto& listener : listeners_) all.push_back(listener->fd());
  stop_listening(all);
}

void Worker::drain() {
  draining_ = true;
  stop_listening();
  close_idle(drain_grace);
  loop_->arm(sweep_timer_, drain_grace);
}

void Worker::abort_all() {
  for (const auto& exchange : exchanges_) exchange->abort();
}

WorkerReport Worker::seal() {
  WorkerReport report{.worker = index_, .of = {sealed_, loop_->now()}, .counted = {}, .gauges = {}};
  sealed_ = report.of.to;
  report.gauges.connections_open = open_connections();
  report.gauges.request_buffers = static_cast<std::int64_t>(exchanges_.size());
  for (auto& [service, of_service] : pools_) {
    of_service->settle(loop_->now());
    report.gauges.waiting[service] = static_cast<std::int64_t>(of_service->waiting());
  }
  report.counted = stats_;
  // Reset in place: tables and pools point at the entries.
  for (auto& [name, route] : stats_.routes) route = RouteStats{};
  for (auto& [name, service] : stats_.services) service.clear();
  stats_.refused.clear();
  stats_.connections_accepted = stats_.connections_refused = 0;
  return report;
}

void Worker::accepted(io::Fd fd, const io::Address& peer, ListenerId listener) {
  const auto limit = static_cast<std::size_t>(table_->generation->config.gateway.connections_max);
  std::int64_t open_everywhere = 0;
  for (const Worker* worker : shared_.workers) open_everywhere += worker->open_connections();
  if (static_cast<std::size_t>(open_everywhere) >= limit) return turn_away(std::move(fd));
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ++stats_.connections_accepted;
  const int raw = fd.get();
  auto client =
      std::make_unique<ClientConnection>(*this, std::move(fd), peer, listener, loop_->now());
  client->slot = clients_.size();
  if (!loop_->add(raw, EPOLLIN | EPOLLOUT | EPOLLRDHUP, *client)) return;
  clients_.push_back(std::move(client));
  open_.store(static_cast<std::int64_t>(clients_.size()), std::memory_order_relaxed);
}

void Worker::turn_away(io::Fd fd) {
  static const std::string answer = too_many_connections();
  ++stats_.connections_refused;
  farewells_.say(std::move(fd), answer);
}

void Worker::begin_exchange(ClientConnection& client, std::uint32_t events) {
  if (free_.empty()) {
    exchanges_.push_back(std::make_unique<Exchange>(*this));
    free_.push_back(exchanges_.back().get());
  }
  Exchange* exchange = free_.back();
  free_.pop_back();
  exchange->start(client, events);
}

void Worker::release(Exchange& exchange) {
  free_.push_back(&exchange);
}

void Worker::close(ClientConnection& client) {
  const std::size_t slot = client.slot;
  std::swap(clients_[slot], clients_.back());
  clients_[slot]->slot = slot;
  clients_.pop_back();
  open_.store(static_cast<std::int64_t>(clients_.size()), std::memory_order_relaxed);
}

void Worker::serve_waiters(ServicePool& of_service) {
  wake_waiters_at(of_service.serve(
      loop_->now(), random_,
      [](protect::Waiter& waiter) { return static_cast<Exchange&>(waiter).avoided(); },
      [](protect::Waiter& waiter, Permit permit) {
        static_cast<Exchange&>(waiter).granted(std::move(permit));
      },
      [&](std::size_t worker) { wake(worker, of_service.name()); }));
}

void Worker::wake(std::size_t worker, const std::string& service) {
  Worker& other = *shared_.workers[worker];
  other.loop().post([&other, service] {
    ServicePool& of_service = other.pool(service);
    of_service.woken();
    other.serve_waiters(of_service);
  });
}

void Worker::tell_displaced(Exchange& exchange) {
  displaced_.push_back(&exchange);
  if (telling_displaced_) return;
  telling_displaced_ = true;
  while (!displaced_.empty()) {
    Exchange* next = displaced_.back();
    displaced_.pop_back();
    next->displaced();
  }
  telling_displaced_ = false;
}

void Worker::wake_waiters_at(Instant when) {
  if (when == Instant::max() || (return_timer_.armed() && return_timer_.due() <= when)) return;
  loop_->arm(return_timer_, when - loop_->now());
}

void Worker::wake_waiters() {
  // Also where nobody waits any more: the replica is back for those of other workers then.
  for (auto& [service, of_service] : pools_) serve_waiters(*of_service);
}

void Worker::sweep() {
  loop_->arm(sweep_timer_, draining_ ? drain_grace : sweep_every);
  access_log_.flush();
  close_idle(draining_ ? drain_grace : table_->generation->config.gateway.idle);
  drop_spare_exchanges();
  for (auto& [service, of_service] : pools_) of_service->close_old_connections(loop_->now());
}

void Worker::drop_spare_exchanges() {
  if (free_.size() <= spare_exchanges_max) return;
  const std::size_t left = std::max(
      spare_exchanges_max, free_.size() - std::min(free_.size(), exchanges_dropped_at_once));
  const std::set<Exchange*> spare(free_.begin() + static_cast<std::ptrdiff_t>(left), free_.end());
  free_.resize(left);
  std::erase_if(exchanges_, [&](const auto& e) { return spare.contains(e.get()); });
}

void Worker::close_idle(Duration longest) {
  for (std::size_t i = clients_.size(); i-- > 0;) {
    ClientConnection& client = *clients_[i];
    if (client.exchange != nullptr) continue;
    const Instant now = loop_->now();
    if (client.lingering() ? client.lingered(now, longest) : now - client.idle_since >= longest)
      close(client);
  }
}

}  // namespace headroom::gateway
