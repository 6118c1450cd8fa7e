// Package spreadsheet writes lists of rows that an office's spreadsheet program opens: a workbook
// of one sheet, all of whose cells are text, or a CSV of which no program computes a cell;
// each row by row in bounded memory.
package spreadsheet

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// How a browser hears of a workbook and of a CSV.
const (
	TypeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	TypeCSV  = "text/csv; charset=utf-8"
)

// xlsxCell is how many letters of UTF-16 a cell of a workbook may have.
const xlsxCell = 32767

// The parts of a workbook of one sheet. Style 1 is text: a program that opens
// the workbook, and saves it, keeps the digits that it finds.
const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`
	rootRels     = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookXML      = xmlHead + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels     = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	stylesXML    = xmlHead + `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
	sheetHead    = xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="512" width="18" style="1" customWidth="1"/></cols><sheetData>`
	rowsEnd      = `</sheetData>`
	sheetEnd     = `</worksheet>`
)

// Sheet is what a workbook's one sheet is called, and what each of its pages bears when it
// is printed.
type Sheet struct {
	Tab  string // at most 31 letters, none of : \ / ? * [ ]
	Mark string // at the head and the foot of each printed page; "" is none
}

// Writer writes a workbook of one sheet, all of whose cells are text. Rows go out as they
// come.
type Writer struct {
	zip   *zip.Writer
	sheet io.Writer
	mark  string
	rows  int
}

// New begins a workbook.
func New(w io.Writer, s Sheet) (*Writer, error) {
	b := &Writer{zip: zip.NewWriter(w), mark: s.Mark}
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", rootRels}, {"xl/workbook.xml", fmt.Sprintf(bookXML, Text(s.Tab))},
		{"xl/_rels/workbook.xml.rels", bookRels}, {"xl/styles.xml", stylesXML}, {"xl/worksheets/sheet1.xml", sheetHead},
	} {
		out, err := b.zip.Create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(out, part.text); err != nil {
			return nil, err
		}
		b.sheet = out // the last is the sheet
	}
	return b, nil
}

// Row writes one row.
func (b *Writer) Row(cells []string) error {
	b.rows++
	n := strconv.Itoa(b.rows)
	var out strings.Builder
	out.WriteString(`<row r="` + n + `">`)
	for i, c := range cells {
		if c != "" {
			fmt.Fprintf(&out, `<c r="%s%s" s="1" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, Column(i), n, Text(c))
		}
	}
	out.WriteString("</row>")
	_, err := io.WriteString(b.sheet, out.String())
	return err
}

// Flush sends what was written so far.
func (b *Writer) Flush() error { return b.zip.Flush() }

// Close completes the workbook.
func (b *Writer) Close() error {
	end := rowsEnd
	if b.mark != "" {
		// The sign & begins a code there.
		mark := "&amp;C" + Text(strings.ReplaceAll(b.mark, "&", "&&"))
		end += `<headerFooter><oddHeader>` + mark + `</oddHeader><oddFooter>` + mark + `</oddFooter></headerFooter>`
	}
	if _, err := io.WriteString(b.sheet, end+sheetEnd); err != nil {
		return err
	}
	return b.zip.Close()
}

// CSV writes a list as text, none of whose cells a spreadsheet program computes. Rows go
// out as they are flushed.
type CSV struct {
	csv   *csv.Writer
	inert []string
}

// NewCSV begins a CSV.
func NewCSV(w io.Writer) (*CSV, error) {
	_, err := io.WriteString(w, "\ufeff") // spreadsheet programs know UTF-8 by it
	return &CSV{csv: csv.NewWriter(w)}, err
}

// Row writes one row.
func (c *CSV) Row(cells []string) error {
	c.inert = c.inert[:0]
	for _, cell := range cells {
		c.inert = append(c.inert, Inert(cell))
	}
	return c.csv.Write(c.inert)
}

// Flush sends what was written so far.
func (c *CSV) Flush() error {
	c.csv.Flush()
	return c.csv.Error()
}

// Close completes the CSV.
func (c *CSV) Close() error { return c.Flush() }

// Inert returns a cell of a CSV as no program computes it: an apostrophe stands before
// what begins like a formula, and before what begins with an apostrophe, so that who reads
// it again can tell the two apart. A workbook's cells need none: they are text.
func Inert(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000\v\f"))
	if strings.ContainsRune("=+-@\t\r\n'＝＋－＠", first) && s != "" {
		return "'" + s
	}
	return s
}

// Column returns the letters of a column, from 0.
func Column(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// Text returns a cell's text as a workbook has it. Signs that XML cannot
// hold, and a text that looks like the way in which they are written, are
// written as _x000D_; what a cell cannot hold is cut.
func Text(s string) string {
	var b strings.Builder
	letters := 0
	for i, r := range s {
		size := max(1, utf16.RuneLen(r))
		if letters += size; letters > xlsxCell-8 {
			break
		}
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '_' && strings.HasPrefix(s[i:], "_x"):
			b.WriteString("_x005F_")
		case r < ' ' && r != '\n' && r != '\t', r == 0xfffe, r == 0xffff:
			fmt.Fprintf(&b, "_x%04X_", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
