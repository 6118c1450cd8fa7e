package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// altay is the folder of one prefecture's sheets.
const altay = "../../services/standalone/testdata/altay-2026"

// workersHeader is the header of a sheet of workers.
var workersHeader = []string{"姓名", "公民身份号码", "联系电话", "居住乡镇(街道)", "意向职业", "意向职业代码", "期望月薪(元)",
	"文化程度", "服务语言", "可上岗日期", "需要住宿", "登记日期", "告知书版本", "本人签字"}

// plainWorker is a worker's row with nothing to change.
func plainWorker() []string {
	return []string{"杨杰", "654399200703031487", "15000018190", "红墩镇", "橡胶和塑料制品制造人员", "6-14", "3400",
		"初级中学教育", "哈萨克语", "2027-01-20", "是", "2026-08-18", "告知书2026-1", "是"}
}

// typed returns the row in the form of its kind.
func typed(row Row) (any, error) {
	switch row.Kind() {
	case Workers:
		return row.Worker()
	case Children:
		return row.Child()
	case Employers:
		return row.Employer()
	case Vacancies:
		return row.Vacancy()
	case Courses:
		return row.Course()
	case Schools:
		return row.School()
	}
	return row.Home()
}

// read returns all rows of a reader and closes it.
func read(t testing.TB, r *Reader) []Row {
	t.Helper()
	var rows []Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", r.Name(), err)
		}
		rows = append(rows, row)
	}
	if err := r.book.Close(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// book opens bytes as a file.
func book(t testing.TB, name string, content []byte) (*Book, error) {
	t.Helper()
	return NewBook(t.Context(), name, bytes.NewReader(content), int64(len(content)))
}

// open opens bytes as a file of one sheet.
func open(t testing.TB, content []byte) *Reader {
	t.Helper()
	b, err := book(t, "test", content)
	if err != nil {
		t.Fatal(err)
	}
	return b.Sheets()[0]
}

// write returns the two files of refused rows that are written for the rows.
func write(t testing.TB, r *Reader, rows []Row, code, sentence string) (text, workbook []byte) {
	t.Helper()
	var a, b bytes.Buffer
	w, err := NewRefusedWriter(&a, &b, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row, code, sentence); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil || w.Count() != len(rows) {
		t.Fatalf("%d of %d rows, %v", w.Count(), len(rows), err)
	}
	return a.Bytes(), b.Bytes()
}

// openAltay opens one of the prefecture's sheets.
func openAltay(t testing.TB, name string) *Reader {
	t.Helper()
	b, err := Open(t.Context(), filepath.Join(altay, name))
	if err != nil {
		t.Fatal(err)
	}
	return b.Sheets()[0]
}

// results returns the typed rows, and the code of each that cannot be read.
// Lines are left out, for a workbook and a CSV with line ends count otherwise.
func results(rows []Row) []any {
	var out []any
	for _, row := range rows {
		row.Line = 0
		value, err := typed(row)
		if err != nil {
			out = append(out, errs.CodeOf(err))
			continue
		}
		out = append(out, value)
	}
	return out
}

// equal fails the test if the two differ and says where.
func equal(t *testing.T, got, want []any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("row %d is\n%+v, want\n%+v", i, got[i], want[i])
		}
	}
}

// toCSV writes a table as CSV.
func toCSV(t testing.TB, table [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(table); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// toGB returns UTF-8 text as GB18030.
func toGB(t testing.TB, text []byte) []byte {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// toUTF16 returns UTF-8 text as UTF-16 with a mark, as spreadsheets save it.
func toUTF16(t testing.TB, text []byte) []byte {
	t.Helper()
	out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// toXLSX returns a table as a workbook of text cells.
func toXLSX(t testing.TB, table [][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range table {
		cells := make([]any, len(row))
		for j := range row {
			cells[j] = row[j]
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetRow(at, cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return save(t, f)
}

// save returns a workbook's bytes.
func save(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// table returns the header and the rows of a sheet as the file has them.
func table(t testing.TB, r *Reader) [][]string {
	t.Helper()
	out := [][]string{r.Header()}
	for _, row := range read(t, r) {
		out = append(out, row.Raw())
	}
	return out
}

// worker reads a single row of a sheet of workers in which some cells are replaced.
func worker(t *testing.T, change map[string]string) (WorkerRow, error) {
	t.Helper()
	row := plainWorker()
	for i, h := range workersHeader {
		if v, ok := change[h]; ok {
			row[i] = v
		}
	}
	rows := read(t, open(t, toCSV(t, [][]string{workersHeader, row})))
	if len(rows) != 1 {
		t.Fatalf("%d rows, want 1", len(rows))
	}
	return rows[0].Worker()
}

// wantCode fails the test if the error has another code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		t.Fatalf("the error is %v, want code %s", err, code)
	}
}

// joined returns notes as one text.
func joined(notes []string) string { return strings.Join(notes, " ") }
