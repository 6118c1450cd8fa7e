package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// peak returns how many MiB the process held at most while f ran.
func peak(t testing.TB, f func()) int {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	f()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib >> 10
}

// repeated is a text of so many bytes.
func repeatedText(s string, size int) string { return strings.Repeat(s, size/len(s)+1) }

// TestBombs has workbooks that are small and unpack to much (K12, S9). Each is
// refused, or costs the row that it stands in; memory does not follow.
func TestBombs(t *testing.T) {
	parts := func(sheet, texts string) map[string]string {
		return map[string]string{
			"_rels/.rels":                rootRels,
			"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
			"xl/worksheets/sheet1.xml":   sheet, "xl/sharedStrings.xml": texts,
		}
	}
	data := func(rows string) string { return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>` }
	head := raw(1, "", schoolColumns...)
	last := raw(9, "", school("末校")...)
	const size = 16 << 20
	for name, c := range map[string]struct {
		content func() []byte
		want    string
	}{
		"empty texts": {func() []byte { return zipped(t, parts(data(head), "<sst>"+repeatedText("<si/>", size)+"</sst>")) }, "sheet.too_large"},
		"texts of runs": {func() []byte {
			return zipped(t, parts(data(head), "<sst><si>"+repeatedText("<r><t>长</t></r>", size)+"</si></sst>"))
		}, ""},
		"one long text": {func() []byte {
			return zipped(t, parts(data(head), "<sst><si><t>"+repeatedText("长", size)+"</t></si></sst>"))
		}, ""},
		"a long cell": {func() []byte {
			return zipped(t, parts(data(head+`<row r="2"><c t="inlineStr"><is><t>`+repeatedText("长", size)+`</t></is></c></row>`+last), "<sst/>"))
		}, "cell_too_long 末校"},
		"a long tag": {func() []byte {
			return zipped(t, parts(data(head+`<row r="2" x="`+repeatedText("x", size)+`"></row>`+last), "<sst/>"))
		}, "sheet.not_readable"},
		"a long comment": {func() []byte {
			return zipped(t, parts(data(head+`<!-- `+repeatedText("x", size)+`-->`+last), "<sst/>"))
		}, "sheet.not_readable"},
		"deep": {func() []byte {
			return zipped(t, parts(data(head+`<row r="2"><c r="A2">`+repeatedText("<a>", size)), "<sst/>"))
		}, "sheet.not_readable"},
		"a million columns": {func() []byte {
			return zipped(t, parts(data(head+`<row r="2">`+repeatedText("<c><v>1</v></c>", size)+`</row>`+last), "<sst/>"))
		}, "too_many_cells 末校"},
		"far column": {func() []byte {
			return zipped(t, parts(data(head+`<row r="2"><c r="ZZZZ2"><v>1</v></c></row>`), "<sst/>"))
		}, "sheet.not_readable"},
		"far row":            {func() []byte { return zipped(t, parts(data(head+`<row r="1048577"><c><v>1</v></c></row>`), "<sst/>")) }, "sheet.not_readable"},
		"rows without cells": {func() []byte { return zipped(t, parts(data(head+repeatedText("<row/>", size)), "<sst/>")) }, "sheet.not_readable"},
		"many parts": {func() []byte {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			for i := range 200_000 {
				if _, err := w.Create(fmt.Sprint("part", i)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}, "sheet.too_large"},
		"merged all over": {func() []byte {
			return zipped(t, parts(`<worksheet><sheetData>`+head+last+`</sheetData><mergeCells>`+repeatedText(`<mergeCell ref="A2:XFD1048576"/>`, size)+`</mergeCells></worksheet>`, "<sst/>"))
		}, "sheet.too_large"},
		"entities": {func() []byte {
			return zipped(t, parts(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`+data(head+raw(2, "", "x")+strings.ReplaceAll(last, "末校", "末校&b;")), "<sst/>"))
		}, "末校"},
	} {
		content := c.content()
		var got string
		held := peak(t, func() {
			b, err := book(t, "bomb.xlsx", content)
			if err != nil {
				got = errs.CodeOf(err)
				return
			}
			for r := b.Sheets()[0]; ; {
				row, err := r.Next()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					got = errs.CodeOf(err)
					return
				}
				if row.Fault() != nil {
					got += errs.CodeOf(row.Fault()) + " "
				} else if strings.Contains(row.Get("学校"), "末校") {
					got += "末校"
				}
			}
		})
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if held > 400*detector {
			t.Errorf("%s: %d MiB held", name, held)
		}
	}
}

