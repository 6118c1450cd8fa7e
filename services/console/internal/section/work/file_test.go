package work

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

func chinese(t *testing.T) *words.Printer {
	t.Helper()
	look, err := frame.Load(lang.All(), New(nil, []string{"housing"}))
	if err != nil {
		t.Fatal(err)
	}
	return look.Texts.Printer(look.Texts.Langs()[0], clock.System())
}

// paged gives so many lines of housing in pages of as many as a department gives.
func paged(n int) func(func([]row, error) bool) {
	return func(yield func([]row, error) bool) {
		for from := 0; from < n; from += pageRows {
			reply := &platformv1.ListWorkResponse{}
			for i := from; i < min(n, from+pageRows); i++ {
				reply.Items = append(reply.Items, &platformv1.WorkItem{
					Id: fmt.Sprintf("0198c0de-0000-7000-8000-%012x", i), Matter: "application", PersonKind: "household", County: "654301", State: "submitted",
					Since: "2026-11-02", DueOn: "2026-11-30", RuleId: "WK-TARGET", WorkingDaysLeft: -3,
				})
			}
			if !yield(rowsOf("housing", reply), nil) {
				return
			}
		}
	}
}

const marked = "导出ABC，工号a001，2026-11-30 10:00"

// A row of a file says what the line of the list says, and bears the mark; what begins
// with a sign of a formula is inert.
func TestTheRowsOfAFile(t *testing.T) {
	var b bytes.Buffer
	out, err := newSink(fileCSV, &b, "x", marked)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := write(out, chinese(t), nil, marked, paged(201), func(int64) error { return nil }); n != 201 || err != nil {
		t.Fatalf("%d rows, %v", n, err)
	}
	if !strings.HasPrefix(b.String(), "\ufeff案号,") {
		t.Errorf("it begins with %q", b.String()[:20])
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(all) != 202 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	want := []string{"0000000000C8", "住房", "住房申请审核", "家庭", "阿勒泰市", "新提交", "2026-11-02", "2026-11-30", "'-3", "本部门办理目标", marked}
	if got := all[201]; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the last row is %v", got)
	}
	for i, r := range all[1:] {
		if r[len(r)-1] != marked {
			t.Errorf("row %d bears %q", i, r[len(r)-1])
		}
	}
}

// What stops the writing is no whole file: neither a page that did not come nor the
// officer who cancelled.
func TestAFileIsWholeOrNone(t *testing.T) {
	away, cancelled := errors.New("away"), errors.New("cancelled")
	broken := func(yield func([]row, error) bool) { paged(400)(yield); yield(nil, away) }
	for _, kind := range []string{fileCSV, fileXLSX} {
		for want, c := range map[error]struct {
			pages func(func([]row, error) bool)
			told  func(int64) error
			rows  int64
		}{
			away:      {broken, func(int64) error { return nil }, 400},
			cancelled: {paged(400), func(int64) error { return cancelled }, 200},
		} {
			var b bytes.Buffer
			out, err := newSink(kind, &b, "x", marked)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := write(out, chinese(t), nil, marked, c.pages, c.told); !errors.Is(err, want) || n != c.rows {
				t.Errorf("%s: %d rows, %v, want %v", kind, n, err, want)
			}
			if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); kind == fileXLSX && err == nil {
				t.Error("half of a workbook opens")
			}
		}
	}
}
