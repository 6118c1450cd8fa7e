package console_test

import (
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// An officer opens a course and goes with its class to the certificates, and back: each
// wrong field is told at its place, what was typed stays, and what cannot be taken back is
// confirmed.
func TestAnOfficerRunsACourse(t *testing.T) {
	f := start(t, true)
	today := clock.Today(clock.System()).String()
	f.has(f.get("/training", 200), "采掘工培训班", "12 / 0", "富蕴县职业技能培训中心", "开设培训班")
	f.has(f.get("/training?find=%E7%84%8A&county=654301&cancelled=yes&lang=en", 200), `value="焊"`, `value="654301" selected`, "Open a course", `value="yes" selected`)
	f.get("/training?lang=zh-Hans", 200)
	f.has(f.get("/training/new", 200), `value="6-29"`, `name="contact" required`)
	typed := []string{"title", "电焊工初级班", "provider", "青河县职业技能培训中心", "occupation", "6-29", "level", "五级", "starts_on", today, "hours", "240", "places", "3", "contact", "0906-8820000", "county", "654325", "kind", "general", "subsidy", "2000", "reference", "QH-1"}
	wrong := f.post("/training", 422, append(typed, "hours", "many")...)
	f.has(wrong, `name="hours" inputmode="numeric" pattern="[0-9]+" required value="many"><span class="note bad" role="alert">`, `value="电焊工初级班"`, `value="QH-1"`)
	wrong = f.post("/training", 422, typed...)
	f.has(wrong, `value="654325" selected`, "地点最多200字")
	if strings.Index(wrong, "地点最多200字") < strings.Index(wrong, `name="venue"`) {
		t.Error("what is wrong with the place does not stand at it")
	}
	page := f.post("/training", 200, append(typed, "venue", "团结路 5 号")...)
	f.has(page, "培训班已开放报名", "团结路 5 号", "2,000.00元", "录入结果", "第 1 位", "已问，等答复", "/training/courses/course-9?after=3%2F1%2Fenrolment-4")
	const at = "/training/courses/course-9"
	f.has(f.post(at+"/results", 422, "enrolment", "enrolment-1"), "请至少标一个结果")
	f.has(f.post(at+"/results", 200, "enrolment", "enrolment-1", "r-enrolment-1", "failed", "rest", "completed"), "结果已记录", "未通过")
	f.has(f.post(at+"/take-back", 422, "enrolment", "enrolment-1"), "请选择原因", "<details open>")
	f.has(f.post(at+"/take-back", 200, "enrolment", "enrolment-1", "reason", "mistyped"), "结果已撤回")
	f.has(f.post(at+"/results", 200, "enrolment", "enrolment-1", "rest", "completed"), "结果已记录", "发证")
	wrong = f.post(at+"/certify", 422, "certify", "enrolment-1", "kind", "skill_level", "issued_on", today, "n-enrolment-1", "taken")
	f.has(wrong, `value="taken"`, "这个编号已在另一张证书上", `value="skill_level" selected`)
	f.has(f.post(at+"/certify", 422, "kind", "skill_level", "issued_on", today), "有一项没有填")
	f.has(f.post(at+"/certify", 200, "certify", "enrolment-1", "kind", "completion", "issued_on", today, "n-enrolment-1", "AK-9"), "证书已发", "AK-9", "收回证书")
	f.has(f.post(at+"/revoke", 422, "certificate", "certificate-enrolment-1", "reason", "wrong_level"), `value="wrong_level" selected`)
	f.has(f.post(at+"/revoke", 200, "certificate", "certificate-enrolment-1", "reason", "wrong_level", "sure", "yes"), "证书已收回")
	f.has(f.post(at+"/change", 422, "hours", "240", "places", "2", "starts_on", today, "venue", "新地点", "reason", "venue"), "名额不能少于这个数", `value="新地点"`)
	f.has(f.post(at+"/change", 200, "hours", "240", "places", "3", "starts_on", today, "venue", "新地点", "reason", "venue"), "已更改", "新地点", "地点有变")
	f.has(f.post(at+"/cancel", 422, "reason", "other"), "<details class=\"card wide\" open>")
	cancelled := f.post(at+"/cancel", 200, "reason", "too_few_enrolled", "sure", "yes")
	f.has(cancelled, "培训班已取消，已逐一通知", "报名的人太少")
	for _, no := range []string{"录入结果", "更改计划", `action="` + at + `/cancel"`} {
		if strings.Contains(cancelled, no) {
			t.Errorf("a cancelled course still offers %q", no)
		}
	}
	f.post(at+"/burn", 404)
	f.get("/training/courses/none", 404)
}

// A worker goes from the choice of a course to the place and out of it again, and sees
// where it is held, and why a certificate holds no more.
func TestAWorkerChoosesACourse(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	at := "/workers/" + ref + "/courses"
	f.has(f.get(at, 200), "采掘工培训班", "还有 12 个名额", "接受名额", "已收回，原因：等级有误", "地点请问培训机构")
	f.has(f.get(at+"?lang=en", 200), "Courses to choose from", "12 places are free")
	f.get(at+"?lang=zh-Hans", 200)
	f.has(f.post(at+"/enrol", 422, "course", "course-2"), "培训班已经开始")
	f.has(f.post(at+"/enrol", 200, "course", "course-1"), "已排在候补名单上", "已报名", "团结路 5 号")
	f.has(f.post(at+"/accept", 200, "enrolment", "mine-1"), "名额是您的了", "撤回")
	f.has(f.post(at+"/undo", 200, "enrolment", "mine-1"), "回到候补名单")
	f.has(f.post(at+"/decline", 200, "enrolment", "mine-1"), "候补顺序不变")
	f.has(f.post(at+"/drop", 422, "enrolment", "mine-1"), "退出培训班")
	f.has(f.post(at+"/drop", 200, "enrolment", "mine-1", "sure", "yes"), "已退出")
	f.post(at+"/burn", 404)
	f.has(f.get("/workers/"+ref+"/have", 200), at)
}