// TestReadingEndsWithItsCaller cancels the reading of a large sheet.
func TestReadingEndsWithItsCaller(t *testing.T) {
	rows := [][]string{workersHeader}
	for range 20_000 {
		rows = append(rows, plainWorker())
	}
	for name, content := range map[string][]byte{"csv": toCSV(t, rows), "xlsx": toXLSX(t, rows)} {
		ctx, end := context.WithCancel(t.Context())
		b, err := NewBook(ctx, name, bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		end()
		n := 0
		for err == nil {
			_, err = b.Sheets()[0].Next()
			n++
		}
		if !errors.Is(err, context.Canceled) || n > 10_000 {
			t.Errorf("%s: %v after %d rows", name, err, n)
		}
	}
}

// heldAtMost is how many MiB a run of the fuzz tests may hold, the runner's own
// included.
const heldAtMost = 512

// FuzzCSV puts arbitrary lines between rows that are marked. Nothing panics, and
// each marked row comes back, whole or in another row's quoted cell, or is named
// as not read.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("一\"\"小\",\"a\r\nb\"x,富蕴县,\",,\n"), byte(0))
	f.Add([]byte("\"\n\"\n\"\"\n\"\"\"\n,\"\n"), byte(0))
	f.Add([]byte("小区,房号,月租(元),县(市)\n合计,,,,,3\n填表人:\n"), byte(1))
	f.Add([]byte("=1+1,'x,#N/A,6.54E+17,\x00,\xef\xbb\xbf\n"), byte(2))
	f.Fuzz(func(t *testing.T, content []byte, form byte) {
		var text bytes.Buffer
		text.WriteString(schoolHeader + "\n")
		marks := 0
		for line := range bytes.Lines(bytes.ToValidUTF8(content, []byte("?"))) {
			text.Write(bytes.TrimSuffix(line, []byte("\n")))
			fmt.Fprintf(&text, "\n标记%d号校,公办,富蕴县,杜热镇,小学,9\n", marks)
			marks++
		}
		file := text.Bytes()
		switch form % 3 {
		case 1:
			file = toGB(t, bytes.ToValidUTF8(bytes.ReplaceAll(file, []byte("\ufffd"), nil), nil))
		case 2:
			file = toUTF16(t, bytes.ReplaceAll(file, []byte("\ufffd"), nil))
		}
		if held := peak(t, func() { marked(t, file, marks) }); held > heldAtMost*detector {
			t.Fatalf("%d MiB held", held)
		}
	})
}

// marked reads a text with so many marked rows and requires each of them.
func marked(t *testing.T, file []byte, marks int) {
	t.Helper()
	b, err := book(t, "fuzz", file)
	if err != nil {
		known(t, err)
		return
	}
	r := b.Sheets()[0]
	rows := drain(t, r)
	var all strings.Builder
	for _, row := range rows {
		all.WriteString(strings.Join(row.Raw(), "\x00"))
	}
	unread := 0
	for _, u := range b.Unread() {
		unread += u.Rows
	}
	for i := range marks {
		if !strings.Contains(all.String(), fmt.Sprintf("标记%d号校", i)) {
			unread--
		}
	}
	for _, row := range rows {
		if code := errs.CodeOf(row.Fault()); row.Fault() != nil && (code == "cell_too_long" || code == "row_too_large" || code == "too_many_cells") {
			return // such a row is not kept whole
		}
	}
	if unread < 0 {
		t.Fatalf("%d marked rows are gone without a word", -unread)
	}
	sameAgain(t, r, rows)
}

// FuzzXLSX reads arbitrary bytes as a workbook, as the rows of a sheet, and as
// the texts of a workbook: nothing panics, and memory is bounded.
func FuzzXLSX(f *testing.F) {
	good := raw(2, "", school("一小")...)
	for _, s := range []string{good, raw(2, "", "n2:1", "e:#N/A", "b:1", "f:1"), `<row r="3" hidden="1"><c t="s"><v>0</v></c></row>`, "</sheetData><mergeCells><mergeCell ref=\"A1:B9\"/></mergeCells>"} {
		f.Add([]byte(s), byte(0))
	}
	f.Add([]byte(`<si><r><t>a</t></r><rPh><t>b</t></rPh></si><si/>`), byte(1))
	f.Add(rawBook(f, "", rawTab{name: "甲", rows: raw(1, "", schoolColumns...) + good}), byte(2))
	f.Fuzz(func(t *testing.T, content []byte, form byte) {
		file := content
		switch form % 3 {
		case 0:
			file = rawBook(t, "", rawTab{name: "甲", rows: raw(1, "", schoolColumns...) + string(content)})
		case 1:
			file = zipped(t, map[string]string{
				"_rels/.rels":                rootRels,
				"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>`,
				"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
				"xl/worksheets/sheet1.xml":   `<worksheet><sheetData>` + raw(1, "", schoolColumns...) + `<row r="2"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row></sheetData></worksheet>`,
				"xl/sharedStrings.xml":       "<sst>" + string(content) + "</sst>",
			})
		}
		held := peak(t, func() {
			b, err := book(t, "fuzz.xlsx", file)
			if err != nil {
				known(t, err)
				return
			}
			for _, r := range b.Sheets() {
				sameAgain(t, r, drain(t, r))
			}
			_ = b.Unread()
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		})
		if held > heldAtMost*detector {
			t.Fatalf("%d MiB held", held)
		}
	})
}

// drain returns a reader's rows up to its end or to what ends it.
func drain(t *testing.T, r *Reader) []Row {
	t.Helper()
	var rows []Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			known(t, err)
			return rows
		}
		if _, err := typed(row); err != nil {
			known(t, err)
		}
		rows = append(rows, row)
	}
}

// sameAgain writes the rows out to be mended and requires that both files give
// them back, those that were faultless with the same values.
func sameAgain(t *testing.T, r *Reader, rows []Row) {
	t.Helper()
	text, workbook := write(t, r, rows, "code", "sentence")
	for _, content := range [][]byte{text, workbook} {
		b, err := book(t, "again", content)
		if err != nil {
			t.Fatal(err)
		}
		var back []Row
		for _, row := range drain(t, b.Sheets()[0]) {
			if number(row.Get(RefusedLineColumn)) > 0 {
				back = append(back, row)
			}
		}
		seen := map[string]Row{}
		for _, row := range back {
			seen[row.Get(RefusedLineColumn)] = row
		}
		for _, row := range rows {
			value, err := typed(row)
			if err != nil {
				continue
			}
			again, ok := seen[fmt.Sprint(row.Line)]
			if !ok {
				t.Fatalf("line %d did not come back", row.Line)
			}
			again.Line = row.Line
			if got, err := typed(again); err != nil || fmt.Sprint(got) != fmt.Sprint(value) {
				t.Fatalf("line %d comes back as %+v, %v; want %+v", row.Line, got, err, value)
			}
		}
	}
}
