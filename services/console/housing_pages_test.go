package console_test

import (
	"strings"
	"testing"
	"time"

	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// tenant is a person who waits for a home, holds an offer and has a lease.
func (f *fixture) tenant() string {
	f.t.Helper()
	ref := f.world.someone(f.t, number, 1)
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	f.world.lets = true
	f.world.workers[ref].homes = []*housingv1.Application{
		{ApplicationId: "application-1", CaseNo: "ABCDEF123456", County: "654301", Kind: "public_rental", State: "eligible", SubmittedAt: time.Now().UnixMicro()},
		{ApplicationId: "application-2", CaseNo: "222222222222", County: "654301", Kind: "rent_subsidy", State: "offered", OfferId: "offer-2", SubsidyFen: 36000, SubmittedAt: time.Now().UnixMicro()},
		{ApplicationId: "application-3", CaseNo: "333333333333", County: "654301", Kind: "affordable_rental", State: "accepted", OfferId: "offer-3", SubmittedAt: time.Now().UnixMicro()},
	}
	return ref
}

func TestHousingListAndRound(t *testing.T) {
	f := start(t, true)
	body := f.get("/housing", 200)
	f.has(body, "共 2 户轮候", "ABCDEF123456", "↑ 原第 3 位", "↓ 原第 1 位", "积分靠什么证明", "证人证明", "安居苑", "45.5 平方米", "410.00元", "2026年11月20日开启的一轮")
	f.has(f.get("/housing?kind=rent_subsidy&county=654322&lang=en", 200), "Waiting list", "Homes: waiting lists and rounds")
	f.get("/housing?lang=zh-Hans", 200)
	f.has(f.post("/housing/rounds", 400, "officer", "hou-1", "kind", "public_rental"), "一轮至少要有一套住房")
	f.has(f.post("/housing/rounds", 200, "officer", "hou-1", "kind", "public_rental", "home", "home-1"), "由第一位工作人员录入", "上证指数收盘价", "abcd")
	f.has(f.get("/housing/rounds/confirming", 200), "请另一位工作人员独立录入确认")
	f.has(f.post("/housing/rounds/drawn/figure", 200, "officer", "hou-2", "figure", "3210.55"), "数字已录入", "提供空着的住房", "已提供，等答复")
	f.has(f.post("/housing/rounds/drawn/offer", 200, "officer", "hou-1"), "住房已提供给下一位")
	f.post("/housing/rounds/drawn/close", 200, "officer", "hou-1")
	f.post("/housing/rounds/drawn/else", 404, "officer", "hou-1")
	for _, want := range []string{"open by hou-1", "figure 3210.55 by hou-2", "offer by hou-1", "close by hou-1"} {
		if !(fakeHousing{world: f.world}).didIt(want) {
			t.Errorf("not done: %s", want)
		}
	}
}

func TestPublicList(t *testing.T) {
	f := start(t, true)
	body := f.get("/housing/public/round-1", 200)
	f.has(body, "公示名单", "ABCDEF123456", "已轮到", "qiao lottery verify")
	f.has(f.get("/housing/public/old", 200), "公示期已过")
	r, err := f.browser.Get(f.server.URL + "/housing/public/round-1/bundle")
	if err != nil || r.StatusCode != 200 || !strings.Contains(r.Header.Get("Content-Disposition"), "attachment") {
		t.Fatal(r, err)
	}
	_ = r.Body.Close()
	f.has(f.get("/housing/public/none/bundle", 404), "这一轮没有摇号")
}

func TestHousingLeasesAndDecisions(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/housing/leases", 200), "请人看一看", "累计欠租到规定的月数", "退房通知", "暖气", "屋顶漏水", "申请 12 个，同意 8 个", "410.00元 · 1 个月", "已申请，审核中")
	f.has(f.get("/housing/leases/lease-1", 200), "访问记录", "租金账", "欠 410.00元，共 1 个月", "作出决定", "决定申诉", "轮候积分")
	lease := []string{"officer", "hou-2", "lease", "lease-1"}
	for path, c := range map[string]struct {
		values []string
		want   string
	}{
		"lease/lease-1/rent":       {[]string{"month", "2026-11", "yuan", "410.5", "on", "2026-11-20", "reference", "r"}, "rent 2026-11"},
		"lease/lease-1/vacant":     {nil, "vacant"},
		"lease/lease-1/notice":     {[]string{"ground", "change_of_use"}, "notice change_of_use"},
		"renewal/renewal-1/grant":  {[]string{"on", "2029-01-31"}, "renewal 2029-01-31"},
		"renewal/renewal-1/refuse": {[]string{"reason", "income"}, "renewal income"},
		"repair/repair-1/plan":     {[]string{"on", "2026-12-01"}, "plan 2026-12-01"},
		"repair/repair-1/finish":   {nil, "finish"},
		"review/review-1/close":    {[]string{"outcome", "agreed"}, "review agreed"},
		"exit/exit-1/decide":       {[]string{"leave", "no"}, "decide stay"},
		"exit/exit-3/hear":         {[]string{"leave", "yes"}, "hear leave"},
		"exit/exit-2/left":         {[]string{"on", "2027-01-02"}, "left 2027-01-02"},
		"places/request-1/grant":   {[]string{"places", "9"}, "nine places"},
	} {
		f.post("/housing/"+path, 200, append(c.values, lease...)...)
		if !(fakeHousing{world: f.world}).didIt(c.want + " by hou-2") {
			t.Errorf("%s: not done: %s", path, c.want)
		}
	}
	f.has(f.post("/housing/lease/lease-1/rent", 400, append([]string{"yuan", "4,10.555"}, lease...)...), "金额请写成元")
	f.post("/housing/places/request-1/grant", 400, append([]string{"places", "many"}, lease...)...)
	f.post("/housing/exit/exit-1/other", 404, lease...)
}

func TestHousingCase(t *testing.T) {
	f := start(t, true)
	f.tenant()
	f.has(f.get("/housing", 200), "待审核", "999999999999")
	f.has(f.get("/housing/cases/application-3", 200), "333333333333", "第 2 位", "补录纸质材料或证人证明", "按规则审核", "查明申报不实", "访问记录")
	f.has(f.post("/housing/case/application-3/paper", 200, "officer", "hou-1", "kind", "job", "form", "witness", "since", "2025-01-01"), "已补录")
	f.post("/housing/case/application-3/paper", 400, "officer", "hou-1", "kind", "job", "form", "witness", "since", "2025-01-01", "months", "x")
	f.has(f.post("/housing/case/application-3/eligibility", 200, "officer", "hou-1"), "结果和理由已告知本人")
	if !(fakeHousing{world: f.world}).didIt("paper witness by hou-1") {
		t.Error("no paper was recorded")
	}
	f.get("/housing/cases/none", 404)
}

// The worker says on his page whether his is a relief household, sees what was
// found and what would change it; the officer records it, and nothing of why.
func TestReliefHouseholdOnThePages(t *testing.T) {
	f := start(t, true)
	ref := f.tenant()
	at := "/workers/" + ref + "/home"
	set := func(state string) {
		f.world.mu.Lock()
		defer f.world.mu.Unlock()
		a := f.world.workers[ref].homes[0]
		a.PutsFirst, a.Priority = true, state
		if state == "confirmed" || state == "not_found" {
			a.PriorityOn, a.PriorityBasis = "2026-10-01", "civil_affairs"
		}
	}
	for state, want := range map[string][]string{
		"":          {"您还没有说是不是社会救助家庭", "我家是社会救助家庭"},
		"declared":  {"已按优先排列，等工作人员确认", "收回这个说法"},
		"confirmed": {"已确认是社会救助家庭", "民政部门的答复", "2026年10月1日"},
		"not_found": {"没有查到认定记录", "请带认定材料到住建窗口", "我家是社会救助家庭"},
	} {
		set(state)
		f.has(f.get(at, 200), want...)
		f.get(at+"?lang=en", 200)
		f.get("/housing/cases/application-1?lang=zh-Hans", 200)
	}
	f.has(f.post(at+"/application/application-1/say", 200), "等工作人员确认")
	f.has(f.post(at+"/application/application-1/unsay", 200), "已收回")
	f.has(f.post("/housing/case/application-1/priority", 200, "officer", "hou-1", "outcome", "not_found", "basis", "civil_affairs", "on", "2026-10-01"), "结果已告知本人")
	for _, want := range []string{"relief household true by " + ref, "relief household false by " + ref, "priority not_found civil_affairs 2026-10-01 by hou-1"} {
		if !(fakeHousing{world: f.world}).didIt(want) {
			t.Errorf("not done: %s", want)
		}
	}
	body := f.get("/housing", 200)
	f.has(body, "救助家庭待确认", "先按本人说的排列")
	f.post("/housing/rounds", 200, "officer", "hou-1", "kind", "public_rental", "home", "home-1", "declared", "stay")
}

func TestFundChecklist(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/housing/fund", 200), "公积金提取清单", "付房租", "提取和贷款的办理时限")
	f.has(f.get("/housing/fund?ground=rent", 200), "租房合同", "房东书面证明", "受理后 3 天内决定", "12329")
}

func TestHomePage(t *testing.T) {
	f := start(t, true)
	ref := f.tenant()
	at := "/workers/" + ref + "/home"
	f.has(f.get(at, 200), "第 2 位", "共 9 户", "16 分", "再有 3 分就超过前面一位", "前一位积分比您高", "公布时是第 4 位，前进了", "10 分，最多 24 分", "证人证明", "为什么，差多少，怎样能改变",
		"还差3分", "上一轮为什么没有轮到", "名次保留", "行政复议", "TICKET7", "每月补贴 360.00元", "有一套住房可以给您", "签租约", "安居苑 7-4", "还有 410.00元 没有付", "请看看原因，在下面答复", "好用了", "12345", "职工宿舍", "自收到决定之日起 15 日内", `action="`+at+`/exit/exit-4/appeal"`)
	f.has(f.get(at+"?lang=en", 200), "No. 2", "3 more points would pass the one ahead", "Where you stand and why", "3 points short")
	f.get(at+"?lang=zh-Hans", 200)
	for path, c := range map[string]struct {
		values []string
		want   string
	}{
		"application/application-1/withdraw": {nil, "withdraw"}, "offer/offer-2/accept": {nil, "accept"}, "offer/offer-2/decline": {nil, "decline"},
		"offer/offer-3/sign": {[]string{"from", "2026-12-01", "to", "2029-11-30"}, "sign 2026-12-01"}, "lease/lease-1/renew": {nil, "renew"},
		"lease/lease-1/leave": {[]string{"on", "2026-11-20"}, "leave 2026-11-20"}, "lease/lease-1/repair": {[]string{"what", "roof"}, "repair roof"},
		"repair/repair-1/works": {nil, "works"}, "repair/repair-1/broken": {nil, "broken"}, "exit/exit-1/answer": {[]string{"answer", "disputes"}, "answer disputes"}, "exit/exit-2/appeal": {nil, "appeal"},
	} {
		f.has(f.post(at+"/"+path, 200, c.values...), `class="note good"`)
		if !(fakeHousing{world: f.world}).didIt(c.want + " by " + ref) {
			t.Errorf("%s: not done: %s", path, c.want)
		}
	}
	f.has(f.post(at+"/application/application-1/word", 200, "word", "birch"), "NONCE8", "请记下")
	f.post(at+"/lease/lease-1/sell", 404)
	f.has(f.post(at, 200, "kind", "dormitory", "county", "654301", "members", "2", "area", "0"), "申请已收到")
	f.post(at, 400, "kind", "dormitory", "county", "654301", "members", "many")
	f.post(at, 400, "kind", "dormitory", "county", "654301", "members", "2", "area", "1e9")
	f.has(f.get("/workers/nobody/home", 404), "registry.worker.unknown")
}

func TestHomePageOfWhoHasNothing(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.has(f.get("/workers/"+ref+"/home", 200), "申请住房", "几种可以同时申请", "家里几口人", "公积金提取清单")
}

func TestHousingPagesWhenNobodyAnswers(t *testing.T) {
	f := start(t, false)
	f.has(f.get("/housing", 200), "住房部门暂时没有回答")
	f.has(f.get("/housing/leases", 200), "住房部门暂时没有回答")
	f.has(f.get("/workers/somebody/home", 200), "住房部门暂时没有回答")
}

// An employer asks for places by number; who takes them is nobody's to say but
// each worker's.
func TestAnEmployerAsksForPlaces(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/employers/employer-1/places", 200), "职工床位", "不用报名单", "12", "8", "3")
	f.has(f.post("/employers/employer-1/places", 200, "county", "654301", "places", "5"), "申请已交住房部门")
	f.post("/employers/employer-1/places", 422, "county", "654301", "places", "many")
	f.post("/employers/employer-1/places", 422, "county", "654301", "places", "0")
}
