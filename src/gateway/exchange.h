// One request's life: read, routed, admitted, sent to a replica, answered. It ends exactly once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/buffer.h"
#include "gateway/router.h"
#include "gateway/service_pool.h"
#include "gateway/stats.h"
#include "http/forward.h"
#include "http/parser.h"
#include "io/timer.h"
#include "protect/waiting.h"

namespace headroom::gateway {

class ClientConnection;
class Worker;
struct RouteEntry;
struct Table;

/// Borrowed by a client connection from the first byte of a request to the last byte of its answer,
/// then reused: in the steady state nothing is allocated. Lives on its worker's thread.
class Exchange final : public protect::Waiter {
 public:
  explicit Exchange(Worker& worker);

  /// Pages of their own, which go back to the system when it is deleted: the heap would keep what a
  /// rush needed.
  static void* operator new(std::size_t size);
  static void operator delete(void* pages, std::size_t size);

  /// Reads the request whose first bytes are there.
  void start(ClientConnection& client, std::uint32_t events);
  void on_client(std::uint32_t events);
  void on_upstream(std::uint32_t events);

  /// It is this waiter's turn: a place at a replica is free.
  void granted(Permit permit);
  /// A more important request took its place in the queue.
  void displaced();
  /// The gateway stops: ends now, whatever its state.
  void abort();

  [[nodiscard]] ServicePool& pool() const;
  /// Where a place is of no use to it, unless there is no other; or null.
  [[nodiscard]] const Replica* avoided() const { return avoid_.get(); }

 private:
  /// `reading_body`: before a place at a replica is asked for, so that a body that trickles holds
  /// none, as far as it fits into `upstream_out_`. `delivering`: the replica's answer is here to
  /// its last byte and its attempt is over; what is left goes to the client. `answering`: the same
  /// with an answer of the gateway's own.
  enum class State : std::uint8_t {
    idle,
    reading_head,
    reading_body,
    waiting,
    connecting,
    relaying,
    delivering,
    answering
  };
  /// What the pumps tell: whether this exchange still runs.
  enum class Life : std::uint8_t { running, ended };

  // exchange.cpp: the way to a replica
  void advance();
  void begin_request();
  /// Begins the connection's next requests, one after the other instead of one within the other.
  void continue_connection();
  void read_head();
  void route();
  void admit();
  /// Elsewhere, or waits for that; `to_anywhere`: only if there is a place elsewhere.
  void readmit(bool to_anywhere);
  void wait_for_place();
  /// No place is free, and none will be in time.
  void refuse_to_wait();
  void dispatch(Permit permit);
  void connected();
  /// This machine has nothing left to connect with: whatever is kept is used, or the request ends.
  void without_new_connection();
  void note_replica();

  // exchange_body.cpp: what is read before a place is asked for, what is sent first
  void read_body();
  void collect_body();
  void tell_to_continue();
  void refuse_long_head();
  [[nodiscard]] http::RequestContext context_for_replica() const;
  [[nodiscard]] bool write_upstream_head();
  void refresh_upstream_head();

  // exchange_time.cpp: timeouts
  void on_deadline();
  void on_phase();
  void phase_over();
  void waited_in_vain();
  /// How long it may wait for a place from now on so that its objective can still be met; negative
  /// when it cannot.
  [[nodiscard]] Duration patience_left() const;
  /// A byte went either way: whoever is waited for now has its time again.
  void progressed();
  void silence();
  /// The next byte is up to the client, not to the replica.
  [[nodiscard]] bool client_stalls() const;
  /// The request cannot go on before the client has sent more of it.
  [[nodiscard]] bool body_awaited() const;
  void note_body_wait();
  [[nodiscard]] Duration body_waited() const;
  [[nodiscard]] Duration age() const;
  /// What the objective is about: the head to the last byte of the answer, or to the first one of a
  /// stream, without the time in which the client had yet to send its body.
  [[nodiscard]] Duration latency() const;
  [[nodiscard]] Duration attempt_latency(Instant now) const;
  /// What attempts are held to now, for what is learned of them: all counts of a tick are by the
  /// same objective, though requests in flight keep their own.
  [[nodiscard]] Duration latency_in_force() const;
  [[nodiscard]] bool past_objective() const;
  [[nodiscard]] bool late(Duration latency) const;

