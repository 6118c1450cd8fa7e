package console_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// An officer's list is of all departments in which he has a right, what is due first; a
// department that does not answer is named, and the others show.
func TestTodayIsOfAllDepartments(t *testing.T) {
	f := start(t, true)
	body := f.get("/today", 200)
	f.has(body, "您有61件待办", "20件已逾期", "培训没有答复", "变更联系方式", "已逾期1个工作日", "今天到期", "本部门办理目标", "须由另一位工作人员决定", "000000000A00", "全部待办，先到期的在前")
	f.has(html.UnescapeString(body), `href="/today/open?behind=2026-11-24+0198c0de-0000-7000-8000-000000000a00+contact&list=%2Ftoday&to=%2Fcontacts%2F0198c0de-0000-7000-8000-000000000a00"`)
	if n := strings.Count(body, "data-row"); n != 50 {
		t.Errorf("%d lines on a page", n)
	}
	if strings.Contains(body, "BEEF") {
		t.Error("what has no clock stands behind what has one")
	}
	next := regexp.MustCompile(`href="([^"]*)" rel="next"`).FindStringSubmatch(body)
	if next == nil {
		t.Fatal("there is no next page")
	}
	body = f.get(html.UnescapeString(next[1]), 200)
	f.has(body, "00000000BEEF", "岗位文字审核", "没有期限", "000000000A3B", "回到第一页", `to=%2Femployment%2Freviews%2F0198c0de-0000-7000-8000-00000000beef"`)
	if n := strings.Count(body, "data-row"); n != 11 || strings.Contains(body, `rel="next"`) {
		t.Errorf("%d lines on the last page", n)
	}
}

// What a list is narrowed to stands in its address and in a sentence, each part of which
// can be taken off; the counts are of all that waits.
func TestTodayIsNarrowedByItsAddress(t *testing.T) {
	f := start(t, true)
	body := f.get("/today?matter=employment.review&county=654322", 200)
	f.has(body, "就业：岗位文字审核", "富蕴县的", `href="/today?county=654322"`, `href="/today?matter=employment.review"`, "00000000BEEF")
	if n := strings.Count(body, "data-row"); n != 1 {
		t.Errorf("%d lines", n)
	}
	f.has(f.get("/today?number=zzzz9", 200), "没有符合这些条件的事项", "案号以ZZZZ9结尾")
	f.has(f.get("/today?matter=employment.nothing", 200), "没有符合这些条件的事项")
}

// A search goes to a case, a matter or a state. A person's number is not searched for,
// and comes into no address.
func TestWhatIsSearchedForToday(t *testing.T) {
	f := start(t, true)
	for q, want := range map[string]string{"a0f": "", "0000 beef": "/today?number=0000beef", "联系方式": "/today?matter=registry.contact", "就业": "/today?matter=employment", "": "/today", "有异议": "/today?matter=registry.guardian", "已逾期": "/today?state=overdue"} {
		body := f.post("/today/find", 200, "q", q)
		if want == "" {
			f.has(body, "没有叫“a0f”")
			continue
		}
		if f.at.RequestURI() != want {
			t.Errorf("%q leads to %s, want %s", q, f.at.RequestURI(), want)
		}
	}
	for _, q := range []string{number, "139 0000 0000", "+8613900000000"} {
		body := f.post("/today/find", 200, "q", q)
		f.has(body, "待办只按事项查找，不查人", `href="/persons"`)
		if strings.Contains(f.at.RequestURI(), "9") || strings.Contains(body, q) {
			t.Errorf("%s stands in %s, or on its page", q, f.at)
		}
	}
}

// Who opened a case from the list is led back to it with its filters and, once something
// was done, to the next that is the officer's to decide; without script, and nobody is who
// came to the page otherwise.
func TestACaseLeadsBackToTheListAndOn(t *testing.T) {
	f := start(t, true)
	const at, list = "/employment/reviews/review-1", "/today?county=654301"
	f.post("/employers/employer-1/post", 200, "title", "分拣员", "occupation", "4-02", "place", "654322", "headcount", "3", "wage_from", "4000", "wage_to", "5000", "unit", "month", "shift", "day", "requirements", "入职交押金", "do", "ask")
	if body := f.get(at, 200); strings.Contains(body, "data-listed") {
		t.Error("who came from no list is led back to it")
	}
	body := f.get("/today/open?"+url.Values{"to": {at}, "list": {list}, "behind": {"2026-11-24 0198c0de-0000-7000-8000-000000000a00 contact"}}.Encode(), 200)
	if f.at.Path != at {
		t.Fatalf("the case opens at %s", f.at)
	}
	f.has(body, `href="/today?county=654301">回到待办</a>`)
	if strings.Contains(body, "下一件") {
		t.Error("there is a next before anything was done")
	}
	// A desk is chosen on a case's page too, which does nothing to the case.
	f.get("/today/open?"+url.Values{"to": {"/contacts"}, "list": {list}, "behind": {"2026-11-24 0198c0de-0000-7000-8000-000000000a00 contact"}}.Encode(), 200)
	f.referer = f.server.URL + "/contacts"
	if body = f.post("/contacts", 200, "division", "654301", "to", "/contacts"); !strings.Contains(body, "data-listed") || strings.Contains(body, "下一件") {
		t.Errorf("who chose a desk is led from %s to a next, or not back to the list", f.at)
	}
	f.referer = ""
	f.get("/today/open?"+url.Values{"to": {at}, "list": {list}, "behind": {"2026-11-24 0198c0de-0000-7000-8000-000000000a00 contact"}}.Encode(), 200)
	f.referer = f.server.URL + at
	body = html.UnescapeString(f.post(at, 200, "decision", "upheld:asks_money", "reason", "法律不允许收押金"))
	f.referer = ""
	f.has(body, "下一件", "已逾期1个工作日", `href="/today?after=2026-11-24+0198c0de-0000-7000-8000-000000000a00+contact&county=654301">回到待办</a>`,
		"to=%2Fcontacts%2F0198c0de-0000-7000-8000-000000000a02") // the one between is for another officer
	f.has(f.get(at, 200), "下一件") // a reload shows the same
	if body := f.get("/employment/reviews", 200); strings.Contains(body, "data-listed") {
		t.Error("another page is taken for the case's")
	}
	body = f.get("/today/open?"+url.Values{"to": {"https://elsewhere.example/x"}, "list": {"//elsewhere.example/"}}.Encode(), 200)
	if strings.Contains(body, "elsewhere.example") || f.at.Host != strings.TrimPrefix(f.server.URL, "http://") {
		t.Errorf("a list leads to %s", f.at)
	}
}

