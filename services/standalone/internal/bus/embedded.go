package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/rpc"
)

const (
	look     = time.Second
	sickFor  = 3               // looks in a row before the server is begun again
	between  = 5 * time.Second // restarts, doubled each time up to a minute
	room     = 64 << 20        // bytes of disk without which beginning again is of no use
	starting = 10 * time.Second
)

// Embedded is the bus of a platform in one process: a server without a port.
// Where it takes nothing any more it is begun anew: after a write that failed,
// for a disk that was full say, JetStream refuses everything until then.
type Embedded struct {
	dir       string
	users     []*server.User
	passwords map[string]string

	mu    sync.Mutex
	natsd *server.Server
	begun int
}

// Start starts the server on a folder of its own.
func Start(dir string, users []User) (*Embedded, error) {
	b := &Embedded{dir: dir, passwords: map[string]string{}}
	for _, u := range users {
		b.passwords[u.Name] = rand.Text()
		b.users = append(b.users, &server.User{Username: u.Name, Password: b.passwords[u.Name], Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: u.Publish}, Subscribe: &server.SubjectPermission{Allow: u.Subscribe},
			Response: &server.ResponsePermission{MaxMsgs: 1, Expires: time.Minute},
		}})
	}
	return b, b.start()
}

func (b *Embedded) start() error {
	s, err := server.NewServer(&server.Options{
		ServerName: "qiao", DontListen: true, JetStream: true, StoreDir: b.dir, NoLog: true, NoSigs: true,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 64 << 30, MaxPayload: 1 << 20, Users: b.users,
	})
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	b.mu.Lock()
	b.natsd, b.begun = s, b.begun+1
	b.mu.Unlock()
	s.Start()
	if !s.ReadyForConnections(starting) {
		return errors.New("bus: it does not start")
	}
	return nil
}

// InProcessConn connects to the server that runs now; a connection that was cut
// by a restart comes back through it.
func (b *Embedded) InProcessConn() (net.Conn, error) {
	return b.server().InProcessConn()
}

func (b *Embedded) server() *server.Server {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.natsd
}

// Begun counts how often the server was begun.
func (b *Embedded) Begun() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.begun
}

// Connect opens a connection of its own, each with its own read loop, as a user.
func (b *Embedded) Connect(user string) (*nats.Conn, error) {
	nc, err := nats.Connect("", nats.InProcessServer(b), nats.Name("qiao-"+user), nats.UserInfo(user, b.passwords[user]),
		nats.CustomInboxPrefix(rpc.Inbox(user)), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(0, 0))
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	return nc, nil
}

// Watch begins the server anew whenever it takes nothing though there is room,
// until ctx ends. refused names the channels of which the services say so.
func (b *Embedded) Watch(ctx context.Context, log *slog.Logger, refused func() []string) error {
	nc, err := b.Connect(Operator)
	if err != nil {
		return err
	}
	defer nc.Close()
	tick := time.NewTicker(look)
	defer tick.Stop()
	var (
		sick int
		wait = between
		last time.Time
	)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := b.sick(ctx, nc, refused())
		if err == nil || ctx.Err() != nil {
			if sick = 0; time.Since(last) > time.Minute {
				wait = between
			}
			continue
		}
		if sick++; sick < sickFor || time.Since(last) < wait || !b.hasRoom() {
			continue
		}
		log.ErrorContext(ctx, "the embedded bus takes nothing though there is room; it is begun anew", "error", err)
		last, wait, sick = time.Now(), min(2*wait, time.Minute), 0
		if err := b.Restart(); err != nil {
			log.ErrorContext(ctx, "the embedded bus does not start", "error", err) // the next look tries again
		}
	}
}

// sick says why the server is to be begun anew: it has no store any more, or
// refuses a channel's events although its stream is not full.
func (b *Embedded) sick(ctx context.Context, nc *nats.Conn, refused []string) error {
	if !b.server().JetStreamEnabled() {
		return errors.New("its store is switched off")
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, channel := range refused {
		s, err := js.Stream(ctx, event.Stream(channel))
		if err != nil {
			return fmt.Errorf("%s: %w", channel, err)
		}
		i := s.CachedInfo()
		if i.Config.MaxBytes <= 0 || i.State.Bytes < uint64(i.Config.MaxBytes)/100*95 { //nolint:gosec // checked
			return fmt.Errorf("%s is refused", channel)
		}
	}
	return nil
}

// hasRoom reports whether the disk takes more than a few events.
func (b *Embedded) hasRoom() bool {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &fs); err != nil {
		return false
	}
	return fs.Bavail*uint64(fs.Bsize) > room //nolint:gosec // never negative
}

// Restart ends the server and begins another on the same folder.
func (b *Embedded) Restart() error {
	b.Close()
	return b.start()
}

// Close ends the server.
func (b *Embedded) Close() {
	s := b.server()
	s.Shutdown()
	s.WaitForShutdown()
}
