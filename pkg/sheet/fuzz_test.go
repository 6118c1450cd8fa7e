package sheet

import (
	"fmt"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// known fails the test if the error is not one that somebody declared.
func known(t *testing.T, err error) {
	t.Helper()
	if code := errs.CodeOf(err); code == "internal" || code == "sheet.wrong_kind" {
		t.Fatalf("an error nobody declared: %v", err)
	}
}

// FuzzValues reads arbitrary text as every kind of value.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"2026年8月18日", "46252.5", "¥3,400.50元", "６－１４", `="1"`, "叶尔肯 • 努尔兰", "+86 138", "'", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if day, ok := parseDate(s); ok {
			if same, ok := parseDate(day); !ok || same != day {
				t.Errorf("%q is %q, and that is %q", s, day, same)
			}
		}
		if fen, _, ok := parseMoney(s); ok && (fen < 0 || fen > 99999999999) {
			t.Errorf("%q is %d fen", s, fen)
		}
		for _, by := range []func(string) string{squeeze, prose, properName, occupationText, codeText, phoneText} {
			_ = by(s)
		}
	})
}

// BenchmarkRead reads and types 100,000 rows of workers.
func BenchmarkRead(b *testing.B) {
	rows := [][]string{workersHeader}
	for i := range 100_000 {
		row := plainWorker()
		row[2] = fmt.Sprint(15000000000 + i)
		rows = append(rows, row)
	}
	text := toCSV(b, rows)
	for name, content := range map[string][]byte{"utf8": text, "gb18030": toGB(b, text), "xlsx": toXLSX(b, rows)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				for _, row := range read(b, open(b, content)) {
					if _, err := row.Worker(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
