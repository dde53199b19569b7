// Starting, telling and stopping the workers.
#include "gateway/gateway.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/random.h>

#include <algorithm>

#include "io/descriptors.h"

namespace headroom::gateway {
namespace {

/// For the last lines of the access log, where it is not being read.
constexpr Duration last_lines_longest = std::chrono::seconds(1);

std::uint64_t entropy() {
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = static_cast<std::uint64_t>(getpid());
  return seed;
}

std::size_t worker_count(const spec::Config& config) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto wanted = static_cast<std::size_t>(config.gateway.workers);
  return std::min(wanted > 0 ? wanted : cores, WaitBoard::workers_max);
}

/// One listening socket for each worker, among which the kernel spreads connections.
Result<std::vector<io::Fd>> share(std::vector<io::Fd> listeners, std::size_t workers) {
  const io::Address at = TRY(io::local_address(listeners.front().get()));
  while (listeners.size() < workers)
    listeners.push_back(TRY(io::listen_on(at, {.shared_port = true})));
  return listeners;
}

Result<std::vector<io::Fd>> bind(const io::Address& address, std::size_t workers) {
  // A shared port would be shared with any other process of this user, too, such as another
  // headroom by mistake. So an unshared socket tries first whether anybody is there.
  if (address.port() != 0) TRY(io::listen_on(address));
  std::vector<io::Fd> listeners;
  listeners.push_back(TRY(io::listen_on(address, {.shared_port = true})));
  return share(std::move(listeners), workers);
}

}  // namespace

bool listens_on(const io::Fd& listener, const io::Address& wanted) {
  if (!listener) return false;
  const auto present = io::local_address(listener.get());
  return present && present->host() == wanted.host() &&
         (wanted.port() == 0 || present->port() == wanted.port());
}

Result<std::unique_ptr<Gateway>> Gateway::start(spec::Config config,
                                                std::vector<io::Fd> inherited) {
  auto gateway = std::unique_ptr<Gateway>(new Gateway);
  const std::size_t count = worker_count(config);
  const DescriptorPlan plan = TRY(plan_descriptors(config, count, io::descriptor_limit()));
  const io::Address wanted = TRY(io::Address::parse(config.gateway.listen));
  const bool takes_over = !inherited.empty();
  std::vector<io::Fd> listeners = takes_over && listens_on(inherited.front(), wanted)
                                      ? TRY(share(std::move(inherited), count))
                                      : TRY(bind(wanted, count));
  gateway->address_ = TRY(io::local_address(listeners.front().get()));
  gateway->listen_text_ = config.gateway.listen;

  gateway->log_ = TRY(AccessLogFile::open(config.gateway));
  const std::uint64_t seed = entropy();
  gateway->shared_.pseudonym = fmt::format("headroom-{:016x}", entropy());
  const auto generation = gateway->next_generation(std::move(config), plan);
  for (std::size_t i = 0; i < count; ++i) {
    auto loop = TRY(io::Loop::create());
    gateway->workers_.push_back(
        std::make_unique<Worker>(i, seed + i, std::move(loop), gateway->shared_));
    gateway->shared_.workers.push_back(gateway->workers_.back().get());
  }
  for (const auto& worker : gateway->workers_) worker->use(generation, gateway->log_);
  gateway->held_ = std::move(listeners);
  if (!takes_over) gateway->accept();

  // Signals belong to the main thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  for (const auto& worker : gateway->workers_)
    gateway->threads_.emplace_back([w = worker.get()] { w->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return gateway;
}

Gateway::~Gateway() {
  stop();
}

void Gateway::accept() {
  hand_out(std::exchange(held_, {}));
}

void Gateway::hand_out(std::vector<io::Fd> listeners) {
  listening_.clear();
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    listening_.push_back(listeners[i].get());
    // Before the threads run this is executed by their first turn.
    workers_[i % workers_.size()]->loop().post(
        [worker = workers_[i % workers_.size()].get(),
         fd = std::make_shared<io::Fd>(std::move(listeners[i]))] {
          worker->listen(std::move(*fd));
        });
  }
}

std::shared_ptr<const Generation> Gateway::next_generation(spec::Config config,
                                                           const DescriptorPlan& plan) {
  descriptors_ = plan;
  config.gateway.connections_max = static_cast<int>(plan.connections);
  return std::make_shared<Generation>(++generation_, std::move(config));
}

Result<> Gateway::reload(spec::Config config) {
  const DescriptorPlan plan =
      TRY(plan_descriptors(config, workers_.size(), io::descriptor_limit()));
  auto log = TRY(AccessLogFile::open(config.gateway, log_.get()));
  if (config.gateway.listen != listen_text_) {
    const io::Address wanted = TRY(io::Address::parse(config.gateway.listen));
    std::vector<io::Fd> listeners = TRY(bind(wanted, workers_.size()));
    address_ = TRY(io::local_address(listeners.front().get()));
    listen_text_ = config.gateway.listen;
    for (const auto& worker : workers_)
      worker->loop().post([w = worker.get()] { w->stop_listening(); });
    const bool waits = !held_.empty();
    held_ = std::move(listeners);
    if (!waits) accept();
  }
  const auto generation = next_generation(std::move(config), plan);
  for (const auto& worker : workers_)
    worker->loop().post([w = worker.get(), generation, log] { w->use(generation, log); });
  log_ = std::move(log);
  return {};
}

Result<> Gateway::reopen_log() {
  return log_ != nullptr ? log_->reopen() : Result<>{};
}

void Gateway::publish(std::shared_ptr<const Endpoints> endpoints) {
  for (const auto& worker : workers_)
    worker->loop().post([w = worker.get(), endpoints] { w->publish(endpoints); });
}

std::uint64_t Gateway::acknowledged_epoch() const {
  std::uint64_t epoch = UINT64_MAX;
  for (const auto& worker : workers_) epoch = std::min(epoch, worker->epoch());
  return epoch;
}

Collected Gateway::collect(Duration wait) {
  std::uint64_t round = 0;
  {
    const std::lock_guard lock(mailbox_->mutex);
    round = ++mailbox_->round;
    mailbox_->reported = 0;
  }
  for (const auto& worker : workers_) {
    worker->loop().post([w = worker.get(), mailbox = mailbox_, round] {
      const WorkerStats sealed = w->seal();
      const std::lock_guard lock(mailbox->mutex);
      mailbox->stats.merge(sealed);
      if (mailbox->round == round && ++mailbox->reported > 0) mailbox->arrived.notify_one();
    });
  }
  std::unique_lock lock(mailbox_->mutex);
  mailbox_->arrived.wait_for(lock, wait, [&] { return mailbox_->reported == workers_.size(); });
  Collected collected;
  std::swap(collected.stats, mailbox_->stats);
  collected.completeness =
      static_cast<double>(mailbox_->reported) / static_cast<double>(workers_.size());
  return collected;
}

void Gateway::drain() {
  for (const auto& worker : workers_) worker->loop().post([w = worker.get()] { w->drain(); });
}

std::int64_t Gateway::open_connections() const {
  std::int64_t open = 0;
  for (const auto& worker : workers_) open += worker->open_connections();
  return open;
}

void Gateway::stop() {
  for (const auto& worker : workers_) {
    worker->loop().post([w = worker.get()] { w->abort_all(); });
    worker->loop().stop();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  workers_.clear();
  shared_.workers.clear();
  if (log_ != nullptr) log_->writer->flush(last_lines_longest);
  log_.reset();
}

}  // namespace headroom::gateway
