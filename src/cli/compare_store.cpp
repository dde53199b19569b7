// Reads and appends the lines of a file of runs.
#include "cli/compare_store.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "io/file.h"
#include "report/frontier.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t runs_bytes_max = std::size_t{1} << 30;

struct Content {
  std::string origin;
  std::vector<prove::Trial> trials;
};

/// A last line without its end was cut short when the program was stopped: it is left out.
Result<Content> read(const std::string& path) {
  const std::string text = TRY(io::read_file(path, runs_bytes_max));
  Content content;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    ++number;
    const Json json = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    at = end + 1;
    if (number == 1) {
      if (json.is_object() && json.contains("origin") && json["origin"].is_string()) {
        content.origin = json["origin"].get<std::string>();
        continue;
      }
      return fail(ErrorCode::invalid, fmt::format("{}:1: is no file of runs", path));
    }
    auto trial = report::parse_trial(json);
    if (!trial)
      return fail(ErrorCode::invalid,
                  fmt::format("{}:{}: {}", path, number, trial.error().message));
    content.trials.push_back(std::move(*trial));
  }
  return content;
}

}  // namespace

Result<CompareStore> CompareStore::open(const std::string& path, const std::string& origin) {
  CompareStore store;
  store.path_ = path;
  if (path.empty()) return store;
  const bool there = std::filesystem::exists(path);
  if (there) {
    const Content content = TRY(read(path));
    if (content.origin != origin)
      return fail(ErrorCode::invalid,
                  fmt::format("{} has runs of another build or another world; give another --runs "
                              "file",
                              path));
    for (const prove::Trial& trial : content.trials)
      store.known_.emplace(Key{trial.of, trial.setting}, trial);
  }
  store.out_.open(path, std::ios::binary | std::ios::app);
  if (!there) store.out_ << Json{{"origin", origin}}.dump() << '\n' << std::flush;
  if (!store.out_) return fail(ErrorCode::io, path + " cannot be written");
  return store;
}

const prove::Trial* CompareStore::find(const prove::Case& of, const prove::Setting& setting) const {
  const auto found = known_.find({of, setting});
  return found == known_.end() ? nullptr : &found->second;
}

Result<> CompareStore::add(const prove::Trial& trial) {
  known_.emplace(Key{trial.of, trial.setting}, trial);
  if (path_.empty()) return {};
  out_ << report::trial_json(trial).dump() << '\n' << std::flush;
  return out_ ? Result<>{} : fail(ErrorCode::io, path_ + " cannot be written");
}

Result<std::vector<prove::Trial>> read_runs(const std::string& path) {
  return TRY(read(path)).trials;
}

}  // namespace headroom::cli
