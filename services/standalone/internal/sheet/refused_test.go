package sheet

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// TestRefusedRoundTrip writes every row back and reads the same again.
func TestRefusedRoundTrip(t *testing.T) {
	for name := range loadExpected(t) {
		r := openAltay(t, name)
		var b bytes.Buffer
		w, err := NewRefusedWriter(&b, r)
		if err != nil {
			t.Fatal(err)
		}
		rows := read(t, r)
		for _, row := range rows {
			if err := w.Write(row, "id_format", "号码应为18位,末位可以是X"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil || w.Count() != len(rows) {
			t.Fatalf("%d of %d rows, %v", w.Count(), len(rows), err)
		}
		again := open(t, b.Bytes())
		if again.Encoding() != UTF8BOM {
			t.Errorf("the encoding is %s", again.Encoding())
		}
		back := read(t, again)
		equal(t, results(back), results(rows))
		if last := back[len(back)-1]; last.Get(RefusedCodeColumn) != "id_format" || last.Get(RefusedReasonColumn) == "" {
			t.Errorf("the reason is %q", last.Raw())
		}
	}
}

// TestRefusedKeepsCells has cells with all that CSV must quote, a row that is
// too long, and reasons of an earlier import, which do not pile up.
func TestRefusedKeepsCells(t *testing.T) {
	in := "拒绝原因," + schoolHeader + ",拒绝原因代码,电话\n" +
		"旧,\" =1+1 \",\"a\r\nb\",\"c\"\"d\",'x,小学,9,old,\t5\n" +
		"旧,一小,公办,富蕴县,杜热镇,小学,9,old,6,多,余\n"
	r := open(t, []byte(in))
	var b bytes.Buffer
	w, err := NewRefusedWriter(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range read(t, r) {
		if err := w.Write(row, "c", "s"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	again := open(t, b.Bytes())
	if got := strings.Join(again.Header(), ","); got != schoolHeader+",电话,拒绝原因代码,拒绝原因" {
		t.Errorf("the header is %s", got)
	}
	rows := read(t, again)
	if want := []string{" =1+1 ", "a\r\nb", `c"d`, "'x", "小学", "9", "\t5", "c", "s"}; !slices.Equal(rows[0].Raw(), want) {
		t.Errorf("the row is %q", rows[0].Raw())
	}
	if want := []string{"一小", "公办", "富蕴县", "杜热镇", "小学", "9", "6", "c", "s", "多", "余"}; !slices.Equal(rows[1].Raw(), want) {
		t.Errorf("the long row is %q", rows[1].Raw())
	}
	wantCode(t, rows[1].Fault(), "too_many_cells")
}

func TestRefusedFile(t *testing.T) {
	dir := t.TempDir()
	path := RefusedName(filepath.Join(dir, "schools.csv"))
	if filepath.Base(path) != "schools.refused.csv" || RefusedName(path) != path || RefusedName("甲.乙.XLSX") != "甲.乙.refused.csv" || RefusedName("甲.乙") != "甲.乙.refused.csv" {
		t.Fatalf("the path is %s", path)
	}
	write := func(lines int, end func(*RefusedFile) error) {
		r := openAltay(t, "schools_学校学位.csv")
		f, err := CreateRefused(path, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range read(t, r)[:lines] {
			if err := f.Write(row, "c", "s"); err != nil {
				t.Fatal(err)
			}
		}
		if err := end(f); err != nil || f.Path() != path {
			t.Fatal(err)
		}
	}
	write(3, (*RefusedFile).Close)
	write(2, (*RefusedFile).Discard)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if rows := read(t, r); len(rows) != 3 {
		t.Errorf("%d rows, want 3", len(rows))
	}
	write(0, (*RefusedFile).Close)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestReason(t *testing.T) {
	_, err := worker(t, map[string]string{"登记日期": "明天"})
	code, text := Reason(err)
	if code != "date_format" || !strings.HasPrefix(text, "登记日期：日期") || strings.Contains(text, "明天") {
		t.Errorf("%s, %s", code, text)
	}
	for _, e := range []*errs.Error{ErrRowTooLong, ErrRowQuote, ErrDate, ErrNumber, ErrYesNo, ErrWageRange} {
		if code, text := Reason(e); code != e.Code || text == e.Text || text == "" {
			t.Errorf("%s: %s", code, text)
		}
	}
	if code, text := Reason(errs.New(errs.Invalid, "other", "Other.")); code != "other" || text != "Other." {
		t.Errorf("%s, %s", code, text)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	school := schoolHeader + "\n一小,公办,富蕴县,杜热镇,小学,9\n"
	book := toXLSX(t, [][]string{workersHeader, plainWorker()})
	for name, content := range map[string]string{
		"b.CSV": school, "a.csv": school, "书.xlsx": string(book), "really-xlsx.csv": string(book), "notes.txt": "hello",
		"old.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "empty.csv": "", "expected.json": "{}", "README.md": "x",
		".hidden.csv": school, "~$书.xlsx": "x", "a.refused.csv": school,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		entry := f.Name + " " + f.Kind.String()
		if f.Err != nil {
			entry += " " + errs.CodeOf(f.Err)
		}
		got = append(got, entry)
	}
	want := []string{"a.csv schools", "b.CSV schools", "really-xlsx.csv workers", "书.xlsx workers",
		"empty.csv unknown sheet.empty", "notes.txt unknown sheet.header_missing", "old.xls unknown sheet.not_readable"}
	if !slices.Equal(got, want) {
		t.Errorf("the folder has %q", got)
	}
	_, err = Folder(filepath.Join(dir, "none"))
	wantCode(t, err, "sheet.not_readable")
}
