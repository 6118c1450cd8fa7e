package console_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func TestOverviewShowsEveryService(t *testing.T) {
	f := start(t, true)
	f.world.someone(t, number, 3)
	f.platform.Settle()
	testkit.Eventually(t, "the overview counts the events", func() bool { return strings.Contains(f.get("/", 200), "至今共发出 3 件事件") })
	f.has(f.get("/", 200), "6 个部门全部正常", "insurance-0", "没有搁置的事件")
	f.has(f.get("/?lang=en", 200), `<html lang="en">`, "All 6 departments answer.", "Insurance", "No event is parked.")
	f.has(f.get("/", 200), `<html lang="en">`) // remembered
	f.has(f.get("/?lang=xx", 200), `<html lang="en">`)
	f.has(f.get("/?lang=zh-Hans", 200), `<html lang="zh-Hans">`)
}

func TestPagesWhenNoServiceAnswers(t *testing.T) {
	f := start(t, false)
	f.has(f.get("/", 200), "6 个部门中有 0 个正常", "没有回答", "登记部门暂时没有回答")
	f.has(f.get("/parked", 200), "住房部门暂时没有回答")
	f.has(f.get("/workers/somebody", 200), "登记部门暂时没有回答", "我的时间线")
	f.has(f.get("/workers/somebody/have", 200), "就业部门暂时没有回答", "住房部门暂时没有回答", "培训部门暂时没有回答")
	f.has(f.get("/traces/0af7651916cd43dd8448eb211c80319c", 200), "没有回答、因此可能缺失的部门", "这次过程已不在记忆里")
	f.has(f.post("/workers", 422, "who", number), "登记部门暂时没有回答", "身份号码不会出现")
	f.has(f.post("/workers/somebody/consents/withdraw", 503, "grant", "g"), "有个部门暂时没有回答")
	f.get("/feed", 200)
	f.get("/story", 200)
}

func TestErrorPages(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/nothing", 404), "没有这个页面", "console.no_page")
	f.has(f.get("/nothing?lang=en", 404), "There is no such page.")
	f.has(f.get("/story/unknown", 404), "no longer remembered")
	f.get("/traces/not-a-trace", 404)
	f.has(f.get("/workers/nobody", 404), "No registered person was found.") // the service's own sentence
	f.post("/parked/retry", 400, "service", "nobody", "channel", "x-0")
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	f := start(t, true)
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		r, err := http.NewRequest(http.MethodPost, f.server.URL+"/story", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(header[0], header[1])
		resp, err := f.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", header, resp.Status)
		}
	}
}

func TestFindIsLoggedAndTheNumberIsInNoAddress(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 70)
	f.has(f.get("/workers", 200), "会记入本人的查看日志")
	f.post("/workers", 200, "who", " "+number[:6]+" "+number[6:]+" ")
	if f.at.Path != "/counter" || f.at.Query().Get("worker") != ref || strings.Contains(f.at.String(), number) {
		t.Errorf("went to %s", f.at) // an officer sees it once the person's visit has begun
	}
	body := f.get("/workers/"+ref, 200)
	f.has(body, "我的时间线", "又有一个月的缴费记到了您名下", "2026年1月", "/traces/0af7651916cd43dd8448eb211c80319c", "更早的")
	if len(f.world.finds) != 1 || f.world.finds[0].Purpose != "timeline_help" || f.world.finds[0].LegalBasis == "" || f.world.finds[0].Via != "counter" {
		t.Errorf("looked up as %+v", f.world.finds)
	}
	f.has(f.get("/workers/"+ref+"/access", 200), "工作人员查看了登记部门的记录", "协助查看本人时间线")
	_, older, _ := strings.Cut(body, "?before=")
	older, _, _ = strings.Cut(older, `"`)
	if n := strings.Count(f.get("/workers/"+ref+"?before="+older, 200), `class="says"`); n != 10 {
		t.Errorf("%d older steps", n)
	}
	f.post("/workers", 422, "who", "")
	f.post("/workers", 422, "who", "../../x")
	f.post("/workers", 422, "who", "654399199609101329")
	f.has(f.get("/workers/"+ref+"/messages", 200), "没有消息")
	f.has(f.get("/workers/"+ref+"/consents", 200), "还没有同意共享任何信息")
}

// S12: steps of one moment lie on both sides of where a page ends; all of them are
// shown, each once, and the older pages can be reached.
func TestTheTimelinesOlderPagesAreReached(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 150)
	f.world.mu.Lock()
	steps := f.world.workers[ref].timeline
	for i := 55; i < 70; i++ {
		steps[i].OccurredAt = steps[55].GetOccurredAt()
	}
	f.world.mu.Unlock()
	at, shown, pages := "/workers/"+ref, 0, 0
	for at != "" && pages < 9 {
		body := f.get(at, 200)
		shown, pages = shown+strings.Count(body, `class="says"`), pages+1
		_, main, _ := strings.Cut(body, "<main") // the languages keep the page
		_, older, more := strings.Cut(main, "?before=")
		older, _, _ = strings.Cut(older, `"`)
		if at = ""; more {
			at = "/workers/" + ref + "?before=" + older
		}
	}
	if shown != 150 || pages != 3 {
		t.Errorf("%d steps on %d pages", shown, pages)
	}
}

