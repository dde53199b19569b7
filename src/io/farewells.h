// A last word to clients that are not served, said so that it arrives.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "io/fd.h"
#include "io/loop.h"

namespace headroom::io {

/// Closing at once would answer the request that is on its way with a reset, and that may destroy
/// what was said. So the connection stays, and what arrives is dropped, until the client closes or
/// has had its time. There are a few of them at most: when another comes the oldest is closed.
class Farewells {
 public:
  static constexpr std::size_t at_once_max = 8;

  explicit Farewells(Loop& loop);
  ~Farewells();
  Farewells(const Farewells&) = delete;
  Farewells& operator=(const Farewells&) = delete;

  /// Never waits: words that the socket does not take at once are cut.
  void say(Fd client, std::string_view words);
  /// Ends the oldest now, so that a descriptor is free.
  void give_one_up();

 private:
  class Farewell;
  void end(const Farewell& one);

  Loop& loop_;
  std::vector<std::unique_ptr<Farewell>> all_;  // the oldest first
};

}  // namespace headroom::io
