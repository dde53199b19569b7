// Starting, reloading, upgrading and stopping `headroom run`.
#include "control/runtime.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "control/log_rotation.h"
#include "control/preflight.h"
#include "control/reloadable.h"
#include "control/say.h"
#include "core/text.h"
#include "io/clock.h"
#include "io/config_file.h"
#include "io/descriptors.h"

namespace headroom::control {
namespace {

constexpr Duration drain_poll = std::chrono::milliseconds(20);

/// Until the last request and the last replica are gone, and some time for this process itself.
Duration longest_stop(const spec::Config& config, Duration lame_duck) {
  Duration replicas{};
  for (const spec::Service& service : config.services)
    if (service.run) replicas = std::max(replicas, 2 * service.run->drain);
  return lame_duck + config.gateway.drain + replicas + std::chrono::seconds(5);
}

/// A journal that cannot be read costs what was learned, and nothing else.
Recalled recall_or_say(const std::string& path, const scale::Policy& policy, WallTime now) {
  auto before = recall(path, policy, now);
  if (!before)
    say(Level::warning, "what was learned before cannot be read: {}", before.error().message);
  if (!before || !*before) return {};
  if (const std::string learned = learned_text((*before)->model); !learned.empty())
    say(Level::info, "learned before: {}", learned);
  return std::move(**before);
}

}  // namespace

Runtime::~Runtime() {
  stop_control();
}

Result<> Runtime::start() {
  manager_ = io::ServiceManager::from_environment();
  io::raise_descriptor_limit();
  config_ = TRY(io::load_config(options_.file));
  TRY(preflight(config_));
  loop_ = TRY(io::Loop::create());
  signals_ = TRY(io::SignalSource::create(*loop_, {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2},
                                          [this](int signal) { on_signal(signal); }));
  Inheritance inherited;
  if (options_.upgrade) inherited = TRY(ask_predecessor());
  TRY(open_supervisor());  // its lock first: before any port is taken
  TRY(start_front(std::move(inherited)));
  TRY(look_after_replicas());
  watch_ = TRY(io::FileWatch::create(*loop_, options_.file, [this] { reload(); }));
  say_descriptors();  // now that nothing can be refused any more: that is one sentence
  const std::string listening =
      fmt::format("listening on {}, admin on {}", io::texts_of(gateway_->addresses()),
                  admin_->address().text());
  say(Level::info, "{}", listening);
  if (predecessor_ != nullptr) {
    begin_takeover();  // whose own process is the main one until then
  } else {
    start_controller();
    open_door();
    tell_manager("READY=1\nSTATUS=" + listening);
    if (options_.on_serving) options_.on_serving();
  }
  return {};
}

void Runtime::tell_manager(const std::string& assignments) {
  if (const Result<> told = manager_.tell(assignments); !told)
    say(Level::error, "{}", told.error().message);
}

Result<> Runtime::start_front(Inheritance inherited) {
  const auto handler = [this](std::string_view path) {
    return status_.answer(path, stopping_ && stop_replicas_);
  };
  const io::Address address = TRY(io::Address::parse(config_.gateway.admin));
  admin_ = gateway::listens_on(inherited.admin, address)
               ? TRY(gateway::Admin::adopt(*loop_, std::move(inherited.admin), handler))
               : TRY(gateway::Admin::listen(*loop_, address, handler));
  gateway_ = TRY(gateway::Gateway::start(config_, std::move(inherited.listeners)));
  target_ = std::make_unique<LocalTarget>(*loop_, *gateway_, tell);
  return {};
}

void Runtime::say_descriptors() {
  const gateway::DescriptorPlan& plan = gateway_->descriptors();
  const bool changed = status_.set_connections_limit(plan.connections);
  if (changed && plan.lowered()) say(Level::warning, "{}", plan.text());
}

Result<> Runtime::look_after_replicas() {
  journal_ = TRY(
      Journal::open(config_.journal.path,
                    {.max_bytes = config_.journal.max_bytes,
                     .retention = config_.journal.retention,
                     .on_note = [](const std::string& note) { say(Level::warning, "{}", note); }},
                    io::wall_now()));
  target_->use(supervisor_.get());
  TRY(supervisor_->configure(config_));
  return target_->publish(config_);
}

void Runtime::start_controller() {
  target_->obey(++generation_);
  controller_ = std::make_unique<Controller>(
      Controller::Parts{*gateway_, *target_, *journal_, status_,
                        [path = config_.journal.path](const scale::Policy& policy, WallTime now) {
                          return recall_or_say(path, policy, now);
                        }},
      config_, generation_);
}

Result<> Runtime::open_supervisor() {
  supervisor::Options options;
  options.state_dir = config_.state_dir;
  options.on_trial = predecessor_ != nullptr;
  options.hooks = {.on_endpoints = [this] { on_endpoints(); }, .on_event = tell};
  supervisor_ = TRY(supervisor::Supervisor::open(*loop_, options));
  return {};
}

void Runtime::stop_control() {
  controller_.reset();
  journal_.reset();
  if (target_ != nullptr) target_->use(nullptr);
  supervisor_.reset();
}

Result<> Runtime::run() {
  loop_->run();
  return outcome_;
}

void Runtime::on_endpoints() {
  if (target_ == nullptr || supervisor_ == nullptr) return;
  if (const Result<> published = target_->publish(config_); !published)
    say(Level::error, "{}", published.error().message);
}

Result<> Runtime::use(const spec::Config& config) {
  TRY(check_reloadable(config_, config));
  TRY(supervisor::check_commands(config));  // first: it changes nothing
  TRY(gateway_->reload(config));
  if (const Result<> configured = supervisor_->configure(config); !configured) {
    // Whole or not at all: the gateway goes back to the file that is still in force.
    if (const Result<> back = gateway_->reload(config_); !back)
      say(Level::error, "{}", back.error().message);
    return configured;
  }
  config_ = config;
  say_descriptors();
  target_->obey(++generation_);
  controller_->reload(config_, generation_);
  return target_->publish(config_);
}

void Runtime::reload() {
  if (stopping_) return;
  reload_waits_ = controller_ == nullptr;  // handed over, or not taken over yet: once it is settled
  if (reload_waits_) return;
  const Result<spec::Config> config = io::load_config(options_.file);
  const Result<> used = config ? use(*config) : std::unexpected(config.error());
  status_.set_reload(used, io::wall_now());
  if (used)
    say(Level::info, "reloaded {}", options_.file);
  else
    say(Level::error, "the changed file is not in force, the last good one stays:\n{}",
        used.error().message);
}

void Runtime::on_signal(int signal) {
  if (reopens_logs(signal)) {
    reopen_logs(*gateway_, config_);
    return signal == SIGHUP ? reload() : void();
  }
  if (stopping_) {
    say(Level::warning,
        "stopping at once; replicas that still run are taken over by the next start");
    return loop_->stop();
  }
  if (predecessor_ != nullptr) {
    say(Level::warning, "the upgrade is given up; the headroom before carries on");
    return drain_front(false);
  }
  begin_shutdown(signal);
}

/// Whoever presses Ctrl-C does not wait for load balancers.
void Runtime::begin_shutdown(int signal) {
  const Duration lame_duck = signal == SIGTERM ? config_.gateway.lame_duck : Duration{};
  // More than the manager would give by itself, where the file gives requests more.
  const auto longest =
      std::chrono::duration_cast<std::chrono::microseconds>(longest_stop(config_, lame_duck));
  tell_manager(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}", longest.count()));
  watch_.reset();
  door_.reset();
  stopping_ = true;
  if (lame_duck == Duration{}) return drain_front(true);
  say(Level::info, "not ready any more: draining begins in {}; a second signal stops at once",
      format_duration(lame_duck));
  loop_->arm(lame_duck_timer_, lame_duck);
}

void Runtime::drain_front(bool replicas_too) {
  if (replicas_too) say(Level::info, "draining; a second signal stops at once");
  stopping_ = true;
  stop_replicas_ = replicas_too;
  loop_->disarm(takeover_timer_);
  gateway_->drain();
  give_up_ = loop_->now() + config_.gateway.drain;
  loop_->arm(drain_timer_, drain_poll);
}

void Runtime::wait_for_drain() {
  const bool open = gateway_->open_connections() > 0 || (!stop_replicas_ && admin_->answering());
  if (open && loop_->now() < give_up_) return loop_->arm(drain_timer_, drain_poll);
  controller_.reset();
  if (!stop_replicas_ || supervisor_ == nullptr) return loop_->stop();
  supervisor_->shutdown([this] { loop_->stop(); });
}

}  // namespace headroom::control
