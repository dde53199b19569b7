// Binding, taking over and moving the addresses where clients connect.
#include "gateway/listening.h"

#include <algorithm>

#include "io/proc.h"

namespace headroom::gateway {
namespace {

/// A shared port would be shared with any other process of this user, too, such as another headroom
/// by mistake. So an unshared socket tries first whether anybody is there, who may be this process:
/// from 127.0.0.1:80 a listener may move to all addresses.
Result<> nobody_else_listens(const io::Address& address) {
  if (address.port() == 0) return {};
  const Result<io::Fd> alone = io::listen_on(address);
  if (alone || io::only_this_process_listens_on(address.port())) return {};
  return std::unexpected(alone.error());
}

/// The sockets of one of the addresses that `wanted` may mean.
std::vector<io::Fd> take(std::vector<io::Fd>& inherited, const io::Address& wanted) {
  std::vector<io::Fd> taken;
  const auto first =
      std::ranges::find_if(inherited, [&](const io::Fd& fd) { return listens_on(fd, wanted); });
  if (first == inherited.end()) return taken;
  const io::Address at = *io::local_address(first->get());
  for (io::Fd& fd : inherited)
    if (listens_on(fd, at)) taken.push_back(std::move(fd));
  return taken;
}

Result<Listening> bound(const spec::Listener& listener, const io::Address& address,
                        std::vector<io::Fd> sockets, std::size_t workers) {
  if (sockets.empty()) {
    TRY(nobody_else_listens(address));
    sockets.push_back(TRY(io::listen_on(address, {.shared_port = true})));
  }
  Listening made;
  made.name = listener.name;
  made.wanted = address.text();
  made.address = TRY(io::local_address(sockets.front().get()));
  while (sockets.size() < workers)
    sockets.push_back(TRY(io::listen_on(made.address, {.shared_port = true})));
  for (const io::Fd& fd : sockets) made.sockets.push_back(fd.get());
  made.idle = std::move(sockets);
  return made;
}

}  // namespace

bool listens_on(const io::Fd& listener, const io::Address& wanted) {
  if (!listener) return false;
  const auto present = io::local_address(listener.get());
  return present && present->host() == wanted.host() &&
         (wanted.port() == 0 || present->port() == wanted.port());
}

Result<std::vector<Listening>> Listenings::open(const std::vector<spec::Listener>& wanted,
                                                std::vector<Listening>& present,
                                                std::vector<io::Fd> inherited) {
  std::vector<Listening> next(wanted.size());
  std::vector<Listening*> kept(wanted.size());  // null: opened now
  const auto unclaimed = [&](auto matches) {
    const auto found = std::ranges::find_if(present, [&](Listening& one) {
      return matches(one) && std::ranges::find(kept, &one) == kept.end();
    });
    return found != present.end() ? &*found : nullptr;
  };
  for (const bool any_port : {false, true}) {  // stated ports first: port 0 takes what is left
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const io::Address address = TRY(io::Address::parse(wanted[i].address));
      if ((address.port() == 0) != any_port) continue;
      kept[i] = unclaimed([&](const Listening& one) {
        return any_port ? one.wanted == address.text() && one.name == wanted[i].name
                        : one.address.text() == address.text();
      });
      if (kept[i] == nullptr)
        next[i] = TRY(bound(wanted[i], address, take(inherited, address), workers_));
    }
  }
  // From here on nothing fails.
  for (std::size_t i = 0; i < next.size(); ++i) {
    if (kept[i] != nullptr) {
      next[i] = std::move(*kept[i]);
      next[i].name = wanted[i].name;
      continue;
    }
    const Listening* moved =
        unclaimed([&](const Listening& one) { return one.name == wanted[i].name; });
    next[i].id = moved != nullptr ? moved->id : ++given_;
  }
  return next;
}

std::vector<ListenerId> ids_of(const std::vector<Listening>& all) {
  std::vector<ListenerId> ids;
  for (const Listening& one : all) ids.push_back(one.id);
  return ids;
}

}  // namespace headroom::gateway
