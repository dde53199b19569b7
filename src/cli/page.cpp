// Writes a whole file at once.
#include "cli/page.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "io/file.h"

namespace headroom::cli {

Result<> check_page(const std::string& path, std::string_view beginning) {
  return path.empty() ? Result<>{} : io::check_replaceable(path, beginning);
}

Result<> write_page(const std::string& path, const std::string& page) {
  TRY(check_page(path, std::string_view(page).substr(0, page.find('\n'))));
  std::ofstream out(path, std::ios::binary);
  out << page;
  out.close();
  if (out) return {};
  return fail(ErrorCode::io, fmt::format("{} cannot be written: {}", path, std::strerror(errno)));
}

}  // namespace headroom::cli
