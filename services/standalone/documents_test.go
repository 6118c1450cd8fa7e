package standalone_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// A number is changed on the pages by two officers, said on the own page, and put
// back by a word; one that another record holds leads to both side by side.
func TestADocumentIsChangedOnThePages(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	first, second, far, person, w := l.desk(t, server), l.desk(t, server), l.desk(t, server), l.desk(t, server), l.ids["worker"]
	old, right := l.ids["document_number"], ident.Invented(l.today.AddYears(-30), 7)

	first.see("/workers", 200, nil, "/documents", "护照")
	person.see("/workers/"+w+"/document", 200, nil, "我的证件和姓名", "尾号 "+old[14:], "还没有生效", "请带新证件到任一窗口办理")
	ask := "/documents/of/" + w
	first.see(ask, 200, nil, "先选办理哪里的事")
	first.see("/contacts", 200, filled("to", ask, "officer", "A-1", "division", home), "申请更改证件或姓名", "尾号 "+old[14:], "访问记录")
	if first.at.Path != ask {
		t.Errorf("a sign led to %s", first.at)
	}
	page := first.see(ask, 200, nil)
	whole := func(page, number string) []string {
		return []string{"key", hidden(page, "key"), "kind", "resident_number", "number", number, "name", "", "reason", "entered_wrong", "paper", "resident_card"}
	}
	for _, missing := range []string{"reason", "paper"} {
		one := filled(whole(page, right)...)
		one.Set(missing, "")
		page = first.see(ask, 422, one, `name="`+missing+`" required aria-invalid="true"`, `value="`+right+`"`)
	}
	page = first.see(ask, 422, filled(whole(page, right[:17]+"?")...), `aria-invalid="true"`, "公民身份号码")
	page = first.see(ask, 422, filled("key", hidden(page, "key"), "kind", "passport", "number", "N1234567", "reason", "newly_issued", "paper", "passport"), "护照须写明签发国", `<details class="desk" open>`)
	page = first.see(ask, 422, filled("key", hidden(page, "key"), "kind", "passport", "number", "N1234567", "country", "kz", "reason", "newly_issued", "paper", "passport"), "请照证件填写出生日期")
	sent := filled(whole(page, right)...)
	page = first.see(ask, 200, sent, "更改证件或号码", "当初录错了", "等第二人决定", right, "这是您申请的")
	opened := first.at.Path
	if strings.Contains(page, `name="decision"`) || strings.Contains(page, old) {
		t.Error("who asked has a button, or the registered number stands on the page")
	}
	if first.see(ask, 200, sent); first.at.Path != opened {
		t.Errorf("the form sent twice opened %s and %s", opened, first.at.Path)
	}
	if page = person.see("/workers/"+w+"/document", 200, nil, "尾号 "+right[14:], "我不同意"); strings.Contains(page, right) {
		t.Error("the number stands on the own page")
	}

	far.see("/contacts", 200, filled("to", "/documents", "officer", "b-1", "division", away), "没有等待决定的申请")
	far.see(opened, 404, nil)
	second.see("/contacts", 200, filled("to", "/documents", "officer", "a-2", "division", home), "请您决定")
	page = second.see(opened, 200, nil, "您的决定", right, "尾号 "+old[14:])
	page = second.see(opened, 422, filled("key", hidden(page, "key"), "decision", "agree"), "您的决定")
	page = second.see(opened, 422, filled("key", hidden(page, "key"), "decision", "refuse", "reason", ""), "您的决定")
	agree := filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes")
	for range 2 {
		if page = second.see(opened, 200, agree, "已更改", "a-2"); strings.Contains(page, right) {
			t.Error("a decided case shows the number")
		}
	}
	testkit.Eventually(t, "the person is told", func() bool {
		return strings.Contains(person.see("/workers/"+w+"/messages", 200, nil), "两名工作人员更改了您的证件或姓名")
	})
	first.see("/workers", 200, filled("who", old), "请核对姓名", "/workers/"+w)
	page = person.see("/workers/"+w+"/document", 200, nil, "尾号 "+right[14:], "已经生效")
	objection := filled("key", hidden(page, "key"), "case", strings.TrimPrefix(opened, "/documents/"))
	person.see("/workers/"+l.ids["other"]+"/document/object", 404, filled("case", strings.TrimPrefix(opened, "/documents/")))
	for range 2 {
		person.see("/workers/"+w+"/document/object", 200, objection, "尾号 "+old[14:], "已改回")
	}
	person.see("/workers/"+w+"/document?lang=en", 200, nil, "我的证件和姓名", "Nobody has approved it in this language yet") // no speaker approved the English
	second.see(opened, 200, nil, "登记内容已恢复原样")

	page = first.see(ask, 200, nil)
	first.see(ask, 200, filled(whole(page, ident.Invented(l.today.AddYears(-30), 2))...))
	page = second.see(first.at.Path, 200, nil, "这个号码已由另一份登记持有", "/persons/join?first="+w, "held_by_another\" selected")
	if strings.Contains(page, `value="agree"`) {
		t.Error("a number that another holds can be agreed to")
	}
	page = first.see(ask, 200, nil)
	first.see(ask, 200, filled(whole(page, ident.Invented(clock.NewDate(l.today.Year()-15, 1, 2), 1))...))
	young := first.at.Path
	page = second.see(young, 200, nil)
	page = second.see(young, 200, filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes"), "未到工作年龄", "系统没有自动终止任何事项")
	second.see("/documents", 200, nil, "未到年龄，请查看")
	settle := filled("key", hidden(page, "key"), "decision", "age", "outcome", "reported")
	for range 2 {
		second.see(young, 200, settle, "已告知劳动监察", "a-2 已查看")
	}
}

// Who has no resident number is registered at a counter's page, and found there.
func TestAForeignerIsRegisteredOnThePages(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	counter := l.desk(t, server)
	counter.see("/contacts", 200, filled("to", "/persons/register", "officer", "a-1", "division", home), "护照", "台湾居民来往大陆通行证")
	form := func(page string, more ...string) []string {
		return append([]string{"key", hidden(page, "key"), "kind", "passport", "number", "n 1234567", "name", "Айгүл Нұрлан", "place", home, "notice", "告知书2026-1", "signed", "yes"}, more...)
	}
	page := counter.see("/persons/register", 200, nil)
	page = counter.see("/persons/register", 422, filled(form(page)...), "护照须写明签发国", `value="n 1234567"`)
	page = counter.see("/persons/register", 422, filled(form(page, "country", "KAZ")...), "请照证件填写出生日期")
	counter.see("/persons/register", 200, filled(form(page, "country", "KAZ", "birth", "1990-05-06")...), "/workers/")
	counter.see("/workers", 422, filled("who", "N1234567", "kind", "passport", "country", "KGZ"))
	counter.see("/workers", 200, filled("who", "N 1234567", "kind", "passport", "country", "kz"))
	if counter.at.Path != "/counter" || counter.at.Query().Get("worker") == "" { // where the person's visit begins
		t.Errorf("a document led to %s", counter.at)
	}
}
