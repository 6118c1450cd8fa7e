package console_test

import (
	"regexp"
	"strings"
	"testing"
)

// Forms are printed beforehand, each with its number; when one was received is said at the
// counter, confirmed by another officer from the paper, and entered on the task's own page.
func TestAPaperFormIsEnteredOnThePages(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.has(f.get("/paper", 200), "纸质申请表", "没有待核对或待补录的纸质表", "还没有印制过纸质表", `name="forms"`)
	f.has(f.post("/paper", 422, "task", "housing.ApplyForHome", "forms", "101"), "请填写份数：至少1份，最多100份", `value="101"`)
	f.has(f.post("/paper", 200, "task", "housing.ApplyForHome", "forms", "2"), "共2份，已补录0份", "未使用", "1234 5678 9000", "1234 5678 9001")
	block := f.at.Path
	sheets := f.get(block+"/sheets", 200)
	if n := strings.Count(sheets, `<article class="paperform"`); n != 2 {
		t.Errorf("%d sheets", n)
	}
	f.has(sheets, "收件时间", "申请人签字", "收件人签字", "沿线撕下", "公租房", `lang="kk-Arab"`, `lang="ug-Arab"`, "从上面的时间算起")
	if m := regexp.MustCompile(`1234 5678 9000`).FindAllString(sheets, -1); len(m) != 2 {
		t.Errorf("a number stands %d times, on the form and on its receipt", len(m))
	}

	f.sits("/paper", "") // an officer, at whose counter the worker stands
	f.alone = true
	f.people.mu.Lock()
	f.people.visits[ref] = true
	f.people.mu.Unlock()
	f.has(f.get("/workers/"+ref+"/paper", 200), `name="received"`, `name="since"`)
	says := []string{"number", "1234 5678 900", "received", "2026-11-28T10:15", "away", "power", "since", "2026-11-28T09:30"}
	f.has(f.post("/workers/"+ref+"/paper", 422, says...), "表号不对", `value="1234 5678 900"`, `value="2026-11-28T10:15"`, `value="power" selected`)
	says[1], says[3] = "1234 5678 9000", "2025-11-28T10:15"
	f.has(f.post("/workers/"+ref+"/paper", 422, says...), "最多可以追溯15天", `value="2025-11-28T10:15"`)
	says[3] = "2026-11-28T10:15"
	f.post("/workers/"+ref+"/paper", 200, says...)
	list := f.get("/paper", 200)
	f.has(list, "请照纸质表核对", "1234 5678 9000", "停电")
	if strings.Contains(list, "2026-11-28T10:15") || strings.Contains(list, "10:15") {
		t.Error("the page tells the second officer the time that is to be read from the paper")
	}
	f.has(f.post("/paper/decide", 422, "form", "123456789000", "do", "refuse"), "<details open>")
	f.has(f.post("/paper/decide", 422, "form", "123456789000", "do", "approve", "sure", "yes", "received", "2026-11-28T10:16"), "与登记的时间不同", `value="2026-11-28T10:16"`)
	f.has(f.post("/paper/decide", 200, "form", "123456789000", "do", "approve", "sure", "yes", "received", "2026-11-28T10:15"), "已核对，可以补录", "10:15")
	home := f.get("/workers/"+ref+"/home", 200)
	f.has(home, `name="paper" value="123456789000" checked`, "收到纸质表，表号1234 5678 9000", `name="paper" value=""`)
	f.has(f.post(block+"/void", 422, "sure", "yes"), "请选择作废原因", "<details open>")
	f.has(f.post(block+"/void", 200, "sure", "yes", "reason", "lost"), "已作废")
}
