// Keys that belong to what is opened once: threads, sockets for the machine itself, files of state.
#include "control/reloadable.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace headroom::control {
namespace {

struct Key {
  std::string_view name;
  bool (*differs)(const spec::Config& a, const spec::Config& b);
};

constexpr Key keys[] = {
    {"state_dir", [](const auto& a, const auto& b) { return a.state_dir != b.state_dir; }},
    {"journal.path", [](const auto& a, const auto& b) { return a.journal.path != b.journal.path; }},
    {"journal.max_size",
     [](const auto& a, const auto& b) { return a.journal.max_bytes != b.journal.max_bytes; }},
    {"journal.retention",
     [](const auto& a, const auto& b) { return a.journal.retention != b.journal.retention; }},
    {"gateway.admin",
     [](const auto& a, const auto& b) { return a.gateway.admin != b.gateway.admin; }},
    {"gateway.workers",
     [](const auto& a, const auto& b) { return a.gateway.workers != b.gateway.workers; }},
};

}  // namespace

Result<> check_reloadable(const spec::Config& running, const spec::Config& next) {
  std::vector<std::string_view> changed;
  for (const Key& key : keys)
    if (key.differs(running, next)) changed.push_back(key.name);
  if (changed.empty()) return {};
  return fail(ErrorCode::invalid, fmt::format("{} changed, which takes a restart or an upgrade",
                                              fmt::join(changed, ", ")));
}

}  // namespace headroom::control
