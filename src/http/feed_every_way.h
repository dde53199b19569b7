// Feeds bytes whole, one by one and cut in two at every place, and expects the same each time.
#pragma once

#include <gtest/gtest.h>

#include "http/transcript.h"

namespace headroom::http {

/// `feed_with(cut)` reads the same `size` bytes with those cuts. Returns what was seen.
template <class FeedWith>
Transcript feed_every_way(std::size_t size, FeedWith feed_with) {
  const Transcript seen = feed_with(whole);
  EXPECT_EQ(feed_with(bytewise), seen) << "byte by byte";
  for (std::size_t cut = 1; cut < size; ++cut) {
    const auto at_cut = [cut](std::size_t at) { return at < cut ? cut : std::string::npos; };
    EXPECT_EQ(feed_with(at_cut), seen) << "cut at " << cut;
  }
  return seen;
}

inline Transcript read_requests(const std::string& bytes, const Limits& limits = {}) {
  return feed_every_way(bytes.size(),
                        [&](const NextCut& cut) { return feed_requests(bytes, limits, cut); });
}

struct Peer {
  bool to_head = false;
  bool closes = false;
};

inline Transcript read_response(const std::string& bytes, Peer peer = {},
                                const Limits& limits = {}) {
  return feed_every_way(bytes.size(), [&](const NextCut& cut) {
    return feed_response(bytes, peer.to_head, peer.closes, limits, cut);
  });
}

}  // namespace headroom::http
