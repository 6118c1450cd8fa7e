package console_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

func TestAFairOnItsPages(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/employment/fairs", 200), "还没有招聘会", "填写安排")
	f.world.atFair()
	ref := f.world.someone(t, number, 1)
	mine := "/workers/" + ref + "/fairs"

	// The officer plans.
	f.has(f.get("/employment/fairs", 200), "春风行动招聘会", "阿勒泰地区", "正在报名")
	f.has(f.post("/employment/fairs", 422, "officer", "hrss-1", "figure_name", "双色球"), "日期不对", `value="双色球"`)
	f.post("/employment/fairs", 200, "officer", "hrss-1", "closes_on", "2099-12-01")
	if f.at.Path != "/employment/fairs/fair-1" {
		t.Error(f.at)
	}
	f.get("/employment/fairs/none", 404)

	// The worker ranks.
	page := f.get(mine+"/fair-1?county=654301", 200)
	if f.has(page, "金山建设"); strings.Contains(page, "喀纳斯酒店") {
		t.Error("a post of another county")
	}
	f.has(f.get(mine, 200), "春风行动招聘会", "12333")
	f.has(f.get(mine+"/fair-1", 200), "第3志愿", "喀纳斯酒店", "5,000.00元", "包住", "看不到姓名", "12333")
	f.has(f.post(mine+"/fair-1/wishes", 422), "请至少填一个志愿")
	receipt := f.post(mine+"/fair-1/wishes", 200, "wish", "vacancy-1", "word", "桦树")
	f.has(receipt, "TICKET0123456789", "NONCE01234567890", "桦树", "离开本页后不再显示")
	f.post(mine+"/fair-1/wishes", 200, "wish", "vacancy-1")
	f.world.fairs.mine.Wishes = append(f.world.fairs.mine.Wishes, f.world.fairs.mine.Wishes[0])
	page = f.get(mine+"/fair-1", 200)
	f.has(page, "修改志愿", "退出招聘会", `<option value="vacancy-1" selected>`)

	// The employer ranks by number alone.
	boss := "/employers/employer-1/fairs/fair-1"
	page = f.get(boss, 200)
	f.has(page, "00000001", "建筑施工人员", "2099年12月1日", "保洁人员", "编号00000001已接受面谈")
	if strings.Contains(page, ref) || strings.Contains(page, "别人的岗位") {
		t.Error("the employer sees what is not its own")
	}
	form := []string{"vacancy", "vacancy-1", "number", "application-00000002", "place", "x"}
	f.post(boss+"/rank", 422, form...)
	form[5] = "2"
	f.post(boss+"/rank", 200, form...)
	if !slices.Equal(f.world.fairs.order, []string{"application-00000002"}) {
		t.Error(f.world.fairs.order)
	}
	f.post(boss+"/post", 422, "vacancy", "vacancy-3", "seats", "many")
	f.has(f.post(boss+"/post", 200, "vacancy", "vacancy-3", "seats", "4"), "保洁人员")

	// Two officers draw.
	fair := "/employment/fairs/fair-1"
	f.has(f.post(fair+"/close", 200, "officer", "hrss-1"), "名单已经锁定", "第一位工作人员")
	f.has(f.post(fair+"/close", 422, "officer", "hrss-1"), "名单已经锁定过了")
	f.has(f.get(mine+"/fair-1", 200), "等待抽签")
	f.has(f.get(mine+"/fair-1/proof", 200), "aa11", "bb22")
	f.has(f.post(fair+"/figure", 200, "officer", "hrss-1", "figure", "05 08"), "已输入", "第二位工作人员")
	f.has(f.post(fair+"/draw", 200, "officer", "hrss-2", "figure", "05 08"), "配对结果", "00000001", "餐饮服务人员", "qiao lottery verify")
	if got := f.world.fairs.officers; got[len(got)-2] != "hrss-1" || got[len(got)-1] != "hrss-2" {
		t.Error(got)
	}
	r, err := f.browser.Get(f.server.URL + fair + "/bundle")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil || string(b) != "first second" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%q, %v, %v", b, r.Header, err)
	}

	// The outcome: why, how far off, what would change it.
	page = f.get(mine+"/fair-1", 200)
	f.has(page, "为您提出的岗位", "第2志愿", "您的抽签次序是第37，最后进入的一位是第12，差25位", "这里是抽签决定的", "第二轮会按您同一个抽签号", "由本部门另一位工作人员复核", "2099年12月11日", "EM-FAIR-MATCH", "规则待确认", "接受面谈", "谢绝不会告诉别人", "通知送到您手里以后才开始计时")
	f.has(f.get(mine+"/fair-1?lang=en", 200), "Your place in the lottery was 37; the last one in had 12: 25 places off", "Accept the interview")
	f.get(mine+"?lang=zh-Hans", 200)
	f.has(f.post(mine+"/fair-1/answer", 422, "proposal", "old", "answer", "accept"), "这不算拒绝")
	f.post(mine+"/fair-1/answer", 400, "proposal", "proposal-1", "answer", "maybe")
	f.has(f.post(mine+"/fair-1/answer", 200, "proposal", "proposal-1", "answer", "accept"), "已接受面谈")
	f.has(f.post(mine+"/fair-1/answer", 200, "proposal", "proposal-1", "answer", "decline"), "已谢绝")

	// The employer offers, or a person says no.
	f.post(boss+"/offer", 422, "application", "job-1", "wage", "a lot")
	f.post(boss+"/offer", 200, "application", "job-1", "wage", "5000", "start_on", "2099-12-20")
	f.post(boss+"/pass", 200, "proposal", "proposal-1", "reason", "certificate_missing")
	f.world.mu.Lock()
	f.world.fairs.mine.Reasons = append(f.world.fairs.mine.Reasons, &platformv1.Reason{
		RuleId: "EM-FAIR", Source: "project decision", Outcome: "not_met", Facts: []*platformv1.ReasonFact{{Name: "fair_wish", Value: "2", Origin: "declared"}, {Name: "reason_code", Value: "certificate_missing", Origin: "employer"}},
		Changes: []*platformv1.ReasonChange{{Code: "fair_certificate"}}, Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Body: "hrss", Until: "2099-12-14"}},
	})
	f.world.mu.Unlock()
	f.has(f.get(mine+"/fair-1", 200), "缺少岗位要求的证书", "单位面谈后没有录用", "2099年12月14日")
	f.post(fair+"/second", 200, "officer", "hrss-1")

	// Who was registered twice and applied by each record sees what became of the other too.
	f.world.mu.Lock()
	f.world.fairs.further = []*employmentv1.FairApplication{{
		ApplicationId: "application-00000002", FairId: "fair-1", State: "submitted", Ticket: "TICKET0000000002", Pass: 1, Wishes: f.world.fairs.mine.GetWishes(),
		Proposal: &employmentv1.FairProposal{ProposalId: "proposal-2", Title: "保洁人员", EmployerName: "另一家单位", Wish: 1, State: "open", Pass: 1},
		Reasons:  f.world.fairs.mine.GetReasons()[:1],
	}}
	f.world.mu.Unlock()
	f.has(f.get(mine, 200), "您在这场招聘会还有一份申请")
	page = f.get(mine+"/fair-1", 200)
	_, other, found := strings.Cut(page, "您的另一份申请")
	f.has(other, "合并以前各报了一次", "另一家单位", `value="proposal-2"`, "接受面谈", `value="application-00000002"`, "撤回这一份", "EM-FAIR-MATCH")
	if !found || strings.Contains(other, "缺少岗位要求的证书") {
		t.Error("the two are mixed")
	}
	f.has(f.get(mine+"/fair-1?lang=en", 200), "Your other application")
	f.get(mine+"?lang=zh-Hans", 200)
	f.world.mu.Lock()
	f.world.fairs.further = nil
	f.world.mu.Unlock()
	f.has(f.post(mine+"/fair-1/withdraw", 200, "application", "application-00000001"), "您已退出这场招聘会")
}

