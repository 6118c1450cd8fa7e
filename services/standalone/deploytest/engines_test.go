package deploytest

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/bcrypt"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// The nodes of the bus take what compose starts them with: they know each
// other and every program, and keep their streams in the mounted folder. The
// server that reads it here is of the version that compose runs.
func TestNodesOfTheBus(t *testing.T) {
	p := compose(t)
	secrets := makeSecrets(t, "postgres:5432")
	for _, name := range []string{"nats-1", "nats-2", "nats-3"} {
		s := p.Services[name]
		if s.Image != "nats:"+server.VERSION+"-alpine" {
			t.Errorf("%s is of another version than the tests' server, which is %s", s.Image, server.VERSION)
		}
		// The container's files, at their places under a folder.
		container := t.TempDir()
		place := func(target, source string) {
			to := filepath.Join(container, target)
			if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, to, read(t, source))
		}
		store := ""
		for _, v := range s.Volumes {
			if info, err := os.Stat(v.Source); err == nil && !info.IsDir() {
				place(v.Target, v.Source)
			} else {
				store = v.Target
			}
		}
		for _, secret := range s.Secrets {
			place(secret.Target, filepath.Join(secrets, secret.Source))
		}
		for k, v := range s.Environment {
			t.Setenv(k, *v)
		}
		args := slices.Clone(s.Command)
		for i := range args {
			if strings.HasPrefix(args[i], "/") {
				args[i] = filepath.Join(container, args[i])
			}
		}
		o, err := server.ConfigureOptions(flag.NewFlagSet(name, flag.ContinueOnError), args, nil, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if o.ServerName != name || !o.JetStream || o.StoreDir != store || o.Port != 4222 || o.HTTPHost != onThisHost || !strings.Contains(strings.Join(s.HealthCheck.Test, " "), fmt.Sprintf("%s:%d/", o.HTTPHost, o.HTTPPort)) {
			t.Errorf("%s is %s, keeps %s, listens at %d and is watched at %s:%d", name, o.ServerName, o.StoreDir, o.Port, o.HTTPHost, o.HTTPPort)
		}
		if !o.Cluster.NoAdvertise || o.Cluster.Username == "" || o.Cluster.Password == "" {
			t.Errorf("%s tells clients of addresses that they cannot reach, or lets anyone be a node", name)
		}
		if s.StopSignal != "SIGUSR2" || s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) < o.LameDuckDuration+o.LameDuckGracePeriod {
			t.Errorf("%s is killed before its clients have gone to the others", name)
		}
		var routes []string
		for _, r := range o.Routes {
			routes = append(routes, r.Host)
		}
		if want := []string{"nats-1:6222", "nats-2:6222", "nats-3:6222"}; !slices.Equal(routes, want) || o.Cluster.Port != 6222 {
			t.Errorf("%s looks for the others at %v and listens for them at %d", name, routes, o.Cluster.Port)
		}
		for _, program := range programs() {
			c := configuration(t, program)
			i := slices.IndexFunc(o.Users, func(u *server.User) bool { return u.Username == c.NATSUser })
			if i < 0 {
				t.Errorf("%s does not know %s", name, program)
				continue
			}
			password, err := config.Secret(filepath.Join(secrets, filepath.Base(c.NATSPasswordFile)))
			if err != nil {
				t.Fatal(err)
			}
			if err := bcrypt.CompareHashAndPassword([]byte(o.Users[i].Password), []byte(password)); err != nil {
				t.Errorf("%s would refuse %s: %v", name, program, err)
			}
			if o.Users[i].Permissions == nil {
				t.Errorf("%s lets %s do everything", name, program)
			}
		}
	}
}

