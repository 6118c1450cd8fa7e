package console_test

import (
	"strings"
	"testing"
	"time"

	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// An officer's list of vacancies is a link to share, and says what each post is.
func TestVacanciesOfTheOfficer(t *testing.T) {
	f := start(t, true)
	page := f.get("/employment?county=654322&occupation=6&wage=3000&housing=yes&household=yes", 200)
	f.has(page, "井下采掘工", "每天 300元 至 400元", "法律有限制", "一户家庭", `value="654322" selected`, "household=yes", "after=vacancy-7")
	r := f.world.hiring.searched
	if r.GetCounty() != "654322" || r.GetOccupation() != "6" || r.GetWageMinFen() != 300_000 || !r.GetHousing() || !r.GetHouseholdService() {
		t.Error(r)
	}
	f.has(f.get("/employment?county=654321", 200), "没有符合条件的岗位")
	if strings.Contains(f.get("/employment/vacancies/vacancy-7", 200), `href="/employers/`) {
		t.Error("an officer is led to a page that is the employer's alone")
	}
	f.has(f.get("/employment/vacancies/vacancy-7", 200), "不询问任何人的性别", "倒班", "采矿人员 五级", "先培训后上岗", "井下作业")
	f.has(f.get("/employment?lang=en", 200), "Open vacancies", "300 yuan to 400 yuan a day", "A household (named once you are hired)")
}

// A worker says what he wishes, sees suggestions with their reasons, or the
// plain list, and applies.
func TestJobsOfTheWorker(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 0)
	at := "/workers/" + ref
	f.has(f.get(at, 200), at+"/jobs")
	f.has(f.get(at+"/jobs", 200), "还不知道您想找什么工作", at+"/wishes", "您还没有申请岗位", "12333")
	f.has(f.get(at+"/jobs/vacancy-7", 200), "填写意向后", "申请这个岗位", "不询问任何人的性别")
	f.has(f.get(at+"/wishes", 200), "每一项都可以不填", "喀拉通克")
	wish := []string{"occupation", "6-16", "place", "654322101", "wage", "6000", "from", "2026-12-01", "housing", "yes", "skill", "6-30", "paper", "6-29"}
	f.has(f.post(at+"/wishes", 422, append(wish, "to", "2026-11-01")...), "日期无法识别", `value="654322101" selected`)
	page := f.post(at+"/wishes", 200, wish...)
	if p := f.world.hiring.profile; p.GetCounty() != "654322" || p.GetTownship() != "654322101" || p.GetWageMinFen() != 600_000 || !p.GetNeedsHousing() || p.GetSkills()[0] != "6-30" || p.GetPaperCertificates()[0] != "6-29" {
		t.Error(p)
	}
	f.has(page, "60 分中得 54 分", "就是您想做的职业", "40 / 40 分", "在您想去的县市，但在别的乡镇", "只按发布时间排列", "规则待确认")
	plain := f.get(at+"/jobs?order=newest", 200)
	f.has(plain, "不打分", "住家保姆", "按我的意向排列", "order=newest")
	if strings.Contains(plain, "分中得") {
		t.Error("the plain list shows points")
	}
	f.has(f.get(at+"/jobs/vacancy-7", 200), "有岗位要求的证书", "现有0，需要1，还差1", "参加培训，取得证书", "采掘工培训班", "还有 12 个名额", "复核", "看不到姓名")
	page = f.post(at+"/jobs/vacancy-7/apply", 200)
	f.has(page, "撤回申请")
	f.has(f.get(at+"/jobs/vacancy-7", 200), "您已申请这个岗位")
	f.post(at+"/jobs/answer", 400, "answer", "dance")
	f.has(f.post(at+"/jobs/answer", 200, "answer", "withdraw:x"), "已撤回")
	f.get("/workers/nobody/wishes", 404)
}

// What an employer says of a job is confirmed or disputed on its page; that it is no job of
// the worker's, with a second thought.
func TestAJobIsConfirmedOnItsPage(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 0)
	at := "/workers/" + ref + "/hires"
	f.has(f.get(at, 200), "还没有登记的工作")
	job := &employmentv1.Hire{HireId: "hire-1", EmployerName: "白桦公司", Occupation: "6-16", County: "654322", StartOn: "2026-11-02", State: "employer_says"}
	f.world.hiring.hires = []*employmentv1.Hire{job}
	f.has(f.get(at, 200), "白桦公司", `id="h-hire-1"`, "用人单位说您从", at+"/confirm", at+"/dispute")
	f.has(f.post(at+"/confirm", 200, "hire", "hire-1"), "记下了：您在这里工作。")
	job.State = "employer_says"
	f.post(at+"/dispute", 422, "hire", "hire-1")
	if job.GetState() != "employer_says" {
		t.Error("disputed without a second thought")
	}
	f.has(f.post(at+"/dispute", 200, "hire", "hire-1", "sure", "yes"), "记下了：您不在这里工作。", "靠它办的事都停着")
	job.State, job.EndedOn = "end_stated", "2026-11-20"
	f.has(f.get(at, 200), "结束。对吗", at+"/confirm_end", at+"/dispute_end")
	f.has(f.post(at+"/dispute_end", 200, "hire", "hire-1"), "记下了：您还在这里工作。")
	job.State = "end_stated"
	f.has(f.post(at+"/confirm_end", 200, "hire", "hire-1"), "记下了：这份工作结束了。")
	f.post(at+"/dance", 404, "hire", "hire-1")
}

