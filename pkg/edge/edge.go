// Package edge is where requests come in from outside: over which connections, under
// which of our names, and from whom. What lies behind it need not ask again.
package edge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/config"
)

// Client is who sent a request.
type Client struct {
	// Address is the sender's, behind the named proxy too.
	Address netip.Addr
	// Secure says that it came over TLS, to us or to the named proxy.
	Secure bool
	// Here says that it came from this machine itself.
	Here bool
}

type clientKey struct{}

// Of says who sent a request that came in by an Edge. Of any other it says what the
// connection does.
func Of(r *http.Request) Client {
	if c, ok := r.Context().Value(clientKey{}).(Client); ok {
		return c
	}
	a := peer(r)
	return Client{Address: a, Secure: r.TLS != nil, Here: a.IsLoopback()}
}

// peer is the other end of the connection.
func peer(r *http.Request) netip.Addr {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr().Unmap().WithZone("")
}

// Edge lets requests in as a configuration says.
type Edge struct {
	cfg      config.Edge
	local    bool // nothing but this machine's own loopback is listened at
	listener net.Listener
	certs    *certificates // nil is without TLS
	origins  []config.Origin
	tell     func(string)
	unnamed  sync.Once // a proxy here, of which the operator is told once
}

// Open begins to listen. tell is told, in a sentence, what the operator must know of
// the certificate, now and when it changes, and of a proxy on this machine that is not named.
func Open(ctx context.Context, cfg config.Edge, tell func(string)) (*Edge, error) {
	e := &Edge{cfg: cfg, local: !cfg.Beyond(), origins: cfg.Origins, tell: tell}
	if cfg.Cert != "" {
		var err error
		if e.certs, err = open(cfg.Cert, cfg.Key, cfg.Origins, tell); err != nil {
			return nil, err
		}
	}
	var listens net.ListenConfig
	l, err := listens.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, err
	}
	e.listener = l
	if e.certs != nil {
		e.listener = tls.NewListener(l, e.certs.config())
	}
	if len(e.origins) == 0 {
		e.origins, err = e.implied()
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return e, nil
}

// implied are the origins where none is configured: the certificate's names, or this
// machine.
func (e *Edge) implied() (all []config.Origin, err error) {
	host, port, err := net.SplitHostPort(e.listener.Addr().String())
	if err != nil {
		return nil, err
	}
	if e.certs == nil {
		if host == "127.0.0.1" || host == "::1" {
			host = "localhost" // passkeys are bound to a name
		}
		return []config.Origin{{Scheme: "http", Host: host, Port: port}}, nil
	}
	for _, name := range e.certs.names() {
		if o, err := config.ParseOrigin("https://" + net.JoinHostPort(name, port)); err == nil { // a wildcard is no name
			all = append(all, o)
		}
	}
	if len(all) == 0 {
		return nil, errNames
	}
	e.certs.origins = all // so that a changed certificate holds for them too
	return all, nil
}

// Here is what serves this machine alone, by whatever it listens.
func Here() *Edge { return &Edge{local: true} }

// Listener is what requests come in by.
func (e *Edge) Listener() net.Listener { return e.listener }

// URL is the main address of the pages, without a slash at its end.
func (e *Edge) URL() string { return e.origins[0].String() }

// Origins are the addresses of the pages, the main one first.
func (e *Edge) Origins() []config.Origin { return e.origins }

// Reached reports whether others than this machine's users reach the pages.
func (e *Edge) Reached() bool { return !e.local }

// The paths by which a process is watched. Those who watch it on its own machine may
// ask them beside the proxy.
var watched = []string{"/healthz", "/serving", "/ready", "/metrics"}

// hsts is for how long a browser that saw a page asks for none without TLS: a year.
const hsts = "max-age=31536000"

// refused is why a request is not let in.
type refused struct {
	status int
	text   string
}

var (
	errForm    = &refused{http.StatusBadRequest, "Ask for a path of this host alone. 请求的格式不对。\n"}
	errPlain   = &refused{http.StatusForbidden, "These pages are shown over HTTPS alone. 本网站只能通过 HTTPS 访问。\n"}
	errProxy   = &refused{http.StatusBadRequest, "The proxy does not say, once and clearly, for whom it asks: X-Forwarded-For, and X-Forwarded-Proto with https. 代理没有说明请求来自哪里。\n"}
	errUnnamed = &refused{http.StatusBadRequest, "A proxy on this machine asks for somebody else, and is not named: give its address in QIAO_PROXY. 本机的代理没有登记：请在 QIAO_PROXY 中填写它的地址。\n"}
	errElse    = &refused{http.StatusMisdirectedRequest, "This host is not served here. 此地址不在本机服务。\n"}
	errNames   = errors.New("the certificate names no host of its own: say in QIAO_ORIGINS under which https address the pages are")
	forwarding = []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Ssl", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "X-Original-Host", "X-Original-Url", "X-Rewrite-Url", "X-Http-Method-Override", "Forwarded", "Via"}
)

