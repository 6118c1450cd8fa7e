package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
)

// published writes what is published of a draw with a second pass and a
// correction; the first ticket has a word.
func published(t *testing.T) (file, root string) {
	t.Helper()
	l := &allocate.List{
		Round: "r1", Tie: allocate.SingleTie, Figure: "双色球，中国福彩网", Due: clock.NewDate(2027, 4, 15), Posts: []allocate.Seats{{ID: "a", Seats: 1}},
		Ahead: []allocate.Ahead{{Rule: "HO-14", Below: 1}},
		Entries: []allocate.Entry{
			{Ticket: "AAAA", Word: allocate.NewWord("金山", "NONCE"), Wishes: []allocate.Wish{{Post: 0}}}, {Ticket: "BBBB", Wishes: []allocate.Wish{{Post: 0, Class: 1}}},
		},
	}
	c, err := l.Commit()
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.Draw(c, "03 11", [2]string{"edu-1", "edu-2"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.WriteBundle(&b); err != nil {
		t.Fatal(err)
	}
	p := allocate.Pass{N: 2, On: clock.NewDate(2027, 5, 1), Because: "second_pass", Posts: l.Posts}
	for i, e := range l.Entries {
		if d.Got[i] == allocate.None {
			p.Takes = append(p.Takes, allocate.Taking{Ticket: e.Ticket, Wishes: e.Wishes})
		}
	}
	g, err := p.Run(l, d.Seed)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(g.Append(b.Bytes(), c.Root))
	file = filepath.Join(t.TempDir(), "draw.txt")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, c.Root
}

// Anybody verifies all passes, the root however it was typed, and a receipt.
func TestLotteryVerifySaysWhatHolds(t *testing.T) {
	file, root := published(t)
	for name, c := range map[string]struct {
		args  []string
		wants []string
		fails string
	}{
		"all":           {[]string{"verify", file}, []string{"It holds", "ahead      1 of the entries stand before the rest by rule HO-14", "pass 2     2027-05-01, second_pass: 1 took part, placed 1 of 1 seats"}, ""},
		"capitals":      {[]string{"verify", "-root", " " + strings.ToUpper(root), file}, []string{"The root is the one"}, ""},
		"another root":  {[]string{"verify", "-root", strings.Repeat("0", 64), file}, nil, "not the one that was published"},
		"a receipt":     {[]string{"verify", "-ticket", "aaaa", "-word", "金山", "-nonce", "NONCE", file}, []string{"ticket     AAAA is in the committed list", "it stands before the rest by rule HO-14", "it was drawn with your word"}, ""},
		"another word":  {[]string{"verify", "-ticket", "AAAA", "-word", "银山", "-nonce", "NONCE", file}, nil, "NOT drawn with this word"},
		"not my ticket": {[]string{"verify", "-ticket", "ZZZZ", file}, nil, "NOT in the committed list"},
	} {
		var out bytes.Buffer
		err := verifyLottery(c.args, &out)
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is missing in\n%s", name, want, out.String())
			}
		}
	}
	in, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mailed := append([]byte("\ufeff"), bytes.ReplaceAll(in, []byte("\n"), []byte("\r\n"))...)
	if err := os.WriteFile(file, mailed, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := verifyLottery([]string{"verify", file}, &out); err != nil || !strings.Contains(out.String(), "its lines end otherwise") || !strings.Contains(out.String(), "It holds") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := os.WriteFile(file, bytes.Replace(mailed, []byte("AAAA"), []byte("AAAB"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := verifyLottery([]string{"verify", file}, &out); err == nil || !strings.Contains(err.Error(), "does NOT hold") {
		t.Errorf("a forgery: %v", err)
	}
}
