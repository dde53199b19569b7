// What is told to whoever started this process as a service, such as systemd: sd_notify(3).
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace headroom::io {

class ServiceManager {
 public:
  /// Nobody is told anything.
  ServiceManager() = default;
  /// The socket that NOTIFY_SOCKET names, if any. The variable is gone then: a program that is
  /// started from here must not speak for this one. To be called before there are threads.
  [[nodiscard]] static ServiceManager from_environment();

  /// Assignments such as "READY=1", one a line. Never waits. Errors say that it was not told.
  [[nodiscard]] Result<> tell(std::string_view assignments) const;

 private:
  std::string socket_;  // a path, or '@' and a name in the abstract namespace; empty: nobody
};

}  // namespace headroom::io
