package console_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// wants fails unless the service was asked for something last, by somebody.
func (f *fixture) wants(what, by string) {
	f.t.Helper()
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	s := f.world.school()
	if n := len(s.asked); n == 0 || strings.TrimSpace(s.asked[n-1]) != what || s.staff[n-1] != by {
		f.t.Errorf("asked %q by %q, want %q by %q", s.asked, s.staff, what, by)
	}
}

func (f *fixture) schooling(change func(*schooling)) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	change(f.world.school())
}

func TestTheBureauRunsARound(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/education", 200), "阿勒泰市 · 小学", "已摇号", "安排一轮", "14 个孩子")
	f.has(f.post("/education/rounds", 200, "officer", " EDU-7", "county", "654301", "stage", "primary", "tie", "single"), "已摇号")
	f.wants("plan 654301 primary single", "edu-7")
	f.schooling(func(s *schooling) { s.results = 1 })
	f.has(f.get("/education/rounds/round-1", 200), "金山路小学", "已录取", "再分一次", "下载摇号全部数据", "ation-42")
	f.schooling(func(s *schooling) { s.results = 100 })
	f.has(f.get("/education/rounds/round-1", 200), "after=application-42")
	f.get("/education/rounds/round-9", 404)
	for _, c := range []struct {
		state, act, what, by, shows string
		values                      []string
	}{
		{"planned", "open", "open", "edu-7", "先加入学校", []string{"officer", "edu-7"}},
		{"open", "seats", "seats school-1", "edu-7", "家长正在报志愿", []string{"officer", "edu-7", "school", "school-1", "seats", "4", "reserved", "1"}},
		{"open", "close", "close", "edu-7", "截止志愿", []string{"officer", "edu-7"}},
		{"closed", "commit", "commit true", "edu-7", "封存名单", []string{"officer", "edu-7", "undecided", "stay"}},
		{"committed", "figure", "figure 03 11", "edu-7", "录入公开数字", []string{"officer", "edu-7", "figure", "03 11"}},
		{"committed", "confirm", "confirm 03 11", "edu-8", "再录一遍", []string{"officer", "edu-8", "figure", "03 11"}},
		{"drawn", "pass", "pass", "edu-7", "再分一次", []string{"officer", "edu-7"}},
		{"drawn", "end", "end", "edu-7", "结束这一轮", []string{"officer", "edu-7"}},
		{"ended", "end", "end", "edu-7", "这一轮已结束", []string{"officer", "edu-7"}},
		{"closed", "change", "change 2026-12-01 dates", "edu-7", "更改并通知家长", []string{"officer", "edu-7", "closes", "2026-12-01", "reason", "dates"}},
		{"committed", "cancel", "cancel figure", "edu-7", "取消这一轮", []string{"officer", "edu-7", "reason", "figure", "sure", "yes"}},
		{"closed", "doubles", "doubles", "edu-7", "查找可能的重复", []string{"officer", "edu-7"}},
		{"closed", "double", "double double-1 same application-43 papers_shown", "edu-7", "两位监护人各报一次", []string{"officer", "edu-7", "double", "double-1", "decision", "same application-43", "reason", "papers_shown"}},
		{"drawn", "correct", "correct class seat 1 1 1 0", "edu-7", "提出更正", []string{"officer", "edu-7", "reason", "class", "relief", "seat", "entry1", "application-42", "at1", "school-1", "class1", "1", "school2", "school-1", "seats2", "3", "added", "application-50", "wish1", "school-1"}},
		{"ended", "take", "taken correction-2", "edu-8", "3 个孩子本该有更好的结果", []string{"officer", "edu-8", "correction", "correction-2", "sure", "yes"}},
		{"drawn", "drop", "dropped correction-2", "edu-8", "放弃这次更正", []string{"officer", "edu-8", "correction", "correction-2"}},
		{"cancelled", "end", "end", "edu-7", "这一轮已取消", []string{"officer", "edu-7"}},
	} {
		f.schooling(func(s *schooling) { s.round.State, s.round.FigureTyped = c.state, c.act == "confirm" })
		f.has(f.get("/education/rounds/round-1", 200), c.shows)
		f.has(f.post("/education/rounds/round-1/"+c.act, 200, c.values...), "已办好")
		f.wants(c.what, c.by)
	}
	f.post("/education/rounds/round-1/seats", 400, "seats", "many")
	f.post("/education/rounds/round-1/dance", 404, "officer", "edu-7")
	f.schooling(func(s *schooling) {
		s.refuse = errs.New(errs.Conflict, "education.figure.same_officer", "Another officer.")
	})
	f.has(f.post("/education/rounds/round-1/confirm", 409, "officer", "edu-7", "figure", "1"), "必须由另一位工作人员再录一遍")
}

