package sheet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// TestRefusedRoundTrip writes every row back, and reads the same again from
// both files.
func TestRefusedRoundTrip(t *testing.T) {
	for name := range loadExpected(t) {
		r := openAltay(t, name)
		rows := read(t, r)
		text, workbook := write(t, r, rows, "id_format", "号码应为18位,末位可以是X")
		for encoding, content := range map[Encoding][]byte{UTF8BOM: text, XLSX: workbook} {
			again := open(t, content)
			if again.Encoding() != encoding {
				t.Errorf("the encoding is %s", again.Encoding())
			}
			back := read(t, again)
			equal(t, results(back), results(rows))
			last, was := back[len(back)-1], rows[len(rows)-1]
			if last.Get(RefusedCodeColumn) != "id_format" || last.Get(RefusedReasonColumn) == "" || last.Get(RefusedFileColumn) != name || number(last.Get(RefusedLineColumn)) != was.Line {
				t.Errorf("the reason is %q", last.Raw())
			}
		}
	}
}

// TestRefusedKeepsCells has cells with all that CSV and XML must write in a way
// of their own, a row that is too long, and reasons of an earlier import, which
// do not pile up: where a row first stood is kept.
func TestRefusedKeepsCells(t *testing.T) {
	in := "拒绝原因," + schoolHeader + ",拒绝原因代码,电话,原行号\n" +
		"旧,\" =1+1 \",\"a\r\nb\",\"c\"\"d\",'x,_x000D_<&>\x01,9,old,\t5,77\n" +
		"旧,一小,公办,富蕴县,杜热镇,小学,9,old,6,,多,余\n"
	r := open(t, []byte(in))
	text, workbook := write(t, r, read(t, r), "c", "s")
	for _, content := range [][]byte{text, workbook} {
		again := open(t, content)
		if got := strings.Join(again.Header(), ","); got != schoolHeader+",电话,拒绝原因代码,拒绝原因,原文件,原工作表,原行号" {
			t.Errorf("the header is %s", got)
		}
		rows := read(t, again)
		if want := []string{" =1+1 ", "a\r\nb", `c"d`, "'x", "_x000D_<&>\x01", "9", "\t5", "c", "s", "", "", "77"}; !slices.Equal(rows[0].Raw(), want) {
			t.Errorf("the row is %q", rows[0].Raw())
		}
		if want := []string{"一小", "公办", "富蕴县", "杜热镇", "小学", "9", "6", "c", "s", "test", "", "4", "多", "余"}; !slices.Equal(rows[1].Raw(), want) {
			t.Errorf("the long row is %q", rows[1].Raw())
		}
		wantCode(t, rows[1].Fault(), "too_many_cells")
	}
}

// TestRefusedCSVIsInert requires that no program computes a cell of the CSV,
// and that each reads back unchanged.
func TestRefusedCSVIsInert(t *testing.T) {
	cells := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", " =1", "'=1", "'", "''", "'x", "", "x", "1'"}
	rows := [][]string{strings.Split(schoolHeader, ",")}
	for _, c := range cells {
		rows = append(rows, []string{"校", c, "富蕴县", "镇", "小学", "9"})
	}
	r := open(t, toXLSX(t, rows))
	text, workbook := write(t, r, read(t, r), "c", "s")
	for _, content := range [][]byte{text, workbook} {
		for i, row := range read(t, open(t, content)) {
			if got := row.Get("性质"); got != cells[i] {
				t.Errorf("%q becomes %q", cells[i], got)
			}
		}
	}
	in := newCSVReader(strings.NewReader(string(text)))
	for {
		rec, err := in.next()
		if err != nil {
			break
		}
		for _, c := range rec.cells {
			if first := strings.TrimLeft(c, " \u3000"); first != "" && strings.ContainsAny(first[:1], "=+-@\t\r\n") {
				t.Errorf("a program computes %q", c)
			}
		}
	}
}

// TestRefusedWorkbookSurvivesAProgram opens the workbook of refused rows with a
// program of spreadsheets, mends a cell and saves it: the other cells are as
// they were, and all of them are text to that program.
func TestRefusedWorkbookSurvivesAProgram(t *testing.T) {
	rows := [][]string{workersHeader}
	for range 6 {
		rows = append(rows, workerCells(map[string]string{"公民身份号码": "654399198501010000", "登记日期": "明天", "意向职业代码": "6-14", "联系电话": "09062123456"}))
	}
	r := open(t, toXLSX(t, rows))
	_, workbook := write(t, r, read(t, r), "date_format", "日期无法识别")
	f, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range []string{"B2", "C7", "F4", "S5"} {
		kind, err := f.GetCellType(refusedTab, cell)
		style, err2 := f.GetCellStyle(refusedTab, cell)
		format, err3 := f.GetStyle(style)
		if err != nil || err2 != nil || err3 != nil || kind != excelize.CellTypeInlineString || format.NumFmt != 49 {
			t.Errorf("%s is of type %v and format %+v", cell, kind, format)
		}
	}
	for line := 2; line <= 7; line++ {
		if err := f.SetCellValue(refusedTab, fmt.Sprintf("L%d", line), "2026-08-18"); err != nil {
			t.Fatal(err)
		}
	}
	for i, row := range read(t, open(t, save(t, f))) {
		w, err := row.Worker()
		if err != nil || w.ResidentNumber != "654399198501010000" || w.OccupationCode != "6-14" || w.Phone != "09062123456" || w.RegisteredOn != "2026-08-18" {
			t.Errorf("line %d: %+v, %v", row.Line, w, err)
		}
		if row.Get(RefusedLineColumn) != fmt.Sprint(i+2) {
			t.Errorf("line %d stood on line %s", row.Line, row.Get(RefusedLineColumn))
		}
	}
}

