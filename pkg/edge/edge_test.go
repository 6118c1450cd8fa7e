package edge_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// pair is a certificate's files.
type pair struct{ cert, key string }

func (p pair) write(t *testing.T, serial int64, until time.Time, names ...string) {
	t.Helper()
	cert, key := made(t, serial, until, names...)
	p.put(t, p.cert, cert)
	p.put(t, p.key, key)
}

// put changes a file as those do who renew certificates: the new one takes its place.
func (p pair) put(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path+".new", b, 0o600), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

func made(t *testing.T, serial int64, until time.Time, names ...string) (cert, key []byte) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true, DNSNames: names}
	der, err := x509.CreateCertificate(rand.Reader, c, c, own.Public(), own)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

// heard keeps what the operator is told.
type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) tell(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, s)
}

func (h *heard) has(s string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.all, func(one string) bool { return strings.Contains(one, s) })
}

// opened is an edge that serves what a request is taken for.
func opened(t *testing.T, cfg config.Config, tell func(string)) (*edge.Edge, http.Handler) {
	t.Helper()
	at, err := cfg.Edge()
	if err != nil {
		t.Fatal(err)
	}
	e, err := edge.Open(t.Context(), at, tell)
	if err != nil {
		t.Fatal(err)
	}
	h := e.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := edge.Of(r)
		left := ""
		for name := range r.Header {
			if strings.HasPrefix(name, "X-") || name == "Forwarded" {
				left = " " + name
			}
		}
		_, _ = fmt.Fprintf(w, "%s %s secure=%v here=%v %s%s", c.Address, r.Host, c.Secure, c.Here, r.RemoteAddr, left)
	}))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run.Serve(ctx, e.Listener(), h) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return e, h
}

