// The rhythm of probes.
#include "control/supervisor/prober.h"

#include <algorithm>

#include "io/clock.h"

namespace headroom::supervisor {

Prober::Prober(io::Loop& loop, std::function<void(const ProbeResult&)> on_result)
    : loop_(loop),
      on_result_(std::move(on_result)),
      probe_(loop, [this](const ProbeResult& result) { on_probe(result); }),
      timer_([this] { begin(); }) {}

void Prober::start(Duration delay) {
  running_ = true;
  loop_.arm(timer_, delay);
}

void Prober::stop() {
  running_ = false;
  probe_.cancel();
  loop_.disarm(timer_);
}

void Prober::begin() {
  began_ = io::monotonic_now();
  probe_.start(look_.address, look_.path, look_.timeout);
}

void Prober::on_probe(const ProbeResult& result) {
  on_result_(result);
  if (!running_) return;
  loop_.arm(timer_, std::max(Duration{0}, look_.every - (loop_.now() - began_)));
}

}  // namespace headroom::supervisor
