package config

import "testing"

// S11: 127.evil.example passed, since text was compared.
func TestOnlyThisMachineIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "localhost:8080": true, "127.0.0.1": true, "127.0.0.1:80": true, "127.9.8.7:1": true, "[::1]": true, "[::1]:8080": true,
		"[::ffff:127.0.0.1]:80": true,
		"":                      false, "127.evil.example": false, "127.0.0.1.evil.example": false, "127.0.0.1.evil.example:80": false, "localhost.evil": false, "evil.localhost": false,
		"localhost.": false, "127.0.0.1.": false, "127.1": false, "127.0.0.01": false, "0x7f.0.0.1": false, "2130706433": false, "0.0.0.0": false, "[::]": false, "::1": false,
		"[::1": false, "::1]": false, "[localhost]": false, "[127.0.0.1]": false, "user@127.0.0.1": false, "user:pw@127.0.0.1:80": false, "127.0.0.1:": false, "127.0.0.1:0": false, "127.0.0.1:99999": false,
		"127.0.0.1:80:80": false, "127.0.0.1/": false, " 127.0.0.1": false, "127.0.0.1\x00": false, "[::1%25lo]:80": false, "[fe80::1]": false, "127.0.0.1:080": false, "127.0.0.1:+80": false, "[127.0.0.1]:80": false, "localhost:80:": false, "[::1]:": false, "[::1]x": false, "192.168.1.1": false, "example.com": false,
	} {
		if got := LoopbackHost(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
