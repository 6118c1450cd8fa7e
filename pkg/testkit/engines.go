package testkit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"io/fs"
	mathrand "math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes schemas
	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Missing skips a test that needs something which this machine has not, or does
// not let it have, such as an engine; loudly, and where CI is set
// it fails instead.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing; scripts/test installs it", what)
	}
	t.Skipf("MISSING ENGINE: %s; scripts/test installs it", what)
}

// Engines says loudly, as the others do, when PostgreSQL or Redis is missing:
// for a test that starts programs which start them.
func Engines(t testing.TB) {
	t.Helper()
	postgresPrograms(t)
	redisProgram(t)
}

// EachDatabase runs a test on SQLite and on PostgreSQL. open gives a fresh,
// migrated database each time it is called: a file, or a schema.
func EachDatabase(t *testing.T, migrations fs.FS, test func(t *testing.T, open func(testing.TB) *sqldb.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(t testing.TB) *sqldb.DB {
			return openDatabase(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), migrations)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		schema := Postgres(t)
		test(t, func(t testing.TB) *sqldb.DB { return openDatabase(t, schema(t), migrations) })
	})
}

func openDatabase(t testing.TB, address string, migrations fs.FS) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(context.Background(), migrations); err != nil {
		t.Fatal(err)
	}
	return db
}

// Postgres starts a PostgreSQL server for the test and its subtests and
// returns what makes the address of a fresh schema, over a socket in a folder;
// the server listens on the same port of 127.0.0.1 too. QIAO_TEST_POSTGRES_BIN
// names the folder of initdb and postgres.
func Postgres(t testing.TB) func(testing.TB) string {
	t.Helper()
	postgresPrograms(t)
	return postgresIn(t, folder(t), false)
}

// NoDeadlocks fails the test where, until its end, a transaction of a PostgreSQL server
// was broken off since each of several waited for another. It is done again then, so
// that nothing else shows it. Call it before whatever opens connections is opened.
func NoDeadlocks(t testing.TB, address string) {
	t.Helper()
	t.Cleanup(func() {
		db, err := sqldb.Open(context.Background(), address)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = db.Close() }()
		var others, broken int
		Eventually(t, "the other connections are closed, and have told of theirs", func() bool {
			err = db.Look(context.Background(), func(tx *sqldb.Tx) error {
				return tx.QueryRow(`SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
						AND query NOT LIKE 'CREATE SCHEMA%' AND query NOT LIKE '-- ping%'), -- but the testkit's own
					(SELECT sum(deadlocks) FROM pg_stat_database)`).Scan(&others, &broken)
			})
			return err != nil || others == 0
		})
		if err != nil || broken > 0 {
			t.Errorf("%d transactions were broken off, since they waited for each other: %v\n%s", broken, err, deadlocks(address))
		}
	})
}

// deadlocks is what a server's log says of transactions that waited for each other.
func deadlocks(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	log, err := os.ReadFile(filepath.Join(at.Query().Get("host"), "log"))
	if err != nil {
		return err.Error()
	}
	var said strings.Builder
	for _, one := range strings.Split(string(log), "ERROR:  deadlock detected")[1:] {
		one, _, _ = strings.Cut(one, "HINT:")
		said.WriteString(one)
	}
	return said.String()
}

// folder is a folder that the server's user can enter, as t.TempDir is not.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "qiao-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// PostgresOnASmallDisk is Postgres with all its files on a disk of so many
// bytes, and what fills and empties it. A server that ends for want of room is
// started again, as a machine's supervisor does.
func PostgresOnASmallDisk(t testing.TB, size string) (schema func(testing.TB) string, fill func(full bool)) {
	t.Helper()
	postgresPrograms(t)
	dir := folder(t)
	fill = smallDisk(t, dir, size)
	return postgresIn(t, dir, true), fill
}