func TestRefusedFile(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, RefusedName(File{Name: "schools.csv"}, "1"))
	make := func(lines int, end func(*RefusedFile) error) {
		r := openAltay(t, "schools_学校学位.csv")
		f := CreateRefused(base, r)
		for _, row := range read(t, r)[:lines] {
			if err := f.Write(row, "c", "s"); err != nil {
				t.Fatal(err)
			}
		}
		if f.Count() != lines {
			t.Errorf("%d rows, want %d", f.Count(), lines)
		}
		if err := end(f); err != nil {
			t.Fatal(err)
		}
	}
	make(0, (*RefusedFile).Close)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("files without rows: %v, %v", left, err)
	}
	make(3, (*RefusedFile).Close)
	make(2, (*RefusedFile).Discard)
	make(0, (*RefusedFile).Close) // what stands there stays
	for _, path := range CreateRefused(base, nil).Paths() {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		b, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if rows := read(t, b.Sheets()[0]); len(rows) != 3 {
			t.Errorf("%d rows, want 3", len(rows))
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRefusedNames requires names that differ by file, sheet and run, and that
// remember the sheet in which a row first stood.
func TestRefusedNames(t *testing.T) {
	for want, f := range map[string]File{
		"workers.csv@2":       {Name: "workers.csv"},
		"workers.tsv@2":       {Name: "workers.tsv"},
		"乡_镇_workers.csv@2":   {Name: "乡/镇/workers.csv"},
		"册.xlsx#红墩镇@2":        {Name: "册.xlsx", Sheet: "红墩镇"},
		"册.xlsx#a_b_c_@2":     {Name: "册.xlsx", Sheet: "a/b#c@"},
		"again.csv@2":         {Name: "again.csv@1.refused.csv"},
		"book.xlsx#红墩镇@2":     {Name: "book.xlsx#红墩镇@20261129-010203.refused.xlsx", Sheet: "待更正"},
		"x.csv.refused.txt@2": {Name: "x.csv.refused.txt"},
	} {
		got := RefusedName(f, "2")
		if got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
		if !isRefused(got+RefusedCSV) || !isRefused(got+RefusedXLSX) {
			t.Errorf("%s is not known again", got)
		}
	}
	if got := refusedOf("册.xlsx#红墩镇@2.refused.csv"); got != "册.xlsx" {
		t.Errorf("the rows are of %s", got)
	}
	if long := RefusedName(File{Name: strings.Repeat("长", 100) + ".csv"}, "20261129-010203") + RefusedXLSX; len(long) > 255 {
		t.Errorf("a name of %d bytes", len(long))
	}
}

func TestReason(t *testing.T) {
	_, err := worker(t, map[string]string{"登记日期": "明天"})
	code, text := Reason(err)
	if code != "date_format" || !strings.HasPrefix(text, "登记日期：日期") || strings.Contains(text, "明天") {
		t.Errorf("%s, %s", code, text)
	}
	for _, e := range []*errs.Error{
		ErrRowTooLong, ErrRowTooLarge, ErrCellTooLong, ErrRowQuote, ErrDate, ErrNumber, ErrYesNo, ErrWageRange, ErrMerged, ErrDigitsLost, ErrScientific,
		ErrErrorValue, ErrFormula, ErrDateCell, ErrBoolCell, ErrHeaderMissing, ErrHeaderDuplicate, ErrEmpty, ErrEncoding, ErrNotReadable, ErrFormat,
		ErrPassword, ErrTooLarge, ErrSheetHidden, ErrRowHidden, ErrColumnHidden, ErrSecondTable, ErrAboveHeader, ErrMoreUnread, ErrProse, ErrOtherFile, ErrRefusedFile, ErrFolder,
	} {
		if code, text := Reason(e); code != e.Code || text == e.Text || text == "" {
			t.Errorf("%s: %s", code, text)
		}
	}
	if code, text := Reason(errs.New(errs.Invalid, "other", "Other.")); code != "other" || text != "Other." {
		t.Errorf("%s, %s", code, text)
	}
}
