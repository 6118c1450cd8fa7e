package standalone_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Officers add a guardian, hide an address and say why not, by names and never by
// codes; what was filled in stays, and the second officer decides on the child's page.
func TestGuardiansAreAddedAndHiddenFromOnThePages(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	first, second, person := l.desk(t, server), l.desk(t, server), l.desk(t, server)
	mother, father := l.registered(711), l.registered(712)
	registry := registryv1.RegistryClient{Caller: l.demo, Target: "registry"}
	child := made(registry.RegisterChild(as(officer("edu", home, mother)), &registryv1.RegisterChildRequest{Worker: mother, Name: "测试三", BirthDate: l.today.AddYears(-8).String(), County: home}))(t).GetChildId()
	page := "/guardians/of/" + child

	person.see("/workers/"+mother+"/children", 200, nil, child, "请带证件、材料和这个编号")
	first.see("/contacts", 200, filled("to", page, "officer", "A-1", "division", home), "测试三", "监护人本人登记")
	if first.at.Path != page {
		t.Errorf("a sign led to %s", first.at)
	}
	first.see("/guardians/open", 422, filled("child", "zzz"), `value="zzz" aria-invalid="true"`)
	for _, found := range []string{first.see("/guardians/open", 200, filled("child", ident.Invented(l.today.AddYears(-30), 711))), first.see("/guardians/by/"+mother, 200, nil)} {
		if !strings.Contains(found, `<li><a href="`+page+`">`) { // and from there to the child
			t.Error("a guardian's number does not lead to the child")
		}
	}
	add := filled("worker", ident.Invented(l.today.AddYears(-30), 712), "kind", "grandparent", "paper", "power_of_attorney", "until", "")
	first.see(page+"/add", 422, add, "受托监护必须有截止日期", `value="`+add.Get("worker")+`"`, `<option value="power_of_attorney" selected>`)
	add = filled("worker", add.Get("worker"), "kind", "parent", "paper", "birth_certificate")
	for range 2 {
		first.see(page+"/add", 200, add, "征询意见中", "之后自动生效")
	}
	testkit.Eventually(t, "the mother is asked", func() bool {
		return strings.Contains(person.see("/workers/"+mother+"/children", 200, nil), "申请登记为另一位监护人")
	})
	asked := person.see("/workers/"+mother+"/children", 200, nil, "最晚", "不答复视为没有异议")
	person.see("/workers/"+mother+"/children/answer", 200, filled("key", hidden(asked, "key"), "guardian", hidden(asked, "guardian"), "answer", "agree"))

	guardian := between(first.see(page, 200, nil, "有效"), `<select name="guardian" required><option value="">请选择</option>`, `· 父母</option></select>`)
	guardian = guardian[strings.LastIndex(guardian, `value="`)+len(`value="`):]
	guardian, _, _ = strings.Cut(guardian, `"`)
	hide := filled("kind", "hide", "guardian", guardian, "hidden", "address", "until", l.today.AddDays(30).String(), "reason", "danger", "paper", "police_record")
	first.see(page+"/ask", 422, hide, `value="address" checked`, `value="`+l.today.AddDays(30).String()+`"`, `<option value="police_record" selected>`, `<option value="`+guardian+`" selected>`)
	hide.Set("sure", "yes")
	hide.Del("key")
	for range 2 {
		first.see(page+"/ask", 200, hide, "对一位监护人保密", "等孩子所在县市的另一位工作人员决定")
	}
	first.see("/guardians", 200, nil, `href="`+page+`"`, "等别人决定")
	second.see("/contacts", 200, filled("to", "/guardians", "officer", "a-2", "division", home), `href="`+page+`"`, "请您决定")
	open := second.see(page, 200, nil, "请您决定", "同意后对这位监护人保密")
	decide := "/guardians/cases/" + between(open, `action="/guardians/cases/`, `"`)
	first.see(decide, 422, filled("child", child, "decision", "agree", "sure", "yes"), "第二名工作人员", "测试三")
	second.see(decide, 422, filled("child", child, "decision", "refuse"), "测试三")
	agree := filled("key", hidden(open, "key"), "child", child, "decision", "agree", "sure", "yes")
	for range 2 {
		if p := second.see(decide, 200, agree, "对此人保密"); strings.Contains(p, `name="decision" value="agree"`) {
			t.Error("what was decided has a button")
		}
	}
	if p := person.see("/workers/"+father+"/children", 200, nil, "测试三"); strings.Contains(p, "保密") {
		t.Error("one from whom the address is hidden reads that it is")
	}
}

// between is what stands between two texts of a page, "" where they do not stand there.
func between(page, before, after string) string {
	_, rest, _ := strings.Cut(page, before)
	in, _, _ := strings.Cut(rest, after)
	return in
}
