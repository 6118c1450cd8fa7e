//go:build e2e

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

// certified makes a certificate for a host, and returns what puts it, with its key, in the
// place of those in a folder.
func certified(t *testing.T, dir, host string, serial int64) (*x509.Certificate, func()) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, DNSNames: []string{host}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, own.Public(), own)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made, func() {
		t.Helper()
		for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: secret}} {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.WriteFile(path+".new", pem.EncodeToMemory(block), 0o600), os.Rename(path+".new", path)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A cluster's pages over TLS: somebody signs in, the certificate is renewed in its place
// without a restart, and the session goes on; without TLS nothing is shown.
func TestAClustersPagesOverTLS(t *testing.T) {
	c := theCluster(t)
	const host = "qiao.example"
	dir, port := t.TempDir(), strconv.Itoa(testkit.FreePort(t))
	first, begin := certified(t, dir, host, 1)
	second, renew := certified(t, dir, host, 2)
	begin()
	o := &office{t: t, url: "https://" + net.JoinHostPort(host, port)}
	console := exec.Command(filepath.Join(filepath.Dir(program), "console"), "-config", filepath.Join(shared.dir, "config", "console.json"))
	console.Env = append(os.Environ(), "QIAO_LISTEN=127.0.0.1:"+port, "QIAO_TLS_CERT="+filepath.Join(dir, "cert"), "QIAO_TLS_KEY="+filepath.Join(dir, "key"), "QIAO_ORIGINS="+o.url)
	if err := console.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(console.Process.Signal(syscall.SIGTERM), console.Wait()); err != nil {
			t.Error(err)
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(first)
	roots.AddCert(second)
	v := o.visitor()
	v.client.Transport = &http.Transport{
		DisableKeepAlives: true, // every request shows the certificate anew
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
		},
	}
	shows := func(serial int64) bool {
		resp, err := v.client.Get(o.url + "/sign-in")
		if err != nil {
			return false
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return errors.Join(err, resp.Body.Close()) == nil && resp.StatusCode == http.StatusOK && resp.TLS.PeerCertificates[0].SerialNumber.Int64() == serial
	}
	testkit.Eventually(t, "the pages are there, with the certificate", func() bool { return shows(1) })
	v.post("/sign-in/players", "player", offered(t, c, "hrss", "clerk"))
	at, err := url.Parse(o.url)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, one := range v.client.Jar.Cookies(at) {
		found = found || one.Name == "__Host-qiao"
	}
	if !found {
		t.Errorf("the session is not this host's alone: %v", v.client.Jar.Cookies(at))
	}
	renew()
	testkit.Eventually(t, "the new certificate is shown", func() bool { return shows(2) })
	if v.get("/me/devices"); v.at.Path != "/me/devices" {
		t.Errorf("whoever signed in before comes to %s", v.at)
	}
	resp, err := http.Get("http://127.0.0.1:" + port + "/sign-in")
	if err == nil {
		b, readErr := io.ReadAll(resp.Body)
		if err := errors.Join(readErr, resp.Body.Close()); err != nil || resp.StatusCode == http.StatusOK || strings.Contains(string(b), "<form") {
			t.Errorf("without TLS: %s %v", resp.Status, err)
		}
	}
}
