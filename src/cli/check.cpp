// headroom check: is the file right, what does it say, and does this machine let `run` do it?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "control/preflight.h"
#include "control/supervisor/confinement.h"
#include "core/text.h"
#include "gateway/metric_reference.h"
#include "io/config_file.h"
#include "io/file.h"
#include "scale/cold_start.h"
#include "spec/load.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;
using spec::Config;
using spec::Problem;
using spec::Service;

struct Options {
  std::string file = "headroom.yaml";
  std::string format = "text";
  bool reference = false;
  bool metrics = false;
};

Json summary(const Service& service) {
  Json routes = Json::array();
  for (const spec::Route& route : service.routes) routes.push_back(route.name);
  return {{"name", service.name},
          {"routes", std::move(routes)},
          {"replicas_min", service.replicas.min},
          {"replicas_max", service.replicas.max},
          {"started_by_headroom", service.run.has_value()},
          {"objective_quantile", service.objective.quantile},
          {"objective_latency_ms", milliseconds(service.objective.latency)}};
}

std::string addresses(const Config& config) {
  std::string all;
  for (const spec::Listener& listener : config.gateway.listen)
    all += (all.empty() ? "" : ", ") + listener.address;
  return all;
}

/// What is allowed and may be less than its author thinks.
std::vector<std::string> warnings(const Config& config) {
  std::vector<std::string> all = scale::cold_start_warnings(config);
  for (const control::Event& weak :
       supervisor::weak_limits(config, supervisor::expected_confinement()))
    all.push_back(fmt::format("{}: {}", weak.service, weak.text));
  return all;
}

void print_json(const std::string& file, const std::vector<Problem>& problems,
                const Config* config) {
  Json out = {{"ok", problems.empty()}, {"file", file}};
  out["problems"] = Json::array();
  for (const Problem& problem : problems) {
    out["problems"].push_back(
        {{"line", problem.line}, {"path", problem.path}, {"message", problem.message}});
  }
  out["services"] = Json::array();
  if (config != nullptr) {
    for (const Service& service : config->services) out["services"].push_back(summary(service));
    out["warnings"] = warnings(*config);
    out["listen"] = addresses(*config);
    out["admin"] = config->gateway.admin;
  }
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

void print_text(const Config& config) {
  fmt::print("{}: right\n", config.file);
  for (const Service& service : config.services) {
    const spec::Objective& promise = service.objective;
    fmt::print("  {}: p{:g} within {}, {} {}, ", service.name, promise.quantile * 100,
               format_duration(promise.latency), service.routes.size(),
               service.routes.size() == 1 ? "route" : "routes");
    if (service.run)
      fmt::print("{} to {} replicas\n", service.replicas.min, service.replicas.max);
    else
      fmt::print("{} {}\n", service.endpoints.size(),
                 service.endpoints.size() == 1 ? "endpoint" : "endpoints");
  }
  fmt::print("  listens on {}, admin on {}\n", addresses(config), config.gateway.admin);
  for (const std::string& warning : warnings(config)) fmt::print("warning: {}\n", warning);
}

/// Those of the machine are on no line of the file.
std::vector<Problem> problems_of(const Result<>& possible) {
  std::vector<Problem> problems;
  if (possible) return problems;
  for (const std::string_view line : split(possible.error().message, '\n'))
    problems.push_back({.line = 0, .message = std::string(line)});
  return problems;
}

Result<Exit> check(const Options& options) {
  if (options.reference) {
    fmt::print("{}", spec::reference());
    return Exit::done;
  }
  if (options.metrics) {
    fmt::print("{}", gateway::metric_reference());
    return Exit::done;
  }
  const bool json = options.format == "json";
  const Result<std::string> text = io::read_file(options.file);
  if (!text) {
    if (json) print_json(options.file, {{.line = 0, .message = text.error().message}}, nullptr);
    return std::unexpected(text.error());
  }
  const auto config = spec::examine(*text, options.file, io::environment_variable);
  if (config) {
    const Result<> possible = control::preflight(*config);
    if (json) print_json(options.file, problems_of(possible), &*config);
    if (!possible) return std::unexpected(possible.error());
    if (!json) print_text(*config);
    return Exit::done;
  }
  if (json) print_json(options.file, config.error(), nullptr);
  for (const Problem& problem : config.error())
    fmt::print(stderr, "{}\n", format_problem(options.file, problem));
  return Exit::usage;
}

}  // namespace

void add_check(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand(
      "check", "Say whether headroom.yaml is right, and whether `run` could do here what it says");
  auto options = std::make_shared<Options>();
  command->add_option("-f,--file", options->file, "the file")->capture_default_str();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_flag("--reference", options->reference, "print the reference of the file, Markdown");
  command->add_flag("--metrics", options->metrics, "print the reference of the metrics, Markdown");
  command->callback([&chosen, options] { chosen = [options] { return check(*options); }; });
}

}  // namespace headroom::cli
