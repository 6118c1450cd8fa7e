package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// seekers is how many workers say in full what they look for.
const seekers = 24

// recruit lives through one round of recruiting: posts in full, a household
// that hires, texts before a clerk, a season's survey, wishes, applications
// and interviews. What is there already is left as it is.
func (w *world) recruit(ctx context.Context, today clock.Date) error {
	if len(w.employers) == 0 || len(w.lives) == 0 {
		return nil
	}
	posts, err := w.fullPosts(ctx, today)
	if err != nil {
		return err
	}
	if err := w.survey(ctx, today); err != nil {
		return err
	}
	known, err := w.employment().ListReviews(officer(ctx, "hrss", ""), &employmentv1.ListReviewsRequest{Limit: 1})
	if err != nil || len(known.GetReviews()) > 0 {
		return errors.Join(err, w.seek(ctx, today, nil))
	}
	if err := w.clerks(ctx, today); err != nil {
		return err
	}
	return w.seek(ctx, today, posts)
}

// fullPosts publishes posts with everything that a post can say.
func (w *world) fullPosts(ctx context.Context, today clock.Date) ([]vacancy, error) {
	kinds := []struct {
		sector, title, occupation, text string
		unit                            string
		low, high                       int64 // yuan
		hazards, shifts                 []string
		certificate, level              string
	}{
		{"H", "滑雪场缆车操作工", "6-30", "雪季用工，岗前带教", "month", 4800, 6200, []string{"height"}, []string{"day"}, "6-30", "五级"},
		{"H", "酒店客房服务员", "4-03", "节假日轮休", "month", 3600, 4600, nil, []string{"rotating"}, "", ""},
		{"other", "沙棘采摘工", "5-01", "按天结算，早出晚归有班车", "day", 180, 240, nil, []string{"day"}, "", ""},
		{"other", "牛羊育肥饲养员", "5-03", "牧场食宿齐全", "month", 4500, 5500, nil, []string{"day", "night"}, "", ""},
		{"B", "金矿井下采掘工", "6-16", "井下作业，先培训后上岗", "month", 8500, 11000, []string{"underground", "dust"}, []string{"rotating"}, "6-16", "五级"},
		{"E", "钢筋工", "6-29", "高处作业，工资每月足额支付", "day", 320, 420, []string{"height"}, []string{"day"}, "6-29", ""},
		{"C", "手工刺绣工", "6-05", "可在家做，按件计酬", "piece", 40, 160, nil, nil, "", ""},
		{"O", "养老护理员", "4-14", "照护老人起居", "month", 4200, 5200, nil, []string{"rotating"}, "4-14", "五级"},
	}
	all := make([]vacancy, 3*len(kinds))
	return all, each(ctx, len(all), func(ctx context.Context, i int) error {
		r, k := w.random(uint64(6_000_000+i)), kinds[i%len(kinds)]
		e := w.firm(k.sector, i)
		towns := w.tables.Townships(e.county)
		from := today.AddDays(7 + r.IntN(40))
		p := &employmentv1.PublishVacancyRequest{
			EmployerId: e.id, Title: k.title, Occupation: k.occupation, Headcount: int32(2 + r.IntN(10)), WageMinFen: k.low * 100, WageMaxFen: k.high * 100, WageUnit: k.unit,
			County: e.county, SeasonFrom: from.String(), SeasonTo: from.AddMonths(5).String(), Shifts: k.shifts, Hazards: k.hazards, Housing: i%2 == 0, Meals: i%3 > 0,
			Schemes: []string{"pension", "medical", "unemployment", "work_injury"}, Requirements: k.text, Reference: fmt.Sprintf("demo-full-%d-%d", w.cfg.Seed, i),
		}
		for range 8 { // some units of the list are not lived in
			if t := towns[r.IntN(len(towns))]; !t.NotResidential {
				p.Township = t.Code
				break
			}
		}
		if k.certificate != "" {
			p.Certificates = []*employmentv1.CertificateNeed{{Occupation: k.certificate, Level: k.level}}
		}
		reply, err := w.employment().PublishVacancy(officer(ctx, "hrss", ""), p)
		all[i] = vacancy{id: reply.GetVacancyId(), county: e.county, occupation: k.occupation, employer: e, wageFen: p.GetWageMinFen()}
		return err
	})
}

