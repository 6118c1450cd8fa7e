package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/spreadsheet"
)

// A rawTab is a sheet of a workbook, its parts as XML.
type rawTab struct{ name, state, columns, rows, merges string }

// rawStyles are the formats that raw cells may have, by number.
var rawStyles = []string{"General", "yyyy/m/d", "0.00,", "0", "0%", `yyyy"年"m"月"d"日"`, "h:mm", "@", "0.0", `[$-804]aaaa`, "#,##0.00_);[Red](#,##0.00)", "mmm-yy", `0.00E+00`, "[h]:mm"}

// rootRels is where a workbook's parts begin.
const rootRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`

// rawBook returns a workbook of the sheets, with what stands before them.
func rawBook(t testing.TB, properties string, tabs ...rawTab) []byte {
	t.Helper()
	var formats, cells, sheets, rels strings.Builder
	for i, f := range rawStyles {
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, spreadsheet.Text(strings.ReplaceAll(f, `"`, "&quot;")))
		fmt.Fprintf(&cells, `<xf numFmtId="%d"/>`, 164+i)
	}
	parts := map[string]string{
		"_rels/.rels":   rootRels,
		"xl/styles.xml": `<styleSheet><numFmts>` + strings.ReplaceAll(formats.String(), "&amp;quot;", "&quot;") + `</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>` + cells.String() + `</cellXfs></styleSheet>`,
	}
	for i, tab := range tabs {
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>`, tab.name, i+1, tab.state, i+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="http://x/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = `<worksheet>` + tab.columns + `<sheetData>` + tab.rows + `</sheetData>` + tab.merges + `</worksheet>`
	}
	parts["xl/workbook.xml"] = `<workbook xmlns:r="r">` + properties + `<sheets>` + sheets.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships>` + rels.String() + `<Relationship Id="s" Type="http://x/relationships/styles" Target="/xl/styles.xml"/></Relationships>`
	return zipped(t, parts)
}

// zipped returns an archive of the parts.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// raw writes a row of cells. One that begins with a kind and a colon is of that
// kind: n a number, with its format's number behind the n, e an error, b a yes
// or no, f a formula without a result, d a day in words; any other is text.
func raw(line int, attrs string, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d" %s>`, line, attrs)
	for i, c := range cells {
		at := fmt.Sprintf("%s%d", spreadsheet.Column(i), line)
		kind, value, found := strings.Cut(c, ":")
		switch {
		case c == "":
		case found && kind == "e":
			fmt.Fprintf(&b, `<c r="%s" t="e"><v>%s</v></c>`, at, value)
		case found && kind == "b":
			fmt.Fprintf(&b, `<c r="%s" t="b"><v>%s</v></c>`, at, value)
		case found && kind == "f":
			fmt.Fprintf(&b, `<c r="%s"><f>%s</f></c>`, at, value)
		case found && kind == "d":
			fmt.Fprintf(&b, `<c r="%s" t="d"><v>%s</v></c>`, at, value)
		case found && len(kind) > 0 && kind[0] == 'n' && len(kind) < 4:
			fmt.Fprintf(&b, `<c r="%s" s="%s"><v>%s</v></c>`, at, kind[1:], value)
		default:
			fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, spreadsheet.Text(c))
		}
	}
	return b.String() + "</row>"
}

// row returns the cells of a row of workers in which some are replaced.
func workerCells(change map[string]string) []string {
	row := plainWorker()
	for i, h := range workersHeader {
		if v, ok := change[h]; ok {
			row[i] = v
		}
	}
	return row
}

