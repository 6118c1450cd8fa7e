package standalone_test

import (
	"crypto/rand"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

// A death is entered and recorded on the pages by two officers, said plainly on the
// own page, and taken back by one before whom the person stands.
func TestADeathIsRecordedAndTakenBackOnThePages(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	first, second, far, person, w := l.desk(t, server), l.desk(t, server), l.desk(t, server), l.desk(t, server), l.ids["worker"]
	number := l.ids["document_number"]

	first.see("/workers", 200, nil, "/deaths")
	person.see("/workers/"+w+"/contact", 200, nil, "请带证件到任一窗口办理")
	ask := "/deaths/of/" + w
	first.see(ask, 200, nil, "先选办理哪里的事")
	first.see("/contacts", 200, filled("to", ask, "officer", "A-1", "division", home), "登记去世", "证件尾号", "访问记录")
	if first.at.Path != ask {
		t.Errorf("a sign led to %s", first.at)
	}
	page := first.see(ask, 200, nil)
	whole := func(page string) []string {
		return []string{"key", hidden(page, "key"), "paper", "cremation_certificate", "died_on", l.today.AddDays(-3).String(), "reason", "relative", "sure", "yes"}
	}
	for _, missing := range []string{"paper", "died_on", "reason"} {
		one := filled(whole(page)...)
		one.Set(missing, "")
		page = first.see(ask, 422, one, `aria-invalid="true"`)
	}
	late := filled(whole(page)...)
	late.Set("died_on", l.today.AddDays(1).String())
	page = first.see(ask, 422, late, `name="died_on" type="date" required value="`+l.today.AddDays(1).String()+`" aria-invalid="true"`, `value="cremation_certificate" selected`)
	sent := filled(whole(page)...)
	page = first.see(ask, 200, sent, "火化证明", "待另一位工作人员", "下一步由另一位工作人员办理")
	opened := first.at.Path
	if strings.Contains(page, `name="decision"`) {
		t.Error("who entered it has a button")
	}
	if first.see(ask, 200, sent); first.at.Path != opened {
		t.Errorf("the form sent twice opened %s and %s", opened, first.at.Path)
	}
	page = person.see("/workers/"+w, 200, nil, "工作人员申请登记此人去世", "我健在：终止此事项")
	objection := filled("key", hidden(page, "key"), "case", hidden(page, "case"))
	person.see("/workers/"+l.ids["other"]+"/death/object", 404, filled("case", hidden(page, "case")))
	for range 2 {
		page = person.see("/workers/"+w+"/death/object", 200, objection)
	}
	if strings.Contains(page, "登记此人去世（") {
		t.Error("the case stands after the person's word")
	}
	first.see(opened, 200, nil, "本人提出异议")

	page = first.see(ask, 200, nil)
	first.see(ask, 200, filled(whole(page)...))
	opened = first.at.Path
	second.see("/contacts", 200, filled("to", "/deaths", "officer", "a-2", "division", home), "由您决定")
	page = second.see(opened, 200, nil, "您的决定", "证件尾号")
	second.see(opened, 422, filled("key", hidden(page, "key"), "decision", "agree"), "您的决定")
	agree := filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes")
	for range 2 {
		second.see(opened, 200, agree, "已登记", "a-2")
	}
	testkit.Eventually(t, "the sign-ins of who died have ended", func() bool {
		person.see("/workers/"+w, 200, nil)
		return person.at.Path == "/sign-in"
	})
	first.see("/deaths", 200, nil, "已登记", "没有待办事项")

	testkit.Eventually(t, "the department has heard", func() bool {
		page = second.see("/deaths/held/training", 200, nil, "去世者名下事项")
		return strings.Contains(page, "培训名额或候补")
	})
	end := filled("key", hidden(page, "key"), "kind", hidden(page, "kind"), "id", hidden(page, "id"))
	second.see("/deaths/held/training", 422, end, "培训名额或候补")
	end.Set("sure", "yes")
	end.Set("key", rand.Text())
	for range 2 {
		second.see("/deaths/held/training", 200, end)
	}
	for _, department := range []string{"employment", "insurance", "education", "housing"} {
		if page := second.see("/deaths/held/"+department, 200, nil, "去世者名下事项"); strings.Contains(page, `class="note bad"`) {
			t.Errorf("%s: the page shows a refusal\n%s", department, page)
		}
	}
	second.see("/deaths/held/registry", 404, nil)

	heir := "/deaths/heirs/of/" + w
	page = first.see(heir, 422, filled("name", "阿依古丽", "paper", "household_register", "reason", "", "source", "training"), `value="阿依古丽"`, `name="reason" required aria-invalid="true"`)
	asked := filled("key", hidden(page, "key"), "name", "阿依古丽", "paper", "household_register", "reason", "inheritance", "source", "training")
	first.see(heir, 200, asked, "待决定", "阿依古丽")
	request := first.at.Path
	if first.see(heir, 200, asked); first.at.Path != request {
		t.Errorf("sent twice it is %s and %s", request, first.at.Path)
	}
	first.see(request, 422, filled("decision", "agree", "sure", "yes"), "录入申请的人不能决定")
	second.see("/deaths/heirs", 200, nil, "由您决定", "培训")
	page = second.see(request, 200, nil, "您的决定", "户口簿", "继承")
	grant := filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes")
	for range 2 {
		second.see(request, 200, grant, "已同意")
	}
	page = first.see(request, 200, nil, "现在出示")
	show := filled("key", hidden(page, "key"), "decision", "show")
	for range 2 { // the answer may have been lost
		first.see(request, 200, show, "只出示一次")
	}
	first.see(request, 422, filled("decision", "show"), "已出示", "不算第二次")

	// A fact is called wrong; a record is to be erased, and that is taken back.
	page = first.see(heir+"?asked=correct&kind=certificate&fact=01a228b3-b0b6-73d4-b2b0-88499bf03611", 200, nil, `value="correct" selected`, `value="01a228b3-b0b6-73d4-b2b0-88499bf03611"`, `value="certificate" selected`)
	wrong := filled("key", hidden(page, "key"), "name", "阿依古丽", "paper", "household_register", "reason", "inheritance", "asked", "correct", "kind", "certificate", "fact", "01a228b3-b0b6-73d4-b2b0-88499bf03611", "wrong", "")
	page = first.see(heir, 422, wrong, `name="wrong" aria-invalid="true"`)
	wrong.Set("wrong", "not_mine")
	wrong.Set("key", hidden(page, "key"))
	first.see(heir, 200, wrong, "待决定", "更正")
	request = first.at.Path
	page = second.see(request, 200, nil, "您的决定", "用过这条记录的部门都会收到更正")
	second.see(request, 200, filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes"), "已通知更正", "请告诉申请人")
	page = first.see(heir, 200, nil)
	first.see(heir, 200, filled("key", hidden(page, "key"), "name", "阿依古丽", "paper", "household_register", "reason", "inheritance", "asked", "delete"), "待决定", "的登记")
	request = first.at.Path
	second.see("/deaths/heirs", 200, nil, "删除登记")
	page = second.see(request, 200, nil, "您的决定", "至少留存六个月", "/deaths/held/")
	page = second.see(request, 200, filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes"), "到期自动删除", "申请人撤回")
	if !strings.Contains(page, "日 删除") {
		t.Errorf("the day is not said: %s", page)
	}
	second.see(request, 422, filled("key", hidden(page, "key"), "decision", "back"))
	page = second.see(request, 200, nil)
	second.see(request, 200, filled("key", hidden(page, "key"), "decision", "back", "sure", "yes"), "申请人撤回")

	far.see("/contacts", 200, filled("to", "/deaths/alive", "officer", "b-1", "division", away), "本人在场", "不分县市")
	page = far.see("/deaths/alive", 422, filled("number", "12", "shown", "resident_card", "sure", "yes"), `name="number"`, `value="12" aria-invalid="true"`)
	page = far.see("/deaths/alive", 422, filled("key", hidden(page, "key"), "number", number, "shown", "", "sure", "yes"), `name="shown" required aria-invalid="true"`)
	page = far.see("/deaths/alive", 422, filled("key", hidden(page, "key"), "number", number, "shown", "resident_card"))
	alive := filled("key", hidden(page, "key"), "number", number, "shown", "resident_card", "sure", "yes")
	for range 2 {
		if page = far.see("/deaths/alive", 200, alive, "登记已撤销", "另一位工作人员核对"); strings.Contains(page, number) {
			t.Error("the number stands on the page")
		}
	}
	person = l.desk(t, server)
	testkit.Eventually(t, "who lives may sign in again", func() bool { return person.takes(person.whose("/workers/"+w, "")) })
	if page = person.see("/workers/"+w, 200, nil); strings.Contains(page, "此人已登记去世") {
		t.Error("the own page says that the person died")
	}
	testkit.Eventually(t, "the person is told", func() bool {
		return strings.Contains(person.see("/workers/"+w+"/messages", 200, nil), "登记有误")
	})
	second.see("/deaths", 200, nil, "由您核对")
	page = second.see(opened, 200, nil, "事后核对", "居民身份证")
	second.see(opened, 200, filled("key", hidden(page, "key"), "decision", "confirm"), "a-2", "核对")
	second.see("/deaths", 200, nil, "没有待办事项", "没有去世登记")
	person.see("/workers/"+w+"/contact", 200, nil, "身后安排", "近亲属为自身")
	person.see("/workers/"+w+"/heirs", 200, filled("nobody", "yes"), "任何人包括近亲属都不得查阅")
}
