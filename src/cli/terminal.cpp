// Asks the terminal for its size.
#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace headroom::cli {
namespace {

winsize size_of_terminal() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

}  // namespace

std::size_t terminal_columns() {
  const winsize size = size_of_terminal();
  return size.ws_col == 0 ? 80 : size.ws_col;
}

std::size_t terminal_lines() {
  return size_of_terminal().ws_row;
}

}  // namespace headroom::cli
