// `headroom gateway`: the front door alone, before replicas that somebody else runs.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>

#include "cli/serve.h"
#include "control/limits.h"
#include "control/local_target.h"
#include "control/log_rotation.h"
#include "control/reloadable.h"
#include "control/say.h"
#include "control/status.h"
#include "control/trouble.h"
#include "gateway/admin.h"
#include "gateway/gateway.h"
#include "io/clock.h"
#include "io/config_file.h"
#include "io/descriptors.h"
#include "io/log_writer.h"
#include "io/process_orphans.h"
#include "io/service_manager.h"
#include "io/signals.h"
#include "io/watch.h"

namespace headroom::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration tick = 1s;
constexpr Duration collect_wait = 50ms;

/// Everything lives on the main loop but the gateway's workers.
class FrontDoor {
 public:
  [[nodiscard]] Result<> start(const std::string& file) {
    manager_ = io::ServiceManager::from_environment();
    io::raise_descriptor_limit();
    config_ = TRY(io::load_config(file));
    for (const spec::Service& service : config_.services) {
      if (service.run) {
        return fail(ErrorCode::invalid,
                    fmt::format("{}: services.{}.run: this command starts no replicas; use "
                                "`headroom run`, or give the service `endpoints`",
                                file, service.name));
      }
    }
    limits_.emplace(config_);
    loop_ = TRY(io::Loop::create());
    signals_ = TRY(io::SignalSource::create(*loop_, {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2},
                                            [this](int signal) { on_signal(signal); }));
    const io::Address admin = TRY(io::Address::parse(config_.gateway.admin));
    admin_ = TRY(gateway::Admin::listen(
        *loop_, admin, [this](std::string_view path) { return status_.answer(path, leaving_); }));
    gateway_ = TRY(gateway::Gateway::start(config_));
    target_ = std::make_unique<control::LocalTarget>(*loop_, *gateway_, control::tell);
    TRY(target_->publish(config_));
    watch_ = TRY(io::FileWatch::create(*loop_, file, [this] { reload(); }));
    loop_->arm(tick_, tick);
    say_descriptors();
    control::say(control::Level::info, "listening on {}, admin on {}",
                 io::texts_of(gateway_->addresses()), admin_->address().text());
    tell_manager("READY=1");
    return {};
  }

  void run() { loop_->run(); }

 private:
  [[nodiscard]] Result<> use(spec::Config config) {
    for (const spec::Service& service : config.services) {
      if (service.run)
        return fail(ErrorCode::invalid, fmt::format("services.{}.run is new", service.name));
    }
    TRY(control::check_reloadable(config_, config));
    TRY(gateway_->reload(config));
    say_descriptors();
    config_ = std::move(config);
    limits_->begin_anew(config_);
    return target_->publish(config_);
  }

  void say_descriptors() {
    const gateway::DescriptorPlan& plan = gateway_->descriptors();
    const bool changed = status_.set_connections_limit(plan.connections);
    if (changed && plan.lowered()) control::say(control::Level::warning, "{}", plan.text());
  }

  void reload() {
    if (leaving_) return;
    auto config = io::load_config(config_.file);
    const Result<> used = config ? use(std::move(*config)) : std::unexpected(config.error());
    status_.set_reload(used, io::wall_now());
    if (used)
      control::say(control::Level::info, "reloaded {}", config_.file);
    else
      control::say(control::Level::error,
                   "the changed file is not in force, the last good one stays:\n{}",
                   used.error().message);
  }

  void on_signal(int signal) {
    if (control::reopens_logs(signal)) {
      control::reopen_logs(*gateway_, config_);
      return signal == SIGHUP ? reload() : void();
    }
    if (leaving_) return loop_->stop();
    leaving_ = true;
    const Duration lame_duck = signal == SIGTERM ? config_.gateway.lame_duck : Duration{};
    tell_manager(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}",
                             (lame_duck + config_.gateway.drain + 5s) / 1us));
    loop_->arm(lame_duck_, lame_duck);
  }

  void tell_manager(const std::string& assignments) {
    if (const Result<> told = manager_.tell(assignments); !told)
      control::say(control::Level::error, "{}", told.error().message);
  }

  void drain() {
    gateway_->drain();
    loop_->arm(drained_, 50ms);
    give_up_ = loop_->now() + config_.gateway.drain;
  }

  void wait_for_drain() {
    if (gateway_->open_connections() == 0 || loop_->now() > give_up_) return loop_->stop();
    loop_->arm(drained_, 50ms);
  }

  void on_tick() {
    loop_->arm(tick_, tick);
    const Now now = io::now();
    (void)io::look_after_orphans();  // as PID 1 of a container they come here
    const gateway::Collected collected = gateway_->collect(collect_wait);
    scale::Observations seen;
    seen.now = now;
    seen.dt = previous_ == Instant{} ? tick : now.elapsed - previous_;
    previous_ = now.elapsed;
    const evidence::Interval ticked{now.elapsed - seen.dt, now.elapsed};
    control::ReplicasByService replicas = target_->look();
    control::Standings standings;
    for (const spec::Service& service : config_.services) {
      control::ReplicasSeen& of_service = replicas[service.name];
      standings[service.name] = std::move(of_service.standing);
      seen.services.push_back(feed_.look(service, collected, std::move(of_service), ticked));
    }
    admit(seen);
    status_.update({config_, seen, collected, standings, {}, {}});
    access_log_trouble_.look(io::log_problem(io::Log::access));
  }

  void admit(const scale::Observations& seen) {
    const control::Admissions now = limits_->after({}, {}, seen);
    if (std::exchange(admitted_, now) != now) target_->admit(now);
  }

  spec::Config config_;
  std::optional<control::Limits> limits_;
  control::Admissions admitted_;
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<io::SignalSource> signals_;
  std::unique_ptr<io::FileWatch> watch_;
  std::unique_ptr<gateway::Admin> admin_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<control::LocalTarget> target_;
  control::Status status_;
  control::Feed feed_;
  control::Trouble access_log_trouble_ = control::access_log_trouble();
  Instant previous_{};
  Instant give_up_{};
  io::ServiceManager manager_;
  bool leaving_ = false;
  io::Timer tick_{[this] { on_tick(); }};
  io::Timer lame_duck_{[this] { drain(); }};
  io::Timer drained_{[this] { wait_for_drain(); }};
};

}  // namespace

void add_gateway(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand(
      "gateway", "Run the front door alone, before replicas that are run elsewhere");
  auto file = std::make_shared<std::string>("headroom.yaml");
  command->add_option("-f,--file", *file, "headroom.yaml")->capture_default_str();
  auto format = std::make_shared<control::LogFormat>(control::LogFormat::text);
  add_log_format(*command, *format);
  command->callback([&chosen, file, format] {
    chosen = [file, format]() -> Result<Exit> {
      return serve(*format, [&]() -> Result<> {
        FrontDoor door;
        TRY(door.start(*file));
        door.run();
        return {};
      });
    };
  });
}

}  // namespace headroom::cli
