package standalone_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// registered registers somebody in the county.
func (l *populated) registered(n int) string {
	registry := registryv1.RegistryClient{Caller: l.demo, Target: "registry"}
	return made(registry.RegisterWorker(as(officer("hrss", home, "")), &registryv1.RegisterWorkerRequest{DocumentNumber: ident.Invented(l.today.AddYears(-30), n), Name: "测试", County: home,
		Languages: []string{"zh-Hans"}, RegisteredOn: l.today.String(), NoticeVersion: "1", Signed: true}))(l.t).GetWorker()
}

// Two officers join two records on the pages after the person was heard, and part
// them again; the first sees no button, the person sees both and objects.
func TestRecordsAreJoinedAndPartedOnThePages(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	first, second, person, w, other := l.desk(t, server), l.desk(t, server), l.desk(t, server), l.registered(701), l.registered(702)
	number := ident.Invented(l.today.AddYears(-30), 701)

	first.see("/workers", 200, nil, `href="/persons"`)
	first.see("/persons/join?first="+w+"&second="+other, 200, nil, "先选办理哪里的事")
	first.see("/contacts", 200, filled("to", "/persons/join?first="+w+"&second="+other, "officer", "A-1", "division", home), "测试", "对比", "访问记录")
	if first.at.RequestURI() != "/persons/join?first="+w+"&second="+other {
		t.Errorf("the sign led to %s", first.at)
	}
	page := first.see("/persons/join", 200, nil, "身份证号码")
	first.see("/persons/join/find", 422, filled("key", hidden(page, "key"), "first", "", "second", other))
	page = first.see("/persons/join/find", 200, filled("first", number, "second", other), "证件尾号", "保留这一份")
	if strings.Contains(first.at.String(), number) {
		t.Errorf("a number stands in an address: %s", first.at)
	}
	ask := filled("key", hidden(page, "key"), "first", w, "second", other, "reason", "number_mistyped", "paper", "")
	page = first.see("/persons/join", 422, ask, `value="number_mistyped" selected`)
	ask.Set("paper", "household_register")
	ask.Set("key", hidden(page, "key"))
	page = first.see("/persons/join", 200, ask, "这是您申请的", "户口簿", "号码录错")
	opened := first.at.Path
	if strings.Contains(page, `name="decision"`) {
		t.Error("who asked has a button")
	}
	if first.see("/persons/join", 200, ask); first.at.Path != opened {
		t.Errorf("the form sent twice opened %s and %s", opened, first.at.Path)
	}
	first.see(opened, 422, filled("decision", "agree", "sure", "yes", "revision", "1"), "第二名工作人员")

	stranger := l.desk(t, server)
	stranger.see("/contacts", 200, filled("to", "/persons", "officer", "b-1", "division", away), "没有待办的事项")
	stranger.see(opened, 404, nil)

	second.see("/contacts", 200, filled("to", "/persons", "officer", "a-2", "division", home), "合并")
	page = second.see(opened, 200, nil, "您的决定", "测试")
	if strings.Contains(page, "我看过材料，两份登记是同一个人的") {
		t.Error("it can be decided before anybody was heard")
	}
	testkit.Eventually(t, "the person is told and can object", func() bool {
		return strings.Contains(person.see("/workers/"+other+"/contact", 200, nil), "异议期最后一天")
	})
	page = person.see("/workers/"+other+"/contact", 200, nil, "号码录错", "户口簿", "我不同意")
	if strings.Contains(page, w) {
		t.Error("the person, who may be another, sees the other record")
	}
	for _, side := range []string{"into", "alias"} {
		said := filled("side", side, "paper", "resident_card", "agrees", "")
		second.see(opened+"/hear", 422, said)
		said = filled("side", side, "paper", "resident_card", "agrees", "yes")
		second.see(opened+"/hear", 200, said, "在窗口表示同意")
		second.see(opened+"/hear", 200, said)
	}
	page = second.see(opened, 200, nil, "我看过材料，两份登记是同一个人的")
	second.see(opened, 422, filled("key", hidden(page, "key"), "decision", "agree"))
	agree := filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes", "revision", hidden(page, "revision"))
	second.see(opened, 200, agree, "两份登记属于同一个人", "a-2")
	second.see(opened, 200, agree, "两份登记属于同一个人")

	// The person says that it was wrong, and it is parted.
	page = person.see("/workers/"+other+"/contact", 200, nil, "我不同意")
	for range 2 {
		person.see("/workers/"+other+"/persons/object", 200, filled("key", hidden(page, "key"), "case", hidden(page, "case")))
	}
	first.see("/persons", 200, nil, "本人说这次合并不对")
	part := "/persons/part?join=" + strings.TrimPrefix(opened, "/persons/cases/")
	page = first.see(part, 200, nil, "撤回合并")
	undo := filled("key", hidden(page, "key"), "join", hidden(page, "join"), "reason", "joined_wrong", "paper", "")
	first.see("/persons/part", 422, undo)
	undo = filled("key", hidden(first.see(part, 200, nil), "key"), "join", hidden(page, "join"), "reason", "joined_wrong", "paper", "resident_card")
	page = first.see("/persons/part", 200, undo, "记录的事项归谁")
	parting := first.at.Path
	first.see("/persons/part", 200, undo)
	given := filled("key", hidden(page, "key"))
	if part := hidden(page, "part"); part != "" {
		given.Set("part", part)
		given.Set("of."+part, "alias")
	}
	first.see(parting+"/parts", 200, given)
	first.see(parting+"/parts", 200, given)
	page = second.see(parting, 200, nil, "我看过材料，这是两个人，每件事项归属正确")
	second.see(parting, 200, filled("key", hidden(page, "key"), "decision", "agree", "sure", "yes", "revision", hidden(page, "revision")), "登记属于两个人")
	second.see(opened, 200, nil, "合并已撤回")
	testkit.Eventually(t, "one is told", func() bool {
		return strings.Contains(person.see("/workers/"+other+"/messages", 200, nil), "把登记拆分")
	})
	testkit.Eventually(t, "the other is told", func() bool {
		page := person.see("/workers/"+w+"/messages", 200, nil)
		if strings.Contains(page, "没有人委托您") {
			clear(person.taken) // whoever signs in before identity has heard of the parting is let in as the one person
		}
		return strings.Contains(page, "把登记拆分")
	})
}
