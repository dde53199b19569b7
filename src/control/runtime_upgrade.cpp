// Both sides of an upgrade in place: the older process hands over, the newer one comes to serve.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "control/runtime.h"
#include "control/say.h"
#include "core/text.h"
#include "io/cgroup.h"

namespace headroom::control {
namespace {

constexpr Duration takeover_poll = std::chrono::milliseconds(20);
constexpr Duration resume_every = std::chrono::milliseconds(200);
/// Beyond the slowest service's ready_timeout, for the newer process itself.
constexpr Duration takeover_margin = std::chrono::seconds(5);
/// From accepting requests to answering as ready, at most: the first tick is due after one second.
constexpr Duration first_tick_longest = std::chrono::seconds(5);

io::Fd duplicate(int fd) {
  return io::Fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

Duration takeover_longest(const spec::Config& config) {
  Duration slowest{};
  for (const spec::Service& service : config.services)
    if (service.run && service.replicas.min > 0)
      slowest = std::max(slowest, service.run->ready_timeout);
  return slowest + takeover_margin;
}

}  // namespace

// --- the newer process ---------------------------------------------------------------------------

Result<Inheritance> Runtime::ask_predecessor() {
  auto predecessor = Predecessor::find(config_.state_dir);
  if (!predecessor)
    return fail(ErrorCode::not_found,
                fmt::format("no headroom runs with the state folder {}: nothing to upgrade",
                            config_.state_dir));
  predecessor_ = std::move(*predecessor);
  // Of the same service, with the same cgroup to divide, wherever it was started.
  io::join_cgroup_of(predecessor_->pid());
  return predecessor_->ask();
}

void Runtime::begin_takeover() {
  // Until it has ended, the older one may have requests at any replica.
  target_->share_while([before = predecessor_] { return !before->gone(); });
  takeover_ends_ = loop_->now() + takeover_longest(config_);
  loop_->arm(takeover_timer_, Duration{});
}

/// First every service must have a ready replica here; then this process accepts beside the older
/// one and decides; once its own status says ready, the older one is told to leave. So at no moment
/// is a request or a question to the admin without somebody who can answer it.
void Runtime::go_on_with_takeover() {
  const Instant now = loop_->now();
  if (controller_ == nullptr) {
    const std::string unserved = service_without_replica();
    if (!unserved.empty() && !predecessor_->gone()) {
      if (now >= takeover_ends_) return give_takeover_up(unserved);
      return loop_->arm(takeover_timer_, takeover_poll);
    }
    supervisor_->trial_is_over();
    gateway_->accept();
    start_controller();
    takeover_ends_ = now + first_tick_longest;
  }
  if (!status_.ready() && now < takeover_ends_) return loop_->arm(takeover_timer_, takeover_poll);
  if (const Result<> accepted = admin_->accept(); !accepted)
    say(Level::error, "{}", accepted.error().message);
  predecessor_->tell_serving();
  predecessor_.reset();
  say(Level::info, "took over from the process before");
  open_door();
  if (options_.on_serving) options_.on_serving();
  if (reload_waits_) reload();
}

void Runtime::give_takeover_up(const std::string& service) {
  outcome_ = fail(ErrorCode::unavailable,
                  fmt::format("the upgrade is given up: no replica of {} was ready within {}; the "
                              "headroom before carries on",
                              service, format_duration(takeover_longest(config_))));
  loop_->stop();
}

/// The first service that must have a replica and has none that is published; empty: all are
/// served.
std::string Runtime::service_without_replica() const {
  for (const spec::Service& service : config_.services) {
    const auto list = target_->published().services.find(service.name);
    const bool served = list != target_->published().services.end() && !list->second.empty();
    if (!served && service.replicas.min > 0) return service.name;
  }
  return {};
}

// --- the older process ---------------------------------------------------------------------------

void Runtime::open_door() {
  auto door =
      HandoverDoor::open(*loop_, config_.state_dir,
                         {.hand_over = [this] { return hand_over(); },
                          .serving = [this](pid_t successor) { successor_serves(successor); },
                          .failed = [this] { successor_failed(); }});
  if (door)
    door_ = std::move(*door);
  else
    say(Level::warning, "an upgrade in place will not be possible: {}", door.error().message);
}

Inheritance Runtime::hand_over() {
  say(Level::info, "handing over to a newer process");
  stop_control();
  Inheritance inherited{duplicate(admin_->listening()), {}};
  for (const int fd : gateway_->listening()) inherited.listeners.push_back(duplicate(fd));
  return inherited;
}

void Runtime::successor_serves(pid_t successor) {
  say(Level::info, "the newer process serves; finishing what is open");
  // By the process that the manager knows: it believes no other one.
  if (successor > 0) tell_manager(fmt::format("MAINPID={}", successor));
  watch_.reset();
  admin_->stop_accepting();
  drain_front(false);
}

void Runtime::successor_failed() {
  say(Level::warning, "the newer process did not come to serve; carrying on");
  resume();
}

/// Takes back what was handed over. A process that dies closes its descriptors one by one, so the
/// end of its connection may be seen before the lock on the state folder is free.
void Runtime::resume() {
  if (stopping_) return;
  const Result<> opened = supervisor_ != nullptr ? Result<>{} : open_supervisor();
  const Result<> started = opened ? look_after_replicas() : opened;
  if (started) {
    start_controller();
    if (std::exchange(resume_failed_, false)) say(Level::info, "replicas are looked after again");
    if (reload_waits_) reload();
    return;
  }
  if (!std::exchange(resume_failed_, true))
    say(Level::error, "replicas are not looked after for now: {}", started.error().message);
  loop_->arm(resume_timer_, resume_every);
}

}  // namespace headroom::control
