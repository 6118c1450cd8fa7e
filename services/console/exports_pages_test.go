package console_test

import (
	"crypto/rand"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// download asks for an export's file, and says whether it came whole.
func (f *fixture) download(path string) (status int, header http.Header, text string, err error) {
	f.t.Helper()
	q, err := http.NewRequest(http.MethodPost, f.server.URL+path+"/file", strings.NewReader(url.Values{"key": {rand.Text()}}.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	r, err := f.browser.Do(q)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	return r.StatusCode, r.Header, string(b), err
}

// What an officer sees is exported by its conditions; each row bears the staff number and
// the export's number; the page says how far it is, and the file is written once.
func TestAListIsExported(t *testing.T) {
	f := start(t, true)
	body := f.get("/today?matter=registry.contact&county=654301", 200)
	f.has(body, `action="/exports"`, `<input type="hidden" name="county" value="654301">`, `<input type="hidden" name="matter" value="registry.contact">`, `value="xlsx"`, `value="csv"`)
	body = f.post("/exports", 200, "file", "csv", "matter", "registry.contact", "county", "654301")
	f.has(body, "等待下载", "阿勒泰市的", "变更联系方式", `action="`+f.at.Path+`/file"`, `action="`+f.at.Path+`/cancel"`, "取消导出")
	at := f.at.Path
	status, header, text, err := f.download(at)
	if err != nil || status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%d %v", status, err)
	}
	number := regexp.MustCompile(`filename="([0-9A-F]{12})\.csv"`).FindStringSubmatch(header.Get("Content-Disposition"))
	if number == nil {
		t.Fatalf("it is called %s", header.Get("Content-Disposition"))
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(all) != 61 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	for _, row := range all[1:] {
		if mark := row[len(row)-1]; !strings.Contains(mark, number[1]) || !strings.Contains(mark, "hrss-0") || row[2] != "变更联系方式" {
			t.Fatalf("a row is %v", row)
		}
	}
	f.has(f.get(at, 200), "已完成", "60", number[1])
	if status, _, _, _ := f.download(at); status != http.StatusConflict {
		t.Errorf("a second file: %d", status)
	}
	f.has(f.get("/exports", 200), number[1], at)
	f.people.mu.Lock()
	defer f.people.mu.Unlock()
	if got := strings.Join(f.people.reports, " "); got != "begun done" {
		t.Errorf("what was told: %s", got)
	}
}

// Where a department does not answer there is no file: before its first row a page says
// so, after it the download breaks off, and either way the export's page says it.
func TestAnExportThatBreaksIsNoFile(t *testing.T) {
	f := start(t, true)
	f.post("/exports", 200, "file", "csv", "matter", "training")
	at := f.at.Path
	if status, header, _, _ := f.download(at); status != http.StatusServiceUnavailable || strings.HasPrefix(header.Get("Content-Type"), "text/csv") {
		t.Errorf("%d %s", status, header.Get("Content-Type"))
	}
	f.has(f.get(at, 200), "已中断", "按同样条件重新导出", `name="matter" value="training"`)
	f.post("/exports", 200, "file", "xlsx")
	at = f.at.Path
	if _, _, _, err := f.download(at); err == nil {
		t.Error("half of a list passes for one")
	}
	f.has(f.get(at, 200), "已中断")
}

// An export that was cancelled is not written; another kind of file is refused.
func TestAnExportIsCancelled(t *testing.T) {
	f := start(t, true)
	f.post("/exports", 200, "file", "xlsx", "overdue", "1")
	at := f.at.Path
	f.has(f.post(at+"/cancel", 200), "已取消")
	f.has(f.post(at+"/cancel", 200), "已取消")
	if status, _, _, _ := f.download(at); status != http.StatusConflict {
		t.Errorf("%d", status)
	}
	f.get("/exports/0198c0de-0000-7000-8000-00000000000e", 404)
}

// The audit administrator sees who exported what.
func TestTheAuditShowsExports(t *testing.T) {
	f := start(t, true)
	f.post("/exports", 200, "file", "xlsx", "county", "654301")
	i := f.identity("w-1")
	f.accounts()
	i.people["aud"] = auth.Principal{Kind: auth.Administrator, Subject: "aud", Department: "audit", Division: auth.Everywhere, Role: "administrator"}
	f.administrator("aud")
	f.has(f.get("/admin/exports", 200), "hrss-0", "阿勒泰市的", "等待下载", `href="/admin/exports"`)
}

// A list with names is asked for with what it is for, approved on the other officer's
// page, and downloaded once; the registry is asked for the names in the export's name.
func TestAListWithNamesIsLetOutByAnother(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/today?matter=registry.contact&county=654301", 200), "/exports/names?county=654301&amp;matter=registry.contact")
	f.has(f.get("/exports/names?matter=registry.contact", 200), "请先在待办列表中选定")
	f.has(f.get("/exports/names?matter=registry.contact&county=654301", 200), `name="reason" required`, "上门走访", "每个人都会看到")
	ask := []string{"file", "csv", "named", "1", "matter", "registry.contact", "county", "654301", "reason", ""}
	f.has(f.post("/exports", 422, ask...), "请选择姓名用来做什么", `value="csv" selected`, `name="county" value="654301"`)
	ask[len(ask)-1] = "visits"
	f.has(f.post("/exports", 200, ask...), "等待批准", "上门走访", "撤回申请")
	at := f.at.Path
	if status, _, _, _ := f.download(at); status != http.StatusConflict {
		t.Errorf("before it is approved: %d", status)
	}
	f.has(f.get("/exports", 200), "等您批准", "hrss-0", "最多50行", at+"/decide")
	f.has(f.post(at+"/decide", 422, "do", "refuse"), "等您批准", `<details open>`)
	f.post(at+"/decide", 200, "do", "approve")
	f.has(f.get(at, 200), "等待下载", "hrss-0")
	if status, _, _, _ := f.download(at); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
		t.Errorf("60 rows of at most 50: %d", status)
	}
	if len(f.world.named) != 0 {
		t.Errorf("names were read of a list that is too long: %v", f.world.named)
	}
	f.has(f.get(at, 200), "已中断", "最多50行", "重新申请")

	ask = append(ask, "overdue", "1") // 20 of them
	f.post("/exports", 200, ask...)
	at = f.at.Path
	f.post(at+"/decide", 200, "do", "approve")
	f.people.mu.Lock()
	f.people.exported[len(f.people.exported)-1].MostRows = 100
	f.people.mu.Unlock()
	status, _, text, err := f.download(at)
	if err != nil || status != 200 {
		t.Fatalf("%d %v", status, err)
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(all) < 2 || all[0][1] != "姓名" || !strings.HasPrefix(all[1][1], "'=姓名") {
		t.Fatalf("%v, %v", all, err)
	}
	if len(f.world.named) != len(all)-1 || !strings.HasPrefix(f.world.named[0], "list_export "+strings.TrimPrefix(at, "/exports/")+" ") {
		t.Errorf("%d rows, and names were read: %v", len(all)-1, f.world.named)
	}
}
