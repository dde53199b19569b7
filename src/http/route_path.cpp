// Decoding for the comparison with routes; what is passed on stays as it came.
#include "http/route_path.h"

#include "core/percent.h"
#include "http/writer.h"

namespace headroom::http {

std::string_view route_path(std::string_view path, Slashes slashes, std::span<char> out) {
  if (slashes == Slashes::kept && path.find('%') == std::string_view::npos) return path;
  const std::string_view whole(out.data(), out.size());
  Writer writer(out);
  for (std::size_t at = 0; at < path.size(); ++at) {
    const int byte = path[at] == '%' ? percent_byte(path.substr(at)) : path[at];
    const bool encoded = path[at] == '%';
    if (encoded) at += 2;
    const bool slash = byte == '/' || (encoded && byte == '\\');
    if (!slash) {
      writer.put(static_cast<char>(byte));
    } else if (slashes == Slashes::opened) {
      if (writer.size() == 0 || whole[writer.size() - 1] != '/') writer.put('/');
    } else if (encoded) {
      writer.put(byte == '/' ? "%2F" : "%5C");
    } else {
      writer.put('/');
    }
  }
  return whole.substr(0, writer.size());
}

}  // namespace headroom::http