// The script that PostgreSQL's image runs at its first start gives each service
// its own database, with the password of its address, and nobody else's.
func TestDatabasesAreMade(t *testing.T) {
	admin, err := url.Parse(testkit.Postgres(t)(t))
	if err != nil {
		t.Fatal(err)
	}
	port := admin.Query().Get("port")
	secrets := makeSecrets(t, net.JoinHostPort(onThisHost, port))
	source := ""
	for _, v := range compose(t).Services["postgres"].Volumes {
		if filepath.Dir(v.Target) == "/docker-entrypoint-initdb.d" {
			source = v.Source
		}
	}
	script := filepath.Join(t.TempDir(), "databases.sh")
	write(t, script, strings.ReplaceAll(read(t, source), inSecrets, secrets+"/"))
	c := exec.Command("sh", script)
	c.Env = append(os.Environ(), "POSTGRES_USER=qiao", "PGDATABASE=postgres", "PGHOST="+admin.Query().Get("host"), "PGPORT="+port)
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}

	ctx := context.Background()
	asAdmin, err := pgx.Connect(ctx, admin.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = asAdmin.Close(ctx) }()
	// The tests' server trusts everyone; compose's asks for passwords.
	var hba string
	if err := asAdmin.QueryRow(ctx, `SHOW hba_file`).Scan(&hba); err != nil {
		t.Fatal(err)
	}
	if _, err := asAdmin.Exec(ctx, `COPY (VALUES ('local all qiao trust'), ('host all all 127.0.0.1/32 scram-sha-256')) TO '`+hba+`'`); err != nil {
		t.Fatal(err)
	}
	if _, err := asAdmin.Exec(ctx, `SELECT pg_reload_conf()`); err != nil {
		t.Fatal(err)
	}
	// enter connects and does nothing unless told: another's database is to be
	// closed, not only its tables.
	enter := func(address string, statements ...string) error {
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		for _, s := range statements {
			if _, err := conn.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
	address := map[string]*url.URL{}
	for _, name := range append(standalone.Names(), keys.PersonKeys) {
		if address[name], err = url.Parse(strings.TrimSpace(read(t, filepath.Join(secrets, name+".database")))); err != nil {
			t.Fatal(err)
		}
	}
	wrong := *address[registry.Name]
	wrong.User = url.UserPassword(registry.Name, "another")
	testkit.Eventually(t, "a wrong password is refused", func() bool { return enter(wrong.String()) != nil })
	for name, own := range address {
		if err := enter(own.String(), `CREATE TABLE t (x int)`); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, database := range append(standalone.Names(), keys.PersonKeys, "postgres") {
			other := *own
			other.Path = "/" + database
			registrys := own.User.Username() == registry.Name && (database == registry.Name || database == keys.PersonKeys)
			if "/"+database != own.Path && !registrys && enter(other.String()) == nil {
				t.Errorf("the role of %s gets into the database %s", name, database)
			}
		}
	}
}

// Redis takes what compose starts it with, asks for the password that the
// services have, passes compose's health check, and stays within its limit.
func TestTheCache(t *testing.T) {
	testkit.Engines(t)
	program := os.Getenv("QIAO_TEST_REDIS")
	if program == "" {
		program = "redis-server"
	}
	s := compose(t).Services["redis"]
	secrets := makeSecrets(t, "postgres:5432")
	l, err := net.Listen("tcp", onThisHost+":0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// Container paths become folders of the test, the default port a free one.
	here := strings.NewReplacer(inSecrets, secrets+"/", "redis-cli", "redis-cli -p "+port)
	var args []string
	for _, a := range s.Command[1:] {
		args = append(args, here.Replace(a))
	}
	srv := exec.Command(program, append(args, "--port", port, "--bind", onThisHost, "--dir", t.TempDir())...)
	srv.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Process.Kill(); _ = srv.Wait() })
	if s.HealthCheck.Test[0] != "CMD-SHELL" {
		t.Fatalf("the health check is %v", s.HealthCheck.Test)
	}
	check := here.Replace(s.HealthCheck.Test[1])
	testkit.Eventually(t, "the health check passes", func() bool { return exec.Command("sh", "-c", check).Run() == nil })
	password, err := config.Secret(filepath.Join(secrets, filepath.Base(configuration(t, registry.Name).RedisPasswordFile)))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	with := redis.NewClient(&redis.Options{Addr: address, Password: password})
	defer func() { _ = with.Close() }()
	got, err := with.Info(ctx, "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	var limit int64
	for line := range strings.Lines(got) {
		if _, err := fmt.Sscanf(line, "maxmemory:%d", &limit); err == nil {
			break
		}
	}
	if limit == 0 || limit >= int64(s.Deploy.Resources.Limits.MemoryBytes) {
		t.Errorf("Redis may take %d bytes", limit)
	}
	without := redis.NewClient(&redis.Options{Addr: address})
	defer func() { _ = without.Close() }()
	if err := without.Ping(ctx).Err(); err == nil {
		t.Error("Redis answers without a password")
	}
}
