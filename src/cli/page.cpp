// Writes a whole file at once.
#include "cli/page.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace headroom::cli {

Result<> write_page(const std::string& path, const std::string& page) {
  std::ofstream out(path, std::ios::binary);
  out << page;
  out.close();
  if (out) return {};
  return fail(ErrorCode::io, fmt::format("{} cannot be written: {}", path, std::strerror(errno)));
}

}  // namespace headroom::cli
