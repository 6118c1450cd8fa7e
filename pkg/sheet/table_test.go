package sheet

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// A sheet of no known kind gives the columns that are asked for, from the first row that
// has them all; without such a row it says which columns it has.
func TestATableIsReadByItsColumns(t *testing.T) {
	open := func(text string, columns ...string) (*Table, error) {
		return OpenTable(context.Background(), strings.NewReader(text), int64(len(text)), columns)
	}
	const sheet = "就业系统导出,,\n业务 编号,姓名,录用日期\n\"=\"\"007\"\"\",甲, 2026/11/16 \n,,\n8,乙\n"
	table, err := open(sheet, "录用日期", "", "业务编号")
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Header(); !slices.Equal(got, []string{"业务编号", "姓名", "录用日期"}) {
		t.Errorf("the header is %q", got)
	}
	for _, want := range []struct {
		line  int
		cells []string
	}{{3, []string{"007", "2026/11/16", "", ""}}, {5, []string{"8", "", "", ""}}} {
		if line, cells, err := table.Next([]string{"业务编号", "录用日期", "没有", ""}); err != nil || line != want.line || !slices.Equal(cells, want.cells) {
			t.Errorf("line %d has %q, %v; want %v", line, cells, err, want)
		}
	}
	if _, _, err := table.Next(nil); !errors.Is(err, io.EOF) {
		t.Errorf("after the last row: %v", err)
	}
	if table, err = open(sheet, "业务编号", "工资"); !errors.Is(err, ErrHeaderMissing) || !slices.Contains(table.Header(), "姓名") {
		t.Errorf("without a column: %v, %q", err, table.Header())
	}
	if _, _, err := table.Next(nil); !errors.Is(err, io.EOF) {
		t.Errorf("a table without its header has rows: %v", err)
	}
	if table, err = open(sheet); !errors.Is(err, ErrHeaderMissing) || !slices.Equal(table.Header(), []string{"业务编号", "姓名", "录用日期"}) {
		t.Errorf("asked for no column: %v, %q", err, table.Header())
	}
	for text, want := range map[string]error{"": ErrEmpty, "<html>": ErrFormat, "\n\n": ErrEmpty, "PK\x03\x04": ErrNotReadable} {
		if _, err := open(text, "编号"); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}
