package config

import (
	"errors"
	"strings"
	"testing"
)

// Others reach a process over TLS alone, by its own certificate or by a proxy that is
// named; anything else is refused with what to do.
func TestWhereAProcessIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		cfg    Config
		says   string // "" is taken
		beyond bool
	}{
		"this machine":                    {Config{Listen: "127.0.0.1:8080"}, "", false},
		"this machine by name":            {Config{Listen: "localhost:0"}, "", false},
		"this machine by IPv6":            {Config{Listen: "[::1]:1"}, "", false},
		"this machine with TLS":           {Config{Listen: "127.0.0.1:1", TLSCert: "c", TLSKey: "k"}, "", false},
		"everywhere with TLS":             {Config{Listen: ":8443", TLSCert: "c", TLSKey: "k"}, "", true},
		"a name with TLS":                 {Config{Listen: "qiao.example:443", TLSCert: "c", TLSKey: "k"}, "", true},
		"behind a proxy":                  {Config{Listen: "0.0.0.0:80", Proxy: "10.0.0.2, fd00::2, 10.1.0.0/16", Origins: "https://qiao.example"}, "", true},
		"behind a proxy on this machine":  {Config{Listen: "127.0.0.1:80", Proxy: "127.0.0.1", Origins: "https://qiao.example"}, "", true},
		"everywhere":                      {Config{Listen: ":8080"}, "QIAO_TLS_CERT", false},
		"all addresses":                   {Config{Listen: "0.0.0.0:8080"}, "QIAO_PROXY", false},
		"all addresses of IPv6":           {Config{Listen: "[::]:8080"}, "plain HTTP", false},
		"an office's address":             {Config{Listen: "192.168.1.1:80"}, "plain HTTP", false},
		"a name that looks like one":      {Config{Listen: "127.evil.example:80"}, "plain HTTP", false},
		"a longer address":                {Config{Listen: "127.0.0.1.evil:80"}, "plain HTTP", false},
		"a certificate without key":       {Config{Listen: ":8443", TLSCert: "c"}, "tls_cert and tls_key", false},
		"a key without certificate":       {Config{Listen: ":8443", TLSKey: "k"}, "tls_cert and tls_key", false},
		"a proxy of no name":              {Config{Listen: ":80", Proxy: "10.0.0.2"}, "origins", false},
		"a proxy of plain pages":          {Config{Listen: ":80", Proxy: "10.0.0.2", Origins: "http://localhost"}, "origins", false},
		"everybody as the proxy":          {Config{Listen: ":80", Proxy: "0.0.0.0/0", Origins: "https://qiao.example"}, "narrow", false},
		"everybody of IPv6 as the proxy":  {Config{Listen: ":80", Proxy: "::/0", Origins: "https://qiao.example"}, "narrow", false},
		"IPv4 in IPv6's clothes as proxy": {Config{Listen: ":80", Proxy: "::ffff:0:0/96", Origins: "https://qiao.example"}, "narrow", false},
		"a name as the proxy":             {Config{Listen: ":80", Proxy: "proxy.example", Origins: "https://qiao.example"}, "proxy.example", false},
		"no port":                         {Config{Listen: "127.0.0.1"}, "listen address", false},
		"a port that is none":             {Config{Listen: "127.0.0.1:http"}, "no port", false},
	} {
		e, err := c.cfg.Edge()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && e.Beyond() != c.beyond {
			t.Errorf("%s: beyond this machine: %v", name, e.Beyond())
		}
	}
	if _, err := (Config{Listen: ":80"}).Edge(); !errors.Is(err, ErrPlain) {
		t.Error(err)
	}
}

// What a request names as its host is parsed: only the very name and port are ours.
func TestAnOriginIsOneHostAndPort(t *testing.T) {
	for origin, hosts := range map[string]map[string]bool{
		"https://qiao.example": {
			"qiao.example": true, "qiao.example:443": true, "QIAO.Example": true,
			"qiao.example:80": false, "qiao.example:8443": false, "qiao.example:": false, "qiao.example:0443": false, "qiao.example:+443": false, "qiao.example:443:443": false, "qiao.example:65979": false,
			"qiao.example.": false, ".qiao.example": false, "qiao..example": false, "x.qiao.example": false, "qiao.example.evil": false, "xqiao.example": false, "qiao.example@evil.example": false, "evil.example#qiao.example": false,
			"qiao.example/": false, "qiao.example\x00": false, " qiao.example": false, "qiao.example, evil.example": false, "[qiao.example]": false, "qіao.example": false, "": false, "127.0.0.1": false,
		},
		"https://qiao.example:8443": {"qiao.example:8443": true, "qiao.example": false, "qiao.example:443": false},
		"https://192.0.2.7":         {"192.0.2.7": true, "192.0.2.7:443": true, "192.0.2.07": false, "192.0.2.7.": false, "0xc0.0.2.7": false, "3221225991": false, "192.0.519": false, "[192.0.2.7]": false, "[::ffff:192.0.2.7]": true},
		"https://[2001:db8::7]":     {"[2001:db8::7]": true, "[2001:DB8:0:0::7]:443": true, "[2001:db8::7%25eth0]": false, "2001:db8::7": false, "[2001:db8::8]": false, "[2001:db8::7]x": false, "[2001:db8::7": false},
	} {
		o, err := ParseOrigin(origin)
		if err != nil || o.String() != origin {
			t.Fatalf("%s is read as %s, %v", origin, o, err)
		}
		for host, want := range hosts {
			if got := o.Is(host); got != want {
				t.Errorf("%s: %q: %v", origin, host, got)
			}
		}
	}
	for _, bad := range []string{"", "qiao.example", "http://qiao.example", "https://", "https://*.example", "https://qiao.example/path", "https://qiao.example?x", "https://qiao.example#x", "https://u@qiao.example", "https://qiao.example:0", "https://qiao.example:", "https://qiao.example.", "ftp://qiao.example", "https:qiao.example", "https://127.1", "https://a b"} {
		if o, err := ParseOrigin(bad); err == nil {
			t.Errorf("%q is read as %s", bad, o)
		}
	}
	if o, err := ParseOrigin("HTTPS://Qiao.Example:443/"); err != nil || o.String() != "https://qiao.example" {
		t.Errorf("%s, %v", o, err)
	}
}