// both reads a row of workers that is stored in a workbook's cells, writes it
// out to be mended, and requires that it is refused there for the same reason
// or reads the same.
func both(t *testing.T, properties string, cells []string) (WorkerRow, error) {
	t.Helper()
	r := open(t, rawBook(t, properties, rawTab{name: "一", rows: raw(1, "", workersHeader...) + raw(2, "", cells...)}))
	rows := read(t, r)
	if len(rows) != 1 {
		t.Fatalf("%q: %d rows; %v", cells, len(rows), r.Skipped())
	}
	w, err := rows[0].Worker()
	text, workbook := write(t, r, rows, "c", "s")
	for _, content := range [][]byte{text, workbook} {
		again := read(t, open(t, content))
		if len(again) != 1 {
			t.Fatalf("%q: %d rows were written out", cells, len(again))
		}
		_, err2 := again[0].Worker()
		if kept := rows[0].isNumber("公民身份号码") || rows[0].isNumber("联系电话"); kept && err != nil {
			continue // what is left of it is refused by whoever judges it
		}
		if (err == nil) != (err2 == nil) {
			t.Errorf("%q: %v, and once written out: %v", cells, err, err2)
		}
	}
	return w, err
}

// TestStoredValueCounts has numbers and days under formats that show something
// else (K1): what is stored counts.
func TestStoredValueCounts(t *testing.T) {
	for _, c := range []struct {
		column, cell string
		want         func(WorkerRow) bool
	}{
		{"期望月薪(元)", "n:3400", func(w WorkerRow) bool { return w.WageFen == 340000 }},
		{"期望月薪(元)", "n2:3400", func(w WorkerRow) bool { return w.WageFen == 340000 }},
		{"期望月薪(元)", "n3:340.5", func(w WorkerRow) bool { return w.WageFen == 34050 }},
		{"期望月薪(元)", "n4:3400", func(w WorkerRow) bool { return w.WageFen == 340000 }},
		{"期望月薪(元)", "n8:3400.55", func(w WorkerRow) bool { return w.WageFen == 340055 }},
		{"期望月薪(元)", "n10:3400.1000000000004", func(w WorkerRow) bool { return w.WageFen == 340010 }},
		{"期望月薪(元)", "n12:3.4E3", func(w WorkerRow) bool { return w.WageFen == 340000 }},
		{"期望月薪(元)", "3400", func(w WorkerRow) bool { return w.WageFen == 340000 }},
		{"联系电话", "n:13000010001", func(w WorkerRow) bool { return w.Phone == "13000010001" }},
		{"联系电话", "n12:1.3000010001E10", func(w WorkerRow) bool { return w.Phone == "13000010001" }},
		{"登记日期", "n1:46252", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"登记日期", "n5:46252.75", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"登记日期", "n9:46252", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"登记日期", "n11:46252", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"登记日期", "n:46252", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"登记日期", "n:20260818", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"登记日期", "d:2026-08-18T00:00:00", func(w WorkerRow) bool { return w.RegisteredOn == "2026-08-18" }},
		{"需要住宿", "b:1", func(w WorkerRow) bool { return w.NeedsHousing == Yes }},
		{"本人签字", "b:0", func(w WorkerRow) bool { return !w.Signed }},
		{"姓名", "王_x0020_明", func(w WorkerRow) bool { return w.Name == "王_x0020_明" }},
	} {
		w, err := both(t, "", workerCells(map[string]string{c.column: c.cell}))
		if err != nil || !c.want(w) {
			t.Errorf("%s %s: %+v, %v", c.column, c.cell, w, err)
		}
	}
	for _, cell := range []string{"n1:44790", "n:44790"} { // the days of a workbook that begins in 1904
		w, err := both(t, `<workbookPr date1904="1"/>`, workerCells(map[string]string{"登记日期": cell}))
		if err != nil || w.RegisteredOn != "2026-08-18" {
			t.Errorf("1904, %s: %s, %v", cell, w.RegisteredOn, err)
		}
	}
}