// Who is let in, over which connection, from where and under which name.
func TestWhoIsLetIn(t *testing.T) {
	files := pair{filepath.Join(t.TempDir(), "cert"), filepath.Join(t.TempDir(), "key")}
	files.write(t, 1, time.Now().Add(time.Hour), "qiao.example", "localhost")
	var told heard
	_, here := opened(t, config.Config{Listen: "127.0.0.1:0"}, told.tell)
	_, open := opened(t, config.Config{Listen: "0.0.0.0:0", TLSCert: files.cert, TLSKey: files.key, Origins: "https://qiao.example"}, nil)
	_, proxied := opened(t, config.Config{Listen: "127.0.0.1:0", Proxy: "10.0.0.2,10.0.1.0/24,fd00::2", Origins: "https://qiao.example,https://other.example:8443"}, nil)
	_, beside := opened(t, config.Config{Listen: "127.0.0.1:0", Proxy: "127.0.0.1", Origins: "https://qiao.example"}, nil)
	const ours, proxy, far = "qiao.example", "10.0.0.2:5000", "192.0.2.9:4000"
	said := func(more ...string) []string {
		return append([]string{"X-Forwarded-For", "198.51.100.7", "X-Forwarded-Proto", "https"}, more...)
	}
	get := func(h http.Handler, from, host string, secure bool, change func(*http.Request), header ...string) (int, string, http.Header) {
		r := httptest.NewRequest(http.MethodGet, "/page", nil)
		if r.Host, r.RemoteAddr = host, from; secure {
			r.TLS = &tls.ConnectionState{}
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String(), w.Header()
	}
	tried, stopped := 0, 0
	for name, c := range map[string]struct {
		h          http.Handler
		from, host string
		secure     bool
		header     []string
		change     func(*http.Request)
		status     int
		says       string
	}{
		"this machine":                            {here, "127.0.0.1:9", "127.0.0.1:8080", false, nil, nil, 200, "127.0.0.1 127.0.0.1:8080 secure=false here=true 127.0.0.1:0"},
		"this machine by name":                    {here, "[::1]:9", "localhost:8080", false, nil, nil, 200, "::1 localhost:8080 secure=false here=true"},
		"a name that leads here":                  {here, "127.0.0.1:9", "evil.example", false, nil, nil, 421, ""},
		"a name like this machine's":              {here, "127.0.0.1:9", "127.0.0.1.evil.example", false, nil, nil, 421, ""},
		"a longer localhost":                      {here, "127.0.0.1:9", "localhost.evil.example:8080", false, nil, nil, 421, ""},
		"localhost with a dot":                    {here, "127.0.0.1:9", "localhost.", false, nil, nil, 421, ""},
		"no host":                                 {here, "127.0.0.1:9", "", false, nil, nil, 421, ""},
		"this machine on an odd port":             {here, "127.0.0.1:9", "127.0.0.1:99999", false, nil, nil, 421, ""},
		"another host by the proxy's word":        {here, "127.0.0.1:9", "evil.example", false, []string{"X-Forwarded-Host", "127.0.0.1"}, nil, 421, ""},
		"this machine, what a stranger says":      {here, "127.0.0.1:9", "127.0.0.1:1", false, said("X-Forwarded-Host", "evil.example", "Forwarded", "for=1.2.3.4", "X-Real-Ip", "1.2.3.4"), nil, 400, "QIAO_PROXY"},
		"a proxy here that is not named":          {here, "127.0.0.1:9", "127.0.0.1:8080", false, []string{"X-Real-Ip", "198.51.100.7"}, nil, 400, "QIAO_PROXY"},
		"one that says that it is one":            {here, "127.0.0.1:9", "127.0.0.1:8080", false, []string{"Via", "1.1 nginx"}, nil, 400, "QIAO_PROXY"},
		"one that was told nothing":               {here, "127.0.0.1:9", "127.0.0.1:8080", false, nil, func(r *http.Request) { r.ProtoMinor = 0 }, 400, "QIAO_PROXY"},
		"one for who watches":                     {here, "127.0.0.1:9", "127.0.0.1:8080", false, said(), func(r *http.Request) { r.URL.Path = "/metrics" }, 400, "QIAO_PROXY"},
		"one beside one that is named":            {proxied, "127.0.0.1:9", "127.0.0.1:8080", false, said(), nil, 400, "QIAO_PROXY"},
		"TLS":                                     {open, far, ours, true, nil, nil, 200, "192.0.2.9 qiao.example secure=true here=false 192.0.2.9:0"},
		"TLS, the port said":                      {open, far, ours + ":443", true, nil, nil, 200, "secure=true"},
		"TLS, IPv6":                               {open, "[2001:db8::9%eth0]:1", ours, true, nil, nil, 200, "2001:db8::9 qiao.example"},
		"TLS, IPv4 in IPv6":                       {open, "[::ffff:192.0.2.9]:1", ours, true, nil, nil, 200, "192.0.2.9 qiao.example"},
		"TLS, what a stranger says":               {open, far, ours, true, said("X-Forwarded-Host", "evil.example", "Forwarded", "for=1.2.3.4;host=evil.example"), nil, 200, "192.0.2.9 qiao.example secure=true here=false 192.0.2.9:0"},
		"without TLS":                             {open, far, ours, false, nil, nil, 403, "HTTPS"},
		"without TLS, saying with":                {open, far, ours, false, said(), nil, 403, "HTTPS"},
		"TLS, another host":                       {open, far, "evil.example", true, nil, nil, 421, ""},
		"TLS, another host by a stranger's word":  {open, far, "evil.example", true, said("X-Forwarded-Host", ours), nil, 421, ""},
		"TLS, this machine's name from elsewhere": {open, far, "127.0.0.1", true, nil, nil, 421, ""},
		"TLS, localhost from elsewhere":           {open, far, "localhost", true, nil, nil, 421, ""},
		"TLS, another port":                       {open, far, ours + ":8443", true, nil, nil, 421, ""},
		"TLS, a dot behind":                       {open, far, ours + ".", true, nil, nil, 421, ""},
		"TLS, a name and a password":              {open, far, "u:p@" + ours, true, nil, nil, 421, ""},
		"TLS, another name of the certificate":    {open, far, "localhost", true, nil, nil, 421, ""},
		"TLS, this machine":                       {open, "127.0.0.1:9", "localhost:8443", true, nil, nil, 200, "here=true"},
		"TLS, a whole address":                    {open, far, ours, true, nil, func(r *http.Request) { r.URL.Scheme, r.URL.Host = "https", ours }, 400, ""},
		"a tunnel":                                {open, far, ours, true, nil, func(r *http.Request) { r.Method, r.URL.Path = http.MethodConnect, "" }, 400, ""},
		"nothing in particular":                   {open, far, ours, true, nil, func(r *http.Request) { r.Method, r.URL.Path = http.MethodOptions, "*" }, 400, ""},
		"the proxy":                               {proxied, proxy, ours, false, said(), nil, 200, "198.51.100.7 qiao.example secure=true here=false 198.51.100.7:0"},
		"the proxy, by its range":                 {proxied, "10.0.1.77:1", ours, false, said(), nil, 200, "198.51.100.7 qiao"},
		"the proxy, by IPv6":                      {proxied, "[fd00::2]:1", ours, false, said(), nil, 200, "198.51.100.7 qiao"},
		"the proxy says the host":                 {proxied, proxy, "10.0.0.9", false, said("X-Forwarded-Host", "other.example:8443"), nil, 200, "198.51.100.7 other.example:8443"},
		"the proxy's asker lied before":           {proxied, proxy, ours, false, []string{"X-Forwarded-For", "127.0.0.1, 10.0.0.2, 198.51.100.7", "X-Forwarded-Proto", "https"}, nil, 200, "198.51.100.7 qiao"},
		"two proxies in a row":                    {proxied, proxy, ours, false, []string{"X-Forwarded-For", "198.51.100.7", "X-Forwarded-For", "10.0.1.3", "X-Forwarded-Proto", "https"}, nil, 200, "198.51.100.7 qiao"},
		"a port behind the address":               {proxied, proxy, ours, false, []string{"X-Forwarded-For", "[2001:db8::7]:443", "X-Forwarded-Proto", "https"}, nil, 200, "2001:db8::7 qiao"},
		"the proxy was asked without TLS":         {proxied, proxy, ours, false, []string{"X-Forwarded-For", "198.51.100.7", "X-Forwarded-Proto", "http"}, nil, 403, ""},
		"the proxy does not say how":              {proxied, proxy, ours, false, []string{"X-Forwarded-For", "198.51.100.7"}, nil, 400, ""},
		"the proxy says it twice":                 {proxied, proxy, ours, false, said("X-Forwarded-Proto", "https"), nil, 400, ""},
		"the proxy says both":                     {proxied, proxy, ours, false, []string{"X-Forwarded-For", "198.51.100.7", "X-Forwarded-Proto", "http, https"}, nil, 400, ""},
		"the proxy does not say for whom":         {proxied, proxy, ours, false, []string{"X-Forwarded-Proto", "https"}, nil, 400, ""},
		"the proxy names nobody":                  {proxied, proxy, ours, false, []string{"X-Forwarded-For", "unknown", "X-Forwarded-Proto", "https"}, nil, 400, ""},
		"the proxy says nothing":                  {proxied, proxy, ours, false, nil, nil, 400, ""},
		"the proxy names two hosts":               {proxied, proxy, ours, false, said("X-Forwarded-Host", ours, "X-Forwarded-Host", "evil.example"), nil, 400, ""},
		"the proxy lists two hosts":               {proxied, proxy, ours, false, said("X-Forwarded-Host", ours+", evil.example"), nil, 421, ""},
		"the proxy asks for another":              {proxied, proxy, "evil.example", false, said(), nil, 421, ""},
		"the proxy asks for this machine":         {proxied, proxy, "localhost", false, said(), nil, 421, ""},
		"the proxy, another port":                 {proxied, proxy, "other.example", false, said(), nil, 421, ""},
		"a stranger beside the proxy":             {proxied, far, ours, false, said(), nil, 403, ""},
		"a stranger beside the proxy, plain":      {proxied, far, ours, false, nil, nil, 403, ""},
		"this machine beside the proxy":           {proxied, "127.0.0.1:9", "127.0.0.1:8080", false, nil, nil, 200, "here=true"},
		"a proxy here says nothing":               {beside, "127.0.0.1:9", "127.0.0.1:8080", false, nil, nil, 400, ""},
		"a proxy here":                            {beside, "127.0.0.1:9", ours, false, said(), nil, 200, "198.51.100.7 qiao.example secure=true here=false"},
		"a proxy here, its asker's host":          {beside, "127.0.0.1:9", "127.0.0.1:8080", false, said(), nil, 421, ""},
		"who watches beside a proxy here":         {beside, "127.0.0.1:9", "127.0.0.1:8080", false, nil, func(r *http.Request) { r.URL.Path = "/ready" }, 200, "here=true"},
		"who watches by a proxy here":             {beside, "127.0.0.1:9", "127.0.0.1:8080", false, said(), func(r *http.Request) { r.URL.Path = "/metrics" }, 421, ""},
		"a connection from nowhere":               {open, "", "127.0.0.1", true, nil, nil, 421, ""},
	} {
		status, body, header := get(c.h, c.from, c.host, c.secure, c.change, c.header...)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d, %q, want %d, %q", name, status, body, c.status, c.says)
		}
		if c.status == 200 && strings.Contains(body, " X-") || strings.Contains(body, " Forwarded") {
			t.Errorf("%s: a header that nobody may believe goes on: %q", name, body)
		}
		if public := c.status == 200 && strings.Contains(body, "secure=true") && !strings.Contains(body, "localhost"); public != (header.Get("Strict-Transport-Security") != "") {
			t.Errorf("%s: Strict-Transport-Security %q", name, header.Get("Strict-Transport-Security"))
		}
		if tried++; status != 200 {
			stopped++
		}
	}
	if len(told.all) != 1 || !told.has("127.0.0.1, on this machine, and is refused, since it is not named") {
		t.Errorf("the operator is told %q", told.all)
	}
	t.Logf("%d tried, %d refused", tried, stopped)
}

