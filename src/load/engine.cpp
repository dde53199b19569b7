// The run itself.
#include "load/engine.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "io/clock.h"
#include "io/descriptors.h"

namespace headroom::load {
namespace {

using namespace std::chrono_literals;

constexpr Duration late_after = 10ms;
constexpr Duration sweep_every = 10ms;
/// Arrivals closer together than this are brought up together: bounds the wake-ups at high rates.
constexpr Duration alarm_spacing = 100us;
constexpr int spare_files = 64;  // descriptors besides the connections

Duration thread_cpu() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto total = [](const timeval& t) { return t.tv_sec * 1s + t.tv_usec * 1us; };
  return total(usage.ru_utime) + total(usage.ru_stime);
}

std::vector<int> weights_of(const LoadPlan& plan) {
  std::vector<int> weights;
  for (const PlannedTarget& planned : plan.targets) weights.push_back(planned.target.weight);
  return weights;
}

std::vector<std::string> names_of(const LoadPlan& plan) {
  std::vector<std::string> names;
  for (const PlannedTarget& planned : plan.targets) names.push_back(planned.target.text);
  return names;
}

Result<> allow_files(std::uint64_t count) {
  const std::uint64_t allowed = io::raise_descriptor_limit();
  if (allowed >= count) return {};
  return fail(ErrorCode::permission,
              fmt::format("{} connections need {} open files, the system allows {} (ulimit -Hn)",
                          count - spare_files, count, allowed));
}

}  // namespace

Engine::Engine(const LoadPlan& plan, io::Loop& loop, const OnProgress& on_progress)
    : plan_(plan),
      loop_(loop),
      on_progress_(on_progress),
      recorder_(plan),
      ids_(plan.seed),
      // Different streams for times and targets: adding a target does not move the arrivals.
      mix_(weights_of(plan), plan.seed ^ 0x6d6978),
      alarm_(loop, [this] { bring_due(); }),
      sweep_timer_([this] { sweep(); }),
      second_timer_([this] { report_second(); }) {
  if (plan.curve)
    arrivals_.emplace(*plan.curve, plan.seed);
  else if (plan.recorded)
    arrivals_.emplace(*plan.recorded);
  for (const PlannedTarget& planned : plan.targets)
    bytes_.push_back(build_request(plan, planned.target));
  open_pools();
}

void Engine::open_pools() {
  for (const PlannedTarget& planned : plan_.targets) {
    const io::Address& address = *planned.target.address;
    Pool* found = nullptr;
    for (const auto& pool : pools_)
      if (pool->address().text() == address.text()) found = pool.get();
    if (found == nullptr) {
      pools_.push_back(std::make_unique<Pool>(
          loop_, *this,
          Pool::Options{
              .address = address, .connections = plan_.connections, .timeout = plan_.timeout}));
      found = pools_.back().get();
    }
    pool_of_.push_back(found);
  }
}

Result<> Engine::start() {
  const auto connections = static_cast<std::uint64_t>(plan_.connections) * pools_.size();
  TRY(allow_files(connections + spare_files));
  if (!plan_.log_file.empty()) log_ = TRY(RequestLog::create(plan_.log_file, names_of(plan_)));
  TRY(alarm_.start());
  started_ = io::wall_now();
  start_ = io::monotonic_now();
  loop_.arm(sweep_timer_, sweep_every);
  loop_.arm(second_timer_, 1s);
  if (arrivals_) {
    next_ = arrivals_->next();
    if (next_) alarm_.set(start_ + *next_);
  } else {
    owed_ = plan_.connections;
    refill_closed();
  }
  return {};
}

Result<LoadResult> Engine::run() {
  const Duration cpu_before = thread_cpu();
  TRY(start());
  while (!finished()) loop_.run_once(sweep_every);
  const Duration cpu = thread_cpu() - cpu_before;
  if (log_) TRY(log_->close());
  return result(cpu);
}

bool Engine::finished() const {
  if (in_flight_ > 0) return false;
  if (interrupted_) return true;
  return arrivals_ ? !next_ : loop_.now() - start_ >= plan_.closed_length;
}

/// Brings up every request that is due by now.
void Engine::bring_due() {
  if (interrupted_) return;
  const Instant now = io::monotonic_now();
  while (next_ && start_ + *next_ <= now) {
    submit(start_ + *next_);
    next_ = arrivals_->next();
  }
  if (next_) alarm_.set(std::max(start_ + *next_, now + alarm_spacing));
}

void Engine::refill_closed() {
  const Instant now = io::monotonic_now();
  if (interrupted_ || now - start_ >= plan_.closed_length) return;
  for (int count = std::exchange(owed_, 0); count > 0; --count) submit(now);
}

void Engine::submit(Instant intended) {
  const Request request{.number = number_++, .intended = intended, .target = mix_.next()};
  ++in_flight_;
  Pool& pool = *pool_of_[request.target];
  generator_.wake_max = std::max(generator_.wake_max, io::monotonic_now() - intended);
  pool.submit(request);
  if (pool.waiting() > 0) ++generator_.waited;
}

const RequestBytes& Engine::bytes_of(const Request& request) const {
  return bytes_[request.target];
}

RequestIds::Id Engine::id_of(const Request& request) const {
  return ids_.of(request.number);
}

void Engine::ended(const Request& request, std::optional<Instant> sent, const Ending& ending) {
  --in_flight_;
  const Instant done = io::monotonic_now();
  const Duration lag = sent.value_or(done) - request.intended;
  generator_.lag_max = std::max(generator_.lag_max, lag);
  if (lag > late_after) ++generator_.missed_schedule;
  const Outcome outcome =
      recorder_.record(request.target, request.intended - start_, done - start_, ending);
  if (log_) {
    const RequestIds::Id id = ids_.of(request.number);
    log_->append({.id = {id.data(), id.size()},
                  .target = request.target,
                  .intended = request.intended - start_,
                  .sent = sent ? std::optional(*sent - start_) : std::nullopt,
                  .done = done - start_,
                  .status = ending.status,
                  .outcome = outcome});
  }
  if (arrivals_) return;
  ++owed_;
  if (ending.reason == Reason::answered) refill_closed();
}

void Engine::sweep() {
  loop_.arm(sweep_timer_, sweep_every);
  for (const auto& pool : pools_) pool->expire();
  if (!arrivals_ && owed_ > 0) refill_closed();
}

void Engine::report_second() {
  loop_.arm(second_timer_, 1s);
  const Duration elapsed = loop_.now() - start_;
  const Progress progress{.elapsed = elapsed,
                          .length = plan_.length(),
                          .in_flight = in_flight_,
                          .last = recorder_.row(static_cast<int>(elapsed / 1s) - 1),
                          .total = &recorder_.total()};
  if (on_progress_ && !on_progress_(progress)) interrupt();
}

void Engine::interrupt() {
  interrupted_ = true;
  next_.reset();
  for (const auto& pool : pools_) pool->interrupt();
}

LoadResult Engine::result(Duration cpu) {
  LoadResult result;
  result.started = started_;
  result.elapsed = io::monotonic_now() - start_;
  result.seed = plan_.seed;
  result.interrupted = interrupted_;
  recorder_.finish(result);
  result.generator = generator_;
  result.generator.late_after = late_after;
  result.generator.cpu = cpu;
  for (const auto& pool : pools_) result.generator.connections_opened += pool->connections_opened();
  return result;
}

Result<LoadResult> run_load(const LoadPlan& plan, const OnProgress& on_progress) {
  const auto loop = TRY(io::Loop::create());
  Engine engine(plan, *loop, on_progress);
  return engine.run();
}

}  // namespace headroom::load
