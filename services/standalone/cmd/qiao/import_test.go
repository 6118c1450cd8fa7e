package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const (
	head  = "单位名称,统一社会信用代码,所在县(市)\n"
	good  = "福海县白桦商贸有限公司,91654323UK8F0HLA1P,福海县\n"
	other = "富蕴县额尔齐斯家政服务有限公司,916543220J1LUT8Q75,富蕴县\n"
	bad   = "无代码单位,12345,富蕴县\n"
)

// An import ends with 0 where every row of data was judged, whatever became of
// it, and with 1 for anything else; what it refuses it leaves as it was.
func TestImportSaysHowItEnded(t *testing.T) {
	dir := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	sheets := func(name, text string) string {
		t.Helper()
		if err := os.MkdirAll(at(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(name, "用人单位.csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return at(name)
	}
	beside := func(folder, name, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	t.Chdir(dir) // a dry run without -data looks for qiao-data where it stands
	run := func(ctx context.Context, args ...string) (code int, says string) {
		var b bytes.Buffer
		code = exitCode(command(ctx, args), &b)
		return code, b.String()
	}
	if code, says := run(t.Context(), "init", "-data", "real"); code != 0 {
		t.Fatal(says)
	}
	hidden := at("hidden")
	if err := os.Mkdir(hidden, 0o700); err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for cell, v := range map[string]string{"A1": "单位名称", "B1": "统一社会信用代码", "C1": "所在县(市)", "A2": "福海县白桦商贸有限公司", "B2": "91654323UK8F0HLA1P", "C2": "福海县"} {
		if err := book.SetCellStr("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := book.NewSheet("旧表"); err != nil {
		t.Fatal(err)
	}
	if err := book.SetCellStr("旧表", "A1", "单位名称"); err != nil {
		t.Fatal(err)
	}
	if err := book.SetSheetVisible("旧表", false); err != nil {
		t.Fatal(err)
	}
	if err := book.SaveAs(filepath.Join(hidden, "用人单位.xlsx")); err != nil {
		t.Fatal(err)
	}
	open, closed := filepath.Join(t.TempDir(), "open"), filepath.Join(t.TempDir(), "closed")
	for path, mode := range map[string]os.FileMode{open: 0o640, closed: 0o600} {
		if err := os.WriteFile(path, []byte(`{"server":"http://127.0.0.1:1","credential":"x"}`), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		args  []string
		code  int
		wants string // of what is said
	}{
		{"a dry run against nothing", []string{"-dry-run", sheets("new", head+good)}, 0, ""},
		{"a dry run against a platform", []string{"-dry-run", "-data", "real", at("new")}, 0, ""},
		{"every row is new", []string{"-data", "real", at("new")}, 0, ""},
		{"the same again", []string{"-data", "real", "-json", at("new")}, 0, ""},
		{"one file", []string{"-data", "real", at("new", "用人单位.csv")}, 0, ""},
		{"a row is refused", []string{"-data", "real", sheets("refused", head+good+bad)}, 0, ""},
		{"every row is refused", []string{"-data", "real", sheets("all", head+bad)}, 0, ""},
		{"titles, sums and signatures", []string{"-data", "real", sheets("titled", "用人单位登记表\n"+head+other+"合计,1,\n填表人：,,\n")}, 0, ""},
		{"a note beside them", []string{"-data", "real", beside(sheets("noted", head+good), "说明.md", "说明")}, 0, ""},
		{"how it is used", []string{"-h"}, 0, ""},

		{"no platform", []string{"-data", "nowhere", at("new")}, 1, "qiao init"},
		{"a dry run against no platform that was named", []string{"-dry-run", "-data", "nowhere", at("new")}, 1, "qiao init"},
		{"a platform whose key is gone", []string{"-data", "real", "-key-file", "lost.key", at("new")}, 1, "key"},
		{"no sheets", []string{"-data", "real", at("none")}, 1, "none"},
		{"an empty folder", []string{"-data", "real", t.TempDir()}, 1, "no sheets"},
		{"no header", []string{"-data", "real", sheets("headless", good+other)}, 1, "header"},
		{"nothing in it", []string{"-data", "real", sheets("empty", "")}, 1, "empty"},
		{"a format of old beside a good sheet", []string{"-data", "real", beside(sheets("old", head+good), "旧.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")}, 1, ".xls"},
		{"another table below", []string{"-data", "real", sheets("second", head+good+"小区,房号,月租(元),县(市)\n安居苑,7-1,340,富蕴县\n")}, 1, "table"},
		{"a hidden sheet", []string{"-data", "real", hidden}, 1, "hidden"},
		{"a dry run too", []string{"-dry-run", hidden}, 1, "hidden"},
		{"a day that is none", []string{"-data", "real", "-as-of", "2026-13-01", at("new")}, 1, "as-of"},
		{"two folders", []string{"-data", "real", at("new"), at("all")}, 1, "one folder"},
		{"a flag that is none", []string{"-nothing"}, 1, "nothing"},
		{"nobody serves there", []string{"-server", "http://127.0.0.1:1", "-data", "real", at("new")}, 1, "nothing answers"},
		{"in the clear", []string{"-server", "http://qiao.example.org", at("new")}, 1, "in the clear"},
		{"no address", []string{"-server", "127.0.0.1:8080", at("new")}, 1, "no address"},
		{"in nobody's name", []string{"-data", "real", "-officer", "a001", at("new")}, 1, "staff number"},
		{"in an officer's name where one signs in", []string{"-server", "http://127.0.0.1:1", "-officer", "a001", at("new")}, 1, "signs in"},
		{"signing in for no file", []string{"-server", "http://127.0.0.1:1", "-sign-in"}, 1, "-credential"},
		{"a credential that is not there", []string{"-credential", "lost.credential", at("new")}, 1, "lost.credential"},
		{"a credential that others may read", []string{"-credential", open, at("new")}, 1, "chmod 600"},
		{"another platform's credential", []string{"-credential", closed, "-server", "http://127.0.0.1:2", at("new")}, 1, "nothing answers"},
		{"no cluster", []string{"-cluster", "nowhere", at("new")}, 1, "nowhere"},
	} {
		if code, says := run(t.Context(), append([]string{"import"}, c.args...)...); code != c.code || !strings.Contains(says, c.wants) || (code == 0) != (says == "") {
			t.Errorf("%s: ended with %d, want %d; said %q, want %q in it", c.name, code, c.code, says, c.wants)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, says := run(ctx, "import", "-data", "real", at("new")); code != 1 || says == "" {
		t.Errorf("interrupted: ended with %d, said %q", code, says)
	}
	for _, made := range []string{"nowhere", "nowhere.key", "lost.key", "qiao-data", "qiao-data.key"} {
		if exists(made) {
			t.Errorf("%s was made", made)
		}
	}
	if code, _ := run(t.Context()); code != 2 {
		t.Errorf("no command: ended with %d", code)
	}
}
