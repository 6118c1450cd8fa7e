//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// TestAnybodyCanCheckADraw runs the program as somebody would who has nothing
// but the published file and the published root.
func TestAnybodyCanCheckADraw(t *testing.T) {
	l := allocate.List{
		Round: "2027-654301-primary", Tie: allocate.SingleTie, Figure: "双色球第2027042期的红球号码", Due: clock.NewDate(2027, 4, 15),
		Posts: []allocate.Seats{{ID: "school-1", Seats: 1}},
		Entries: []allocate.Entry{
			{Ticket: "AAAA-1111", Wishes: []allocate.Wish{{}}},
			{Ticket: "BBBB-2222", Word: allocate.NewWord("桥", "nonce"), Wishes: []allocate.Wish{{}}},
		},
	}
	c, err := l.Commit()
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.Draw(c, "03 11 17 22 28 33", [2]string{"edu-17", "edu-23"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.WriteBundle(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bundle.txt")
	write := func(content []byte) {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(b.Bytes())
	out, err := qiao(t, "lottery", "verify", "-root", c.Root, file)
	if err != nil || !strings.Contains(string(out), "placed 1 of 1 seats") || !strings.Contains(string(out), d.Seed) {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := qiao(t, "lottery", "verify", "-root", strings.Repeat("0", 64), file); err == nil {
		t.Error("another root is taken")
	}
	write(bytes.Replace(b.Bytes(), []byte("entry AAAA-1111 - 0 0:0"), []byte("entry AAAA-1111 - 0 0:1"), 1))
	if _, err := qiao(t, "lottery", "verify", file); err == nil {
		t.Error("an altered list is taken")
	}
}