// firm is an employer of a trade, another for each n as far as there are.
func (w *world) firm(sector string, n int) employer {
	for i := range w.employers {
		if e := w.employers[(n+i)%len(w.employers)]; e.sector == sector {
			return e
		}
	}
	return w.employers[n%len(w.employers)]
}

// survey has a third of the employers say how many they need in the months to come.
func (w *world) survey(ctx context.Context, today clock.Date) error {
	groups := []string{"5-01", "5-03", "4-03", "6-29", "4-02"}
	busy := map[string][]int{"5-01": {5, 6, 7, 8, 9, 10}, "5-03": {4, 5, 11, 12}, "4-03": {1, 2, 6, 7, 8, 12}, "6-29": {4, 5, 6, 7, 8, 9}, "4-02": {6, 7, 8, 9}}
	return each(ctx, len(w.employers)/3, func(ctx context.Context, i int) error {
		r, e := w.random(uint64(7_000_000+i)), w.employers[i]
		group := groups[i%len(groups)]
		var lines []*employmentv1.Need
		for m := range 12 {
			month := clock.NewDate(today.Year(), today.Month(), 1).AddMonths(m)
			for _, b := range busy[group] {
				if int(month.Month()) == b {
					lines = append(lines, &employmentv1.Need{Month: month.String()[:7], Occupation: group, County: e.county, Count: int32(3 + r.IntN(25))})
				}
			}
		}
		_, err := w.employment().ReportSeasonalNeed(boss(ctx, e.id), &employmentv1.ReportSeasonalNeedRequest{EmployerId: e.id, Needs: lines})
		return err
	})
}

// clerks brings four texts before a clerk: one is overruled, one upheld, and
// two wait, one of them by itself because the law has a limit there. A
// household hires too.
func (w *world) clerks(ctx context.Context, today clock.Date) error {
	hrss := officer(ctx, "hrss", "")
	text := func(sector, title, occupation, requirements string) *employmentv1.PublishVacancyRequest {
		e := w.firm(sector, 0)
		return &employmentv1.PublishVacancyRequest{
			EmployerId: e.id, Title: title, Occupation: occupation, Headcount: 4, WageMinFen: 450_000, WageMaxFen: 600_000, County: e.county,
			SeasonFrom: today.AddDays(14).String(), Meals: true, Schemes: []string{"pension", "work_injury"}, Requirements: requirements,
		}
	}
	ask := func(p *employmentv1.PublishVacancyRequest) (string, error) {
		reply, err := w.employment().AskClerk(boss(ctx, p.GetEmployerId()), &employmentv1.AskClerkRequest{Vacancy: p})
		return reply.GetReviewId(), err
	}
	decide := func(id, outcome, code, reason string) error {
		_, err := w.employment().DecideReview(hrss, &employmentv1.DecideReviewRequest{ReviewId: id, Outcome: outcome, ReasonCode: code, Reason: reason})
		return err
	}
	misread, err := ask(text("C", "试剂包装工", "6-12", "包装乙肝检测试剂，有岗前培训"))
	if err != nil {
		return err
	}
	if err := decide(misread, "overruled", "misread", "说的是包装的产品，不是对应聘者的要求，可以发布。"); err != nil {
		return err
	}
	deposit, err := ask(text("G", "仓库分拣员", "4-02", "入职交押金500元，离职退还"))
	if err != nil {
		return err
	}
	if err := decide(deposit, "upheld", "asks_money", "法律不允许向劳动者收取押金，请删去后重新发布。"); err != nil {
		return err
	}
	if _, err := ask(text("H", "前台接待", "4-03", "女士优先，形象气质好")); err != nil {
		return err
	}
	underground := text("B", "井下支护工", "6-16", "井下作业，限男性")
	if _, err := w.employment().PublishVacancy(boss(ctx, underground.GetEmployerId()), underground); errs.CodeOf(err) != "employment.vacancy.clerk" {
		return fmt.Errorf("a text with a limit of the law: %w", err)
	}
	county := w.lives[0].county
	if _, err := w.training().PublishCourse(hrss, &trainingv1.PublishCourseRequest{
		Provider: "家政服务培训中心", Title: "家政服务员培训班", Occupation: "4-10", Level: "五级", Hours: 80, Places: 30, StartsOn: today.AddDays(12).String(), Kind: "general",
		County: county, Reference: "demo-household-course",
	}); err != nil {
		return err
	}
	home, err := w.employment().RegisterEmployer(hrss, &employmentv1.RegisterEmployerRequest{Kind: "household", Name: name(w.random(8_000_000)), County: county, Phone: "19000008888"})
	if err != nil {
		return err
	}
	_, err = w.employment().PublishVacancy(hrss, &employmentv1.PublishVacancyRequest{
		EmployerId: home.GetEmployerId(), Title: "住家保姆", Occupation: "4-10", Headcount: 1, WageMinFen: 420_000, WageMaxFen: 500_000, County: county, Housing: true, Meals: true,
		HouseholdService: true, SeasonFrom: today.AddDays(10).String(), Requirements: "照看两岁孩子，做家常饭", Reference: "demo-household",
	})
	return err
}

