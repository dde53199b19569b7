// What a client makes of the answers to its requests.
#include "client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>

namespace headroom::state {
namespace {

constexpr std::size_t problem_bytes_max = 4096;
constexpr Duration idle_shortest = std::chrono::milliseconds(200);
constexpr Duration slow_longest = std::chrono::seconds(3);
// The routes' timeouts are a few seconds; the rest is for a machine that has much else to do.
constexpr Duration answer_longest = std::chrono::seconds(30);

}  // namespace

io::Fd Client::connect(const ConnectionPlan& plan, const io::Address& to) {
  io::Fd fd(socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (plan.receive_buffer > 0)
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &plan.receive_buffer, sizeof plan.receive_buffer);
  if (::connect(fd.get(), to.raw(), to.size()) != 0 && errno != EINPROGRESS) fd.reset();
  return fd;
}

Client::Client(Reactor& reactor, Ledger& ledger, const ConnectionPlan& plan, io::Fd fd)
    : Peer(reactor, std::move(fd), Side::request),
      ledger_(ledger),
      plan_(plan),
      since_(reactor.now()),
      progress_(since_),
      answer_began_(since_) {
  for (std::uint32_t i = 0; i < plan.requests; ++i)
    requests_.push_back(request_plan(ledger.seed(), id_of(plan.number, i)));
  (void)ledger_.of(id_of(plan.number, requests_max - 1));
  read_slowly(plan.read_piece, plan.read_pause_ms);
  play(client_script(ledger.seed(), plan));
  go_on();
}

bool Client::is_met(const Step& step) {
  if (step.what == Do::await_continue) return informational_ > 0;
  return answered_ >= step.count;
}

void Client::on_mark(const Step& step) {
  progress_ = reactor_.now();
  Seen& request = ledger_.of(id_of(plan_.number, step.count));
  if (step.what == Do::mark_begun) {
    request.begun = true;
    begun_ = step.count + 1;
    after_idle_ = step.count == answered_ && reactor_.now() - answer_began_ > idle_shortest;
  } else if (step.what == Do::mark_head) {
    request.head_sent = true;
    ledger_.note(reactor_.now(), id_of(plan_.number, step.count), "head sent");
  } else {
    request.sent = true;
    ledger_.note(reactor_.now(), id_of(plan_.number, step.count), "request sent");
  }
}

void Client::on_leaving(const Step& step) {
  if (answered_ >= plan_.requests) return;
  left_ = true;
  for (std::uint32_t i = answered_; i < plan_.requests; ++i)
    ledger_.of(id_of(plan_.number, i)).left = true;
  ledger_.note(reactor_.now(), id(), "client leaves");
  ledger_.note(reactor_.now(), id(), name(step.what));
}

void Client::on_bytes(std::string_view bytes) {
  progress_ = reactor_.now();
  while (!dead()) {
    const MessageReader::Item item = reader_.next(bytes);
    bytes.remove_prefix(item.consumed);
    switch (item.event) {
      case MessageReader::Event::more:
        if (!bytes.empty()) continue;
        if (reader_.inside() && answered_ >= begun_)
          wrong("unasked", "bytes that belong to no request");
        if (bytes_read_ < plan_.leave_after) return;
        on_leaving({Do::reset});
        return reset_now();
      case MessageReader::Event::head:
        head();
        break;
      case MessageReader::Event::body:
        body(item.body);
        break;
      case MessageReader::Event::end:
        answer_is_whole();
        break;
      case MessageReader::Event::bad:
        return wrong("framing", "what came is no HTTP answer");
    }
  }
}

void Client::head() {
  if (answered_ >= begun_) {
    wrong("unasked", fmt::format("an answer that nobody asked for: {}", reader_.first_line()));
    return close();
  }
  const std::string line(reader_.first_line());
  const int status = line.size() > 9 ? std::atoi(&line[9]) : 0;
  if (status < 100 || status > 599) return wrong("framing", "a bad status line: " + line);
  if (status < 200) {
    ++informational_;
    reader_.reset();
    return go_on();
  }
  ledger_.note(reactor_.now(), id(), "answer begins", static_cast<std::uint64_t>(status));
  answer_began_ = reactor_.now();
  const RequestPlan& plan = requests_[answered_];
  Seen& request = seen();
  request.answer = Seen::Answer::begun;
  request.status = status;
  close_was_said_ = reader_.field("connection") == "close" ||
                    (plan.http10 && reader_.field("connection") != "keep-alive");
  const std::string_view named = reader_.field("x-id");
  request.by_replica = !named.empty();
  const bool bodiless = plan.to_head() || status == 204 || status == 304;
  if (bodiless)
    reader_.begin_body(Framing::none, 0);
  else
    reader_.begin_body(Framing::until_close);
  if (!request.by_replica) return own_head(status);
  request.named = named == name_of(id());
  if (!request.named) wrong("mixed", fmt::format("the answer is that of {}", named));
  if (status != plan.answer.status)
    wrong("mixed", fmt::format("status {}, planned {}", status, plan.answer.status));
  if (!request.head_sent) wrong("mixed", "an answer to a request whose head was not sent");
}

void Client::own_head(int status) {
  if (reader_.field("content-type") != "application/problem+json")
    wrong("mixed", fmt::format("an answer of nobody: status {}", status));
  const std::string_view named = reader_.field("x-request-id");
  // A request that was refused before its head was known has another id, or none.
  seen().named = named == name_of(id());
  if (!seen().named && id_named(named) != UINT64_MAX)
    wrong("mixed", fmt::format("the gateway's own answer is that to {}", named));
  problem_.clear();
}

void Client::body(std::string_view bytes) {
  if (!seen().by_replica) {
    if (problem_.size() < problem_bytes_max) problem_ += bytes;
    return;
  }
  const std::uint64_t before = reader_.body_so_far() - bytes.size();
  const std::size_t differ = first_difference(id(), Side::answer, before, bytes);
  if (differ != std::string_view::npos)
    wrong("bytes", fmt::format("the body differs from byte {} on", before + differ));
  const std::uint64_t planned = requests_[answered_].answer_bytes();
  if (reader_.body_so_far() > planned)
    wrong("bytes", fmt::format("more than the {} bytes of the body", planned));
}

void Client::answer_is_whole() {
  Seen& request = seen();
  ledger_.note(reactor_.now(), id(), "answer whole", reader_.body_so_far());
  request.answer = Seen::Answer::whole;
  if (request.by_replica) {
    check_whole_body();
  } else if (const std::size_t at = problem_.find("\"reason\":\""); at != std::string::npos) {
    request.reason = problem_.substr(at + 10, problem_.find('"', at + 10) - at - 10);
  }
  reader_.reset();
  informational_ = 0;
  ++answered_;
  go_on();
}

void Client::check_whole_body() {
  const RequestPlan& plan = requests_[answered_];
  const std::uint64_t planned = plan.answer_bytes();
  if (reader_.body_so_far() != planned)
    wrong("short", fmt::format("{} of {} bytes are called whole", reader_.body_so_far(), planned));
  if (plan.never_whole())
    wrong("called_whole", "an answer that its replica broke off is called whole");
  const std::string& trailers = reader_.trailers();
  if (!trailers.empty() && trailers != fmt::format("x-tail: {}\r\n", name_of(plan.id)))
    wrong("mixed", "the trailers are those of another answer: " + trailers);
}

void Client::on_end(End how) {
  ledger_.note(reactor_.now(), id_of(plan_.number, std::min(answered_, plan_.requests - 1)),
               how == End::reset ? "reset by the gateway" : "closed by the gateway");
  if (reader_.in_body() && reader_.framing() == Framing::until_close && how == End::finished)
    answer_is_whole();
  else if (reader_.inside() && answered_ < begun_)
    answer_is_cut(how == End::reset ? "cut by reset" : "cut by close");
  else if (answered_ < begun_)
    no_answer(how);
  close();
}

void Client::answer_is_cut(const char* how) {
  ledger_.note(reactor_.now(), id(), how, reader_.body_so_far());
  Seen& request = seen();
  if (request.answer == Seen::Answer::begun) request.answer = Seen::Answer::cut;
}

/// The gateway may close a connection that has long been idle just when a request is on its way,
/// and one of which it said so. Otherwise somebody would have to be told.
void Client::no_answer(End how) {
  const Seen& request = seen();
  if (left_ || !request.head_sent || close_was_said_ || after_idle_) return;
  wrong("silent_close", how == End::reset ? "the connection was reset without any answer"
                                          : "the connection was closed without any answer");
}

void Client::look_at_the_clock() {
  if (reactor_.now() - since_ > slow_longest) read_slowly(piece_max, 0);
  if (reactor_.now() - progress_ > answer_longest) wrong("hang", "the answer never came");
}

}  // namespace headroom::state