func TestStartupPages(t *testing.T) {
	f := start(t, true)
	f.world.atFair()
	ref := f.world.someone(t, number, 1)
	mine := "/workers/" + ref + "/startup"

	f.has(f.post("/employment/startup/slot", 422, "officer", "hrss-1", "county", "654301", "time", "soon"), "时间不对")
	f.post("/employment/startup/slot", 200, "officer", "hrss-1", "county", "654301", "time", "09:30", "day", "2099-12-01", "minutes", "30", "adviser", "adviser-1")
	f.has(f.get("/employment/startup", 200), "还没有登记可用场地")
	f.post("/employment/startup/premises", 422, "officer", "hrss-1", "rent", "cheap")
	f.has(f.post("/employment/startup/premises", 200, "officer", "hrss-1", "county", "654301", "kind", "startup_park", "title", "创业园", "area", "36", "rent", ""), "创业园", "36平方米", "免租")

	f.has(f.get(mine, 200), "创业指南", "想清楚做什么", "2099年12月1日（星期二） 09:30", "300,000.00元", "不会告诉别的银行", "EM-06", "还没有预约或申请", "12333", "行政复议")
	f.has(f.get(mine+"?guide=farm_stay&county=654321", 200), "选好院子或草场", "消防自查")
	f.has(f.post(mine+"/adviser", 422, "slot", "none", "topic", "plan"), "刚被别人约走")
	f.has(f.post(mine+"/adviser", 200, "slot", "slot-1", "topic", "plan"), "已预约", "取消预约")
	f.has(f.post(mine+"/loan", 422, "bank", "psbc", "amount", "80000", "years", "2"), "勾选单独同意", `value="80000"`)
	f.post(mine+"/loan", 422, "bank", "psbc", "amount", "much", "years", "2")
	f.has(f.post(mine+"/loan", 200, "bank", "psbc", "amount", "80000", "years", "2", "consent", "yes"), "80,000.00元", "已交给您选的银行")
	if l := f.world.fairs.loan; l.GetAmountFen() != 8_000_000 || l.GetBankCode() != "psbc" || l.GetNoticeVersion() == "" {
		t.Error(l)
	}
	f.has(f.post(mine+"/premises", 200, "site", "site-1"), "场地申请已提交")
	page := f.post(mine+"/tax", 200, "sales", "120000", "income", "1", "group", "out_of_poverty", "individual", "yes")
	f.has(page, "现有120,000.00元，需要100,000.00元，还差20,000.00元", "月销售额降到限额以内", "12366", `value="120000"`, "同等有效")
	if strings.Contains(f.at.String(), "120000") {
		t.Error("what was declared stands in the address")
	}
	f.post(mine+"/tax", 422, "sales", "x")
	f.post(mine+"/tax", 422, "income", "x")
	for what, id := range map[string]string{"adviser": "booking-1", "loan": "loan-1", "premises": "request-1"} {
		f.has(f.post(mine+"/withdraw", 200, "what", what, "id", id), "已取消")
	}
	f.post(mine+"/withdraw", 422, "what", "all")
}