// seek has workers say what they look for; posts, where given, are then applied
// for, and some applicants are invited to an interview.
func (w *world) seek(ctx context.Context, today clock.Date, posts []vacancy) error {
	return each(ctx, min(seekers, len(w.lives)), func(ctx context.Context, i int) error {
		r, l := w.random(uint64(9_000_000+i)), w.lives[i]
		me := worker(ctx, l.ref)
		trades := []string{"4-03", "5-03", "6-29", "5-01", "4-14", "6-30"}
		towns := w.tables.Townships(l.county)
		wish := &employmentv1.SetProfileRequest{
			Worker: l.ref, Occupation: trades[i%len(trades)], WageMinFen: int64(38+r.IntN(20)) * 10_000, County: l.county, AvailableFrom: today.AddDays(r.IntN(30)).String(),
			NeedsHousing: i%2 == 0, NeedsMeals: i%3 == 0, Skills: []string{trades[(i+1)%len(trades)], trades[(i+3)%len(trades)]},
		}
		if t := towns[r.IntN(len(towns))]; !t.NotResidential {
			wish.Township = t.Code
		}
		if i%4 == 0 {
			wish.PaperCertificates = []string{"6-29"}
		}
		if _, err := w.employment().SetProfile(me, wish); err != nil || posts == nil || i >= 8 {
			return err
		}
		v := posts[1+8*(i%3)] // posts without hazards, which are open to everybody
		reply, err := w.employment().Apply(me, &employmentv1.ApplyRequest{Worker: l.ref, VacancyId: v.id})
		if err != nil || i%2 == 1 {
			return err
		}
		at := today.AddDays(3).Start().Add(10 * time.Hour)
		invited, err := w.employment().InviteToInterview(boss(ctx, v.employer.id), &employmentv1.InviteToInterviewRequest{ApplicationId: reply.GetApplicationId(), MeetAt: at.UnixMicro(), Way: "in_person", MeetPlace: "公司人事部，产业园1号", MeetContact: "人事部", MeetPhone: "09062120000"})
		if err != nil || i%4 > 0 {
			return err
		}
		_, err = w.employment().AcceptInterview(me, &employmentv1.AcceptInterviewRequest{InterviewId: invited.GetInterviewId()})
		return err
	})
}