func TestTasksAndAppealsOfTheBureau(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/education/tasks", 200), "最迟2026年12月10日", "邻县学校并安排寄宿 · 布尔津县第2小学（布尔津县） · 空 7 个", "教育局必须为孩子找到学位")
	f.has(f.post("/education/tasks/task-1", 200, "way", "boarding school-9", "officer", "edu-7"), "待安置的孩子")
	f.wants("way task-1 boarding school-9", "edu-7")
	f.post("/education/tasks/task-1", 400, "way", "boarding")
	f.has(f.get("/education/appeals", 200), "金山路小学", "路远、生病或残疾等困难", "不支持", "学校座位的先后顺序")
	f.has(f.post("/education/appeals/appeal-1", 200, "decision", "upheld seat", "reason", "fact_shown", "officer", "edu-9"), "申诉")
	f.wants("decide upheld seat fact_shown", "edu-9")
	f.post("/education/appeals/appeal-1", 200, "decision", "rejected", "reason", "rule_kept", "officer", "edu-9")
	f.wants("decide rejected  rule_kept", "edu-9")
}

func TestPapersAndGrantsAtTheCounter(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/education/papers", 200), "同等有效", "sibling school-1", "residence 654301001", "金山路街道")
	f.has(f.post("/education/papers", 200, "application", " application-1 ", "kind", "residence 654301001", "form", "witness", "since", "2026-01-01", "officer", "edu-7"), "已办好")
	f.wants("paper application-1 residence 654301001 witness", "edu-7")
	f.has(f.get("/education/grants", 200), "批准", "等家长接受学位后再批准")
	f.post("/education/grants/application-1", 200, "officer", "edu-7")
	f.wants("approve application-1", "edu-7")
}

func TestAGuardianAppliesWithSeparateConsent(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	page := "/workers/" + ref + "/school/apply"
	f.has(f.get(page, 200), "单独同意", "不影响入学", "阿勒泰市", "国办发〔2025〕27号", "不考试、不测试", "备案号：新网信备1号", "https://complaint.example/", "投诉和意见")
	f.post(page, 400, "name", "叶尔肯", "born", "2020-05-14", "stage", "primary", "county", "654301")
	f.post(page, 400, "consent", "yes", "name", "叶尔肯", "born", "2020-05-14", "stage", "primary", "county", "654301", "township", "654321001")
	f.has(f.post(page, 200, "consent", "yes", "name", "叶尔肯", "born", "2020-05-14", "stage", "primary", "county", "654301", "township", "654301001", "now", "yes"), "申请已提交", "叶尔肯")
	f.has(f.get(page, 200), "另一个孩子")
}

func TestADrawIsPublic(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/draws/round-1", 200), "a91f", "6b55", "03 11", "qiao lottery verify", "没有任何人的姓名")
	r, err := f.browser.Get(f.server.URL + "/draws/round-1/bundle")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK || string(b) != "first part\nsecond part\n" {
		t.Errorf("%s %q %v", r.Status, b, err)
	}
	f.schooling(func(s *schooling) { s.round.Parts, s.round.State = 0, "open" })
	f.has(f.get("/draws/round-1", 200), "摇号之后")
	f.get("/draws/round-9", 404)
}

// applied gives somebody an application, and returns the page of the child.
func (f *fixture) applied(ref string, change func(*educationv1.Application)) string {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	a := &educationv1.Application{ApplicationId: "application-1", ChildId: "child-1", Stage: "primary", County: "654301", State: "submitted", SubmittedAt: 1_795_000_000_000_000}
	change(a)
	f.world.workers[ref].schools = []*educationv1.Application{a}
	return "/workers/" + ref + "/school/application-1"
}