// TestSpoiltCells has what a spreadsheet lost or made of a cell (K1). Each is
// refused with a code of its own, and again when it is written out unmended.
func TestSpoiltCells(t *testing.T) {
	for _, c := range []struct{ column, cell, code string }{
		{"公民身份号码", "n3:654399198501010119", "digits_lost"},
		{"公民身份号码", "n:6.54399198501010E+17", "digits_lost"},
		{"公民身份号码", "n:654399850101011", "digits_lost"},
		{"公民身份号码", "654399198501010000", ""}, // text: somebody typed it
		{"公民身份号码", "6.54E+17", "scientific_notation"},
		{"公民身份号码", "6.54399E17", "scientific_notation"},
		{"联系电话", "n:9062123456", "digits_lost"},
		{"联系电话", "1.30E+10", "scientific_notation"},
		{"期望月薪(元)", "3.4E+03", "scientific_notation"},
		{"期望月薪(元)", "n:12345678901234567", "digits_lost"},
		{"姓名", "e:#N/A", "error_value"},
		{"姓名", "#N/A", "error_value"},
		{"姓名", " #ref! ", "error_value"},
		{"公民身份号码", "########", "error_value"},
		{"意向职业", "#VALUE!", "error_value"},
		{"文化程度", "#DIV/0!", "error_value"},
		{"服务语言", "#NAME?", "error_value"},
		{"期望月薪(元)", "#NUM!", "error_value"},
		{"可上岗日期", "#NULL!", "error_value"},
		{"需要住宿", "e:#REF!", "error_value"},
		{"本人签字", "e:#REF!", "error_value"},
		{"联系电话", "#N/A", "error_value"},
		{"登记日期", "Err:502", "error_value"},
		{"姓名", "f:VLOOKUP(B2,X!A:B,2,0)", "formula_without_value"},
		{"期望月薪(元)", "f:1+1", "formula_without_value"},
		{"登记日期", "f:", "formula_without_value"},
		{"姓名", "=A1", "formula_without_value"},
		{"意向职业代码", "n1:46187", "date_cell"}, // 6-14
		{"意向职业代码", "6月14日", "date_cell"},
		{"意向职业代码", "2026-06-14", "date_cell"},
		{"期望月薪(元)", "n1:3400", "date_cell"},
		{"期望月薪(元)", "n6:0.5", "date_cell"},
		{"期望月薪(元)", "n13:1.5", "date_cell"},
		{"姓名", "n1:46187", "date_cell"},
		{"居住乡镇(街道)", "n1:46187", "date_cell"},
		{"姓名", "b:1", "bool_cell"},
		{"期望月薪(元)", "b:1", "bool_cell"},
		{"联系电话", "b:0", "bool_cell"},
		{"登记日期", "b:1", "bool_cell"},
		{"登记日期", "n6:0.5", "date_format"},
		{"登记日期", "n:2026.8", "date_format"},
	} {
		_, err := both(t, "", workerCells(map[string]string{c.column: c.cell}))
		if c.code == "" && err == nil {
			continue
		}
		if errs.CodeOf(err) != c.code || errs.From(err).Detail["column"] != c.column || errs.From(err).Detail["line"] != "2" {
			t.Errorf("%s %s: %v %v", c.column, c.cell, err, errs.From(err).Detail)
		}
	}
}

// TestIdentityNumbersRoundedBeforeTheCSV has a text that was saved after a
// spreadsheet had rounded the numbers, and one in which a number ends so by
// chance.
func TestIdentityNumbersRoundedBeforeTheCSV(t *testing.T) {
	sheet := func(numbers ...string) []Row {
		rows := [][]string{workersHeader}
		for _, n := range numbers {
			rows = append(rows, workerCells(map[string]string{"公民身份号码": n}))
		}
		return read(t, open(t, toCSV(t, rows)))
	}
	for _, row := range sheet("654399200708236000", "654399196308159000", "654399196809252000") {
		_, err := row.Worker()
		wantCode(t, err, "digits_lost")
	}
	numbers := []string{"654399200708236000"}
	for range 60 {
		numbers = append(numbers, "654399200703031487")
	}
	for _, row := range sheet(numbers...) {
		if _, err := row.Worker(); err != nil {
			t.Fatal(err)
		}
	}
}

// summary reads a file and says what became of it: the first cell of each row
// of each sheet with its line, what was skipped, and what was not read.
func summary(t *testing.T, b *Book) string {
	t.Helper()
	var out []string
	for _, r := range b.Sheets() {
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			entry := fmt.Sprintf("%d %s", row.Line, row.Get(r.head.shape.required[0]))
			if row.Fault() != nil {
				entry += " " + errs.CodeOf(row.Fault())
			}
			out = append(out, entry)
		}
		for _, what := range slices.Sorted(maps.Keys(r.Skipped())) {
			out = append(out, fmt.Sprintf("%s×%d", what, r.Skipped()[what]))
		}
	}
	for _, u := range b.Unread() {
		entry := u.Code
		if u.Sheet != "" && len(b.Sheets()) != 1 {
			entry += " " + u.Sheet
		}
		if u.Line != 0 {
			entry += fmt.Sprintf(" %d+%d", u.Line, u.Rows)
		}
		entry += u.Column
		if u.Text == "" || u.Says == "" || u.File == "" {
			t.Errorf("%+v says too little", u)
		}
		out = append(out, entry)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	return strings.Join(out, "; ")
}