// What the list is narrowed to is kept under a name above it, with how many wait; views are
// renamed, moved, deleted and brought back, and one of a matter that the officer does not
// handle says so. A number comes into no name.
func TestViewsStandAboveTheList(t *testing.T) {
	f := start(t, true)
	if body := f.get("/today", 200); strings.Contains(body, "workviews") || strings.Contains(body, `action="/today/views"`) {
		t.Error("there is a view to see or to save where nothing is narrowed")
	}
	if body := f.get("/today?number=beef", 200); strings.Contains(body, `action="/today/views"`) {
		t.Error("a view is offered of one case")
	}
	f.has(f.get("/today?overdue=1", 200), `action="/today/views"`, `<input type="hidden" name="overdue" value="1">`)
	f.has(f.post("/today/views", 422, "overdue", "1", "name", numberName), "六位以上的数字", `value="`+numberName+`" aria-invalid="true"`, `<details class="workkeep" open>`)
	body := f.post("/today/views", 200, "overdue", "1", "name", "逾期的")
	if f.at.RequestURI() != "/today?overdue=1" {
		t.Errorf("saving leads to %s", f.at)
	}
	f.has(body, `<a href="/today?overdue=1" aria-current="page">逾期的</a>`)
	if strings.Contains(body, `action="/today/views"`) {
		t.Error("what has a name is named again")
	}
	f.post("/today/views", 200, "matter", "registry.contact", "county", "654301", "name", "阿勒泰联系方式")
	f.post("/today/views", 200, "matter", "registry.nothing", "name", "别处的")
	f.post("/today/views", 200, "who", "me", "name", "我的")
	body = f.get("/today", 200) // training does not answer, so what is of every department is not counted
	f.has(body, `<a href="/today?county=654301&amp;matter=registry.contact">阿勒泰联系方式 <span class="n">60</span></a>`, `别处的 <span class="badge due">您现在不办理这类事项</span>`, `<a href="/today?who=me">我的</a>`, `<a href="/today?overdue=1">逾期的</a>`)
	next := url.Values{"county": {"654301"}, "matter": {"registry.contact"}, "after": {"2026-11-24 0198c0de-0000-7000-8000-000000000a00 contact"}}
	f.has(f.get("/today?"+next.Encode(), 200), `<a href="/today?county=654301&amp;matter=registry.contact" aria-current="page">阿勒泰联系方式`, "回到第一页")
	body = f.get("/today/views", 200)
	f.has(body, "已逾期", "阿勒泰市的", "变更联系方式", "我可以办的")
	ids := regexp.MustCompile(`action="(/today/views/[^"]*)" autocomplete`).FindAllStringSubmatch(body, -1)
	if len(ids) != 4 {
		t.Fatalf("%d views are arranged", len(ids))
	}
	before := func(body, first, second string) {
		t.Helper()
		if i, j := strings.Index(body, first), strings.Index(body, second); i < 0 || j < i {
			t.Errorf("%s does not stand before %s", first, second)
		}
	}
	before(f.post(ids[1][1], 200, "do", "earlier"), "阿勒泰联系方式", "逾期的")
	before(f.post(ids[1][1], 200, "do", "later"), "逾期的", "阿勒泰联系方式")
	f.has(f.post(ids[1][1], 422, "do", "rename", "name", numberName), "六位以上的数字", `value="`+numberName+`" aria-invalid="true"`, `value="逾期的"`)
	f.has(f.post(ids[1][1], 200, "do", "rename", "name", "联系方式"), `value="联系方式"`)
	body = f.post(ids[1][1], 200, "do", "drop")
	f.has(body, "“联系方式”已删除", `value="restore"`)
	if f.at.RequestURI() != "/today/views" || strings.Contains(body, `value="联系方式"`) {
		t.Errorf("after a deletion at %s", f.at)
	}
	f.has(f.post(ids[1][1], 200, "do", "restore"), `value="联系方式"`)
}
