// From text to Config: tree, tables, relations, in this order.
#include "spec/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "spec/document.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

/// `path` seen from where the program runs, when it was written as seen from the file.
std::string beside(const std::string& filename, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(filename).parent_path();
  return (folder / path).lexically_normal().string();
}

/// Requests under way get the time that their routes promise, unless a longer one is written.
void complete_drains(Config& config) {
  Duration longest{};
  for (Service& service : config.services) {
    longest = std::max(longest, longest_timeout(service));
    if (service.run && service.run->drain == Duration{})
      service.run->drain = std::max(Run{}.drain, longest_timeout(service));
  }
  if (config.gateway.drain == Duration{}) config.gateway.drain = std::max(Gateway{}.drain, longest);
}

/// What follows from what was written.
void complete(Config& config) {
  complete_drains(config);
  const auto resolve = [&](std::string& path) { path = beside(config.file, path); };
  if (config.state_dir.empty()) config.state_dir = ".headroom";
  resolve(config.state_dir);
  resolve(config.journal.path);
  std::string& log = config.gateway.access_log;
  if (!log.empty() && log != "-") resolve(log);
  for (Service& service : config.services) {
    if (service.run && !service.run->cwd.empty()) resolve(service.run->cwd);
    if (!service.endpoints.empty())
      service.replicas.min = service.replicas.max = static_cast<int>(service.endpoints.size());
  }
}

}  // namespace

std::expected<Config, std::vector<Problem>> examine(std::string_view text,
                                                    const std::string& filename,
                                                    const Environment& environment,
                                                    Purpose purpose) {
  Input input{.environment = environment};
  auto document = read_document(text, input.problems);
  if (!document) {
    input.problems.add(std::move(document.error()));
    return std::unexpected(input.problems.take());
  }
  Config config;
  config.file = filename;
  config.gateway.drain = {};  // not written
  const At root(&*document, "", document->line, input);
  (void)config_table().read(root, config);
  check_relations(root, config, purpose);
  if (input.problems.count() > 0) return std::unexpected(input.problems.take());
  complete(config);
  return config;
}

Result<Config> parse(std::string_view text, const std::string& filename,
                     const Environment& environment, Purpose purpose) {
  auto config = examine(text, filename, environment, purpose);
  if (config) return std::move(*config);
  const std::vector<Problem>& problems = config.error();
  std::string sentence = format_problem(filename, problems.front());
  if (problems.size() > 1) {
    sentence += fmt::format(" (the first of {} problems, headroom check -f {} lists them)",
                            problems.size(), filename);
  }
  return fail(ErrorCode::invalid, std::move(sentence));
}

}  // namespace headroom::spec
