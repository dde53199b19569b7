// Requests that are refused, byte for byte, with the answer: for tests of the parser and of all
// that stands around it. What is legal all the same is in parser_framing_test and
// parser_target_test.
#pragma once

#include "http/hostile_framing.h"
#include "http/hostile_heads.h"

namespace headroom::http {

/// All of them. Whatever follows such a request on its connection must not be looked at.
inline std::vector<HostileRequest> hostile_requests() {
  std::vector<HostileRequest> all;
  for (const auto& part :
       {hostile::lengths(), hostile::codings(), hostile::chunk_lines(), hostile::fields(),
        hostile::request_lines(), hostile::hosts(), hostile::targets(), hostile::dot_segments()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace headroom::http
