// The program behind `./dev golden`: shows what is decided differently, or accepts it.
#include <fmt/format.h>

#include <string_view>

#include "golden.h"
#include "record.h"

namespace headroom::golden {
namespace {

/// `name`: of the only journal that is recorded anew; empty: all of them are.
Result<int> run(const std::filesystem::path& folder, std::string_view what, std::string_view name) {
  if (what == "--record")
    for (const Journal& journal : recorded(name)) TRY(write_journal(folder, journal));
  const auto journals = TRY(read_journals(folder));
  int differing = 0;
  for (const Journal& journal : journals) {
    if (!name.empty() && name != journal.name) continue;
    const std::string expected = TRY(read_expected(folder, journal.name));
    const std::string found = difference(journal.name, expected, decided(journal));
    fmt::print("{}", found);
    differing += found.empty() ? 0 : 1;
    if (!what.empty()) TRY(accept(folder, journal));
  }
  fmt::print("{} of {} journals are decided differently{}\n", differing,
             name.empty() ? journals.size() : 1,
             !what.empty() && differing > 0 ? "; accepted" : "");
  if (what.empty() && differing > 0) fmt::print("./dev golden --accept keeps the new decisions\n");
  return what.empty() && differing > 0 ? 1 : 0;
}

}  // namespace
}  // namespace headroom::golden

int main(int argc, char** argv) {
  const std::string_view what = argc >= 3 ? argv[2] : "";
  const std::string_view name = argc == 4 ? argv[3] : "";
  const bool record = what == "--record";
  if (argc < 2 || argc > (record ? 4 : 3) || (!what.empty() && what != "--accept" && !record)) {
    std::fprintf(stderr, "usage: headroom_golden FOLDER [--accept | --record [NAME]]\n");
    return 2;
  }
  const auto done = headroom::golden::run(argv[1], what, name);
  if (done) return *done;
  std::fprintf(stderr, "headroom_golden: %s\n", done.error().message.c_str());
  return 1;
}