// raw sends what no client of ours would.
func raw(t *testing.T, at, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// Requests that name two hosts, none, or another than their own are refused.
func TestARequestNamesOneHost(t *testing.T) {
	e, _ := opened(t, config.Config{Listen: "127.0.0.1:0"}, nil)
	at := e.Listener().Addr().String()
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: " + at + "\r\n\r\n":                                            "200",
		"GET / HTTP/1.1\r\nHost: " + at + "\r\nHost: evil.example\r\n\r\n":                      "400",
		"GET / HTTP/1.1\r\nHost: " + at + "\r\nHost: " + at + "\r\n\r\n":                        "400",
		"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n":                                          "421",
		"GET / HTTP/1.1\r\nHost: " + at + ", evil.example\r\n\r\n":                              "400",
		"GET / HTTP/1.1\r\nHost: " + at + "@evil.example\r\n\r\n":                               "4",
		"GET / HTTP/1.1\r\n\r\n":                                                                "400",
		"GET / HTTP/1.0\r\n\r\n":                                                                "421",
		"GET http://" + at + "/ HTTP/1.1\r\nHost: evil.example\r\n\r\n":                         "400",
		"GET http://evil.example/ HTTP/1.1\r\nHost: " + at + "\r\n\r\n":                         "400",
		"GET http://" + at + "/ HTTP/1.1\r\nHost: " + at + "\r\n\r\n":                           "400",
		"CONNECT evil.example:443 HTTP/1.1\r\nHost: " + at + "\r\n\r\n":                         "400",
		"OPTIONS * HTTP/1.1\r\nHost: " + at + "\r\n\r\n":                                        "400",
		"GET //evil.example/ HTTP/1.1\r\nHost: " + at + "\r\n\r\n":                              "200", // a path of ours: see frame.Next
		"GET / HTTP/1.1\r\nHost: " + at + "\r\nX-Forwarded-Host: evil.example\r\n\r\n":          "400",
		"GET / HTTP/1.0\r\nHost: " + at + "\r\n\r\n":                                            "400", // as a proxy asks that was told nothing
		"GET / HTTP/1.1\r\nHost: " + at + "\r\n X-Folded: evil.example\r\n\r\n":                 "4",
		"POST / HTTP/1.1\r\nHost: " + at + "\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n": "400",
		"GET / HTTP/1.1\r\nHost : " + at + "\r\n\r\n":                                           "400",
	} {
		if got := raw(t, at, request); !strings.HasPrefix(got, "HTTP/1.") || !strings.HasPrefix(got[min(len(got), 9):], want) {
			t.Errorf("%q: %s, want %s", request, got, want)
		}
	}
}

