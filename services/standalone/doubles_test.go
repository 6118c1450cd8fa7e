package standalone_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// A counter that is about to register somebody twice is shown why; the pair comes
// onto the list, is set aside, and taken up again.
func TestACounterIsWarnedOfADouble(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	born := l.today.AddYears(-41)
	here, far := l.desk(t, server), l.desk(t, server)
	here.see("/workers", 200, nil, `href="/persons/register"`)
	here.see("/persons/register", 200, nil, "先选办理哪里的事")
	page := here.see("/contacts", 200, filled("to", "/persons/register", "officer", "A-1", "division", home), "登记一个人")
	form := func(page string, sequence int) []string {
		return []string{"key", hidden(page, "key"), "number", ident.Invented(born, sequence), "name", "古丽娜尔·阿曼古丽", "phone", "13900012345", "place", home, "language", "kk-Arab", "notice", "2026-1", "signed", "yes"}
	}
	for field, value := range map[string]string{"number": "123", "name": "", "phone": "12", "place": "", "notice": ""} {
		wrong := filled(form(page, 13)...)
		wrong.Set(field, value)
		page = here.see("/persons/register", 422, wrong, `aria-invalid="true"`)
	}
	unsigned := filled(form(page, 13)...)
	unsigned.Del("signed")
	page = here.see("/persons/register", 422, unsigned)
	page = here.see("/persons/register", 200, filled(form(page, 13)...), "已登记。", "打开这份登记")
	first := here.at.Query().Get("worker")

	again := filled(form(page, 31)...)
	page = here.see("/persons/register", 200, again, "这个人可能已经登记过", "/workers/"+first, "证件号码有两位颠倒", "电话相同", `value="古丽娜尔·阿曼古丽"`)
	if here.at.RawQuery != "" || strings.Contains(page, "已登记。") {
		t.Errorf("it was registered: %s", here.at)
	}
	again.Set("key", hidden(page, "key"))
	again.Set("looked", "yes")
	here.see("/persons/register", 200, again, "已登记。", "有一份登记可能是同一个人的")
	second := here.at.Query().Get("worker")
	if here.see("/persons/register", 200, again); second == "" || here.at.Query().Get("worker") != second {
		t.Errorf("the form sent twice registered %s and %s", second, here.at)
	}

	far.see("/contacts", 200, filled("to", "/persons", "officer", "b-1", "division", away))
	elsewhere := filled(form(far.see("/persons/register", 200, nil), 32)...)
	elsewhere.Set("place", away)
	if page := far.see("/persons/register", 200, elsewhere, "别的县可能有这个人的登记"); strings.Contains(page, first) || strings.Contains(page, second) {
		t.Error("another county is told who")
	}

	page = here.see("/persons/doubles", 200, nil, "证件号码有两位颠倒", "由您查看")
	link := page[strings.Index(page, `href="/persons/doubles/`)+len(`href="`):]
	link = link[:strings.IndexByte(link, '"')]
	far.see(link, 404, nil)
	page = here.see(link, 200, nil, "古丽娜尔·阿曼古丽", "/persons/join?first=", first, second, "访问记录")
	here.see(link, 422, filled("key", hidden(page, "key"), "decision", "apart", "reason", ""))
	page = here.see(link, 200, nil)
	here.see(link, 200, filled("key", hidden(page, "key"), "decision", "apart", "reason", "twins"))
	if page := here.see("/persons/doubles", 200, nil); strings.Contains(page, link) {
		t.Error("what was set aside is listed")
	}
	here.see("/persons/doubles?apart=1", 200, nil, link, "双胞胎", "a-1")
	page = here.see(link, 200, nil, "重新查看这一组")
	here.see(link, 200, filled("key", hidden(page, "key"), "decision", "open"), link)
	here.see("/persons", 200, nil, `href="/persons/doubles"`)
}