func TestAFamilyRanksSchools(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.has(f.get("/workers/"+ref+"/school", 200), "还没有入学申请", "为孩子申请入学", "升学考试资格自查")
	page := f.applied(ref, func(*educationv1.Application) {})
	f.schooling(func(s *schooling) { s.round.State = "open" })
	f.has(f.get("/workers/"+ref+"/school", 200), "叶尔肯", "可以填志愿", "填志愿")
	f.has(f.get(page, 200), "可以为叶尔肯填志愿了", "第1志愿", "金山路街道", "给摇号加一个词", "可以以后补", "入学后再办", "12345")
	f.has(f.post(page+"/choices", 200, "round", "round-1", "choice1", "school-2", "choice2", "", "choice3", "school-1", "word", "白桦"), "志愿已保存")
	f.wants("choices school-2 school-1 白桦", ref)
	f.schooling(func(s *schooling) {
		s.entry = &educationv1.Entry{RoundId: "round-1", Outcome: "filed", Ticket: "TICKET-7", Nonce: "NONCE-7", Documents: documents(), Choices: []*educationv1.Choice{{SchoolId: "school-2", Name: "解放路小学", PriorityClass: 3, Ground: "residence"}}}
	})
	f.has(f.get(page, 200), "志愿已交", "现在看来是第 3 类（住在学区内）", `<option value="school-2" selected>`, "TICKET-7", "NONCE-7")
	f.schooling(func(s *schooling) { s.refuse = errs.New(errs.Invalid, "education.choices.twice", "Twice.") })
	f.has(f.post(page+"/choices", 400, "round", "round-1", "choice1", "school-2", "choice2", "school-2"), "同一所学校填了两次")
	f.post(page+"/dance", 404)
}

func TestTheOutcomePageSaysWhyHowFarOffAndWhatWouldChangeIt(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	entry := &educationv1.Entry{
		RoundId: "round-1", ApplicationId: "application-1", Outcome: "placed", Choice: 2, Pass: 1, Ticket: "TICKET-7", Proof: []string{"0f"}, AppealBy: "2026-12-11", Documents: documents(),
		Choices: []*educationv1.Choice{
			{SchoolId: "school-1", Name: "金山路小学", PriorityClass: 4, Ground: "none", Position: 8, Named: 14, LastPosition: 3, Seats: 3},
			{SchoolId: "school-2", Name: "解放路小学", PriorityClass: 4, Ground: "none", Position: 2, Named: 9, Seats: 2},
			{SchoolId: "school-3", Name: "团结路小学", PriorityClass: 4, Ground: "none", Position: 2, Named: 9, Seats: 2},
		},
		Reasons: []*platformv1.Reason{missed("school-1"), {RuleId: "ED-PRIORITY", Source: "s", Outcome: "met", Facts: []*platformv1.ReasonFact{{Name: "school_id", Value: "school-2"}}}},
	}
	page := f.applied(ref, func(a *educationv1.Application) {
		a.State, a.OfferId, a.OfferedSchoolId = "offered", "offer-1", "school-1"
	})
	f.schooling(func(s *schooling) { s.entry = entry })
	body := f.get(page, 200)
	f.has(body, "叶尔肯被第2志愿录取", "通知送达后才开始计答复期限", "不接受也没有任何坏处",
		"14 个孩子填了这所学校，有 3 个座位。您的孩子排第 8，最后一个录取的排第 3，差 5 位。", // how far off
		"您的孩子是第 4 类（没有优先），最后一个录取的是第 3 类",                   // why
		"住在这所学校所在的街道或乡镇，会排到前面", "2026年12月2日",               // what would change it
		"由本部门另一位工作人员复核，截至2026年12月11日（星期五）（含当日）", "行政复议", // where to appeal
		"义务教育法", "待确认", "<svg", "已在第2志愿录取", "TICKET-7", "12345", "提出申诉")
	if strings.Index(body, "差 5 位") > strings.Index(body, "义务教育法") {
		t.Error("the article comes before the everyday words")
	}
	f.has(f.get(page+"?lang=en", 200), "14 children named this school", "5 short", "What would change it", "Where to appeal")
	f.get(page+"?lang=zh-Hans", 200)
	f.has(f.post(page+"/accept", 200, "offer", "offer-1"), "您接受了这个学位")
	f.wants("accept offer-1", ref)
	f.has(f.post(page+"/decline", 200, "offer", "offer-1"), "排队位置不变")
	f.wants("decline offer-1", ref)
	f.has(f.post(page+"/appeal", 200, "school", "school-1", "ground", "class"), "申诉已提出")
	f.wants("appeal school-1 class", ref)

	// The same list when the lottery decided, and when there was no seat.
	entry.Outcome, entry.Choice = "unplaced", 0
	entry.Reasons[0].Gaps = entry.Reasons[0].GetGaps()[1:]
	entry.Task = bureauTask()
	entry.Reasons = append(entry.Reasons, bureauTask().GetReasons()...)
	entry.Appeal = &educationv1.Appeal{State: "filed", Ground: "class", DueOn: "2026-12-10"}
	page = f.applied(ref, func(*educationv1.Application) {})
	f.has(f.get(page, 200), "叶尔肯一定会有学上：教育局最迟2026年12月10日", "先后由公开摇号决定", "这一次没有您的孩子可以用的座位", "您的申诉", "义务教育：孩子一定有学上")
	entry.Task, entry.Appeal = nil, &educationv1.Appeal{State: "rejected", Ground: "class", Reasons: []*platformv1.Reason{missed("school-1")}}
	f.has(f.get(page, 200), "这一次，叶尔肯填的学校都没有进", "不支持")
	f.schooling(func(s *schooling) { s.entry = nil })
	for state, says := range map[string]string{"accepted": "叶尔肯有学上了", "offered": "为叶尔肯找到一个学位", "withdrawn": "已由您撤回", "submitted": "在排队"} {
		page = f.applied(ref, func(a *educationv1.Application) {
			a.State, a.Way = state, "boarding"
			if state == "accepted" {
				a.BetterOfferId, a.BetterSchoolId = "offer-2", "school-1"
			}
			if state == "offered" || state == "accepted" {
				a.OfferedSchoolId, a.AnswerBy = "school-1", 1_795_500_000_000_000
			}
		})
		f.has(f.get(page, 200), says)
		if state == "accepted" {
			f.has(f.get(page, 200), "现在可以换到金山路小学", "原来的学位一直保留", "换到这所学校")
			f.has(f.get("/workers/"+ref+"/school", 200), "有一个学位等您答复")
		}
	}
}

