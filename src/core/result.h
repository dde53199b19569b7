// Errors as values (`Result`, `TRY`) and broken invariants as an immediate stop (`CHECK`).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <utility>

namespace headroom {

/// What kind of failure; the command line turns it into an exit code.
enum class ErrorCode {
  invalid,        // the input is wrong: a file, an option, a request (exit 2)
  not_found,      // a named thing does not exist
  permission,     // the system refuses
  unavailable,    // a resource is taken or a peer does not answer
  exhausted,      // this machine has run out of descriptors, ports or memory
  io,             // any other failure of the system
  unsatisfiable,  // no answer exists that meets the stated requirement
};

/// One clear sentence for a person, without a trailing full stop.
struct Error {
  ErrorCode code = ErrorCode::io;
  std::string message;
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

/// Says so on standard error and stops the process, whether that is read or not.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace headroom

/// Stops the process when an invariant of the program itself is broken. Never for outside input.
#define CHECK(condition) \
  ((condition) ? void() : ::headroom::check_failed(#condition, __FILE__, __LINE__))

/// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                                                       \
  __extension__({                                                             \
    auto try_result_ = (expression);                                          \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    ::headroom::detail::take(std::move(try_result_));                         \
  })

namespace headroom::detail {
template <class T>
T take(std::expected<T, Error>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace headroom::detail
