// HEADROOM_VERSION comes from the build.
#include "core/version.h"

namespace headroom {

std::string_view version() {
  return HEADROOM_VERSION;
}

}  // namespace headroom
