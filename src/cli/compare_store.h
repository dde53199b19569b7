// The runs of a comparison in a file, so that a long one can be gone on with.
#pragma once

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"

namespace headroom::cli {

/// One JSON line per run, after a first line that says which build and which world made them. Runs
/// of another build or world are no answer to the same question: such a file is refused.
class CompareStore {
 public:
  /// Without a path nothing is kept. `origin` names build and world.
  static Result<CompareStore> open(const std::string& path, const std::string& origin);

  [[nodiscard]] const prove::Trial* find(const prove::Case& of,
                                         const prove::Setting& setting) const;
  Result<> add(const prove::Trial& trial);

 private:
  using Key = std::pair<prove::Case, prove::Setting>;

  std::string path_;
  std::map<Key, prove::Trial> known_;
  std::ofstream out_;
};

/// The runs in such a file, whatever build made them.
[[nodiscard]] Result<std::vector<prove::Trial>> read_runs(const std::string& path);

}  // namespace headroom::cli