// An officer whom the guardian visits sees what was asked and what came of it, without
// the family's receipt, and answers or withdraws for the guardian; what another accepted
// the guardian alone takes back.
func TestAnOfficerSeesWhatCameOfAnApplication(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	page := f.applied(ref, func(a *educationv1.Application) {
		a.State, a.OfferId, a.OfferedSchoolId = "offered", "offer-1", "school-1"
	})
	f.schooling(func(s *schooling) {
		s.entry = &educationv1.Entry{RoundId: "round-1", Outcome: "placed", Choice: 1, Ticket: "TICKET-7", Nonce: "NONCE-7", Documents: documents()}
	})
	f.people.mu.Lock()
	f.people.visits[ref] = true
	f.people.mu.Unlock()
	f.sits("/education", "")
	f.alone = true
	f.has(f.get("/counter", 200), `href="/workers/`+ref+`/school"`, "孩子入学：申请和结果")
	body := f.get("/workers/"+ref+"/school", 200)
	f.has(body, "叶尔肯", `href="`+page+`"`)
	if strings.Contains(body, "/school/exam") {
		t.Error("an officer is led to what answers the person alone")
	}
	body = f.get(page, 200)
	f.has(body, "为叶尔肯找到一个学位：金山路小学", `action="`+page+`/accept"`, `action="`+page+`/decline"`, `action="`+page+`/withdraw"`, "不再排队")
	if strings.Contains(body, "TICKET-7") || strings.Contains(body, "NONCE-7") {
		t.Error("an officer is shown the family's receipt")
	}
	f.post(page+"/accept", 200, "offer", "offer-1")
	f.wants("accept offer-1", "edu-0")
	f.post(page+"/withdraw", 200)
	f.wants("withdraw application-1", "edu-0")

	f.applied(ref, func(a *educationv1.Application) {
		a.State, a.OfferId, a.OfferedSchoolId, a.UndoBy = "accepted", "offer-1", "school-1", 1_795_500_000_000_000
		a.BetterOfferId, a.BetterSchoolId = "offer-2", "school-1"
	})
	body = f.get(page, 200)
	f.has(body, "换学校只能由监护人自己登录后决定")
	if strings.Contains(body, page+"/undo") || strings.Contains(body, page+"/accept") {
		t.Error("an officer is offered what is the guardian's alone")
	}
	f.alone = false
	f.has(f.get(page, 200), "这是别人代您接受的", `action="`+page+`/accept"`)
	f.post(page+"/undo", 200, "offer", "offer-1")
	f.wants("undo offer-1", ref)
}

