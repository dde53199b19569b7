// What a program that died wrote last, and which line of it says why.
#pragma once

#include <string>
#include <string_view>

namespace headroom::supervisor {

/// Of the end of a log, the line that tells most. Traces of a stack are looked through: a panic of
/// Go by its first line, one of Rust with its message, exceptions of Python, Java, JavaScript, Ruby
/// and C++ by theirs; of anything else the last line. Empty when nothing was written. Shortened
/// to 200 bytes, and nothing in it commands a terminal.
[[nodiscard]] std::string last_words(std::string_view log);

}  // namespace headroom::supervisor
