package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/standalone"
)

// certificate makes a pair in two files, and returns what trusts it.
func certificate(t *testing.T, dir string, serial int64, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{name}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	for file, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: secret}} {
		path := filepath.Join(dir, file)
		if err := errors.Join(os.WriteFile(path+".new", pem.EncodeToMemory(block), 0o600), os.Rename(path+".new", path)); err != nil {
			t.Fatal(err)
		}
		roots.AppendCertsFromPEM(pem.EncodeToMemory(block))
	}
	return roots
}

// The program serves other machines over TLS: under the certificate's name alone, with
// cookies that no other host sets, and nobody acts there without signing in. A changed
// certificate is shown without a restart.
func TestServingOthers(t *testing.T) {
	const name = "qiao.example"
	dir := t.TempDir()
	roots := certificate(t, dir, 1, name)
	if _, _, err := standalone.Init(t.Context(), standalone.Config{Dir: filepath.Join(dir, "data"), Purpose: standalone.PurposeReal, LogTo: io.Discard}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-listen", ":" + port}, {"-listen", ":" + port, "-tls-cert", filepath.Join(dir, "cert")}, {"-listen", ":" + port, "-proxy", "10.0.0.2"}} {
		if err := serve(t.Context(), append(args, "-data", filepath.Join(dir, "data"))); err == nil {
			t.Fatalf("%v is served", args)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, []string{"-listen", ":" + port, "-data", filepath.Join(dir, "data"), "-tls-cert", filepath.Join(dir, "cert"), "-tls-key", filepath.Join(dir, "key")})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var serial string
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial, ForceAttemptHTTP2: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, VerifyConnection: func(c tls.ConnectionState) error {
		serial = c.PeerCertificates[0].SerialNumber.String()
		return nil
	}}}}
	type answer struct {
		at, proto string
		status    int
		header    http.Header
		url       *url.URL
		body      string
	}
	get := func(at string) (a answer) {
		resp, err := browser.Get(at)
		if err != nil {
			return a
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		return answer{resp.Request.URL.Path, resp.Proto, resp.StatusCode, resp.Header, resp.Request.URL, string(b)}
	}
	base := "https://" + name + ":" + port
	testkit.Eventually(t, "it serves", func() bool { return get(base+"/serving").status == http.StatusOK })
	workers := get(base + "/workers")
	if workers.at != "/sign-in" || workers.proto != "HTTP/2.0" || workers.header.Get("Strict-Transport-Security") == "" || !strings.Contains(workers.body, "/sign-in") {
		t.Fatalf("%s %s: %v", workers.proto, workers.url, workers.header)
	}
	for _, c := range jar.Cookies(workers.url) {
		if !strings.HasPrefix(c.Name, "__Host-") && c.Name != "qiao_lang" {
			t.Errorf("a cookie of any host: %s", c.Name)
		}
	}
	plain, err := http.Get("http://127.0.0.1:" + port + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = plain.Body.Close()
	if plain.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: %s", plain.Status)
	}
	certificate(t, dir, 2, name)
	browser.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
	if get(base + "/serving"); serial != "2" {
		t.Errorf("after the change certificate %s is shown", serial)
	}
}
