package standalone_test

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

var (
	shownCode = regexp.MustCompile(`<code>(\d{6})</code>`)
	ownJobs   = regexp.MustCompile(`/workers/([0-9a-f-]{36})/jobs`)
)

// looks reads a page again, for who waits for what it will say: who looks too often is
// told to wait, and looks on.
func (b *browser) looks(path string) string {
	b.t.Helper()
	b.sits(path, nil)
	r, err := b.client.Get(b.at.Scheme + "://" + b.at.Host + path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at = r.Request.URL
	page, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		b.t.Fatal(err)
	}
	return string(page)
}

// published is a post without hazards.
func (l *populated) published(t *testing.T) string {
	t.Helper()
	boss := as(auth.Principal{Kind: auth.Employer, Subject: l.ids["employer_id"], Via: auth.ViaWeb, Purpose: "recruit", LegalBasis: "law"})
	r, err := employmentv1.EmploymentClient{Caller: l.demo, Target: "employment"}.PublishVacancy(boss, &employmentv1.PublishVacancyRequest{
		Uscc: l.ids["uscc"], Title: "餐厅服务员", Occupation: "4-03", Headcount: 2, WageMinFen: 400_000, WageMaxFen: 500_000, County: home,
		SeasonFrom: l.today.String(), SeasonTo: l.today.AddMonths(6).String(), Reference: rand.Text(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.GetVacancyId()
}

// Somebody makes an account with a telephone and applies for a job; who gives the number
// of a registered person reads nothing of that person. At the counter the person says that
// it is the own one: the application is the person's, and what opened it opens it no more.
func TestAnAccountIsMadeAloneAndSeenAtACounter(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	alone, officer, person, w := l.desk(t, server), l.desk(t, server), l.desk(t, server), l.ids["other"]
	alone.alone = true
	alone.see("/sign-in/phone", 200, nil, `href="/sign-in/alone"`)
	alone.see("/sign-in/alone", 200, nil, "每一步都不收费", "60 天")
	alone.see("/sign-in/alone", 400, filled("phone", "12"), `aria-invalid="true"`)
	alone.see("/sign-in/alone", 200, filled("phone", "13900018777"), "六位数字")
	code := ""
	testkit.Eventually(t, "the code is sent", func() bool {
		if m := shownCode.FindStringSubmatch(alone.looks("/sign-in/messages")); m != nil {
			code = m[1]
		}
		return code != ""
	})
	form := func(number, code string) []string {
		return []string{"code", code, "kind", "resident_number", "number", number, "name", "测试", "place", home, "read", "yes"}
	}
	number := ident.Invented(l.today.AddYears(-30), 2)
	alone.see("/sign-in/alone/form", 401, filled(form(number, "000000")...), `aria-invalid="true"`, `value="`+number+`"`)
	alone.see("/sign-in/alone/form", 400, filled(form(number[:17]+"?", code)...), `aria-invalid="true"`)
	page := alone.see("/sign-in/alone/form", 200, filled(form(number, code)...), "尚未经窗口核验", "最后一天")
	if alone.at.Path != "/me/unseen" {
		t.Fatalf("came to %s", alone.at)
	}
	ref := ownJobs.FindStringSubmatch(page)[1]
	if ref == w {
		t.Fatal("the registered person's reference was given away")
	}
	hazardous := l.ids["vacancy_id"] // for which an age is wanted that somebody saw
	alone.see("/workers/"+ref+"/jobs/"+hazardous, 200, nil, "建筑施工人员")
	alone.see("/workers/"+ref+"/jobs/"+hazardous+"/apply", 403, filled(), "窗口还没有见过本人")
	vacancy := l.published(t)
	alone.see("/workers/"+ref+"/jobs", 200, nil, "/jobs/"+vacancy)
	alone.see("/workers/"+ref+"/jobs/"+vacancy, 200, nil, "/jobs/"+vacancy+"/apply")
	if page = alone.see("/workers/"+ref+"/jobs/"+vacancy+"/apply", 200, filled(), "餐厅服务员"); !strings.Contains(page, `value="withdraw:`) {
		t.Error("the application is not among the own ones")
	}
	// Of another's pages, and of what others recorded, it reads that this is refused.
	for refused, status := range map[string]int{"/workers/" + w + "/messages": 200, "/workers/" + w + "/jobs": 200, "/workers/" + ref + "/access": 200, "/counter": 403, "/unseen/of/" + w: 403} {
		page := alone.see(refused, status, nil)
		said := slices.ContainsFunc([]string{"没有人委托您", "您不能办这件事", "没有这项权限"}, func(text string) bool { return strings.Contains(page, text) })
		if !said || strings.Contains(page, number) {
			t.Errorf("%s is not refused", refused)
		}
	}

	officer.see("/counter", 200, filled("visitor", w), "/unseen/of/"+w)
	at := "/unseen/of/" + w
	page = officer.see(at, 200, nil, "测试", "13900018777")
	claim := hidden(page, "unseen")
	officer.see(at, 422, filled("key", hidden(page, "key"), "unseen", claim, "says", "mine", "paper", "resident_card"), `role="alert"`)
	mine := filled("key", hidden(page, "key"), "unseen", claim, "says", "mine", "paper", "resident_card", "sure", "yes")
	for range 2 {
		officer.see(at, 200, mine)
	}
	officer.see(at, 200, nil, "没有等待核验的账户")
	testkit.Eventually(t, "what opened it opens it no more", func() bool {
		alone.looks("/me/unseen")
		return alone.at.Path == "/sign-in"
	})
	testkit.Eventually(t, "the application is the person's", func() bool {
		return strings.Contains(person.looks("/workers/"+w+"/jobs"), `value="withdraw:`)
	})
	testkit.Eventually(t, "the person is told", func() bool {
		return strings.Contains(person.looks("/workers/"+w+"/messages"), "您自行提交的申请现在归入您的登记")
	})
}
