package console_test

import (
	"strings"
	"testing"
)

// An officer goes from what an employer owes to the enrolment and its months, and mends
// what was entered wrong: each wrong field is told at its place, and what was typed stays.
func TestAnOfficerKeepsInsurance(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/insurance", 200), "富蕴县金山矿业有限公司", "逾期", "/insurance/duties?employer=employer-1", "employer", "2026年11月20日", "下一页")
	f.has(f.get("/insurance?county=654321", 200), "没有单位欠办参保")
	f.has(f.get("/insurance?lang=en", 200), "who owes enrolments")
	f.get("/insurance?lang=zh-Hans", 200)
	f.has(f.get("/insurance/duties?employer=employer-1&county=654301", 200), "只看 富蕴县金山矿业有限公司", "/insurance/duties/duty-1", "养老、工伤", "after=2026-11-20%2Fduty-1&amp;county=654301&amp;employer=employer-1")
	f.has(f.get("/insurance/duties?state=fulfilled", 200), "没有符合条件的参保义务")
	f.has(f.get("/insurance/duties/none", 404), "没有这条参保义务")
	body := f.get("/insurance/duties/duty-1", 200)
	f.has(body, "三十日内", `value="pension" checked`, `value="work_injury" checked`, `value="2026-10"`)
	if strings.Contains(body, `value="medical" checked`) {
		t.Error("a scheme is ticked that the duty is not about")
	}
	wrong := f.post("/insurance/duties/duty-1", 422, "scheme", "medical", "month", "2026-12")
	f.has(wrong, `value="2026-12"`, `value="medical" checked`, "这个月还没有开始。")
	_, field, _ := strings.Cut(wrong, `name="month"`)
	if field, _, _ = strings.Cut(field, "</label>"); !strings.Contains(field, "这个月还没有开始。") {
		t.Error("what is wrong with the month does not stand at the month")
	}
	f.has(f.post("/insurance/duties/duty-1", 422, "month", "2026-10"), "险种不在目录中")
	f.has(f.post("/insurance/duties/duty-1", 200, "scheme", "pension", "month", "2026-10"), "已登记参保", "还没有记入月份", "参保中")
	f.has(f.get("/insurance/enrolments", 200), "/insurance/enrolments/cover-1", "2026年10月")
	const at = "/insurance/enrolments/cover-1"
	f.has(f.post(at+"/credit", 200, "month", "2026-11"), "月份已记入", "2026年11月")
	f.has(f.post(at+"/credit", 422, "month", "2026-11"), "这个月已经记入")
	f.has(f.post(at+"/take-back", 422, "month", "2026-11"), "请选择原因", `value="2026-11" selected`)
	f.has(f.post(at+"/take-back", 200, "month", "2026-11", "reason", "wrong_month"), "月份已撤回", "还没有记入月份")
	f.has(f.post(at+"/correct", 200, "scheme", "medical", "month", "2026-11", "reason", "wrong_schemes"), "已更正", "医疗")
	f.has(f.post(at+"/end", 422, "month", "2026-11", "reason", "no_longer_works"), "<details class=\"card wide\" open>")
	f.has(f.post(at+"/end", 200, "month", "2026-11", "reason", "no_longer_works", "sure", "yes"), "参保已停止，已通知本人", "恢复参保")
	f.has(f.post(at+"/resume", 200, "reason", "still_works"), "参保已恢复")
	f.post(at+"/burn", 404)
	f.has(f.get(at+"?done=nothing", 200), "参保登记")
	ref := f.world.someone(t, number, 1)
	f.has(f.get("/workers/"+ref+"/cover", 200), "还没有参保", "12333")
}
