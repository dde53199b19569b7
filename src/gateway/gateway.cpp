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

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::start(spec::Config config,
                                                std::vector<io::Fd> inherited) {
  const std::size_t count = worker_count(config);
  const DescriptorPlan plan = TRY(plan_descriptors(config, count, io::descriptor_limit()));
  auto gateway = std::unique_ptr<Gateway>(new Gateway(count));
  const bool takes_over = !inherited.empty();
  std::vector<Listening>& listening = gateway->listening_;
  listening =
      TRY(gateway->listenings_.open(config.gateway.listen, listening, std::move(inherited)));

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
  accepting_ = true;
  hand_out();
}

void Gateway::hand_out() {
  for (Listening& one : listening_) {
    for (std::size_t i = 0; i < one.idle.size(); ++i) {
      Worker* worker = workers_[i % workers_.size()].get();
      // Before the threads run this is executed by their first turn.
      worker->loop().post(
          [worker, id = one.id, fd = std::make_shared<io::Fd>(std::move(one.idle[i]))] {
            worker->listen(std::move(*fd), id);
          });
    }
    one.idle.clear();
  }
}

std::shared_ptr<const Generation> Gateway::next_generation(spec::Config config,
                                                           const DescriptorPlan& plan) {
  descriptors_ = plan;
  config.gateway.connections_max = static_cast<int>(plan.connections);
  return std::make_shared<Generation>(++generation_, std::move(config), ids_of(listening_));
}

Result<> Gateway::reload(spec::Config config) {
  const DescriptorPlan plan =
      TRY(plan_descriptors(config, workers_.size(), io::descriptor_limit()));
  auto log = TRY(AccessLogFile::open(config.gateway, log_.get()));
  std::vector<Listening> next = TRY(listenings_.open(config.gateway.listen, listening_));
  const std::vector<Listening> left = std::exchange(listening_, std::move(next));
  const auto generation = next_generation(std::move(config), plan);
  for (const auto& worker : workers_)
    worker->loop().post([w = worker.get(), generation, log] { w->use(generation, log); });
  log_ = std::move(log);
  if (accepting_) hand_out();
  for (const Listening& gone : left)
    for (const auto& worker : workers_)
      worker->loop().post([w = worker.get(), fds = gone.sockets] { w->stop_listening(fds); });
  return {};
}

Result<> Gateway::reopen_log() {
  return log_ != nullptr ? log_->reopen() : Result<>{};
}

std::vector<io::Address> Gateway::addresses() const {
  std::vector<io::Address> all;
  for (const Listening& one : listening_) all.push_back(one.address);
  return all;
}

std::vector<int> Gateway::listening() const {
  std::vector<int> all;
  for (const Listening& one : listening_)
    all.insert(all.end(), one.sockets.begin(), one.sockets.end());
  return all;
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

void Gateway::ask_all() {
  std::vector<bool> waiting;
  {
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->asked.resize(workers_.size());
    waiting = std::exchange(mailbox_->asked, std::vector<bool>(workers_.size(), true));
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (waiting[i]) continue;
    workers_[i]->loop().post([w = workers_[i].get(), i, mailbox = mailbox_] {
      WorkerReport report = w->seal();
      const std::lock_guard lock(mailbox->mutex);
      mailbox->reports.push_back(std::move(report));
      mailbox->asked[i] = false;
      mailbox->arrived.notify_one();
    });
  }
}

Collected Gateway::collect(Duration wait) {
  ask_all();
  Collected collected;
  {
    std::unique_lock lock(mailbox_->mutex);
    mailbox_->arrived.wait_for(lock, wait, [this] {
      return std::ranges::find(mailbox_->asked, true) == mailbox_->asked.end();
    });
    collected.reports.swap(mailbox_->reports);
  }
  collected.workers = workers_.size();
  gauges_.resize(workers_.size());
  for (WorkerReport& report : collected.reports) {
    collected.stats.merge(report.counted);
    gauges_[report.worker] = std::move(report.gauges);
  }
  for (const WorkerGauges& of_worker : gauges_) collected.gauges.add(of_worker);
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
