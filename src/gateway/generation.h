// One validated configuration, whole: requests in flight keep the one they started with.
#pragma once

#include <cstdint>
#include <utility>

#include "gateway/router.h"
#include "spec/config.h"

namespace headroom::gateway {

struct Generation {
  Generation(std::uint64_t count, spec::Config valid)
      : number(count), config(std::move(valid)), router(config) {}
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const std::uint64_t number;
  const spec::Config config;
  const Router router;  // views config
};

}  // namespace headroom::gateway
