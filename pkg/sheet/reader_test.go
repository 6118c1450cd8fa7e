package sheet

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// schoolHeader is the header of the smallest sheet.
const schoolHeader = "学校,性质,县(市),乡镇(街道),学段,可供随迁子女学位"

func TestLayouts(t *testing.T) {
	want := SchoolRow{Name: "一小", Ownership: "公办", County: "富蕴县", Township: "杜热镇", Stage: "小学", Places: 9}
	for name, content := range map[string]string{
		"comma":            schoolHeader + "\n一小,公办,富蕴县,杜热镇,小学,9\n",
		"no last line end": schoolHeader + "\n一小,公办,富蕴县,杜热镇,小学,9",
		"crlf":             schoolHeader + "\r\n一小,公办,富蕴县,杜热镇,小学,9\r\n",
		"tab":              strings.ReplaceAll(schoolHeader+"\n一小,公办,富蕴县,杜热镇,小学,9\n", ",", "\t"),
		"semicolon":        strings.ReplaceAll(schoolHeader+"\n一小,公办,富蕴县,杜热镇,小学,9\n", ",", ";"),
		"quoted":           `"` + strings.ReplaceAll(schoolHeader, ",", `","`) + `"` + "\n" + `"一小","公办","富蕴县","杜热镇","小学","9"` + "\n",
		"full width":       " 学 校,性质,县（市）,乡镇（ 街道 ）,学段,可供随迁子女学位 \n一小,公办,富蕴县,杜热镇,小学,9\n",
		"blank lines":      "\n,,,,,\n" + schoolHeader + "\n\n ,,\n一小,公办,富蕴县,杜热镇,小学,9\n\n,,,,,\n　\n",
		"other order":      "学段,乡镇(街道),县(市),备注,性质,学校,可供随迁子女学位\n小学,杜热镇,富蕴县,好,公办,一小,9\n",
		"mended again":     schoolHeader + ",拒绝原因代码,拒绝原因\n一小,公办,富蕴县,杜热镇,小学,9,number_format,数字无法识别\n",
		"empty extra":      schoolHeader + "\n一小,公办,富蕴县,杜热镇,小学,9,,, \n",
	} {
		rows := read(t, open(t, []byte(content)))
		if len(rows) != 1 {
			t.Errorf("%s: %d rows", name, len(rows))
			continue
		}
		got, err := rows[0].School()
		want.Line = rows[0].Line
		if err != nil || got.Line == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestQuotedCells(t *testing.T) {
	rows := read(t, open(t, []byte(schoolHeader+"\n"+
		"\"一,小\"\"甲\"\"\",公办,\"富\r\n蕴\n县\",杜热镇,小学,9\n"+ // line 2 to 4
		"二\"小,公办,富蕴县,杜热镇,小学,\"9\"x\n"+
		"三小,公办,富蕴县,杜热镇,小学,7,多\n"+
		"四小,公办\n"+
		"五小,\"公办,富蕴县\n六小,公办,富蕴县,杜热镇,小学,7\n")))
	if len(rows) != 6 {
		t.Fatalf("%d rows, want 6", len(rows))
	}
	for i, line := range []int{2, 5, 6, 7, 8, 9} {
		if rows[i].Line != line {
			t.Errorf("row %d is on line %d, want %d", i, rows[i].Line, line)
		}
	}
	if got := rows[0].Get("学校") + "|" + rows[0].Get("县（市）"); got != "一,小\"甲\"|富\r\n蕴\n县" {
		t.Errorf("the quoted row is %q", got)
	}
	if got := rows[1].Raw(); got[0] != `二"小` || got[5] != "9x" {
		t.Errorf("stray quotation marks become %q", got)
	}
	if err := rows[1].Fault(); err != nil {
		t.Error(err)
	}
	wantCode(t, rows[2].Fault(), "too_many_cells")
	if _, err := rows[2].School(); errs.CodeOf(err) != "too_many_cells" || len(rows[2].Raw()) != 7 {
		t.Errorf("the long row: %v, %q", err, rows[2].Raw())
	}
	if rows[3].Fault() != nil || len(rows[3].Raw()) != 6 || rows[3].Get("学段") != "" || rows[3].Get("没有") != "" {
		t.Errorf("the short row: %v, %q", rows[3].Fault(), rows[3].Raw())
	}
	wantCode(t, rows[4].Fault(), "quote_open")
	if rows[4].Raw()[1] != `"公办` || rows[5].Get("学校") != "六小" || rows[4].HasColumn("没有") || !rows[4].HasColumn("县 (市)") {
		t.Errorf("the open row: %q", rows[4].Raw())
	}
}

func TestRefusedSheets(t *testing.T) {
	school := "一小,公办,富蕴县,杜热镇,小学,9\n"
	for name, c := range map[string]struct {
		content string
		code    string
	}{
		"nothing":            {"", "sheet.empty"},
		"blank lines":        {"\n\n , \n", "sheet.empty"},
		"only the mark":      {byteOrderMark, "sheet.empty"},
		"one column lacks":   {"学校,性质,县(市),学段,可供随迁子女学位\n" + school, "sheet.header_missing"},
		"no known header":    {"a,b,c\n1,2,3\n", "sheet.header_missing"},
		"no header":          {school, "sheet.header_missing"},
		"column twice":       {schoolHeader + ",学 校\n" + school, "sheet.header_duplicate"},
		"optional twice":     {schoolHeader + ",性质\n" + school, "sheet.header_duplicate"},
		"neither encoding":   {schoolHeader + "\n一小,\xff\xff,富蕴县,杜热镇,小学,9\n", "sheet.encoding"},
		"damaged after mark": {byteOrderMark + schoolHeader + "\n一小,\xcd\xb3\xff,富蕴县,杜热镇,小学,9\n", "sheet.encoding"},
		"two encodings":      {schoolHeader + "\n" + string(toGB(t, []byte(school))), "sheet.encoding"},
		"old Excel":          {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sheet.format"},
		"zip of nothing":     {"PK\x03\x04rest", "sheet.not_readable"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := book(t, "名册.csv", []byte(c.content))
			wantCode(t, err, c.code)
			if e := errs.From(err); e.Kind != errs.Invalid || e.Detail["file"] != "名册.csv" {
				t.Errorf("the error is %+v", e)
			}
		})
	}
}

func TestMissingColumnsAreNamed(t *testing.T) {
	_, err := Recognise([]string{"姓名", "公民身份号码", "联系电话", "登记日期", "告知书版本"})
	if e := errs.From(err); e.Detail["nearest"] != "workers" || e.Detail["missing"] != "居住乡镇(街道)、本人签字" {
		t.Errorf("the error is %+v", e)
	}
	_, err = Open(t.Context(), t.TempDir()+"/none.csv")
	wantCode(t, err, "sheet.not_readable")
}

// TestEncodingByWholeContent has GB18030 that looks like UTF-8 for long: 统一
// is CD B3 D2 BB, which UTF-8 reads as two other letters.
func TestEncodingByWholeContent(t *testing.T) {
	text := strings.Repeat("统一", 200_000)
	if found, err := surveyText(bytes.NewReader(toGB(t, []byte(text+"社")))); err != nil || found.encoding != GB18030 {
		t.Errorf("GB18030 is taken for %v, %v", found, err)
	}
	if found, err := surveyText(strings.NewReader(text + "社")); err != nil || found.encoding != UTF8 {
		t.Errorf("UTF-8 is taken for %v, %v", found, err)
	}
	for cut := range 8 { // a rune may lie across two chunks anywhere
		long := strings.Repeat("a", chunkSize-cut) + "社𠮷é"
		if found, err := surveyText(strings.NewReader(long)); err != nil || found.encoding != UTF8 {
			t.Errorf("cut %d: %v, %v", cut, found, err)
		}
		if found, err := surveyText(bytes.NewReader(toGB(t, []byte(long)))); err != nil || found.encoding != GB18030 {
			t.Errorf("cut %d in GB18030: %v, %v", cut, found, err)
		}
		if found, _ := surveyText(strings.NewReader(long + "\xe7")); found.encoding == UTF8 {
			t.Errorf("cut %d: an unfinished rune passes", cut)
		}
	}
}

// TestWorkbookCells has dates and numbers as Excel keeps them, under several
// formats; the rows are those of the plain sheet, without a note.
func TestWorkbookCells(t *testing.T) {
	day := time.Date(2026, 8, 18, 0, 0, 0, 0, time.UTC)
	custom, reddish := `yyyy"年"m"月"d"日";@`, `[Red]#,##0"d"`
	for name, style := range map[string]*excelize.Style{
		"built-in 14": {NumFmt: 14}, "built-in 15": {NumFmt: 15}, "built-in 22": {NumFmt: 22}, "built-in 31": {NumFmt: 31},
		"built-in 57": {NumFmt: 57}, "custom": {CustomNumFmt: &custom},
	} {
		t.Run(name, func(t *testing.T) {
			f := excelize.NewFile()
			dates, err := f.NewStyle(style)
			if err != nil {
				t.Fatal(err)
			}
			amounts, err := f.NewStyle(&excelize.Style{CustomNumFmt: &reddish})
			if err != nil {
				t.Fatal(err)
			}
			plain := plainWorker()
			for i, h := range workersHeader {
				set(t, f, i, 1, h)
				set(t, f, i, 3, plain[i]) // row 2 stays blank
			}
			set(t, f, 2, 3, 15000018190)
			set(t, f, 6, 3, 3400)
			set(t, f, 11, 3, day)
			styleCell(t, f, 11, 3, dates)
			styleCell(t, f, 6, 3, amounts)
			rows := read(t, open(t, save(t, f)))
			if len(rows) != 1 || rows[0].Line != 3 || rows[0].Get("登记日期") != "2026-08-18" {
				t.Fatalf("rows %+v", rows)
			}
			if got := rows[0].Get("期望月薪(元)"); got != "3400" {
				t.Errorf("what is stored comes as %q", got)
			}
		})
	}
}

// set fills a cell by column from 0 and row from 1.
func set(t *testing.T, f *excelize.File, column, row int, value any) {
	t.Helper()
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("Sheet1", at, value); err != nil {
		t.Fatal(err)
	}
}

// styleCell gives a cell a style.
func styleCell(t *testing.T, f *excelize.File, column, row, style int) {
	t.Helper()
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStyle("Sheet1", at, at, style); err != nil {
		t.Fatal(err)
	}
}