// A certificate is changed while connections come in: none fails, and the first after
// the change has the new one. A pair that is no pair is not taken.
func TestACertificateChangesUnderLoad(t *testing.T) {
	dir := t.TempDir()
	files := pair{filepath.Join(dir, "cert"), filepath.Join(dir, "key")}
	files.write(t, 1, time.Now().Add(time.Hour), "qiao.example")
	var said heard
	e, _ := opened(t, config.Config{Listen: "127.0.0.1:0", TLSCert: files.cert, TLSKey: files.key, Origins: "https://qiao.example"}, said.tell)
	at := e.Listener().Addr().String()
	serial := func() (int64, error) {
		c, err := tls.Dial("tcp", at, &tls.Config{InsecureSkipVerify: true, ServerName: "qiao.example", NextProtos: []string{"h2"}})
		if err != nil {
			return 0, err
		}
		defer func() { _ = c.Close() }()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
	}
	var failed, done atomic.Int64
	stop := make(chan struct{})
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := serial(); err != nil {
					failed.Add(1)
				}
				done.Add(1)
			}
		})
	}
	for want := int64(2); want <= 6; want++ {
		files.write(t, want, time.Now().Add(time.Hour), "qiao.example", "www.qiao.example")
		testkit.Eventually(t, "the new certificate is shown", func() bool { n, err := serial(); return err == nil && n == want })
	}
	for name, spoil := range map[string]func(){
		"no certificate":   func() { files.put(t, files.cert, []byte("no certificate")) },
		"another's key":    func() { _, key := made(t, 9, time.Now().Add(time.Hour), "qiao.example"); files.put(t, files.key, key) },
		"one that is over": func() { files.write(t, 9, time.Now().Add(-time.Minute), "qiao.example") },
		"another's name":   func() { files.write(t, 9, time.Now().Add(time.Hour), "evil.example") },
		"a key for everybody": func() {
			cert, key := made(t, 9, time.Now().Add(time.Hour), "qiao.example")
			open := files.key + ".open" // at no moment is it a good one
			if err := errors.Join(os.WriteFile(open, key, 0o600), os.Chmod(open, 0o644), os.Rename(open, files.key)); err != nil {
				t.Fatal(err)
			}
			files.put(t, files.cert, cert)
		},
		"no files": func() {
			if err := errors.Join(os.Remove(files.cert), os.Remove(files.key)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		spoil()
		if n, err := serial(); err != nil || n != 6 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if !said.has("is not taken") || !said.has("was changed") {
		t.Errorf("the operator is told %q", said.all)
	}
	files.write(t, 7, time.Now().Add(time.Hour), "qiao.example")
	testkit.Eventually(t, "a good one is taken again", func() bool { n, err := serial(); return err == nil && n == 7 })
	close(stop)
	load.Wait()
	if failed.Load() > 0 || done.Load() == 0 {
		t.Errorf("%d of %d connections failed", failed.Load(), done.Load())
	}
}

// What is begun with is a pair for our names, and the key is not everybody's to read.
func TestACertificateIsForOurNames(t *testing.T) {
	dir := t.TempDir()
	files := pair{filepath.Join(dir, "cert"), filepath.Join(dir, "key")}
	cfg := config.Config{Listen: "127.0.0.1:0", TLSCert: files.cert, TLSKey: files.key}
	open := func(cfg config.Config) (string, error) {
		at, err := cfg.Edge()
		if err != nil {
			t.Fatal(err)
		}
		e, err := edge.Open(t.Context(), at, func(string) {})
		if err != nil {
			return "", err
		}
		return e.URL(), e.Listener().Close()
	}
	if _, err := open(cfg); err == nil {
		t.Error("files that are not there are taken")
	}
	files.write(t, 1, time.Now().Add(time.Hour), "*.example")
	if _, err := open(cfg); err == nil || !strings.Contains(err.Error(), "QIAO_ORIGINS") {
		t.Errorf("a certificate of no name: %v", err)
	}
	files.write(t, 1, time.Now().Add(time.Hour), "qiao.example")
	if url, err := open(cfg); err != nil || !strings.HasPrefix(url, "https://qiao.example:") {
		t.Errorf("%s, %v", url, err)
	}
	cfg.Origins = "https://qiao.example"
	if url, err := open(cfg); err != nil || url != "https://qiao.example" {
		t.Errorf("%s, %v", url, err)
	}
	cfg.Origins = "https://other.example"
	if _, err := open(cfg); err == nil {
		t.Error("a certificate of another name is taken")
	}
	cfg.Origins = ""
	if err := os.Chmod(files.key, 0o604); err != nil {
		t.Fatal(err)
	}
	if _, err := open(cfg); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("a key that everybody reads: %v", err)
	}
}

// Old ways of TLS are refused.
func TestOldTLSIsRefused(t *testing.T) {
	dir := t.TempDir()
	files := pair{filepath.Join(dir, "cert"), filepath.Join(dir, "key")}
	files.write(t, 1, time.Now().Add(time.Hour), "qiao.example")
	e, _ := opened(t, config.Config{Listen: "127.0.0.1:0", TLSCert: files.cert, TLSKey: files.key}, func(string) {})
	for name, c := range map[string]struct {
		cfg *tls.Config
		ok  bool
	}{
		"1.3":          {&tls.Config{MinVersion: tls.VersionTLS13}, true},
		"1.2":          {&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, true},
		"1.1":          {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		"1.2 with CBC": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, false},
		"1.2 with RC4": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}}, false},
	} {
		c.cfg.InsecureSkipVerify = true
		conn, err := tls.Dial("tcp", e.Listener().Addr().String(), c.cfg)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			_ = conn.Close()
		}
	}
}

