// A client: plays its connection's script and holds every byte that it gets against the plan.
#pragma once

#include <string>
#include <vector>

#include "io/socket.h"
#include "ledger.h"
#include "message_reader.h"
#include "peer.h"

namespace headroom::state {

class Client final : public Peer {
 public:
  Client(Reactor& reactor, Ledger& ledger, const ConnectionPlan& plan, io::Fd fd);

  /// The connection with the plan's receive buffer, on its way; nothing when there is none.
  [[nodiscard]] static io::Fd connect(const ConnectionPlan& plan, const io::Address& to);

  /// To be called now and then: reads faster when it has been slow for long, and says when an
  /// answer does not come.
  void look_at_the_clock();

 private:
  void on_bytes(std::string_view bytes) override;
  void on_end(End how) override;
  bool is_met(const Step& step) override;
  void on_mark(const Step& step) override;
  void on_leaving(const Step& step) override;

  [[nodiscard]] std::uint64_t id() const { return id_of(plan_.number, answered_); }
  [[nodiscard]] Seen& seen() { return ledger_.of(id()); }
  void head();
  void own_head(int status);
  void body(std::string_view bytes);
  void answer_is_whole();
  void check_whole_body();
  void answer_is_cut(const char* how);
  void no_answer(End how);
  void wrong(std::string_view kind, const std::string& how) { ledger_.violated(id(), kind, how); }

  Ledger& ledger_;
  ConnectionPlan plan_;
  std::vector<RequestPlan> requests_;
  MessageReader reader_;
  std::string problem_;          // the body of the gateway's own answer
  std::uint32_t answered_ = 0;   // answers that were whole
  std::uint32_t begun_ = 0;      // requests of which a byte was sent
  int informational_ = 0;        // to the present request
  bool close_was_said_ = false;  // with the last answer
  bool left_ = false;
  bool after_idle_ = false;  // the newest request was begun on a connection that was idle for long
  Instant since_;
  Instant progress_;
  Instant answer_began_;  // the gateway may be idle from then on, however slowly it is read
};

}  // namespace headroom::state