// postgresIn starts a server with all its files in a folder; where it is small,
// with little logs, and again whenever it ends by itself.
func postgresIn(t testing.TB, dir string, small bool) func(testing.TB) string {
	t.Helper()
	bin := postgresPrograms(t)
	as := postgresUser(t, dir)
	data := filepath.Join(dir, "data")
	initdb := []string{"-D", data, "-U", "qiao", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"}
	if small {
		initdb = append(initdb, "--wal-segsize=1")
	}
	out, err := command(as, filepath.Join(bin, "initdb"), initdb...).CombinedOutput()
	if err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	port := strconv.Itoa(FreePort(t))
	options := []string{"-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port, "-c", "unix_socket_directories=" + dir, "-c", "max_connections=200", "-c", "fsync=off"}
	if small {
		options = append(options, "-c", "min_wal_size=2MB", "-c", "max_wal_size=4MB")
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	supervise(t, small, func() *exec.Cmd {
		srv := command(as, filepath.Join(bin, "postgres"), options...)
		srv.Stderr = log
		return srv
	})
	address := "postgres://qiao@/postgres?host=" + url.QueryEscape(dir) + "&port=" + port
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	Eventually(t, "PostgreSQL answers", func() bool { return admin.Ping() == nil })
	return func(t testing.TB) string {
		t.Helper()
		schema := "t" + rand.Text()
		if _, err := admin.ExecContext(context.Background(), `CREATE SCHEMA "`+schema+`"`); err != nil {
			t.Fatal(err)
		}
		return address + "&search_path=" + url.QueryEscape(`"`+schema+`"`)
	}
}

// supervise runs a program until the test has ended; again says whether it is
// started anew when it ends by itself.
func supervise(t testing.TB, again bool, program func() *exec.Cmd) {
	t.Helper()
	srv := program()
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex // guards srv
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			_ = srv.Wait()
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if !again {
				return
			}
			mu.Lock()
			srv = program()
			err := srv.Start()
			mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		mu.Lock()
		_ = srv.Process.Signal(syscall.SIGINT) // PostgreSQL's fast shutdown
		mu.Unlock()
		<-done
	})
}

// postgresPrograms returns the folder of initdb and postgres.
func postgresPrograms(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv("QIAO_TEST_POSTGRES_BIN"); bin != "" {
		return bin
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		Missing(t, "PostgreSQL")
	}
	return slices.Max(found)
}

// postgresUser returns whom PostgreSQL runs as: it refuses to run as root.
func postgresUser(t testing.TB, dir string) *syscall.SysProcAttr {
	t.Helper()
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return attr
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		Missing(t, "the user postgres")
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32) // from the system's own table
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr
}

func command(as *syscall.SysProcAttr, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.SysProcAttr, c.Dir = as, "/"
	return c
}

func redisProgram(t testing.TB) string {
	t.Helper()
	if program := os.Getenv("QIAO_TEST_REDIS"); program != "" {
		return program
	}
	found, err := exec.LookPath("redis-server")
	if err != nil {
		Missing(t, "Redis")
	}
	return found
}

// Redis starts a Redis server for the test and returns a client. QIAO_TEST_REDIS
// names the program. stop ends the server early, as a failure would.
func Redis(t testing.TB) (client *redis.Client, stop func()) {
	t.Helper()
	bin := redisProgram(t)
	port := strconv.Itoa(FreePort(t))
	srv := exec.Command(bin, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	srv.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = srv.Process.Kill()
			_ = srv.Wait()
		}
	}
	t.Cleanup(stop)
	client = redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	t.Cleanup(func() { _ = client.Close() })
	Eventually(t, "Redis answers", func() bool { return client.Ping(context.Background()).Err() == nil })
	return client, stop
}

// FreePort finds a port of 127.0.0.1 on which a server can listen, now and again
// after it was stopped: below those that the system gives to outgoing
// connections, since one of these would take it while the server is away.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 10_000 + mathrand.IntN(20_000)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// Axe returns the path of axe-core, the rules by which pages are judged, which
// QIAO_TEST_AXE names.
func Axe(t testing.TB) string {
	t.Helper()
	path := os.Getenv("QIAO_TEST_AXE")
	if _, err := os.Stat(path); err != nil {
		Missing(t, "axe-core")
	}
	return path
}

// Chromium returns the path of a Chromium, which QIAO_TEST_CHROMIUM names.
func Chromium(t testing.TB) string {
	t.Helper()
	path := os.Getenv("QIAO_TEST_CHROMIUM")
	if path == "" {
		found, err := exec.LookPath("chromium")
		if err != nil {
			Missing(t, "Chromium")
		}
		path = found
	}
	return path
}