// This machine asks the process how it is, with the certificate that lies in its file.
func TestThisMachineAsks(t *testing.T) {
	dir := t.TempDir()
	files := pair{filepath.Join(dir, "cert"), filepath.Join(dir, "key")}
	files.write(t, 1, time.Now().Add(time.Hour), "qiao.example")
	e, _ := opened(t, config.Config{Listen: "0.0.0.0:0", TLSCert: files.cert, TLSKey: files.key}, func(string) {})
	client, base, err := edge.Asking(e.Listener().Addr().String(), files.cert)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(base + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(b), "here=true") {
		t.Errorf("%d %s %v", resp.StatusCode, b, err)
	}
	client.CloseIdleConnections()
}

// A certificate that ran out while nobody was there keeps no process from starting, nor its
// health from being asked: the operator is told, browsers refuse it, and a new one is taken.
func TestACertificateThatIsOverStopsNothing(t *testing.T) {
	dir := t.TempDir()
	files := pair{filepath.Join(dir, "cert"), filepath.Join(dir, "key")}
	files.write(t, 1, time.Now().Add(-time.Minute), "qiao.example")
	var said heard
	e, _ := opened(t, config.Config{Listen: "0.0.0.0:0", TLSCert: files.cert, TLSKey: files.key}, said.tell)
	if !said.has("NOBODY'S BROWSER TAKES THE CERTIFICATE " + files.cert) {
		t.Errorf("the operator is told %q", said.all)
	}
	client, base, err := edge.Asking(e.Listener().Addr().String(), files.cert)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(base + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	client.CloseIdleConnections()
	_, port, _ := net.SplitHostPort(e.Listener().Addr().String())
	takes := func() error {
		b, err := os.ReadFile(files.cert)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(b)
		c, err := tls.Dial("tcp", "127.0.0.1:"+port, &tls.Config{RootCAs: roots, ServerName: "qiao.example"})
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := takes(); err == nil {
		t.Error("a browser takes it")
	}
	files.write(t, 2, time.Now().Add(time.Hour), "qiao.example")
	testkit.Eventually(t, "the new one is taken", func() bool { return takes() == nil })
}