// A consent says where today lies in it: it has not begun, it goes on, or it is over.
func TestAConsentSaysWhereTodayLies(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	today := clock.Today(clock.System())
	give := func(from, to clock.Date) string {
		f.world.mu.Lock()
		f.world.workers[ref].consents = []*registryv1.Consent{{GrantId: "grant-1", Recipient: "housing", Purpose: "public_rental", Kinds: []string{"job"}, ValidFrom: from.String(), ValidTo: to.String()}}
		f.world.mu.Unlock()
		return f.get("/workers/"+ref+"/consents", 200)
	}
	for name, c := range map[string]struct {
		from, to             clock.Date
		begins, over, button bool
	}{
		"begins tomorrow":      {from: today.AddDays(1), begins: true, button: true},
		"begins today":         {from: today, button: true},
		"its last day":         {from: today.AddDays(-9), to: today, button: true},
		"over since yesterday": {from: today.AddDays(-9), to: today.AddDays(-1), over: true},
	} {
		body := give(c.from, c.to)
		if strings.Contains(body, "起才生效") != c.begins || strings.Contains(body, "已经结束") != c.over || strings.Contains(body, "/consents/withdraw") != c.button {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestFeedShowsNoWorker(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/feed", 200), "还没有事件", `http-equiv="refresh"`)
	ref := f.world.someone(t, number, 1)
	var body string
	testkit.Eventually(t, "the feed shows the event", func() bool {
		body = f.get("/feed", 200)
		return strings.Contains(body, "记入缴费月份")
	})
	f.has(body, "社保", "阿勒泰市", `data-feed="/feed/stream?after=1"`)
	if strings.Contains(body, ref) || strings.Contains(body, "enrolment-1") {
		t.Error("the feed shows more than ids of events")
	}
}

func TestFeedStream(t *testing.T) {
	f := start(t, true)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	open := func(after string) *bufio.Scanner {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server.URL+"/feed/stream?after=0&lang=en", nil)
		if err != nil {
			t.Fatal(err)
		}
		if after != "" {
			r.Header.Set("Last-Event-ID", after)
		}
		resp, err := f.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		if resp.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatal(resp.Header)
		}
		return bufio.NewScanner(resp.Body)
	}
	first := func(s *bufio.Scanner) (id, data string) {
		for s.Scan() {
			if rest, ok := strings.CutPrefix(s.Text(), "id: "); ok {
				id = rest
			}
			if rest, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				return id, rest
			}
		}
		t.Fatal(s.Err())
		return "", ""
	}
	live := open("")
	f.world.publish["employment"].Publish(outbox.Subject{Aggregate: "v", Division: "654301"}, &employmentv1.VacancyPublished{VacancyId: "v"})
	id, data := first(live)
	if id != "1" || !strings.Contains(data, `"text":"Vacancy published"`) || !strings.Contains(data, `"place":"Altay City"`) {
		t.Fatal(id, data)
	}
	// Two hundred at once: the newest are shown, the rest is counted.
	ref := f.world.someone(t, number, 200)
	testkit.Eventually(t, "all events are seen", func() bool { return strings.Contains(f.get("/feed", 200), "after=201") })
	id, data = first(open("1"))
	if id != "201" || !strings.Contains(data, "and 188 more") || strings.Contains(data, ref) {
		t.Fatal(id, data)
	}
}

func TestStaticFilesAndHeaders(t *testing.T) {
	f := start(t, true)
	for path, kind := range map[string]string{"/static/qiao.css": "text/css", "/static/live.js": "text/javascript", "/static/icon.svg": "image/svg+xml", "/static/ridge.svg": "image/svg+xml"} {
		r, err := f.browser.Get(f.server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), kind) || len(b) == 0 || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %s %v", path, r.Status, r.Header)
		}
		if strings.Contains(string(b), "://") && kind != "image/svg+xml" {
			t.Errorf("%s names another address", path)
		}
	}
}

// A place that became free is shown with its time to answer, before and after the
// message arrived, and one that nobody took with who can still have it.
func TestAFreedCoursePlaceOnThePages(t *testing.T) {
	f := start(t, true)
	at := "/workers/" + f.world.someone(t, number, 1) + "/have"
	f.has(f.get(at, 200), "请在2026年12月3日（星期四）当天结束前答复", "通知送达后开始计算答复时间", "第 2 位", "已问过您的名额还空着，您仍可接受")
	f.has(f.get(at+"?lang=en", 200), "the time to answer begins when the message arrives", "it is still free, and you can take it")
}
