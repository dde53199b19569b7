// Accepting.
#include "gateway/listener.h"

#include "gateway/worker.h"

namespace headroom::gateway {

Listener::Listener(Worker& worker, io::Fd fd, ListenerId id)
    : acceptor_(
          worker.loop(), std::move(fd),
          {.accepted =
               [&worker, id](io::Fd client, const io::Address& peer) {
                 worker.accepted(std::move(client), peer, id);
               },
           .squeezed_in = [&worker](io::Fd client,
                                    const io::Address&) { worker.turn_away(std::move(client)); },
           .make_room = [&worker] { worker.make_room(); }}) {}

}  // namespace headroom::gateway
