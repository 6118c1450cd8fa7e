package standalone_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// hidden reads the first value of a hidden field of a page.
func hidden(page, name string) string {
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

func filled(values ...string) url.Values {
	f := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		f.Set(values[i], values[i+1])
	}
	return f
}

// Two officers change a person's contact on the pages; the first sees no button,
// the person sees both and has it put back.
func TestAContactIsChangedOnThePages(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	first, second, person, w := l.desk(t, server), l.desk(t, server), l.desk(t, server), l.ids["other"]

	first.see("/workers", 200, nil, "/contacts")
	person.see("/workers/"+w+"/contact", 200, nil, "没有留电话", "没有人申请过更改", "请带证件到任一窗口办理")
	ask := "/contacts/of/" + w
	first.see(ask, 200, nil, "先选办理哪里的事")
	first.see("/contacts", 422, filled("to", ask, "division", "650000"))
	first.see("/contacts", 200, filled("to", "https://elsewhere.example/", "officer", "A-1", "division", home))
	if first.at.Path != "/contacts" || first.at.Host != server.Listener.Addr().String() {
		t.Errorf("a sign led to %s", first.at)
	}
	page := first.see(ask, 200, nil, "测试", "证件尾号", "a-1", "访问记录")
	change := filled("key", hidden(page, "key"), "languages", hidden(page, "languages"), "phone", "123", "place", home, "reason", "phone_changed", "paper", "witness")
	page = first.see(ask, 422, change, `value="123"`, `value="witness" selected`, `value="phone_changed" selected`, `name="phone" type="tel" maxlength="20" value="123" aria-invalid="true"`, "电话")
	change.Set("phone", "15000018191")
	for _, missing := range []string{"reason", "paper"} {
		one := filled("key", hidden(page, "key"), "phone", "15000018191", "place", home, "reason", "moved", "paper", "witness")
		one.Set(missing, "")
		first.see(ask, 422, one, `name="`+missing+`" required aria-invalid="true"`, `value="15000018191"`)
	}
	change.Set("key", hidden(page, "key"))
	page = first.see(ask, 200, change, "这是您申请的，所以这里没有按钮", "15000018191", "换了电话", "证人的话", "等第二人决定")
	opened := first.at.Path
	if strings.Contains(page, `name="decision"`) {
		t.Error("who asked has a button")
	}
	if first.see(ask, 200, change); first.at.Path != opened {
		t.Errorf("the form sent twice opened %s and %s", opened, first.at.Path)
	}
	first.see("/contacts", 200, nil, "等别人决定")
	first.see(opened, 422, filled("decision", "agree", "sure", "yes"), "第二名工作人员")

	second.see("/contacts", 200, filled("to", "/contacts", "officer", "a-2", "division", away), "没有等待决定的申请")
	second.see(opened, 404, nil)
	second.see("/contacts", 200, filled("to", "/contacts", "officer", "a-2", "division", home), "请您决定")
	page = second.see(opened, 200, nil, "您的决定", "同意更改", "15000018191", "没有留电话", "测试")
	second.see(opened, 422, filled("key", hidden(page, "key"), "decision", "agree"), "您的决定")
	second.see(opened, 422, filled("key", hidden(page, "key"), "decision", "refuse"), "您的决定")
	person.see("/workers/"+w+"/contact", 200, nil, "等第二人决定", "a-1 申请", "还没有生效", "我不同意")
	agree := filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes")
	if page = second.see(opened, 200, agree, "登记内容已更改", "a-2 同意"); strings.Contains(page, "15000018191") {
		t.Error("a contact is shown after the case ended")
	}
	second.see(opened, 200, agree, "登记内容已更改")
	page = person.see("/workers/"+w+"/contact", 200, nil, "15000018191", "已更改", "a-1 申请", "a-2 同意", "已经生效")
	testkit.Eventually(t, "the person is told of both", func() bool {
		page := person.see("/workers/"+w+"/messages", 200, nil)
		return strings.Contains(page, "工作人员申请更改您的联系方式") && strings.Contains(page, "工作人员更改了您的联系方式")
	})
	person.see("/workers/"+w+"/access?lang=en", 200, nil, "Change of contact details", "a-2")
	person.see("/workers/"+l.ids["worker"]+"/contact/object", 404, filled("case", hidden(page, "case")), "There is no such case")
	person.see("/workers/"+w+"/access?lang=zh-Hans", 200, nil, "a-2") // no speaker approved the English of what binds
	for range 2 {                                                     // the second is a second click
		person.see("/workers/"+w+"/contact/object", 200, filled("key", hidden(page, "key"), "case", hidden(page, "case")), "没有留电话", "已改回", "本人异议")
	}
	first.see(opened, 200, nil, "本人不同意，已改回")

	// Of a move that another county asks for, that county sees only that it waits.
	registry := registryv1.RegistryClient{Caller: l.demo, Target: "registry"}
	if _, err := registry.RegisterWorker(as(officer("hrss", away, "")), &registryv1.RegisterWorkerRequest{DocumentNumber: l.ids["document_number"], Name: "另一个", County: away,
		RegisteredOn: l.today.String(), NoticeVersion: "1", Signed: true}); err != nil {
		t.Fatal(err)
	}
	mover := l.desk(t, server)
	page = mover.see("/contacts", 200, filled("to", "/contacts", "officer", "o-hrss"+away, "division", away), "等别人决定")
	m := regexp.MustCompile(`/contacts/[0-9a-f-]{36}`).FindString(page)
	if page = mover.see(m, 200, nil, "登记在别的县市", "这里没有按钮"); strings.Contains(page, "测试") || strings.Contains(page, l.ids["worker"]) {
		t.Error("another county's officer learns who it is")
	}
	page = second.see(m, 200, nil, "只能退回", "姓名对不上")
	second.see(m, 200, filled("key", hidden(page, "key"), "decision", "refuse", "reason", "name_differs"), "已退回", "姓名对不上")
}
