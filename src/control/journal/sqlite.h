// SQLite with owners and errors as values: a connection, a statement, no exceptions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace headroom::control::sqlite {

/// One prepared statement. Bind the parameters in order, step until there is no row, reset.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  /// `text` must live until reset().
  Statement& bind(std::string_view text);

  /// Whether there is a row to read.
  [[nodiscard]] Result<bool> step();
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;  // NaN where there is none
  [[nodiscard]] std::string_view text(int column) const;
  void reset();

  /// Runs a statement that has no rows to give, and resets it.
  [[nodiscard]] Result<> run();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
};

enum class Access { read, write };

/// One connection, used by one thread at a time. Errors: `unavailable` may go away by itself (disk
/// full, file locked), `invalid` is no database, `permission` and `io` need somebody.
class Connection {
 public:
  /// Access::write creates the file when it is missing.
  [[nodiscard]] static Result<Connection> open(const std::string& path, Access access);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// One or more statements whose rows do not matter.
  [[nodiscard]] Result<> run(const std::string& sql);
  /// The first column of the first row, 0 when there is none.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql);

  [[nodiscard]] std::int64_t last_id() const;
  [[nodiscard]] bool in_transaction() const;
  /// The last call found that the file's content is broken.
  [[nodiscard]] bool damaged() const;
  /// Brings what was committed to the disk itself, so that it survives a loss of power.
  [[nodiscard]] Result<> sync_log();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Connection(sqlite3* database) : database_(database) {}
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace headroom::control::sqlite
