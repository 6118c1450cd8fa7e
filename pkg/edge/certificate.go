package edge

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qiao-platform/qiao/pkg/config"
)

// certificates are read from files, and read again as soon as a connection comes in
// after they changed. A pair that is no pair, is over, or does not hold for our names is
// not taken: the one before goes on. One that is over is begun with all the same, loudly:
// browsers refuse it by themselves, and what needs none, on this machine, goes on.
type certificates struct {
	cert, key string
	origins   []config.Origin
	tell      func(string)

	now  atomic.Pointer[tls.Certificate]
	mu   sync.Mutex // one reads
	seen atomic.Pointer[stamp]
}

// stamp tells one state of the two files from another.
type stamp [2]os.FileInfo

func (s *stamp) same(o *stamp) bool {
	for i := range s {
		if !os.SameFile(s[i], o[i]) || s[i].Size() != o[i].Size() || !s[i].ModTime().Equal(o[i].ModTime()) {
			return false
		}
	}
	return true
}

// open reads the files for the first time.
func open(cert, key string, origins []config.Origin, tell func(string)) (*certificates, error) {
	c := &certificates{cert: cert, key: key, tell: tell}
	for _, o := range origins {
		if o.Scheme == "https" {
			c.origins = append(c.origins, o)
		}
	}
	at, err := c.stamp()
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	pair, err := c.read()
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", cert, err)
	}
	if err := holds(pair); err != nil && tell != nil {
		tell(fmt.Sprintf("NOBODY'S BROWSER TAKES THE CERTIFICATE %s: %v. Renew it; the new one is taken without a restart", cert, err))
	}
	c.now.Store(pair)
	c.seen.Store(at)
	return c, nil
}

// config is how TLS is spoken: not below 1.2, and there only with what keeps the past
// secret and was not broken.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			c.refresh()
			return c.now.Load(), nil
		},
	}
}

// refresh reads the files again where they are others than those read last. While one
// connection does, the others go on with what there is.
func (c *certificates) refresh() {
	at, err := c.stamp()
	if err != nil || at.same(c.seen.Load()) || !c.mu.TryLock() {
		return // files that are away for the moment of their change are asked for again
	}
	defer c.mu.Unlock()
	pair, err := c.read()
	if err == nil {
		err = holds(pair)
	}
	if again, statErr := c.stamp(); statErr != nil || !again.same(at) {
		return // they changed meanwhile
	}
	c.seen.Store(at)
	if err != nil {
		c.tell(fmt.Sprintf("the changed certificate is not taken, and the one before goes on: %v", err))
		return
	}
	c.now.Store(pair)
	c.tell("the certificate was changed; the new one holds until " + c.now.Load().Leaf.NotAfter.Format(time.DateOnly))
}

func (c *certificates) stamp() (*stamp, error) {
	var s stamp
	for i, name := range []string{c.cert, c.key} {
		var err error
		if s[i], err = os.Stat(name); err != nil {
			return nil, err
		}
	}
	return &s, nil
}

var errReadable = errors.New("everybody on this machine can read the key: take that right away (chmod o-r)")

// read is the pair that lies in the files, if it is one for us.
func (c *certificates) read() (*tls.Certificate, error) {
	info, err := os.Stat(c.key)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o004 != 0 {
		return nil, errReadable
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, err
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, err
		}
	}
	for _, o := range c.origins {
		if err := pair.Leaf.VerifyHostname(o.Host); err != nil {
			return nil, err
		}
	}
	return &pair, nil
}

// holds returns why a pair does not hold today.
func holds(pair *tls.Certificate) error {
	if now := time.Now(); now.After(pair.Leaf.NotAfter) || now.Before(pair.Leaf.NotBefore) {
		return fmt.Errorf("it holds from %s until %s", pair.Leaf.NotBefore.Format(time.DateTime), pair.Leaf.NotAfter.Format(time.DateTime))
	}
	return nil
}

// names are those that the certificate holds for, the main one first.
func (c *certificates) names() []string {
	leaf := c.now.Load().Leaf
	all := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		all = append(all, ip.String())
	}
	return all
}
