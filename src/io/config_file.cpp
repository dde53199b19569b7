// Loads headroom.yaml.
#include "io/config_file.h"

#include <cstdlib>

#include "io/file.h"

namespace headroom::io {

std::optional<std::string> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<spec::Config> load_config(const std::string& path, spec::Purpose purpose) {
  const std::string text = TRY(read_file(path));
  return spec::parse(text, path, environment_variable, purpose);
}

}  // namespace headroom::io
