// The addresses where clients connect: bound, taken over, kept or moved by a reload.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "gateway/generation.h"
#include "io/fd.h"
#include "io/socket.h"
#include "spec/config.h"

namespace headroom::gateway {

/// One listener of the file with its sockets: at least one for each worker, among which the kernel
/// spreads connections.
struct Listening {
  ListenerId id = 0;
  std::string name;
  std::string wanted;        // the address of the file that opened it: port 0 stays port 0
  io::Address address;       // as it was bound
  std::vector<io::Fd> idle;  // sockets that no worker accepts on yet
  std::vector<int> sockets;  // all of them
};

/// Whether a socket of the process before is the one that an address of the file asks for. Port 0
/// means whatever port there is already.
[[nodiscard]] bool listens_on(const io::Fd& listener, const io::Address& wanted);

/// Opens what files ask for. Used by one thread.
class Listenings {
 public:
  explicit Listenings(std::size_t workers) : workers_(workers) {}

  /// Everything that `wanted` asks for, in its order: what `present` has at the same address is
  /// moved from there, the rest is taken from the sockets `inherited` of the process before, or
  /// bound anew. What is left in `present` is wanted no more. On an error nothing has changed.
  /// A listener keeps its id as long as its address stays, or else its name.
  [[nodiscard]] Result<std::vector<Listening>> open(const std::vector<spec::Listener>& wanted,
                                                    std::vector<Listening>& present,
                                                    std::vector<io::Fd> inherited = {});

 private:
  const std::size_t workers_;
  ListenerId given_ = 0;
};

[[nodiscard]] std::vector<ListenerId> ids_of(const std::vector<Listening>& all);

}  // namespace headroom::gateway