// Handler lets in what is asked of this machine or of one of our names, over TLS
// wherever it comes from elsewhere. A page elsewhere must reach nothing through a name
// of its own that leads here, and nobody but the named proxy speaks for others.
func (e *Edge) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, why := e.admit(r)
		if why != nil {
			w.Header().Set("Connection", "close")
			http.Error(w, strings.TrimSuffix(why.text, "\n"), why.status)
			return
		}
		if c.Secure && !config.LoopbackHost(r.Host) {
			w.Header().Set("Strict-Transport-Security", hsts)
		}
		if c.Address.IsValid() {
			r.RemoteAddr = netip.AddrPortFrom(c.Address, 0).String()
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey{}, c)))
	})
}

func (e *Edge) admit(r *http.Request) (c Client, why *refused) {
	if r.Method == http.MethodConnect || r.URL.Host != "" || r.URL.Scheme != "" || r.URL.Opaque != "" || r.URL.User != nil || !strings.HasPrefix(r.URL.Path, "/") {
		return c, errForm
	}
	c = Client{Address: peer(r), Secure: r.TLS != nil}
	said := map[string][]string{}
	for _, name := range forwarding {
		if all := r.Header.Values(name); len(all) > 0 {
			said[name] = all
		}
		r.Header.Del(name) // what is not believed goes no further
	}
	host := r.Host
	switch {
	case e.named(c.Address) && (len(said) > 0 || !watches(r)):
		if c, host, why = e.proxied(c, host, said); why != nil {
			return c, why
		}
	case e.local, c.Address.IsLoopback(), own(r, c.Address):
		if config.LoopbackHost(host) {
			if len(said) > 0 || !r.ProtoAtLeast(1, 1) { // as proxies ask that were told nothing
				e.unknown(c.Address)
				return c, errUnnamed
			}
			c.Here = true
			return c, nil
		}
	}
	if !slices.ContainsFunc(e.origins, func(o config.Origin) bool { return o.Scheme == "https" && o.Is(host) }) {
		return c, errElse
	}
	if !c.Secure {
		return c, errPlain
	}
	r.Host = host
	return c, nil
}

// unknown tells of a proxy on this machine that is not named: what it passes on would be
// taken for this machine's own.
func (e *Edge) unknown(a netip.Addr) {
	if e.tell != nil {
		e.unnamed.Do(func() {
			e.tell("a proxy asks from " + a.String() + ", on this machine, and is refused, since it is not named: give its address in QIAO_PROXY (-proxy)")
		})
	}
}

// own reports that a connection begins at the very address at which it ends.
func own(r *http.Request, a netip.Addr) bool {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && a.IsValid() && at.AddrPort().Addr().Unmap().WithZone("") == a
}

func watches(r *http.Request) bool {
	return r.Method == http.MethodGet && slices.Contains(watched, r.URL.Path) && config.LoopbackHost(r.Host)
}

// named reports an address of the proxy's.
func (e *Edge) named(a netip.Addr) bool {
	return slices.ContainsFunc(e.cfg.Proxy, func(p netip.Prefix) bool { return p.Contains(a) })
}

// proxied is who sent a request that the named proxy passes on, and for which host.
func (e *Edge) proxied(c Client, host string, said map[string][]string) (Client, string, *refused) {
	// Whoever the proxy was asked by stands last; what stands before was said by that one.
	chain := strings.Split(strings.Join(said["X-Forwarded-For"], ","), ",")
	c.Address = netip.Addr{}
	for _, one := range slices.Backward(chain) {
		a, ok := address(strings.TrimSpace(one))
		if !ok {
			return c, host, errProxy
		}
		if c.Address = a; !e.named(a) {
			break
		}
	}
	if proto := said["X-Forwarded-Proto"]; len(proto) != 1 || proto[0] != "https" {
		if len(proto) == 1 && proto[0] == "http" {
			return c, host, errPlain
		}
		return c, host, errProxy
	}
	c.Secure = true
	switch hosts := said["X-Forwarded-Host"]; {
	case len(hosts) > 1:
		return c, host, errProxy
	case len(hosts) == 1:
		host = hosts[0]
	}
	return c, host, nil
}

// address parses what a proxy says of where it was asked from, with a port or without.
func address(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		p, portErr := netip.ParseAddrPort(s)
		if a, err = p.Addr(), portErr; err != nil {
			return a, false
		}
	}
	return a.Unmap().WithZone(""), true
}

// Asking is how this machine asks the process that listens at an address with a
// certificate ("" is without), and where.
func Asking(listen, cert string) (*http.Client, string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, "", err
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "127.0.0.1"
		if a.Is6() {
			host = "::1"
		}
	}
	at := net.JoinHostPort(host, port)
	if cert == "" {
		return &http.Client{}, "http://" + at, nil
	}
	b, err := os.ReadFile(cert)
	if err != nil {
		return nil, "", err
	}
	// The certificate in the file is the one that is trusted: this machine's address is
	// not among its names, and one that is over is no reason to take the process for dead.
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(b)
	first, _ := pem.Decode(b)
	if first == nil {
		return nil, "", errNames
	}
	leaf, err := x509.ParseCertificate(first.Bytes)
	if err != nil {
		return nil, "", err
	}
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return nil, "", errNames
	}
	name := strings.Replace(names[0], "*", "any", 1)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: name, Time: func() time.Time { return leaf.NotBefore }}}}, "https://" + at, nil
}