var schoolColumns = strings.Split(schoolHeader, ",")

func school(name string) []string {
	return []string{name, "公办", "富蕴县", "杜热镇", "小学", "9"}
}

// TestWhatAClerkSees has workbooks with several sheets, hidden ones, hidden
// rows and columns (K2).
func TestWhatAClerkSees(t *testing.T) {
	head := raw(1, "", schoolColumns...)
	two := head + raw(2, "", school("一小")...)
	for name, c := range map[string]struct {
		tabs []rawTab
		want string
	}{
		"two sheets":       {[]rawTab{{name: "甲", rows: two}, {name: "乙", rows: head + raw(2, "", school("二小")...)}}, "2 一小; 2 二小"},
		"hidden first":     {[]rawTab{{name: "旧", state: "hidden", rows: two}, {name: "新", rows: head + raw(2, "", school("二小")...)}}, "2 二小; sheet.hidden"},
		"very hidden last": {[]rawTab{{name: "甲", rows: two}, {name: "旧", state: "veryHidden", rows: two}}, "2 一小; sheet.hidden"},
		"empty sheets":     {[]rawTab{{name: "甲", rows: two}, {name: "Sheet2"}, {name: "Sheet3", rows: raw(1, "", "", " ")}}, "2 一小"},
		"unknown sheet":    {[]rawTab{{name: "甲", rows: two}, {name: "说明", rows: raw(1, "", "请如实填写") + raw(2, "", "一、", "电话必填")}}, "2 一小; sheet.prose"},
		"a person's card":  {[]rawTab{{name: "甲", rows: two}, {name: "卡", rows: raw(1, "", "姓名", "某某") + raw(2, "", "公民身份号码", "654399197408153751")}}, "2 一小; sheet.header_missing"},
		"hidden rows": {[]rawTab{{name: "甲", rows: head + raw(2, `hidden="1"`, school("一小")...) + raw(3, `hidden="1"`, school("二小")...) + raw(4, "", school("三小")...) +
			raw(5, `ht="0" customHeight="1"`, school("四小")...)}}, "4 三小; sheet.row_hidden 2+2; sheet.row_hidden 5+1"},
		"hidden column": {[]rawTab{{name: "甲", columns: `<cols><col min="2" max="2" width="9" hidden="1"/></cols>`, rows: two}}, "2 一小; sheet.column_hidden性质"},
	} {
		b, err := book(t, "册.xlsx", rawBook(t, "", c.tabs...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := summary(t, b); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for want, tabs := range map[string][]rawTab{
		"sheet.hidden":         {{name: "旧", state: "hidden", rows: two}},
		"sheet.header_missing": {{name: "旧", state: "hidden", rows: two}, {name: "册", rows: raw(1, "", "甲", "乙", "丙")}},
		"sheet.prose":          {{name: "说明", rows: raw(1, "", "请如实填写")}},
		"sheet.column_hidden":  {{name: "甲", columns: `<cols><col min="1" max="1" width="9" hidden="1"/></cols>`, rows: two}},
		"sheet.empty":          {{name: "Sheet1"}},
	} {
		_, err := book(t, "册.xlsx", rawBook(t, "", tabs...))
		wantCode(t, err, want)
	}
}

// TestRowsThatAreNoData has the rows that offices put around their data (K2),
// as a workbook and as CSV.
func TestRowsThatAreNoData(t *testing.T) {
	h, s := schoolColumns, school("一小")
	for name, c := range map[string]struct {
		rows [][]string
		want string
	}{
		"titles":            {[][]string{{"2026年富蕴县学位表"}, {"填报单位：教育局", "", "", "填报日期：2026-08-18"}, {}, h, s}, "5 一小; title×2"},
		"sums":              {[][]string{h, s, {"小计", "", "", "", "", "9"}, school("二小"), {"合  计：", "", "", "", "", "18"}, {"", "", "总计", "", "", "18"}}, "2 一小; 4 二小; sum×3"},
		"signatures":        {[][]string{h, s, {}, {"填表人：某某", "", "审核人：某某", "", "单位（盖章）"}, {"制表：某某"}, {"", "", "", "2026年8月18日"}, {"负责人(签字):"}}, "2 一小; signature×4"},
		"notes":             {[][]string{h, s, {"备注：学段指小学或初中。"}, {"1、本表一式两份。"}, {"注:以上为2026年数据"}, {"填表说明"}, {"（此表一式两份）"}}, "2 一小; note×5"},
		"header again":      {[][]string{h, s, h, school("二小")}, "2 一小; 4 二小; header×1"},
		"numbered columns":  {[][]string{h, {"1", "2", "3", "4", "5", "6"}, s}, "3 一小; numbering×1"},
		"example":           {[][]string{h, {"例：一小", "公办", "富蕴县", "杜热镇", "小学", "9"}, s}, "3 一小; example×1"},
		"row numbers alone": {[][]string{append(slices.Clone(h), "序号"), append(slices.Clone(s), "1"), {"", "", "", "", "", "", "2"}}, "2 一小; empty×1"},
		"second table":      {[][]string{h, s, {"小区", "房号", "月租(元)", "县(市)"}, {"安居苑", "7-1", "340", "富蕴县"}, h, school("二小")}, "2 一小; 6 二小; header×1; sheet.second_table 3+2"},
		"other order":       {[][]string{h, s, {h[1], h[0], h[2], h[3], h[4], h[5]}, {"公办", "二小", "富蕴县", "杜热镇", "小学", "9"}}, "2 一小; sheet.second_table 3+2"},
		"data above":        {[][]string{s, h, school("二小")}, "3 二小; sheet.above_header 1+1"},
		"half a row":        {[][]string{h, {"一小", "公办"}, {"合计学校", "公办", "富蕴县", "杜热镇", "小学", "9"}}, "2 一小; 3 合计学校"},
		"two-row header":    {[][]string{{"学校", "性质", "地址", "", "学段", "可供随迁子女学位"}, {"", "", "县(市)", "乡镇(街道)", "", ""}, s}, "3 一小"},
		"must-marks":        {[][]string{{"*学校", "性质", "县（市）*", "乡镇（街道）（必填）", "学段", "可供随迁\n子女学位"}, s}, "2 一小"},
	} {
		var rows strings.Builder
		for i, cells := range c.rows {
			rows.WriteString(raw(i+1, "", cells...))
		}
		width := 0
		for _, cells := range c.rows {
			width = max(width, len(cells))
		}
		padded := make([][]string, len(c.rows))
		for i, cells := range c.rows {
			padded[i] = append(slices.Clone(cells), make([]string, width-len(cells))...)
		}
		for form, content := range map[string][]byte{"workbook": rawBook(t, "", rawTab{name: "甲", rows: rows.String()}), "CSV": toCSV(t, padded)} {
			b, err := book(t, "册", content)
			if err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
				continue
			}
			want := c.want
			if form == "CSV" && name == "must-marks" {
				want = "3 一小" // the line end in the header counts
			}
			if got := summary(t, b); got != want {
				t.Errorf("%s, %s: %s, want %s", name, form, got, want)
			}
		}
	}
	// Wages in two rows of header, the upper of which says to what both belong.
	rows := [][]string{
		{"统一社会信用代码", "岗位", "职业代码", "人数", "月薪", "", "工作县(市)", "起始日期", "截止日期", "要求"},
		{"", "", "", "", "下限", "上限", "", "", "", ""},
		{"91654301MA7777777X", "工", "6-15", "17", "3000", "4000", "富蕴县", "2026-12-10", "2027-05-09", ""},
	}
	v, err := read(t, open(t, toCSV(t, rows)))[0].Vacancy()
	if err != nil || v.WageLowFen != 300000 || v.WageHighFen != 400000 {
		t.Errorf("wages %d and %d, %v", v.WageLowFen, v.WageHighFen, err)
	}
}

// TestMergedCells has merged cells, which count for each row that they cover,
// or refuse the rows where they leave open which one (K2).
func TestMergedCells(t *testing.T) {
	head := raw(1, "", schoolColumns...)
	merge := func(refs ...string) string {
		return "<mergeCells>" + `<mergeCell ref="` + strings.Join(refs, `"/><mergeCell ref="`) + `"/></mergeCells>`
	}
	rows := func(tab rawTab) ([]Row, string) {
		t.Helper()
		r := open(t, rawBook(t, "", tab))
		all := read(t, r)
		return all, summary(t, &Book{sheets: []*Reader{{skipped: r.skipped, head: r.head, ended: io.EOF}}})
	}
	got, _ := rows(rawTab{name: "甲", rows: head + raw(2, "", school("一小")...) + raw(3, "", "二小", "公办", "富蕴县", "", "初中", "7") + raw(4, "", "三小", "公办", "富蕴县", "", "初中", "7") + raw(5, "", ""), merges: merge("D2:D9")})
	if len(got) != 3 || got[2].Get("乡镇(街道)") != "杜热镇" || got[2].Fault() != nil {
		t.Errorf("a township merged over three rows: %+v", got)
	}
	got, _ = rows(rawTab{name: "甲", rows: head + raw(2, "", school("一小")...) + raw(3, "", "二小", "公办", "富蕴县", "杜热镇", "初中", ""), merges: merge("F2:F3")})
	for _, row := range got {
		wantCode(t, row.Fault(), "merged_cell")
		if row.Get("可供随迁子女学位") != "" {
			t.Error("places that are two schools' are given to one")
		}
	}
	got, _ = rows(rawTab{name: "甲", rows: head + raw(2, "", school("一小")...) + raw(3, ""), merges: merge("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:F3")})
	if len(got) != 1 || got[0].Fault() != nil {
		t.Errorf("a row of double height: %+v", got)
	}
	got, _ = rows(rawTab{name: "甲", rows: head + raw(2, "", "一小", "公办", "富蕴县杜热镇", "", "小学", "9"), merges: merge("C2:D2")})
	if len(got) != 1 {
		t.Fatalf("%d rows", len(got))
	}
	wantCode(t, got[0].Fault(), "merged_cell")
	got, skipped := rows(rawTab{name: "甲", rows: raw(1, "", "学位表") + raw(2, "", schoolColumns...) + raw(3, "", "富蕴县") + raw(4, "", school("一小")...) + raw(5, "", "合计", "", "", "", "", "9"), merges: merge("A1:F1", "A3:F3", "A5:E5")})
	if len(got) != 1 || skipped != "sum×1; title×2" {
		t.Errorf("captions: %d rows, %s", len(got), skipped)
	}
	// One number over two persons makes neither of them.
	r := open(t, rawBook(t, "", rawTab{name: "甲", rows: raw(1, "", workersHeader...) + raw(2, "", plainWorker()...) + raw(3, "", workerCells(map[string]string{"公民身份号码": ""})...), merges: merge("B2:B3")}))
	all := read(t, r)
	text, _ := write(t, r, all, "c", "s")
	for _, row := range all {
		wantCode(t, row.Fault(), "merged_cell")
	}
	for _, row := range read(t, open(t, text)) {
		if w, _ := row.Worker(); w.ResidentNumber != "" {
			t.Error("the merged number came back as one row's")
		}
	}
}

// TestOneBadCellCostsOneRow has cells, lines and quotation marks that are wrong
// (K2): the rows after them are read.
func TestOneBadCellCostsOneRow(t *testing.T) {
	long := strings.Repeat("长", 5<<10/3)
	tail := "二小,公办,富蕴县,杜热镇,小学,7\n三小,公办,富蕴县,杜热镇,小学,8\n"
	after := "; 3 二小; 4 三小"
	for name, c := range map[string]struct{ row, want string }{
		"a cell of 5 KiB":        {long + ",公办,富蕴县,杜热镇,小学,9\n", "2 " + long + " cell_too_long" + after},
		"a quoted cell of 5 KiB": {"一小,\"" + long + "\",富蕴县,杜热镇,小学,9\n", "2 一小 cell_too_long" + after},
		"a line of 2 MiB":        {"一小," + strings.Repeat("a,", 1<<20) + "\n", "2 一小 row_too_large" + after},
		"a thousand cells":       {"一小" + strings.Repeat(",x", 1000) + "\n", "2 一小 too_many_cells" + after},
		"a mark never closed":    {"一小,\"公办,富蕴县,杜热镇,小学,9\n", "2 一小 quote_open" + after},
		"a mark amid a cell":     {"一\"小,公办,富蕴县,杜热镇,小学,9\n", "2 一\"小" + after},
		"two open marks":         {"\"一小,公办,富蕴县,杜热镇,小学,9\n", "2 \"一小 quote_open" + after},
		"a good row":             {"一小,公办,富蕴县,杜热镇,小学,9\n", "2 一小" + after},
	} {
		b, err := book(t, "册.csv", []byte(schoolHeader+"\n"+c.row+tail))
		if err != nil {
			t.Fatal(err)
		}
		if got := summary(t, b); got != c.want {
			t.Errorf("%s: %.200s", name, got)
		}
	}
	b, err := book(t, "册.csv", []byte(schoolHeader+"\n"+strings.Repeat("一小,\"公办,富蕴县,杜热镇,小学,9\n", 5000)))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(summary(t, b), "quote_open"); got != 5000 {
		t.Errorf("%d of 5000 rows with open marks", got)
	}
	b, err = book(t, "册.xlsx", toXLSX(t, [][]string{schoolColumns, school(long), school("二小")}))
	if err != nil {
		t.Fatal(err)
	}
	if got := summary(t, b); got != "2 "+long+" cell_too_long; 3 二小" {
		t.Errorf("a workbook's cell of 5 KiB: %.200s", got)
	}
}

// TestFormats has files whose names lie, and formats that are not read.
func TestFormats(t *testing.T) {
	text := schoolHeader + "\n一小,公办,富蕴县,杜热镇,小学,9\n"
	for name, content := range map[string]string{
		"workbook as .csv":     string(toXLSX(t, [][]string{schoolColumns, school("一小")})),
		"text as .xlsx":        text,
		"UTF-16":               string(toUTF16(t, []byte(text))),
		"told its delimiter":   "sep=;\n" + strings.ReplaceAll(text, ",", ";"),
		"title without commas": "2026年学位表\n" + strings.ReplaceAll(text, ",", "\t"),
		"pipes":                strings.ReplaceAll(text, ",", "|"),
	} {
		b, err := book(t, name, []byte(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := summary(t, b); !strings.Contains(got, "一小") {
			t.Errorf("%s: %s", name, got)
		}
	}
	old := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 3000)
	var locked strings.Builder
	for _, r := range "EncryptedPackage" {
		locked.WriteString(string(r) + "\x00")
	}
	for name, c := range map[string]struct{ content, code string }{
		"old Excel or WPS": {old, "sheet.format"},
		"password":         {old + locked.String() + old, "sheet.password"},
		"web page":         {"<html><table><tr><td>姓名</td></tr></table></html>", "sheet.format"},
		"XML of 2003":      {"<?xml version=\"1.0\"?><Workbook/>", "sheet.format"},
		"OpenDocument":     {string(zipped(t, map[string]string{"mimetype": "x", "content.xml": "<x/>"})), "sheet.format"},
		"binary workbook":  {string(zipped(t, map[string]string{"xl/workbook.bin": "x"})), "sheet.format"},
		"a document":       {string(zipped(t, map[string]string{"word/document.xml": "<x/>"})), "sheet.format"},
		"PDF":              {"%PDF-1.7", "sheet.format"},
		"cut off":          {string(toXLSX(t, [][]string{schoolColumns})[:900]), "sheet.not_readable"},
	} {
		_, err := book(t, name, []byte(c.content))
		if errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNearestKindIsNamed has a header that lacks columns: the message names the
// kind that comes nearest, the columns and the line.
func TestNearestKindIsNamed(t *testing.T) {
	_, err := book(t, "册.csv", []byte("某某表\n学校,性质,县(市),学段\n一小,公办,富蕴县,小学\n"))
	wantCode(t, err, "sheet.header_missing")
	if _, text := Reason(err); errs.From(err).Detail["line"] != "2" || !strings.Contains(text, "学校学位") || !strings.Contains(text, "乡镇(街道)、可供随迁子女学位") {
		t.Errorf("%s, %v", text, errs.From(err).Detail)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	text := schoolHeader + "\n一小,公办,富蕴县,杜热镇,小学,9\n"
	one := string(toXLSX(t, [][]string{workersHeader, plainWorker()}))
	head := raw(1, "", schoolColumns...) + raw(2, "", school("一小")...)
	two := string(rawBook(t, "", rawTab{name: "学校", rows: head}, rawTab{name: "人", rows: raw(1, "", workersHeader...) + raw(2, "", plainWorker()...)}, rawTab{name: "旧", state: "hidden", rows: head}))
	for name, content := range map[string]string{
		"b.CSV": text, "a.csv": text, "书.xlsx": one, "really-xlsx.csv": one, "notes.txt": "hello", "two.xlsx": two,
		"old.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "empty.csv": "", "expected.json": "{}", "README.md": "x", "scan.pdf": "%PDF-1", "photo.jpg": "\xff\xd8\xff\xe0",
		".hidden.csv": text, "~$书.xlsx": "x", "a.csv@1.refused.csv": text, "gone.csv@1.refused.xlsx": one,
		"乡镇/c.csv": text, "乡镇/村/d.csv": text, ".git/e.csv": text,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "round")); err != nil {
		t.Fatal(err)
	}
	files, unread, err := Folder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Label()+" "+f.Kind.String())
		b, r, err := f.Open(t.Context())
		if err != nil || r.Kind() != f.Kind || r.Name() != f.Name || r.Sheet() != f.Sheet {
			t.Fatalf("%s: %v", f.Label(), err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"a.csv schools", "b.CSV schools", "two.xlsx / 学校 schools", "乡镇/c.csv schools", "乡镇/村/d.csv schools",
		"really-xlsx.csv workers", "two.xlsx / 人 workers", "书.xlsx workers",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder has %q", got)
	}
	got = nil
	for _, u := range unread {
		entry := u.Where() + " " + u.Code
		if u.Spare {
			entry += " spare"
		}
		got = append(got, entry)
	}
	want = []string{
		"README.md sheet.other_file spare", "empty.csv sheet.empty", "expected.json sheet.other_file spare", "gone.csv@1.refused.xlsx sheet.refused_rows",
		"notes.txt sheet.header_missing", "old.xls sheet.format", "photo.jpg sheet.other_file", "round sheet.folder", "scan.pdf sheet.other_file", "two.xlsx [旧] sheet.hidden",
	}
	if !slices.Equal(got, want) {
		t.Errorf("not read are %q", got)
	}
	_, _, err = Folder(t.Context(), filepath.Join(dir, "none"))
	wantCode(t, err, "sheet.not_readable")
	if files, unread, err = Folder(t.Context(), filepath.Join(dir, "a.csv@1.refused.csv")); err != nil || len(files) != 1 || len(unread) != 0 {
		t.Errorf("a file by its name: %v, %v, %v", files, unread, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := Folder(ended, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("once the caller has stopped: %v", err)
	}
}

// TestOldFormOfCharacters reads 䶮, whose place in GB18030 changed, in both
// forms of the encoding that have it.
func TestOldFormOfCharacters(t *testing.T) {
	text := string(toGB(t, []byte(schoolHeader+"\n王䶮小学,公办,富蕴县,杜热镇,小学,9\n")))
	if !strings.Contains(text, "\xfe\x9f") {
		t.Fatal("the encoder has another form")
	}
	if rows := read(t, open(t, []byte(text))); rows[0].Get("学校") != "王䶮小学" {
		t.Errorf("%q", rows[0].Get("学校"))
	}
}