  // exchange_relay.cpp: bytes both ways
  [[nodiscard]] Life pump_request();
  [[nodiscard]] Life parse_request_body();
  [[nodiscard]] Life pump_response();
  [[nodiscard]] Life parse_response();
  [[nodiscard]] Life response_head();
  void response_complete();
  [[nodiscard]] Life read_client();
  [[nodiscard]] Life read_upstream();
  [[nodiscard]] Life flush_upstream();
  [[nodiscard]] Life flush_client();
  [[nodiscard]] bool body_fits(std::size_t room, std::size_t pending) const;

  // exchange_end.cpp: how it ends
  struct Cause {
    int status;
    std::string_view reason;       // machine-readable, static
    std::string_view proxy_error;  // RFC 9209
    std::string_view detail;
    Outcome outcome;
  };
  Life upstream_broke(std::string_view what);
  /// Memory for the socket has run out here: nothing about the replica.
  Life upstream_shortage();
  [[nodiscard]] bool replica_stopped() const;
  void answer(const Cause& cause);
  /// Before or while a route is looked for.
  void refuse(int status, std::string_view reason, std::string_view proxy_error);
  void not_routed(Router::Miss miss);
  /// Its identity in logs and answers: the client's where it is usable.
  void name_request();
  /// OPTIONS * asks the gateway itself.
  void answer_for_server();
  void send_answer();
  void client_gone();
  void end_attempt(protect::AttemptEnd end, bool reusable);
  void drop_attempt();
  void leave_queue();
  void note_queue_wait();
  /// What it asks for, as far as it was understood.
  [[nodiscard]] http::Attempt attempted() const;
  void record(Outcome outcome);
  void finish();
  void go_idle();
  void close_client(bool linger);
  void forget_request();

  Worker& worker_;
  ClientConnection* client_ = nullptr;
  std::shared_ptr<const Table> table_;
  const RouteEntry* route_ = nullptr;
  State state_ = State::idle;

  // Client side.
  bool client_readable_ = false;  // the kernel may hold more
  bool client_closing_ = false;   // it has ended its stream
  bool request_complete_ = false;
  bool replayable_ = true;  // upstream_out_ still holds everything that was sent
  bool keep_client_ = true;
  bool again_ = false;  // the next request of this connection is to be read
  bool continuing_ = false;
  bool head_read_ = false;      // request_.head() is valid
  bool continue_sent_ = false;  // 100, or no need of it any more
  bool recorded_ = false;
  std::size_t head_end_ = 0;

  // Replica side.
  Permit permit_;
  std::unique_ptr<UpstreamConnection> upstream_;
  std::shared_ptr<const Replica> avoid_;  // where the previous attempt failed
  std::size_t upstream_head_size_ = 0;
  bool upstream_readable_ = false;
  bool upstream_closed_ = false;   // EPOLLRDHUP seen: read to the end
  bool upstream_error_ = false;    // the connection broke: its end is no orderly end
  bool request_sent_ = false;      // to its last byte
  bool response_started_ = false;  // a response head was written towards the client
  bool response_sent_ = false;     // and some of it is out of our hands
  bool response_complete_ = false;
  bool response_chunked_ = false;  // towards the client
  bool stream_ = false;            // its end says nothing of the service: judged by its first byte
  bool to_http10_ = false;
  bool objective_ends_wait_ = false;  // before the queue's wait does
  int attempts_ = 0;

  // What it was, for statistics and the log.
  Instant started_{};
  Instant sent_{};          // start of the present attempt
  Instant stream_begun_{};  // when a stream's head came
  Duration body_waited_{};  // until body_wait_since_, if that is set
  Instant body_wait_since_{};
  Duration waited_before_attempt_{};  // of body_waited_
  Duration waited_{};
  Duration attempt_took_{};  // the last one that is over
  int status_ = 0;
  std::string_view reason_;
  Outcome planned_ = Outcome::good;  // unless the clock says late
  std::int64_t bytes_out_ = 0;
  http::Origin origin_;
  std::string_view request_id_;
  std::string_view traceparent_;
  std::string_view replica_id_;
  std::array<char, 32> made_id_;
  std::array<char, 55> made_trace_;
  std::array<char, 40> replica_name_;

  http::RequestParser request_;
  http::ResponseParser response_;
  io::Timer deadline_;  // the route's total timeout
  io::Timer phase_;     // head, queue, connect, first byte, idle: whichever is now

  Buffer<32 * 1024> client_in_;
  Buffer<64 * 1024> upstream_out_;
  Buffer<32 * 1024> upstream_in_;
  Buffer<64 * 1024> client_out_;
};

}  // namespace headroom::gateway
