// Looks a workload up by its name, or reads its file, and that of a world.
#include "cli/workload_choice.h"

#include <fmt/format.h>

#include "io/file.h"
#include "prove/workload.h"
#include "prove/workload_file.h"
#include "prove/world_file.h"

namespace headroom::cli {
namespace {

constexpr std::size_t workload_bytes_max = std::size_t{16} << 20;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

}  // namespace

Result<prove::Workload> read_workload(const std::string& option) {
  const auto names = prove::workload_names();
  if (std::ranges::find(names, option) != names.end()) return prove::named_workload(option);
  const std::size_t mark = option.find('#');
  const std::string file = option.substr(0, mark);
  const std::string row = mark == std::string::npos ? "" : option.substr(mark + 1);
  auto text = io::read_file(file, workload_bytes_max);
  if (!text)
    return wrong(fmt::format("--workload '{}' is neither one of {} nor a file: {}", option,
                             fmt::join(names, ", "), text.error().message));
  return prove::parse_workload(*text, {.file = file, .function = row});
}

Result<> read_world(const std::string& file, prove::World& world) {
  if (file.empty()) return {};
  const std::string text = TRY(io::read_file(file, workload_bytes_max));
  return prove::read_world(text, file, world);
}

}  // namespace headroom::cli
