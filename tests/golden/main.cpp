// The program behind `./dev golden`: shows what is decided differently, or accepts it.
#include <fmt/format.h>

#include <string_view>

#include "golden.h"
#include "record.h"

namespace headroom::golden {
namespace {

Result<int> run(const std::filesystem::path& folder, std::string_view what) {
  if (what == "--record")
    for (const Journal& journal : recorded()) TRY(write_journal(folder, journal));
  const auto journals = TRY(read_journals(folder));
  int differing = 0;
  for (const Journal& journal : journals) {
    const std::string expected = TRY(read_expected(folder, journal.name));
    const std::string found = difference(journal.name, expected, decided(journal));
    fmt::print("{}", found);
    differing += found.empty() ? 0 : 1;
    if (!what.empty()) TRY(accept(folder, journal));
  }
  fmt::print("{} of {} journals are decided differently{}\n", differing, journals.size(),
             !what.empty() && differing > 0 ? "; accepted" : "");
  if (what.empty() && differing > 0) fmt::print("./dev golden --accept keeps the new decisions\n");
  return what.empty() && differing > 0 ? 1 : 0;
}

}  // namespace
}  // namespace headroom::golden

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[2] : "";
  if (argc < 2 || argc > 3 || (!what.empty() && what != "--accept" && what != "--record")) {
    std::fprintf(stderr, "usage: headroom_golden FOLDER [--accept | --record]\n");
    return 2;
  }
  const auto done = headroom::golden::run(argv[1], what);
  if (done) return *done;
  std::fprintf(stderr, "headroom_golden: %s\n", done.error().message.c_str());
  return 1;
}
