// The few calls of SQLite that the journal needs.
#include "control/journal/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>
#include <system_error>

namespace headroom::control::sqlite {
namespace {

/// How long a statement waits for another process (an upgrade, a copy) to let go of the file.
constexpr int busy_wait_ms = 50;

std::unexpected<Error> failure(sqlite3* database) {
  const auto kind = [database] {
    switch (sqlite3_errcode(database) & 0xff) {
      case SQLITE_READONLY:
      case SQLITE_PERM:
      case SQLITE_AUTH:
        return ErrorCode::permission;
      case SQLITE_NOTADB:
      case SQLITE_CORRUPT:
        return ErrorCode::invalid;
      case SQLITE_FULL:
      case SQLITE_IOERR:
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return ErrorCode::unavailable;
      default:
        return ErrorCode::io;
    }
  }();
  const int cause = sqlite3_system_errno(database);
  if (cause == 0) return fail(kind, sqlite3_errmsg(database));
  return fail(kind, fmt::format("{} ({})", sqlite3_errmsg(database),
                                std::generic_category().message(cause)));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++parameter_, value);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), ++parameter_, value);  // NaN becomes null
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(statement_.get(), ++parameter_, text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_.get()));
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL)
    return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  parameter_ = 0;
}

Result<> Statement::run() {
  Result<> outcome;
  for (;;) {
    auto row = step();
    if (row && *row) continue;
    if (!row) outcome = std::unexpected(std::move(row).error());
    break;
  }
  reset();
  return outcome;
}

void Connection::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<Connection> Connection::open(const std::string& path, Access access) {
  const int flags =
      access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(database);
  if (code != SQLITE_OK) return failure(database);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, busy_wait_ms);
  return connection;
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(database_.get());
  return Statement(statement);
}

Result<> Connection::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure(database_.get());
  return {};
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  return TRY(statement.step()) ? statement.integer(0) : 0;
}

std::int64_t Connection::last_id() const {
  return sqlite3_last_insert_rowid(database_.get());
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

bool Connection::damaged() const {
  return (sqlite3_errcode(database_.get()) & 0xff) == SQLITE_CORRUPT;
}

Result<> Connection::sync_log() {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return {};
  if (log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) != SQLITE_OK)
    return fail(ErrorCode::io, "the write-ahead log cannot be synchronised with the disk");
  return {};
}

}  // namespace headroom::control::sqlite
