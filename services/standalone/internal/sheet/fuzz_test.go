package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// FuzzNewReader reads arbitrary bytes as a sheet: nothing panics, every error
// is of this package, and what is written back reads the same again. Headed
// bytes get a header before them, so that the rows are reached.
func FuzzNewReader(f *testing.F) {
	for name := range map[string]int{"schools_学校学位.csv": 0, "vacancies_招聘岗位.csv": 0, "workers_654326_吉木乃县.csv": 0} {
		content, err := os.ReadFile(filepath.Join(altay, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content[:min(len(content), 2000)], false)
	}
	f.Add(toXLSX(f, [][]string{workersHeader, plainWorker()}), false)
	f.Add([]byte("一\"\"小\",\"a\r\nb\"x,富蕴县,\",,\n"), true)
	f.Add([]byte("一小,公办,富蕴县,杜热镇,小学,9,多\n"), true)
	f.Fuzz(func(t *testing.T, content []byte, headed bool) {
		if headed {
			content = append([]byte(schoolHeader+"\n"), content...)
		}
		r, err := NewReader("fuzz", bytes.NewReader(content))
		if err != nil {
			known(t, err)
			return
		}
		defer func() { _ = r.Close() }()
		var b bytes.Buffer
		w, err := NewRefusedWriter(&b, r)
		if err != nil {
			t.Fatal(err)
		}
		var rows []Row
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				known(t, err)
				return
			}
			if _, err := typed(row); err != nil {
				known(t, err)
			}
			if row.Fault() == nil {
				rows = append(rows, row)
			}
			if err := w.Write(row, "code", "sentence"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		again(t, b.Bytes(), rows)
	})
}

// again reads what was written and compares the rows that had no fault.
func again(t *testing.T, content []byte, rows []Row) {
	t.Helper()
	r, err := NewReader("again", bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	var back []Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if row.Fault() == nil {
			back = append(back, row)
		}
	}
	if len(back) < len(rows) {
		t.Fatalf("%d rows become %d", len(rows), len(back))
	}
	if len(back) == len(rows) {
		equal(t, results(back), results(rows))
	}
}

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
