package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/standalone"
)

// The first administrator's link is shown on a terminal or goes into a file of its
// owner's alone; what may be kept as a log never holds it.
func TestTheFirstLinkGoesToATerminalOrAFile(t *testing.T) {
	ctx, data := context.Background(), filepath.Join(t.TempDir(), "data")
	cfg := standalone.Config{Dir: data, Purpose: standalone.PurposeReal, LogTo: io.Discard}
	if _, _, err := standalone.Init(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	p, err := standalone.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	const link = "https://qiao.example/sign-in/new?link="
	file := filepath.Join(t.TempDir(), "link")
	for _, c := range []struct {
		what     string
		terminal bool
		file     string
		shown    bool
		says     string
	}{
		{"neither", false, "", false, linkFile},
		{"a terminal", true, "", true, "works once"},
		{"a file", false, file, false, file},
		{"both", true, file, false, file},
	} {
		var out bytes.Buffer
		if err := firstAdministrator(ctx, p, "https://qiao.example", &out, c.terminal, c.file); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), link) != c.shown || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %q", c.what, out.String())
		}
		b, err := os.ReadFile(file)
		if (c.file == "") != errors.Is(err, os.ErrNotExist) || c.file != "" && !strings.HasPrefix(string(b), link) {
			t.Errorf("%s: the file holds %q, %v", c.what, b, err)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := firstAdministrator(ctx, p, "https://qiao.example", io.Discard, false, t.TempDir()+"/none/link"); err == nil {
		t.Error("a file that cannot be written is taken for written")
	}
}

// Who holds the key shuts everybody out; without it, or without saying so, nothing is done.
func TestWhoHoldsTheKeyShutsEverybodyOut(t *testing.T) {
	ctx, data := context.Background(), filepath.Join(t.TempDir(), "data")
	if _, _, err := standalone.Init(ctx, standalone.Config{Dir: data, Purpose: standalone.PurposeReal, LogTo: io.Discard}); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if _, _, err := standalone.Init(ctx, standalone.Config{Dir: other, Purpose: standalone.PurposeReal, LogTo: io.Discard}); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		args []string
		ok   bool
	}{
		"the holder":    {[]string{"-shut-out", "-data", data}, true},
		"no act":        {[]string{"-data", data}, false},
		"another's key": {[]string{"-shut-out", "-data", data, "-key-file", other + ".key"}, false},
		"both":          {[]string{"-shut-out", "-office", "system", "-staff", "s009", "-data", data}, false},
		"nobody":        {[]string{"-office", "system", "-data", data}, false},
		"nowhere":       {[]string{"-office", "system", "-staff", "s009", "-data", data}, false}, // no terminal, and no file
		"no platform":   {[]string{"-shut-out", "-data", data + "x"}, false},
	} {
		if err := administrator(ctx, c.args); (err == nil) != c.ok {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Who holds the key gives an office to somebody, whose link goes into a file alone.
func TestWhoHoldsTheKeyGivesAnOffice(t *testing.T) {
	ctx, data, file := context.Background(), filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "link")
	if _, _, err := standalone.Init(ctx, standalone.Config{Dir: data, Purpose: standalone.PurposeReal, LogTo: io.Discard}); err != nil {
		t.Fatal(err)
	}
	t.Setenv(linkFile, file)
	if err := administrator(ctx, []string{"-office", "boss", "-staff", "s009", "-data", data}); err == nil {
		t.Error("an office that is none")
	}
	for range 2 { // a link that was lost
		if err := administrator(ctx, []string{"-office", "security", "-staff", "s009", "-data", data}); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(file); err != nil || len(strings.TrimSpace(string(b))) != 43 {
			t.Errorf("the file holds %q, %v", b, err)
		}
	}
	if err := administrator(ctx, []string{"-office", "audit", "-staff", "s009", "-data", data}); err == nil {
		t.Error("one person has two offices")
	}
}
