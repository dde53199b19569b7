// Who waits at the front door, in the order of arrival, as pieces of seconds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace headroom::prove {

/// Pieces of even arrivals. Sums over a day of additions stay within rounding of the pieces' own.
class Backlog {
 public:
  struct Piece {
    double count = 0;
    double from_s = 0;  // the first and the last of them arrived
    double to_s = 0;
  };

  [[nodiscard]] bool empty() const { return head_ == pieces_.size(); }
  [[nodiscard]] double count() const { return empty() ? 0 : std::max(0.0, count_); }
  [[nodiscard]] const Piece& first() const { return pieces_[head_]; }

  void join(const Piece& piece) {
    if (piece.count <= 0) return;
    pieces_.push_back(piece);
    count_ += piece.count;
  }

  /// Removes the first `count` of the first piece; tells when they arrived. Requires that it has
  /// so many.
  Piece take(double count) {
    Piece& piece = pieces_[head_];
    const double part = std::min(1.0, count / piece.count);
    const double until_s = piece.from_s + (piece.to_s - piece.from_s) * part;
    const Piece taken{.count = count, .from_s = piece.from_s, .to_s = until_s};
    count_ -= count;
    piece.count -= count;
    piece.from_s = until_s;
    if (part >= 1 || piece.count <= nothing) drop_first();
    return taken;
  }

  /// Removes those who arrived before `then_s`; tells how many.
  double drop_before(double then_s) {
    double dropped = 0;
    while (!empty() && first().from_s < then_s) {
      const Piece& piece = first();
      const double length_s = piece.to_s - piece.from_s;
      const double part = then_s >= piece.to_s ? 1 : (then_s - piece.from_s) / length_s;
      dropped += take(piece.count * part).count;
    }
    return dropped;
  }

 private:
  static constexpr double nothing = 1e-9;

  void drop_first() {
    ++head_;
    if (empty()) {
      pieces_.clear();
      head_ = 0;
      count_ = 0;
    } else if (head_ > 256) {
      pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  std::vector<Piece> pieces_;
  std::size_t head_ = 0;
  double count_ = 0;
};

}  // namespace headroom::prove