// An employer posts; refused words are named in plain words and can be brought
// before a clerk, whose reason the employer then reads.
func TestARefusedTextGoesToAClerk(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/employment/reviews", 200), "没有待复核的文本")
	f.get("/employment/reviews/review-1", 404)
	f.has(f.get("/employers/employer-1/post", 200), "不能限制民族", "井下作业")
	f.get("/employers/employer-9/post", 403)
	text := []string{"title", "分拣员", "occupation", "4-02", "place", "654322", "headcount", "3", "wage_from", "4000", "wage_to", "5000", "unit", "month", "shift", "day", "hazard", "dust", "certificate", "6-30", "level", "五级"}
	refused := f.post("/employers/employer-1/post", 422, append(text, "requirements", "入职交押金", "do", "publish")...)
	f.has(refused, "这些文字有疑问", "<q>押金</q>", "不得收费、要担保、扣证件", "劳动合同法(2012) 9", "请工作人员复核", "分拣员", `value="dust" checked`)
	f.has(f.post("/employers/employer-1/post", 200, append(text, "requirements", "入职交押金", "do", "ask")...), "已交工作人员复核", "等待复核")
	if v := f.world.hiring.published; v.GetEmployerId() != "employer-1" || v.GetCounty() != "654322" || v.GetWageMaxFen() != 500_000 || v.GetCertificates()[0].GetLevel() != "五级" || v.GetShifts()[0] != "day" {
		t.Error(v)
	}
	f.has(f.get("/employment/reviews?state=waiting", 200), "分拣员", "<q>押金</q>")
	f.has(f.get("/employment/reviews/review-1", 200), "入职交押金", "系统读错了意思", "向劳动者收钱")
	decide := "/employment/reviews/review-1"
	f.has(f.post(decide, 422, "reason", "法律不允许", "officer", "o-17"), "请选择决定和对应的依据")
	f.has(f.post(decide, 200, "decision", "upheld:asks_money", "reason", "法律不允许收押金", "officer", "o-17"), "未准发布", "法律不允许收押金")
	if p := f.world.hiring.clerk; p.Subject != "o-17" || p.Department != "hrss" {
		t.Error(p)
	}
	f.has(f.get("/employers/employer-1", 200), "法律不允许收押金", "井下采掘工", "未准发布")
	f.has(f.post("/employers/employer-1/post", 200, append(text, "requirements", "", "do", "publish")...), "申请人")
}

// The employer sees no name until the worker has accepted an interview, and
// then only on a tap, since each look is logged.
func TestTheNameComesAfterAnInterview(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 0)
	f.post("/workers/"+ref+"/jobs/vacancy-7/apply", 200)
	queue := "/employers/employer-1/vacancies/vacancy-7"
	f.has(f.get(queue, 200), "12345678", "采矿人员", "纸质，面谈时出示", "邀请面谈")
	f.get(queue+"?name=application-12345678", 403)
	invite := []string{"application", "application-12345678", "vacancy", "vacancy-7", "way", "phone", "contact", "人事部", "phone", "13900010001"}
	f.post("/employers/employer-1/invite", 400, append(invite, "at", "soon")...)
	f.has(f.post("/employers/employer-1/invite", 200, append(invite, "at", "2026-12-01T10:30")...), "邀请已发出")
	if at := time.UnixMicro(f.world.hiring.invited.GetMeetAt()).UTC(); at.Format("2006-01-02 15:04") != "2026-12-01 02:30" {
		t.Errorf("the interview is at %v", at)
	}
	f.has(f.get("/workers/"+ref+"/jobs", 200), "2026年12月1日 10:30", "同意面谈", "这家单位会知道您的姓名和电话", "有 1 件事等您答复")
	f.has(f.post("/workers/"+ref+"/jobs/answer", 200, "answer", "accept_interview:interview-1"), "谢绝面谈")
	page := f.get(queue, 200)
	f.has(page, "查看姓名和电话", "会记入本人的查看日志", "已同意面谈")
	if strings.Contains(page, "某某") || f.world.hiring.names != 0 {
		t.Error("the name is shown without a tap")
	}
	f.has(f.get(queue+"?name=application-12345678", 200), "某某", "19000001234")
	f.has(f.post("/workers/"+ref+"/jobs/answer", 200, "answer", "decline_interview:interview-1"), "已谢绝")
	f.has(f.post(queue+"/close", 200), "本单位的岗位")
	if !f.world.hiring.closed {
		t.Error("the vacancy is not closed")
	}
}

func TestSeasonalNeedPages(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/employment/need", 200), "还没有申报")
	f.has(f.get("/employers/employer-1/need", 200), "还没有申报", "填 0 就是撤回")
	line := []string{"occupation", "5-01", "county", "654322", "count", "30"}
	f.has(f.post("/employers/employer-1/need", 422, append(line, "month", "2026-01")...), "从本月起两年之内")
	f.post("/employers/employer-1/need", 422, "month", "2027-09", "count", "many")
	f.has(f.post("/employers/employer-1/need", 200, append(line, "month", "2027-09")...), "已记录", "2027年9月", "农业生产人员")
	page := f.get("/employment/need", 200)
	f.has(page, "2027年9月需求最多，共 30 人", `<rect width="1000"`, `<rect width="0"`, "2027年10月", "2027年12月", `<rect width="166"`, "<table>")
	if strings.Contains(page, "富蕴县金山矿业有限公司") {
		t.Error("the sums name an employer")
	}
	f.has(f.get("/employment/need?county=654301", 200), "还没有申报")
}

func TestJobPagesWhenTheServiceIsAway(t *testing.T) {
	f := start(t, false)
	for _, path := range []string{"/employment", "/employment/reviews", "/employment/need", "/workers/somebody/jobs", "/workers/somebody/jobs?order=newest"} {
		f.has(f.get(path, 200), "就业部门暂时没有回答")
	}
	f.get("/employers/employer-1", 503)
}
