// Requests whose body would end at one place for one reader and at another for the next.
#pragma once

#include "http/hostile_request.h"

namespace headroom::http::hostile {

inline std::vector<HostileRequest> lengths() {
  const auto length = [](const std::string& value) {
    return post("Content-Length:" + value + "\r\n");
  };
  return {
      {"length then chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400,
       "conflicting_length"},
      {"chunked then length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400,
       "conflicting_length"},
      {"the same length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400,
       "conflicting_length"},
      {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400,
       "conflicting_length"},
      {"a list of equal lengths", length(" 5,5"), 400, "invalid_content_length"},
      {"a list of lengths", length(" 5, 6"), 400, "invalid_content_length"},
      {"a length with plus", length(" +5"), 400, "invalid_content_length"},
      {"a length with minus", length(" -0"), 400, "invalid_content_length"},
      {"a negative length", length(" -5"), 400, "invalid_content_length"},
      {"a hexadecimal length", length(" 0x10"), 400, "invalid_content_length"},
      {"a length with underscore", length(" 1_0"), 400, "invalid_content_length"},
      {"a length with a zero in front", length(" 05"), 400, "invalid_content_length"},
      {"a length of zeros", length(" 00"), 400, "invalid_content_length"},
      {"an empty length", length(""), 400, "invalid_content_length"},
      {"a length of spaces", length("   "), 400, "invalid_content_length"},
      {"a length with exponent", length(" 9e99"), 400, "invalid_content_length"},
      {"a length with a fraction", length(" 5.0"), 400, "invalid_content_length"},
      {"a length in two words", length(" 5 5"), 400, "invalid_content_length"},
      {"a length with a tab after it", length(" 5\t"), 400, "invalid_content_length"},
      {"a length in quotes", length(" \"5\""), 400, "invalid_content_length"},
      {"a length of 2^63", length(" 9223372036854775808"), 413, "body_too_large"},
      {"a length of 2^64", length(" 18446744073709551616"), 400, "invalid_content_length"},
      {"a length of 2^64 + 5", length(" 18446744073709551621"), 400, "invalid_content_length"},
      {"a length beyond the limit", length(" 67108865"), 413, "body_too_large"},
  };
}

inline std::vector<HostileRequest> codings() {
  const auto coding = [](const std::string& line) { return post(line + "\r\n", "0\r\n\r\n"); };
  return {
      {"coding xchunked", coding("Transfer-Encoding: xchunked"), 501, "unknown_transfer_encoding"},
      {"coding after a comma", coding("Transfer-Encoding: ,chunked"), 501,
       "unknown_transfer_encoding"},
      {"coding before a comma", coding("Transfer-Encoding: chunked,"), 400,
       "invalid_transfer_encoding"},
      {"chunked is not last", coding("Transfer-Encoding: chunked, gzip"), 400,
       "invalid_transfer_encoding"},
      {"gzip, then chunked", coding("Transfer-Encoding: gzip, chunked"), 501,
       "unknown_transfer_encoding"},
      {"chunked twice in a list", coding("Transfer-Encoding: chunked, chunked"), 400,
       "invalid_transfer_encoding"},
      {"coding identity", coding("Transfer-Encoding: identity"), 501, "unknown_transfer_encoding"},
      {"coding with a parameter", coding("Transfer-Encoding: chunked;q=1"), 501,
       "unknown_transfer_encoding"},
      {"coding in quotes", coding("Transfer-Encoding: \"chunked\""), 501,
       "unknown_transfer_encoding"},
      {"an empty coding", coding("Transfer-Encoding:"), 501, "unknown_transfer_encoding"},
      {"coding with a vertical tab", coding("Transfer-Encoding: Chunked\x0b"), 400,
       "invalid_header"},
      {"coding with a form feed",
       coding("Transfer-Encoding: \x0c"
              "chunked"),
       400, "invalid_header"},
      {"coding with a no-break space",
       coding("Transfer-Encoding: \xa0"
              "chunked"),
       501, "unknown_transfer_encoding"},
      {"coding with NUL", coding("Transfer-Encoding: chunked\0"s), 400, "invalid_header"},
      {"coding on a folded line", coding("Transfer-Encoding:\r\n chunked"), 400, "folded_header"},
      {"coding with a folded end", coding("Transfer-Encoding: chunked\r\n , gzip"), 400,
       "folded_header"},
      {"coding hidden by a fold", coding("X: y\r\n Transfer-Encoding: chunked"), 400,
       "folded_header"},
      {"coding twice", coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400,
       "invalid_transfer_encoding"},
      {"two codings", coding("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"), 400,
       "duplicate_transfer_encoding"},
      {"space before the colon", coding("Transfer-Encoding : chunked"), 400, "invalid_header"},
      {"tab before the colon", coding("Transfer-Encoding\t: chunked"), 400, "invalid_header"},
      {"chunked in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
       "transfer_encoding_in_http_1_0"},
  };
}

inline std::vector<HostileRequest> chunk_lines() {
  const auto bad = [](std::string name, const std::string& body, std::string reason,
                      int status = 400) {
    return HostileRequest{std::move(name), chunks(body), status, std::move(reason), true};
  };
  const std::string rest = "\r\nhello\r\n0\r\n\r\n";
  return {
      bad("chunk size with 0x", "0x5" + rest, "invalid_chunk_size"),
      bad("chunk size with plus", "+5" + rest, "invalid_chunk_size"),
      bad("chunk size with minus", "-5" + rest, "invalid_chunk_size"),
      bad("chunk size with underscore", "0_5" + rest, "invalid_chunk_size"),
      bad("space before a chunk size", " 5" + rest, "invalid_chunk_size"),
      bad("space after a chunk size", "5 " + rest, "invalid_chunk_size"),
      bad("tab after a chunk size", "5\t" + rest, "invalid_chunk_size"),
      bad("chunk size with a foreign letter", "5g" + rest, "invalid_chunk_size"),
      bad("no chunk size", rest, "invalid_chunk_size"),
      bad("chunk size of 2^63", "8000000000000000" + rest, "invalid_chunk_size"),
      bad("chunk size of 2^64 + 5", "10000000000000005" + rest, "invalid_chunk_size"),
      bad("chunk size with many zeros", std::string(64, '0') + "5" + rest, "invalid_chunk_size"),
      bad("chunk beyond the limit", "4000001" + rest, "body_too_large", 413),
      bad("chunk of 2^63 - 1", "7fffffffffffffff" + rest, "body_too_large", 413),
      bad("chunks that add up beyond the limit", "5\r\nhello\r\n3ffffff" + rest, "body_too_large",
          413),
      bad("bare semicolon", "5;" + rest, "invalid_chunk_extension"),
      bad("extension without a name", "5;=x" + rest, "invalid_chunk_extension"),
      bad("extension with a bare CR", "5;a\rb" + rest, "invalid_chunk"),
      bad("extension with a line feed", "5;a\n" + rest, "invalid_chunk_extension"),
      bad("extension with NUL", "5;a\0"s + rest, "invalid_chunk_extension"),
      bad("quoted extension with a line feed", "5;a=\"\n\"" + rest, "invalid_chunk_extension"),
      bad("quoted extension with CR LF", "5;a=\"\r\n\"" + rest, "invalid_chunk_extension"),
      bad("escaped line feed in an extension", "5;a=\"\\\n\"" + rest, "invalid_chunk_extension"),
      bad("extension of 64 KiB", "5;" + std::string(65536, 'a') + rest,
          "chunk_extension_too_large"),
      bad("bare line feed after a size", "5\nhello\r\n0\r\n\r\n", "invalid_chunk_size"),
      bad("bare CR after a size", "5\rhello\r\n0\r\n\r\n", "invalid_chunk"),
      bad("no line end after a chunk", "5\r\nhello0\r\n\r\n", "invalid_chunk"),
      bad("bare line feed after a chunk", "5\r\nhello\n0\r\n\r\n", "invalid_chunk"),
      bad("bare CR after a chunk", "5\r\nhello\r0\r\n\r\n", "invalid_chunk"),
      bad("a chunk longer than its size", "4\r\nhello\r\n0\r\n\r\n", "invalid_chunk"),
      bad("bare line feed after the last chunk", "0\n\r\n", "invalid_chunk_size"),
      bad("bare line feed ends the trailers", "0\r\n\n", "invalid_trailer"),
      bad("something between CR and LF at the end", "0\r\n\rX\n", "invalid_trailer"),
      bad("trailer without a colon", "0\r\nX-Sum\r\n\r\n", "invalid_trailer"),
      bad("trailer without a name", "0\r\n: 1\r\n\r\n", "invalid_trailer"),
      bad("folded trailer", "0\r\nX-Sum: 1\r\n 2\r\n\r\n", "invalid_trailer"),
      bad("trailer with space before the colon", "0\r\nX-Sum : 1\r\n\r\n", "invalid_trailer"),
      bad("trailer with a bare line feed", "0\r\nX-Sum: 1\n\r\n", "invalid_trailer"),
      bad("trailer with a bare CR", "0\r\nX-Sum: 1\r2\r\n\r\n", "invalid_trailer"),
      bad("trailer with NUL", "0\r\nX-Sum: \0"s + "\r\n\r\n", "invalid_trailer"),
      bad("trailers of 64 KiB", "0\r\nX-Sum: " + std::string(65536, '1') + "\r\n\r\n",
          "trailers_too_large", 431),
  };
}

}  // namespace headroom::http::hostile
