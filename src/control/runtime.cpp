// Starting, reloading, upgrading and stopping `headroom run`.
#include "control/runtime.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>

#include "io/clock.h"
#include "io/config_file.h"

namespace headroom::control {
namespace {

constexpr Duration drain_poll = std::chrono::milliseconds(20);
constexpr Duration resume_every = std::chrono::milliseconds(200);

template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  fmt::print(stderr, "headroom: {}\n", fmt::format(text, std::forward<Args>(args)...));
}

void say_of_service(const std::string& service, const std::string& text) {
  say("{}: {}", service, text);
}

io::Fd duplicate(int fd) {
  return io::Fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

}  // namespace

Runtime::~Runtime() {
  stop_control();
}

Result<> Runtime::start() {
  config_ = TRY(io::load_config(options_.file));
  loop_ = TRY(io::Loop::create());
  signals_ = TRY(io::SignalSource::create(*loop_, {SIGTERM, SIGINT, SIGHUP},
                                          [this](int signal) { on_signal(signal); }));
  Inheritance inherited;
  if (options_.upgrade) {
    auto predecessor = Predecessor::find(config_.state_dir);
    if (!predecessor) {
      return fail(ErrorCode::not_found,
                  fmt::format("no headroom runs with the state folder {}: nothing to upgrade",
                              config_.state_dir));
    }
    predecessor_ = std::move(*predecessor);
    inherited = TRY(predecessor_->ask());
  }
  TRY(open_supervisor());  // its lock first: before any port is taken
  TRY(start_front(std::move(inherited)));
  TRY(start_control());
  watch_ = TRY(io::FileWatch::create(*loop_, options_.file, [this] { reload(); }));
  say("listening on {}, admin on {}", gateway_->address().text(), admin_->address().text());
  on_endpoints();  // what was taken over may be ready already
  return {};
}

Result<> Runtime::start_front(Inheritance inherited) {
  const auto handler = [this](std::string_view path) { return status_.answer(path, stopping_); };
  const io::Address address = TRY(io::Address::parse(config_.gateway.admin));
  admin_ = gateway::listens_on(inherited.admin, address)
               ? TRY(gateway::Admin::adopt(*loop_, std::move(inherited.admin), handler))
               : TRY(gateway::Admin::listen(*loop_, address, handler));
  gateway_ = TRY(gateway::Gateway::start(config_, std::move(inherited.listeners)));
  target_ = std::make_unique<LocalTarget>(*loop_, *gateway_, say_of_service);
  return {};
}

Result<> Runtime::start_control() {
  journal_ = TRY(Journal::open(
      config_.journal.path,
      {.max_bytes = config_.journal.max_bytes, .retention = config_.journal.retention},
      io::wall_now()));
  target_->use(supervisor_.get());
  TRY(supervisor_->configure(config_));
  TRY(target_->publish(config_));
  controller_ = std::make_unique<Controller>(
      Controller::Parts{*gateway_, *target_, *journal_, status_}, config_);
  if (predecessor_ == nullptr) open_door();  // until it is gone, its door is the one to knock at
  return {};
}

Result<> Runtime::open_supervisor() {
  supervisor::Options options;
  options.state_dir = config_.state_dir;
  options.hooks = {.on_endpoints = [this] { on_endpoints(); }, .on_event = say_of_service};
  supervisor_ = TRY(supervisor::Supervisor::open(*loop_, options));
  return {};
}

void Runtime::open_door() {
  auto door = HandoverDoor::open(*loop_, config_.state_dir,
                                 {.hand_over = [this] { return hand_over(); },
                                  .serving = [this] { successor_serves(); },
                                  .failed = [this] { successor_failed(); }});
  if (door)
    door_ = std::move(*door);
  else
    say("an upgrade in place will not be possible: {}", door.error().message);
}

void Runtime::stop_control() {
  controller_.reset();
  journal_.reset();
  if (target_ != nullptr) target_->use(nullptr);
  supervisor_.reset();
}

void Runtime::run() {
  loop_->run();
}

void Runtime::on_endpoints() {
  if (target_ == nullptr || controller_ == nullptr) return;
  if (const Result<> published = target_->publish(config_); !published)
    say("{}", published.error().message);
  if (predecessor_ == nullptr || !every_service_is_served()) return;
  gateway_->accept();
  predecessor_->tell_serving();
  predecessor_.reset();
  say("took over from the process before");
  open_door();
}

bool Runtime::every_service_is_served() const {
  for (const spec::Service& service : config_.services) {
    const auto list = target_->published().services.find(service.name);
    const bool served = list != target_->published().services.end() && !list->second.empty();
    if (!served && service.replicas.min > 0) return false;
  }
  return true;
}

Result<> Runtime::use(const spec::Config& config) {
  if (config.state_dir != config_.state_dir || config.journal.path != config_.journal.path ||
      config.gateway.admin != config_.gateway.admin ||
      config.gateway.workers != config_.gateway.workers) {
    return fail(ErrorCode::invalid,
                "state_dir, journal.path, gateway.admin and gateway.workers change with a restart "
                "or an upgrade only");
  }
  TRY(supervisor::Supervisor::check(config));  // first: it changes nothing
  TRY(gateway_->reload(config));
  if (const Result<> configured = supervisor_->configure(config); !configured) {
    // Whole or not at all: the gateway goes back to the file that is still in force.
    if (const Result<> back = gateway_->reload(config_); !back) say("{}", back.error().message);
    return configured;
  }
  config_ = config;
  controller_->reload(config_);
  return target_->publish(config_);
}

void Runtime::reload() {
  if (stopping_) return;
  reload_waits_ = controller_ == nullptr;  // handed over: once that has failed, if it does
  if (reload_waits_) return;
  const Result<spec::Config> config = io::load_config(options_.file);
  const Result<> used = config ? use(*config) : std::unexpected(config.error());
  if (used)
    say("reloaded {}", options_.file);
  else
    say("the changed file is not in force, the last good one stays:\n{}", used.error().message);
}

void Runtime::on_signal(int signal) {
  if (signal == SIGHUP) return reload();
  if (stopping_) {
    say("stopping at once; replicas that still run are taken over by the next start");
    return loop_->stop();
  }
  begin_shutdown();
}

void Runtime::begin_shutdown() {
  say("draining; a second signal stops at once");
  watch_.reset();
  door_.reset();
  drain_front(true);
}

void Runtime::drain_front(bool replicas_too) {
  stopping_ = true;
  stop_replicas_ = replicas_too;
  gateway_->drain();
  give_up_ = loop_->now() + config_.gateway.drain;
  loop_->arm(drain_timer_, drain_poll);
}

void Runtime::wait_for_drain() {
  if (gateway_->open_connections() > 0 && loop_->now() < give_up_)
    return loop_->arm(drain_timer_, drain_poll);
  controller_.reset();
  if (!stop_replicas_ || supervisor_ == nullptr) return loop_->stop();
  supervisor_->shutdown([this] { loop_->stop(); });
}

Inheritance Runtime::hand_over() {
  say("handing over to a newer process");
  stop_control();
  Inheritance inherited{duplicate(admin_->listening()), {}};
  for (const int fd : gateway_->listening()) inherited.listeners.push_back(duplicate(fd));
  return inherited;
}

void Runtime::successor_serves() {
  say("the newer process serves; finishing what is open");
  watch_.reset();
  admin_.reset();
  drain_front(false);
}

void Runtime::successor_failed() {
  say("the newer process did not come to serve; carrying on");
  resume();
}

/// Takes back what was handed over. A process that dies closes its descriptors one by one, so the
/// end of its connection may be seen before the lock on the state folder is free.
void Runtime::resume() {
  if (stopping_) return;
  const Result<> opened = supervisor_ != nullptr ? Result<>{} : open_supervisor();
  const Result<> started = opened ? start_control() : opened;
  if (started) {
    if (std::exchange(resume_failed_, false)) say("replicas are looked after again");
    if (reload_waits_) reload();
    return;
  }
  if (!std::exchange(resume_failed_, true))
    say("replicas are not looked after for now: {}", started.error().message);
  loop_->arm(resume_timer_, resume_every);
}

}  // namespace headroom::control
