//go:build chaos

package matrix

import (
	"context"
	"net"
	"net/url"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// link is the network between one process and one server, which can be cut.
type link struct {
	t     testing.TB
	proxy *toxiproxy.Proxy
	down  bool
}

func newLink(t testing.TB, upstream string) *link {
	t.Helper()
	l := &link{t: t, proxy: toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "link", "127.0.0.1:0", upstream)}
	if err := l.proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.proxy.Stop)
	return l
}

// address is where the process reaches the server.
func (l *link) address() string { return l.proxy.Listen }

// cut lets nothing through in either direction and closes nothing: neither
// side is told.
func (l *link) cut() {
	l.t.Helper()
	if l.down {
		return
	}
	l.down = true
	for _, direction := range []string{"upstream", "downstream"} {
		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(`{"name":"` + direction + `","type":"timeout","stream":"` + direction + `","attributes":{"timeout":0}}`)); err != nil {
			l.t.Fatal(err)
		}
	}
}

// mend lets everything through again; what was under way when the link was
// cut is lost with its connection.
func (l *link) mend() {
	l.t.Helper()
	if !l.down {
		return
	}
	l.down = false
	for _, direction := range []string{"upstream", "downstream"} {
		if err := l.proxy.Toxics.RemoveToxic(context.Background(), direction); err != nil {
			l.t.Fatal(err)
		}
	}
}

// links are one process's ways to the broker and, where it is a server, to
// its database.
type links struct{ bus, db *link }

// apart returns a process's configuration over links of its own.
func (r *rig) apart(c config) (config, links) {
	r.t.Helper()
	u, err := url.Parse(c.NATS)
	if err != nil {
		r.t.Fatal(err)
	}
	l := links{bus: newLink(r.t, u.Host)}
	c.NATS = "nats://" + l.bus.address()
	if at, err := url.Parse(c.Database); err == nil && at.Scheme == "postgres" {
		q := at.Query()
		l.db = newLink(r.t, net.JoinHostPort("127.0.0.1", q.Get("port")))
		q.Del("host")
		q.Del("port")
		q.Set("sslmode", "disable")
		at.Host, at.RawQuery = l.db.address(), q.Encode()
		c.Database = at.String()
	}
	return c, l
}
