package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// startBus starts the nodes of the bus: this program again, which holds the
// server, with the configuration that a deployment uses too.
func (c *Cluster) startBus(_ context.Context, cfg Config, at places) error {
	conf, err := os.ReadFile(cfg.Bus)
	if err != nil {
		return fmt.Errorf("the bus' configuration: %w", err)
	}
	if err := os.WriteFile(c.path("bus", "server.conf"), conf, 0o600); err != nil {
		return err
	}
	for _, name := range []string{"nats-users.conf", "nats-cluster.conf"} {
		b, err := os.ReadFile(c.secret(name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.path("bus", "secrets", name), b, 0o600); err != nil {
			return err
		}
	}
	for i := range nodes {
		name := fmt.Sprintf("nats-%d", i+1)
		c.state.Nodes = append(c.state.Nodes, "nats://"+at.clients[i])
		err := c.add(process{
			Name: name, Kind: "bus", Program: filepath.Join(cfg.Programs, "qiao"), Args: []string{"cluster", "node", c.path("bus", "server.conf")},
			Env: []string{"NATS_NAME=" + name, "NATS_LISTEN=" + at.clients[i], "NATS_CLUSTER_LISTEN=" + at.routes[i], "NATS_MONITOR=" + at.monitors[i],
				"NATS_STORE=" + strconv.Quote(c.path("bus", name))},
			Signal: int(syscall.SIGTERM),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// busReady waits until the nodes agree on a leader and streams can be made on all of them.
func (c *Cluster) busReady(ctx context.Context) error {
	nc, err := c.waitBus(ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	const probe = "probe"
	return until(ctx, "the bus", func(ctx context.Context) error {
		_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: probe, Subjects: []string{probe}, Replicas: nodes, Storage: jetstream.MemoryStorage})
		if err != nil {
			return err
		}
		return js.DeleteStream(ctx, probe)
	})
}

// startPostgres starts PostgreSQL on this cluster's own data, which it makes
// where it is missing.
func (c *Cluster) startPostgres(_ context.Context, _ Config, at places) error {
	bin, err := postgresPrograms()
	if err != nil {
		return err
	}
	as, err := postgresAccount()
	if err != nil {
		return err
	}
	dir := c.path("postgres")
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		password, err := os.ReadFile(c.secret("postgres.password"))
		if err != nil {
			return err
		}
		pw := filepath.Join(dir, "password") // initdb's user cannot read the keys
		if err := os.WriteFile(pw, password, 0o600); err != nil {
			return err
		}
		defer func() { _ = os.Remove(pw) }()
		initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "--pwfile="+pw, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums")
		initdb.Dir = "/"
		if as != nil {
			if err := errors.Join(os.Chown(dir, int(as.UID), int(as.GID)), os.Chown(pw, int(as.UID), int(as.GID))); err != nil {
				return err
			}
			initdb.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as.UID, Gid: as.GID}}
		}
		if out, err := initdb.CombinedOutput(); err != nil {
			return fmt.Errorf("initdb: %w: %s", err, out)
		}
	} else if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(at.postgres)
	if err != nil {
		return err
	}
	return c.add(process{
		Name: "postgres", Kind: "postgres", Program: filepath.Join(bin, "postgres"),
		Args:   []string{"-D", data, "-c", "listen_addresses=" + host, "-c", "port=" + port, "-c", "unix_socket_directories=", "-c", "max_connections=400"},
		As:     as,
		Signal: int(syscall.SIGINT), // a fast shutdown
	})
}

func postgresPrograms() (string, error) {
	if bin := os.Getenv("QIAO_TEST_POSTGRES_BIN"); bin != "" {
		return bin, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return "", errors.New("no PostgreSQL is installed; it is in Debian's package postgresql")
	}
	return slices.Max(found), nil
}

// postgresAccount is whom PostgreSQL runs as: it refuses to run as root.
func postgresAccount() (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL refuses to run as root: %w", err)
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	return &account{uint32(uid), uint32(gid)}, errors.Join(uidErr, gidErr)
}

// makeDatabases makes each service's role and database where they are missing,
// and gives the roles their passwords.
func (c *Cluster) makeDatabases(ctx context.Context, at places) error {
	password, err := config.Secret(c.secret("postgres.password"))
	if err != nil {
		return err
	}
	var conn *pgx.Conn
	err = until(ctx, "PostgreSQL", func(ctx context.Context) (err error) {
		conn, err = pgx.Connect(ctx, "postgres://postgres:"+password+"@"+at.postgres+"/postgres?sslmode=disable")
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, role := range standalone.Names() {
		password, err := config.Secret(c.secret("postgres-" + role + ".password"))
		if err != nil {
			return err
		}
		var is bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, role).Scan(&is); err != nil {
			return err
		}
		if !is {
			if _, err := conn.Exec(ctx, `CREATE ROLE `+role+` LOGIN PASSWORD '`+password+`'`); err != nil {
				return err
			}
		}
		names := []string{role}
		if role == registry.Name {
			names = append(names, keys.PersonKeys)
		}
		for _, name := range names {
			if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&is); err != nil {
				return err
			}
			if is {
				continue
			}
			for _, statement := range []string{`CREATE DATABASE ` + name + ` OWNER ` + role, `REVOKE ALL ON DATABASE ` + name + ` FROM PUBLIC`} {
				if _, err := conn.Exec(ctx, statement); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// startRedis starts the cache, which keeps nothing on disk.
func (c *Cluster) startRedis(_ context.Context, _ Config, at places) error {
	program := os.Getenv("QIAO_TEST_REDIS")
	if program == "" {
		found, err := exec.LookPath("redis-server")
		if err != nil {
			return errors.New("redis-server is not installed; it is in Debian's package of that name")
		}
		program = found
	}
	host, port, err := net.SplitHostPort(at.redis)
	if err != nil {
		return err
	}
	return c.add(process{
		Name: "redis", Kind: "redis", Program: program,
		Args:   []string{c.secret("redis.conf"), "--bind", host, "--port", port, "--dir", c.path("redis")},
		Signal: int(syscall.SIGTERM),
	})
}

func (c *Cluster) redisClient(at places) (*redis.Client, error) {
	password, err := config.Secret(c.secret("redis.password"))
	return redis.NewClient(&redis.Options{Addr: at.redis, Password: password, MaxRetries: -1}), err
}

func (c *Cluster) redisReady(ctx context.Context, at places) error {
	client, err := c.redisClient(at)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	return until(ctx, "Redis", func(ctx context.Context) error { return client.Ping(ctx).Err() })
}

// startCollector starts what receives the traces: this program again.
func (c *Cluster) startCollector(_ context.Context, cfg Config, at places) error {
	return c.add(process{
		Name: "collector", Kind: "collector", Program: filepath.Join(cfg.Programs, "qiao"),
		Args: []string{"cluster", "collector", "-listen", at.collector, c.path("collector")}, HTTP: at.collector, Signal: int(syscall.SIGTERM),
	})
}
