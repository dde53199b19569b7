// The administrator's small HTTP server on loopback: GET only, one answer a connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/acceptor.h"
#include "io/farewells.h"
#include "io/loop.h"
#include "io/socket.h"
#include "io/timer.h"

namespace headroom::gateway {

struct AdminAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Lives on the loop it was given. Every answer is made by `handler` from the path of the request.
/// With no descriptor left it still answers, one connection after the other.
class Admin {
 public:
  static constexpr std::size_t connections_max = 64;  // one more is told to come again

  using Handler = std::function<AdminAnswer(std::string_view path)>;

  [[nodiscard]] static Result<std::unique_ptr<Admin>> listen(io::Loop& loop,
                                                             const io::Address& address,
                                                             Handler handler);
  /// Takes over a listening socket, from the process before. Accepts nothing until accept().
  [[nodiscard]] static Result<std::unique_ptr<Admin>> adopt(io::Loop& loop, io::Fd listening,
                                                            Handler handler);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  [[nodiscard]] Result<> accept();
  /// Answers those who are connected and leaves the rest to whoever else holds the socket.
  void stop_accepting();

  [[nodiscard]] bool answering() const { return !connections_.empty(); }
  [[nodiscard]] const io::Address& address() const { return address_; }
  [[nodiscard]] int listening() const { return acceptor_.fd(); }

 private:
  class Connection;

  Admin(io::Loop& loop, io::Fd fd, const io::Address& address, Handler handler);
  void accepted(io::Fd client);
  void close(Connection& connection);

  io::Loop& loop_;
  io::Address address_;
  Handler handler_;
  io::Farewells farewells_;
  io::Acceptor acceptor_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace headroom::gateway
