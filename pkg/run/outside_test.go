package run

import (
	"os"
	"path/filepath"
	"testing"
)

// A list of other offices is read whole, or not at all.
func TestOtherOfficesAreReadWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outside.json")
	for text, want := range map[string]int{
		``: 0,
		`[{"name": "gov", "issuer": "https://id.example", "client_id": "q", "client_secret": "s", "redirect": "https://q.example/back", "level": 2}]`: 1,
		`[{"name": "province", "login": "https://p.example/login", "token": "t", "user": "u", "level": 1}]`:                                           1,
		`[{"name": "gov", "issuer": "https://id.example", "login": "https://p.example", "level": 2}]`:                                                 -1,
		`[{"name": "gov", "level": 2}]`: -1, `[{"issuer": "https://id.example", "level": 2}]`: -1, `[{"name": "gov", "issuer": "https://id.example", "level": 3}]`: -1,
		`[{"name": "gov", "issuer": "https://id.example", "level": 2, "lvl": 3}]`: -1, `{`: -1,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if all, err := Outsides(path); (err != nil) != (want < 0) || err == nil && len(all) != want {
			t.Errorf("%s: %v, %v", text, all, err)
		}
	}
	if all, err := Outsides(""); err != nil || len(all) != 0 {
		t.Errorf("no file: %v, %v", all, err)
	}
	if _, err := Outsides(path + ".none"); err == nil {
		t.Error("a file that is not there is taken")
	}
}
