// Sentences for the reasons that somebody can do something about; docs/http.md has all of them.
#include "http/reason.h"

#include <array>
#include <utility>

namespace headroom::http {
namespace {

struct Sentence {
  std::string_view reason;
  std::string_view text;
};

constexpr std::array<Sentence, 8> of_requests{{
    {"target_too_long", "the target is longer than gateway.head allows"},
    {"head_too_large", "the request's head is larger than gateway.head allows"},
    {"too_many_headers", "the request has more fields than gateway.head allows"},
    {"body_too_large", "the request's body is larger than gateway.body_max allows"},
    {"empty_segment", "the path has an empty segment, which only a route with path: as_is takes"},
    {"encoded_slash", "the path has an encoded slash, which only a route with path: as_is takes"},
    {"ambiguous_route", "the path leads to another route once its slashes are decoded"},
    {"loop", "the request has been through this gateway before"},
}};

struct Named {
  std::string_view reason;
  ResponseFault fault;
};

constexpr std::string_view too_large = "the replica's answer is larger than gateway.head allows";
constexpr std::string_view cut = "the replica broke the connection before its answer was whole";
constexpr std::string_view coding = "the replica's answer is not framed as HTTP wants it";

constexpr std::array<Named, 11> of_responses{{
    {"response_head_too_large", {"http_response_header_section_size", too_large}},
    {"response_too_many_headers", {"http_response_header_section_size", too_large}},
    {"response_trailers_too_large", {"http_response_trailer_section_size", too_large}},
    {"unknown_transfer_encoding", {"http_response_transfer_coding", coding}},
    {"duplicate_transfer_encoding", {"http_response_transfer_coding", coding}},
    {"invalid_chunk", {"http_response_transfer_coding", coding}},
    {"invalid_chunk_size", {"http_response_transfer_coding", coding}},
    {"invalid_chunk_extension", {"http_response_transfer_coding", coding}},
    {"chunk_extension_too_large", {"http_response_transfer_coding", coding}},
    {"upstream_closed", {"http_response_incomplete", cut}},
    {"upstream_reset", {"http_response_incomplete", cut}},
}};

}  // namespace

std::string_view explain_request(std::string_view reason) {
  for (const Sentence& sentence : of_requests)
    if (sentence.reason == reason) return sentence.text;
  return "the request is not acceptable HTTP";
}

ResponseFault explain_response(std::string_view reason) {
  for (const Named& named : of_responses)
    if (named.reason == reason) return named.fault;
  return {"http_protocol_error", "the replica's answer is not acceptable HTTP"};
}

}  // namespace headroom::http