func TestTheExamSelfCheckStandsInNoAddress(t *testing.T) {
	f := start(t, true)
	page := "/workers/" + f.world.someone(t, number, 1) + "/school/exam"
	f.has(f.get(page, 200), "您填的内容不保存", "孩子连续在当地上学几年")
	f.has(f.post(page, 200, "county", "654301", "schooling_years", "1"), "还差一些", "还差2年", "2028年11月26日", `value="1"`)
	if f.at.RawQuery != "" {
		t.Error(f.at)
	}
	f.has(f.post(page, 200, "county", "654301", "schooling_years", "3"), "当地条件都够了")
	f.has(f.post(page, 422, "county", "654301", "job_months", "many"), `role="alert"`)
}

func TestAVocationalPlaceBringsTheGrant(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	page := f.applied(ref, func(a *educationv1.Application) {
		a.Stage = "vocational"
		a.Reasons = []*platformv1.Reason{{RuleId: "SC-06", Source: "s", Outcome: "met", Facts: []*platformv1.ReasonFact{{Name: "grant_year_fen", Value: "200000", Origin: "education"}}}}
	})
	f.has(f.get(page, 200), "免学费和助学金", "2,000.00元", "申请助学金")
	f.has(f.post(page+"/grant", 200), "已办好")
	f.wants("grant", ref)
	page = f.applied(ref, func(a *educationv1.Application) { a.Stage, a.GrantState = "vocational", "approved" })
	f.has(f.get(page, 200), "已批准")
}

func TestSchoolPagesWhenNobodyAnswers(t *testing.T) {
	f := start(t, false)
	for _, path := range []string{"/education", "/education/tasks", "/education/appeals", "/education/papers", "/education/grants", "/workers/somebody/school"} {
		f.has(f.get(path, 200), "教育部门暂时没有回答")
	}
}

// The officer who hears both sees who they are, and about which child; a guardian takes
// back what was filed, and nothing else.
func TestWhoIsHeard(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.has(f.get("/education/disagreements", 200), `href="/workers/worker-keeper"`, `href="/workers/worker-other"`, `href="/guardians/of/child-1"`, "后提出的申请")
	f.schooling(func(s *schooling) {
		s.others = []*educationv1.OtherCase{{ChildId: "child-1", Stage: "primary", Since: "2026-11-02", DueOn: "2026-11-17"}}
	})
	page := f.get("/workers/"+ref+"/school", 200)
	f.has(page, "孩子有两份申请")
	if strings.Contains(page, "撤回异议") || strings.Contains(page, "/school/disagree") {
		t.Error("what nobody filed can be taken back, or filed again")
	}
	f.schooling(func(s *schooling) { s.others[0].DisagreementId = "disagreement-1" })
	f.has(f.get("/workers/"+ref+"/school", 200), "撤回异议")
}

// From a guardian's number, and from the visit, an officer comes to the children.
func TestAnOfficerComesFromAGuardianToTheChild(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.post("/contacts", 200, "to", "/guardians", "division", "654301")
	for _, body := range []string{f.post("/guardians/open", 200, "child", number), f.get("/guardians/by/"+ref, 200)} {
		f.has(body, `href="/guardians/of/child-1"`, "父母", "在其他县（市）另有 2 个")
		if strings.Contains(body, number) && !strings.Contains(body, `value="`+number+`"`) {
			t.Error("the number stands beside its field")
		}
	}
	if strings.Contains(f.at.String(), number) {
		t.Errorf("the number is in the address %s", f.at)
	}
	f.has(f.post("/guardians/open", 422, "child", "nobody"), `aria-invalid="true"`)
}

// A decision about a guardian that is missing or misspelled is none, and no refusal.
func TestADecisionIsSaid(t *testing.T) {
	f := start(t, true)
	at, err := url.Parse(f.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "qiao_desk", Value: "654301", Path: "/"}})
	for _, path := range []string{"/guardians/of/child-1/decide", "/guardians/cases/case-1"} {
		for _, decision := range []string{"", "agreed", "Agree"} {
			f.post(path, 422, "guardian", "g-1", "sure", "yes", "reason", "other", "decision", decision)
		}
		f.schooling(func(s *schooling) {
			if len(s.decided) > 0 {
				t.Errorf("%s: what nobody said was decided: %v", path, s.decided)
			}
		})
		for _, decision := range []string{"agree", "refuse"} {
			f.post(path, 200, "guardian", "g-1", "sure", "yes", "reason", "other", "decision", decision)
		}
		f.schooling(func(s *schooling) {
			if fmt.Sprint(s.decided) != "[true false]" {
				t.Errorf("%s: %v", path, s.decided)
			}
			s.decided = nil
		})
	}
}
