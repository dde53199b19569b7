// The keys of a map against its table.
#include "spec/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::spec {

bool read_keys(const At& at, const Section& section) {
  std::vector<std::string_view> known;
  for (const Row& row : section.rows) known.push_back(row.key);
  if (!at.is(Value::Kind::map)) {
    at.refuse(fmt::format("a map of {}", fmt::join(known, ", ")));
    return false;
  }
  for (const Entry& entry : at.value().entries) {
    if (std::ranges::find(known, entry.key) != known.end()) continue;
    const At child = at.child(entry.key);
    const auto later =
        std::ranges::find(section.later, entry.key, &std::pair<std::string, std::string>::first);
    if (later != section.later.end())
      child.problem("not supported yet; " + later->second);
    else
      child.problem(unknown_name("key", entry.key, known));
  }
  for (const Row& row : section.rows) {
    if (row.required && !at.child(row.key).present())
      at.child(row.key).problem(fmt::format("missing; allowed {}", row.allowed));
  }
  return true;
}

}  // namespace headroom::spec
