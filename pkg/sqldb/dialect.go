package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/fault"
)

// Dialect is one of the two databases, and holds what really differs.
type Dialect string

// The databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// ForUpdate ends a SELECT that locks the rows it reads: a decision locks the
// row that holds the limit it decides on. SQLite has one writer and needs none.
func (d Dialect) ForUpdate() string {
	if d == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked ends a SELECT that locks rows for its own and passes over those
// that another instance has. SQLite's single writer needs none.
func (d Dialect) SkipLocked() string {
	if d == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Now is the database's own time in stored form, as an expression of SQL. Who
// holds a lease is decided by it: of the machines that share a database, one
// may have a wrong clock.
func (d Dialect) Now() string {
	if d == Postgres {
		return `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
	}
	return `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`
}

// Over is a condition of SQL: a lease that is written in a column is over. One
// that lies further ahead than any lease is (bound, in microseconds) is over
// too: a clock that ran ahead wrote it.
func (d Dialect) Over(column string, bound time.Duration) string {
	if fault.Broken("sqldb.trusts_clocks") {
		return `(` + column + ` < ` + d.Now() + `)`
	}
	return `(` + column + ` < ` + d.Now() + ` OR ` + column + ` > ` + d.Now() + ` + ` + strconv.FormatInt(bound.Microseconds(), 10) + `)`
}

// In is an expression of SQL: the database's time after a while.
func (d Dialect) In(after time.Duration) string {
	return d.Now() + ` + ` + strconv.FormatInt(after.Microseconds(), 10)
}

// IsUnique reports whether err is a violated unique or primary key.
func (d Dialect) IsUnique(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// classify gives database errors that nobody classified their kind.
func (d Dialect) classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return ErrDeadline.Because(err)
	}
	if NoRoom(err) {
		return ErrFull.Because(err)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_LOCKED,
			sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_PERM, sqlitelib.SQLITE_NOMEM: // a disk that went read-only, say
			return ErrUnavailable.Because(err)
		}
		return errs.ErrInternal.Because(err)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok { // whatever the server says to a new connection
		return ErrUnavailable.Because(err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if notTheStatements(e) || retryable(e) {
			return ErrUnavailable.Because(err)
		}
		return errs.ErrInternal.Because(err)
	}
	if _, ok := errors.AsType[net.Error](err); ok || gone(err) {
		return ErrUnavailable.Because(err)
	}
	return errs.ErrInternal.Because(err)
}

// NoRoom reports that an error of a database, or of the file system, says that a
// disk or the account's share of it is full.
func NoRoom(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		// SQLite calls it an error of the disk where it cannot lengthen its shared index.
		return e.Code()&0xff == sqlitelib.SQLITE_FULL || e.Code() == sqlitelib.SQLITE_IOERR_SHMSIZE
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "53100"
	}
	return errors.Is(err, ErrFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// notTheStatements reports that PostgreSQL refused for a reason that lies in the
// server, the machine or the account and not in what was asked: the same
// statement works once that is mended. An event that met it is not at fault,
// and must not be parked.
func notTheStatements(e *pgconn.PgError) bool {
	if e.SeverityUnlocalized == "FATAL" || e.SeverityUnlocalized == "PANIC" { // the session ends, whatever it asked for
		return true
	}
	switch e.Code {
	case "25006", // the server takes no writes
		"25P03", // the transaction was abandoned
		"42501": // no right, to a table or, on a disk that went read-only, to the server's own file
		return true
	}
	// Connections, log-in, no such database, resources, the operator, the system, the server's configuration.
	for _, class := range []string{"08", "28", "3D", "53", "57", "58", "F0"} {
		if strings.HasPrefix(e.Code, class) {
			return true
		}
	}
	return false
}

// gone reports that the connection to the server was lost, or had been before:
// a restarted server or a proxy in between ends connections in good order too.
func gone(err error) bool {
	for _, e := range []error{driver.ErrBadConn, net.ErrClosed, io.EOF, io.ErrUnexpectedEOF, sql.ErrConnDone, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, e) {
			return true
		}
	}
	// pgconn says this of a connection that it closed itself, and exports no error for it.
	return strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "conn busy")
}

// retryable reports, on PostgreSQL, a serialisation failure, a deadlock, or a row that
// another has locked and for which the statement does not wait (NOWAIT): the transaction
// begins anew with empty hands.
func retryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03")
}

func stack() []byte { return debug.Stack() }
