package console_test

import (
	"strings"
	"testing"
)

// A worker's first page names each thing once, what is urgent and then what ends soonest
// first, says who has what is under way and which step is next, and shows the others'
// things where a department does not answer.
func TestTheFirstPageOfAWorker(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 2)
	f.identity(ref)
	f.worker()
	if f.at.Path != "/my" {
		t.Fatalf("came to %s", f.at)
	}
	page := f.get("/my", 200)
	f.has(page, "培训部门现在没有答复", "第一小学", "古丽", "2026年12月30日", "/workers/"+ref+"/school/a-1", "您排在第 7 位", "下一步最晚在 2026年12月24日", "可以撤销", "还有 3 件没有列在这里", `aria-current="step"`)
	last := 0
	for _, part := range []string{`id="needs"`, "#death", "/school/a-1", "#case-c-1", `id="runs"`, "/home#application-h-1", `id="has"`, "/children#child-child-1", "我的页面</h2>"} {
		at := strings.Index(page, part)
		if at < last {
			t.Errorf("%s stands at %d, behind %d", part, at, last)
		}
		last = at
	}
	if n := strings.Count(page, "/school/a-1"); n != 1 {
		t.Errorf("the offer is named %d times", n)
	}
	if _, now, _ := strings.Cut(page, `aria-current="step">`); !strings.HasPrefix(now, "<span>提供住房") {
		t.Errorf("the next step is %.120s", now)
	}
	if f.get("/my/home", 200); f.at.Path != "/workers/"+ref+"/home" {
		t.Errorf("an address that names nobody leads to %s", f.at)
	}
	f.post("/sign-in/out", 200)
	if f.get("/my", 200); f.at.Path != "/sign-in" {
		t.Errorf("without a sign-in it leads to %s", f.at)
	}
}
