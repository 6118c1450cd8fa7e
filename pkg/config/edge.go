package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Edge is where a process is reached, and what makes that safe.
type Edge struct {
	Listen string
	// Cert and Key are the files of TLS; "" is none.
	Cert, Key string
	// Proxy are the addresses of the proxy that ends TLS before us.
	Proxy []netip.Prefix
	// Origins are the pages' addresses as browsers have them, the main one first.
	Origins []Origin
}

// Origin is where pages are, as a browser has it.
type Origin struct{ Scheme, Host, Port string }

// String is the origin as a browser writes it: a scheme's own port is left out.
func (o Origin) String() string {
	if o.Port == usualPort[o.Scheme] {
		if strings.Contains(o.Host, ":") {
			return o.Scheme + "://[" + o.Host + "]"
		}
		return o.Scheme + "://" + o.Host
	}
	return o.Scheme + "://" + net.JoinHostPort(o.Host, o.Port)
}

// Is reports whether a request that names a host, with or without a port, is for this
// origin. Names and addresses are parsed and not compared as text.
func (o Origin) Is(host string) bool {
	name, port, ok := splitHost(host)
	if !ok {
		return false
	}
	if port == "" {
		port = usualPort[o.Scheme]
	}
	return name == o.Host && port == o.Port
}

var usualPort = map[string]string{"http": "80", "https": "443"}

// ErrPlain refuses an address that others reach without TLS.
var ErrPlain = errors.New("plain HTTP is for this machine alone: give a certificate and its key (QIAO_TLS_CERT and QIAO_TLS_KEY), or name the proxy that ends TLS before Qiao (QIAO_PROXY, with QIAO_ORIGINS)")

// The widest range that names a proxy.
const (
	widest4 = 8
	widest6 = 32
)

// Edge reads where the process is reached. Anything that would show pages to others
// without TLS is an error that says what to do.
func (c Config) Edge() (e Edge, err error) {
	e = Edge{Listen: c.Listen, Cert: c.TLSCert, Key: c.TLSKey}
	var all []error
	if (e.Cert == "") != (e.Key == "") {
		all = append(all, errors.New("configuration: tls_cert and tls_key go together"))
	}
	for one := range listed(c.Proxy) {
		p, err := netip.ParsePrefix(one)
		if a, addrErr := netip.ParseAddr(one); addrErr == nil && a.Zone() == "" {
			a = a.Unmap()
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || p.Addr().Is4In6() || p.Bits() < widest4 || p.Addr().Is6() && p.Bits() < widest6 {
			all = append(all, fmt.Errorf("configuration: proxy %q is no address and no narrow range of addresses", one))
			continue
		}
		e.Proxy = append(e.Proxy, p.Masked())
	}
	for one := range listed(c.Origins) {
		o, err := ParseOrigin(one)
		if err != nil {
			all = append(all, err)
			continue
		}
		e.Origins = append(e.Origins, o)
	}
	if len(e.Proxy) > 0 && !slices.ContainsFunc(e.Origins, func(o Origin) bool { return o.Scheme == "https" }) {
		all = append(all, errors.New("configuration: proxy needs origins: the https addresses under which it shows the pages"))
	}
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil:
		all = append(all, fmt.Errorf("listen address %q: %w", c.Listen, err))
	case port != "0" && !portFits(port):
		all = append(all, fmt.Errorf("listen address %q: no port", c.Listen))
	case !loopback(host) && e.Cert == "" && len(e.Proxy) == 0:
		all = append(all, fmt.Errorf("listen address %q: %w", c.Listen, ErrPlain))
	}
	return e, errors.Join(all...)
}

// Beyond reports whether others than this machine's own users reach the pages.
func (e Edge) Beyond() bool {
	host, _, err := net.SplitHostPort(e.Listen)
	return err != nil || !loopback(host) || len(e.Proxy) > 0
}

// listed are the entries of a list that commas part.
func listed(list string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for one := range strings.SplitSeq(list, ",") {
			if one = strings.TrimSpace(one); one != "" && !yield(one) {
				return
			}
		}
	}
}

// ParseOrigin reads where pages are: https and a name or an address, with a port where
// it is not the usual one, and nothing behind it. Plain http is this machine's.
func ParseOrigin(s string) (o Origin, err error) {
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Opaque != "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return o, fmt.Errorf("configuration: origin %q is no https address of pages, as https://qiao.example", s)
	}
	name, port, ok := splitHost(u.Host)
	if !ok || u.Scheme == "http" && !loopback(name) {
		return o, fmt.Errorf("configuration: origin %q is no https address of pages, as https://qiao.example", s)
	}
	if port == "" {
		port = usualPort[u.Scheme]
	}
	return Origin{u.Scheme, name, port}, nil
}

// splitHost parses what a request names as its host: a name in small letters, or an
// address in its one form, and the port, "" where none is named.
func splitHost(host string) (name, port string, ok bool) {
	name = host
	if h, p, err := net.SplitHostPort(host); err == nil {
		if !portFits(p) {
			return "", "", false
		}
		name, port = h, p
		if strings.HasPrefix(host, "[") != strings.Contains(h, ":") {
			return "", "", false // brackets are for IPv6 alone
		}
	} else if inner, bracket := strings.CutPrefix(host, "["); bracket {
		if name, ok = strings.CutSuffix(inner, "]"); !ok || !strings.Contains(name, ":") {
			return "", "", false
		}
	} else if strings.Contains(host, ":") {
		return "", "", false // an IPv6 address stands in brackets
	}
	if a, err := netip.ParseAddr(name); err == nil {
		if a.Zone() != "" {
			return "", "", false
		}
		return a.Unmap().String(), port, true
	}
	name = strings.ToLower(name)
	return name, port, nameFits(name)
}

// portFits reports a port in its one form.
func portFits(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == port
}

// nameFits reports a name of the DNS, of letters, digits and hyphens, that is no
// address in another spelling and does not end with a dot.
func nameFits(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return last[0] < '0' || last[0] > '9' // 127.1 and 0x7f.1 are addresses to some
}
