//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	downloads "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// mainTasks are those of each department, of a counter, of the operator and of the
// administrators.
func mainTasks() []mainTask {
	return []mainTask{
		{"registry: a person is registered", false, register},
		{"registry: a contact is changed by two", false, changeContact},
		{"registry: a name is corrected by two", false, changeDocument},
		{"registry: whom a message did not reach is looked for", false, reachSomebody},
		{"employment: texts are refused and let through", false, decideTexts},
		{"employment: a fair from its plan to its draw", false, holdFair},
		{"employment: a fair is called off", false, callOffFair},
		{"employment: premises are offered", false, offerPremises},
		{"training: from a course to a certificate", true, trainSomebody},
		{"insurance: a duty is fulfilled and a month credited", false, insureSomebody},
		{"education: a round from its plan to its end", false, holdRound},
		{"education: an appeal is decided", false, decideAppeal},
		{"education: a paper is recorded", false, recordPaper},
		{"housing: an application is decided, and a round opened", false, giveHome},
		{"counter: a visit with its receipt", true, visitCounter},
		{"administrators: an account with its rights", false, openAccount},
		{"administrators: a denial is read", false, readDenial},
		{"operator: a model is rebuilt", false, rebuildModel},
		{"an export is fetched", false, fetchExport},
		{"an import with a row to mend", false, importSheet},
	}
}

// visit begins one at the counter for the worker of the walk.
func (s *stroll) visit() {
	s.t.Helper()
	s.goTo("/counter?worker=" + s.l.worker)
	s.send(`form[action="/counter"]`)
	s.has(`.visit`, s.l.name)
}

func register(s *stroll) {
	number, name := somebody(s.l.today)
	s.sit("W-1", "clerk", "hrss")
	s.goTo("/workers")
	s.press(`a[href="/persons/register"]`)
	s.send(`form[action="/persons/register"]`, "number", number, "name", name, "phone", "19100000733", "place", county, "language", "kk-Arab", "notice", "告知书2026-1", "signed", "yes")
	worker := strings.TrimPrefix(s.to(`.note.good a`, ""), "/workers/")
	s.goTo("/workers")
	s.send(`form[action="/workers"]`, "who", number)
	if at := evaluate[string](s.t, s.ctx, `location.pathname + location.search`); at != "/counter?worker="+worker {
		s.t.Errorf("who was registered is found at %s", at)
	}
}

func changeContact(s *stroll) {
	of := "/contacts/of/" + s.l.worker
	s.sit("W-1", "clerk", "hrss")
	s.goTo(of)
	s.send(`form[action="`+of+`"]`, "phone", "19100000734", "reason", "phone_changed", "paper", "resident_card")
	opened := s.at()
	s.sit("W-2", "reviewer", "hrss")
	s.goTo("/contacts")
	s.press(`main a[href="` + opened + `"]`)
	s.send(`form:has(input[name=decision][value=agree])`, "sure", "yes")
	s.has(`h1 .badge.good`, "")
	s.sit("W-1", "clerk", "hrss")
	s.goTo(of)
	s.has(`main dd`, "19100000734")
}

func changeDocument(s *stroll) {
	of, name := "/documents/of/"+s.l.worker, "改名"+s.l.name
	s.sit("W-1", "clerk", "hrss")
	s.goTo(of)
	s.send(`form[action="`+of+`"]`, "name", name, "reason", "name_changed", "paper", "household_register")
	opened := s.at()
	s.sit("W-2", "reviewer", "hrss")
	s.goTo("/documents")
	s.press(`main a[href="` + opened + `"]`)
	s.send(`form:has(input[name=decision][value=agree])`, "sure", "yes")
	s.has(`h1 .badge.good`, "")
	s.goTo(of)
	s.has(`main h2`, name)
}

func reachSomebody(s *stroll) {
	m := s.missed()
	s.sit("W-1", "clerk", "hrss")
	s.goTo("/today?matter=registry.undelivered")
	s.goTo(s.to(`a[data-open]`, ""))
	s.goTo("/undelivered/" + m)
	s.send(`form[action="/undelivered/`+m+`"]`, "tried", "call:not_reached")
	s.has(`ol.rows li`, "w-1")
	s.send(`form[action="/undelivered/`+m+`"]:has(input[name=tried])`, "tried", "visit:reached")
	s.has(`h1 .badge.good`, "")
	s.goTo("/today?matter=registry.undelivered")
	if s.there(`[data-row] code`, strings.ToUpper(m[len(m)-8:])) {
		s.t.Error("who was reached is looked for still")
	}
}

// missed is a message to the worker of the walk that its channel did not bring.
func (s *stroll) missed() string {
	s.t.Helper()
	db, err := sqldb.Open(s.t.Context(), "sqlite:"+filepath.Join(s.ground.dir, "registry.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	m, found := ident.NewID(), sqldb.Micros(s.l.today.AddDays(-1).Start())
	if err := db.Update(s.t.Context(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`INSERT INTO message (id, worker, division, template, about, about_service, details, sent_at, delivered_at, read_at, version) VALUES ($1, $2, $3, 'housing.offer.made', '', 'housing', '{}', $4, 0, 0, 1)`, m, s.l.worker, county, found); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO undelivered (message_id, worker, found_at, ended_at, ended_how) VALUES ($1, $2, $3, 0, '')`, m, s.l.worker, found)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return m
}

func decideTexts(s *stroll) {
	ask := func(title, text string) {
		must(s.l.employment.AskClerk(s.l.boss(), &employmentv1.AskClerkRequest{Vacancy: &employmentv1.PublishVacancyRequest{
			EmployerId: s.l.employer, Title: title, Occupation: "6-12", Headcount: 4, WageMinFen: 450_000, WageMaxFen: 600_000, County: county,
			SeasonFrom: s.l.today.AddDays(14).String(), Meals: true, Schemes: []string{"pension", "work_injury"}, Requirements: text}}))(s.t)
	}
	of := strings.TrimPrefix(s.l.name, "测")
	ask("分拣员"+of, "入职交押金500元，离职退还")
	ask("试剂包装工"+of, "包装乙肝检测试剂，有岗前培训")
	s.sit("W-2", "reviewer", "hrss")
	for title, decision := range map[string]string{"分拣员": "upheld:asks_money", "试剂包装工": "overruled:misread"} {
		s.goTo("/employment/reviews?state=waiting")
		s.press(`main a[href="` + s.to(`main h2 a`, title+of) + `"]`)
		s.send(`form[action^="/employment/reviews/"]`, "decision", decision, "reason", "看过了："+title)
		s.has(`.said`, "看过了："+title)
		if title == "试剂包装工" {
			s.press(`main a[href^="/employment/vacancies/"]`)
			s.has(`h1`, title+of)
		}
	}
}

func holdFair(s *stroll) {
	post := must(s.l.employment.PublishVacancy(s.l.officer("hrss"), &employmentv1.PublishVacancyRequest{
		Uscc: s.l.uscc, Title: "保洁" + s.l.name, Occupation: "4-09", Headcount: 1, WageMinFen: 300_000, WageMaxFen: 400_000, County: county, Reference: s.l.worker}))(s.t).GetVacancyId()
	s.sit("W-2", "reviewer", "hrss")
	s.goTo("/employment/fairs")
	venue, day := "会展中心"+s.l.name, s.l.today.String()
	s.send(`form[action^="/employment/fairs"]`, "division", county, "starts_on", day, "ends_on", s.l.today.AddDays(1).String(), "closes_on", day, "match_on", day,
		"venue", venue, "opens_at", "09:00", "shuts_at", "18:00", "figure_name", "双色球开奖号码，中国福彩网")
	at := s.at()
	s.has(`main p`, venue)
	fair := strings.TrimPrefix(at, "/employment/fairs/")
	must(s.l.employment.EnterFairPost(s.l.boss(), &employmentv1.EnterFairPostRequest{FairId: fair, VacancyId: post, Seats: 1}))(s.t)
	must(s.l.employment.ApplyToFair(s.l.me(), &employmentv1.ApplyToFairRequest{Worker: s.l.worker, FairId: fair, VacancyIds: []string{post}}))(s.t)
	s.goTo(at)
	s.send(`form[action="` + at + `/close"]`)
	s.send(`form[action="`+at+`/figure"]`, "figure", figure)
	s.sit("W-3", "reviewer", "hrss")
	s.goTo(at)
	s.send(`form[action="`+at+`/draw"]`, "figure", figure)
	s.has(`section:has(#results) tbody tr`, "保洁"+s.l.name)
	if a := must(s.l.employment.GetFairApplication(s.l.me(), &employmentv1.GetFairApplicationRequest{Worker: s.l.worker, FairId: fair}))(s.t).GetApplication(); a.GetProposal() == nil {
		s.t.Error("who alone wished for the post is not proposed")
	}
}

func callOffFair(s *stroll) {
	s.sit("W-2", "reviewer", "hrss")
	s.goTo("/employment/fairs")
	venue := "体育馆" + s.l.name
	day := func(n int) string { return s.l.today.AddDays(n).String() }
	s.send(`form[action^="/employment/fairs"]`, "division", county, "starts_on", day(40), "ends_on", day(41), "closes_on", day(30), "match_on", day(35),
		"venue", venue, "opens_at", "09:00", "shuts_at", "18:00", "figure_name", "上证指数收盘价，上海证券交易所网站")
	at := s.at()
	s.send(`form[action="`+at+`/cancel"]`, "reason", "other", "sure", "yes")
	if s.there(`form[action="`+at+`/cancel"]`, "") {
		s.t.Error("a fair that was called off can be called off")
	}
	s.has(`main p`, venue)
}

func offerPremises(s *stroll) {
	title := "孵化园一号楼" + s.l.name
	s.sit("W-1", "clerk", "hrss")
	s.goTo("/employment/startup")
	s.send(`form[action="/employment/startup/premises"]`, "county", county, "title", title, "area", "40", "rent", "500")
	s.has(`main li`, title)
}

func trainSomebody(s *stroll) {
	title, number := "电焊"+s.l.name, "A-"+s.l.worker[24:]
	s.sit("W-2", "reviewer", "hrss")
	s.goTo("/training")
	s.press(`main a[href="/training/new"]`)
	s.send(`form[action="/training"]:has(input[name=provider])`, "provider", "测试学校", "title", title, "occupation", "6-29", "level", "五级", "hours", "40", "places", "5",
		"starts_on", s.l.today.String(), "ends_on", s.l.today.AddDays(10).String(), "kind", "general", "county", county, "reference", s.l.worker, "venue", "一号楼", "contact", "0906-1234567")
	course := s.at()
	s.visit()
	s.goTo("/workers/" + s.l.worker + "/courses?find=" + title)
	s.bound()
	s.send(`form[action$="/courses/enrol"]:has(input[value="` + course[len("/training/courses/"):] + `"])`)
	s.goTo("/counter")
	s.send(`form[action="/counter/end"]`)
	s.goTo(course)
	s.send(`form[action="`+course+`/results"]`, "rest", "completed")
	enrolment := s.value(`form[action="` + course + `/certify"] input[name=certify]`)
	s.send(`form[action="`+course+`/certify"]`, "kind", "skill_level", "certify", enrolment, "n-"+enrolment, number)
	s.has(`main li code`, number)
	s.become(s.worker())
	s.goTo("/workers/" + s.l.worker + "/courses")
	s.has(`main li code`, number)
}

// worker is the one of the walk, as a player.
func (s *stroll) worker() *identityv1.Player {
	return &identityv1.Player{PlayerLabel: "worker", AccountKind: "worker", Subject: s.l.worker, Aside: true}
}

// value is that of the first field that a selector finds.
func (s *stroll) value(selector string) string {
	s.t.Helper()
	return evaluate[string](s.t, s.ctx, `document.querySelector(`+quoted(selector)+`)?.value ?? ""`)
}

// bound fails where a page that binds speaks a language in which nobody approved its texts.
func (s *stroll) bound() {
	s.t.Helper()
	chinese := s.there(`main > div[lang="zh-Hans"]`, "")
	if want := s.lang != "zh-Hans" && !s.way.approved; chinese != want {
		s.t.Errorf("%s, of which the texts are approved: %v, is in Chinese: %v", s.at(), s.way.approved, chinese)
	}
}

func insureSomebody(s *stroll) {
	s.l.hired()
	var duty string
	testkit.Eventually(s.t, "the hire brought a duty", func() bool {
		all := must(s.l.insurance.ListCover(s.l.me(), &insurancev1.ListCoverRequest{Worker: s.l.worker}))(s.t).GetDuties()
		if len(all) == 0 || len(all[0].GetSchemes()) == 0 {
			return false
		}
		duty = "/insurance/duties/" + all[0].GetDutyId()
		return true
	})
	month := s.l.today.String()[:len("2006-01")]
	s.sit("W-1", "clerk", "hrss")
	s.goTo("/insurance/duties")
	s.press(`main a[href="` + duty + `"]`)
	s.send(`form[action="`+duty+`"]`, "month", month)
	s.has(`.note.good`, "")
	s.send(`form[action$="/credit"]`, "month", month)
	s.has(`section:has(#months) li`, "")
	s.goTo(duty)
	s.press(`main section a[href^="/insurance/enrolments/"]`)
	s.become(s.worker())
	s.goTo("/workers/" + s.l.worker + "/cover")
	s.has(`main article h3 .badge`, "")
}

// ownSchool gives the walk a school whose seats no other walk draws.
func (s *stroll) ownSchool() {
	s.t.Helper()
	s.l.school = must(s.l.education.AddSchool(s.l.officer("edu"), &educationv1.AddSchoolRequest{Name: "白桦小学" + s.l.name, Kind: "public", County: county, Stage: "primary", Places: 3, Reference: s.l.worker}))(s.t).GetSchoolId()
}

// holdRound draws places from the plan to the result, by two officers.
func holdRound(s *stroll) {
	s.ownSchool()
	s.sit("E-1", "reviewer", "edu")
	s.goTo("/education")
	day := s.l.today.String()
	s.send(`form[action="/education/rounds"]`, "county", county, "stage", "primary", "opens", day, "closes", day, "figure", day, "source", "双色球开奖号码，中国福彩网", "draw", day)
	at := s.at()
	s.send(`form[action="`+at+`/seats"]`, "school", s.l.school, "seats", "2")
	s.send(`form[action="` + at + `/open"]`)
	id := s.l.applyForSchool()
	must(s.l.education.FileChoices(s.l.me(), &educationv1.FileChoicesRequest{RoundId: strings.TrimPrefix(at, "/education/rounds/"), ApplicationId: id, SchoolIds: []string{s.l.school}, Word: "白桦"}))(s.t)
	s.goTo(at)
	s.send(`form[action="` + at + `/close"]`)
	if commit := `form[action="` + at + `/commit"]`; s.there(commit+` [name=undecided]`, "") { // children of other walks have the same name
		s.send(commit, "undecided", "stay")
	} else {
		s.send(commit)
	}
	s.send(`form[action="`+at+`/figure"]`, "figure", figure)
	s.sit("E-2", "reviewer", "edu")
	s.goTo(at)
	s.send(`form[action="`+at+`/confirm"]`, "figure", figure)
	s.has(`tbody td code`, id[len(id)-8:])
	offer := must(s.l.education.GetApplication(s.l.me(), &educationv1.GetApplicationRequest{ApplicationId: id}))(s.t).GetApplication().GetOfferId()
	must(s.l.education.AcceptPlace(s.l.me(), &educationv1.AcceptPlaceRequest{OfferId: offer}))(s.t)
	s.goTo(at)
	s.send(`form[action="` + at + `/end"]`)
	if s.there(`form[action="`+at+`/end"]`, "") {
		s.t.Error("a round that ended goes on")
	}
}

// decideAppeal has two children of a family draw for one seat, and the family of the one
// without it appeal.
func decideAppeal(s *stroll) {
	s.ownSchool()
	edu, me, first, day := s.l.education, s.l.me(), s.l.staff("edu", "edu-1"), s.l.today.String()
	round := must(edu.PlanRound(first, &educationv1.PlanRoundRequest{County: county, Stage: "primary", OpensOn: day, ClosesOn: day, DrawOn: day, Tie: "single", FigureSource: "双色球开奖号码，中国福彩网", FigureOn: day}))(s.t).GetRoundId()
	must(edu.SetSeats(first, &educationv1.SetSeatsRequest{RoundId: round, SchoolId: s.l.school, Seats: 1}))(s.t)
	must(edu.OpenRound(first, &educationv1.OpenRoundRequest{RoundId: round}))(s.t)
	sibling := must(s.l.registry.RegisterChild(me, &registryv1.RegisterChildRequest{Worker: s.l.worker, Name: "邻家儿", BirthDate: s.l.today.AddYears(-7).String(), County: county}))(s.t).GetChildId()
	var all []string
	for _, child := range []string{s.l.child, sibling} {
		id := must(edu.ApplyForPlace(me, &educationv1.ApplyForPlaceRequest{Worker: s.l.worker, ChildId: child, Stage: "primary", County: county, SchoolIds: []string{s.l.school}}))(s.t).GetApplicationId()
		must(edu.FileChoices(me, &educationv1.FileChoicesRequest{RoundId: round, ApplicationId: id, SchoolIds: []string{s.l.school}, Word: "白桦"}))(s.t)
		all = append(all, id)
	}
	must(edu.CloseRound(first, &educationv1.CloseRoundRequest{RoundId: round}))(s.t)
	must(edu.CommitRound(first, &educationv1.CommitRoundRequest{RoundId: round}))(s.t)
	must(edu.TypeFigure(first, &educationv1.TypeFigureRequest{RoundId: round, Figure: figure}))(s.t)
	must(edu.ConfirmFigure(s.l.staff("edu", "edu-2"), &educationv1.ConfirmFigureRequest{RoundId: round, Figure: figure}))(s.t)
	lost := all[0]
	if must(edu.GetEntry(me, &educationv1.GetEntryRequest{ApplicationId: lost}))(s.t).GetEntry().GetOutcome() != "unplaced" {
		lost = all[1]
	}
	appeal := must(edu.FileAppeal(me, &educationv1.FileAppealRequest{ApplicationId: lost, SchoolId: s.l.school, Ground: "hardship"}))(s.t).GetAppealId()

	s.sit("E-1", "reviewer", "edu")
	s.goTo("/education/appeals")
	decide := `form[action="/education/appeals/` + appeal + `"]`
	s.send(decide, "decision", "upheld seat", "reason", "need_shown")
	if s.there(decide, "") {
		s.t.Error("an appeal that was decided waits still")
	}
	s.has(`main li code`, lost[len(lost)-8:])
	for _, id := range all { // both have a place now
		offer := must(edu.GetApplication(me, &educationv1.GetApplicationRequest{ApplicationId: id}))(s.t).GetApplication().GetOfferId()
		must(edu.AcceptPlace(me, &educationv1.AcceptPlaceRequest{OfferId: offer}))(s.t)
	}
	must(edu.EndRound(first, &educationv1.EndRoundRequest{RoundId: round}))(s.t)
}

func recordPaper(s *stroll) {
	application := s.l.applyForSchool()
	s.sit("E-2", "clerk", "edu")
	s.goTo("/education/papers")
	s.send(`form[action="/education/papers"]`, "application", application, "kind", "lease", "form", "paper", "since", s.l.today.AddMonths(-14).String())
	s.has(`.note.good`, "")
	s.l.t = s.t
	s.l.is("what is held", s.l.schoolEvidence(application), "lease")
}

func giveHome(s *stroll) {
	application := s.l.applyForHome()
	s.sit("Z-1", "reviewer", "hou")
	s.goTo("/housing?county=" + county + "&kind=public_rental")
	at := "/housing/cases/" + application
	s.press(`main a[href="` + at + `"]`)
	s.send(`form[action$="/paper"]`, "kind", "job", "form", "witness", "since", s.l.today.AddMonths(-12).String())
	s.goTo(at)
	s.press(`form[data-decides] button`)
	s.goTo(at)
	if a := must(s.l.housing.GetApplication(s.l.me(), &housingv1.GetApplicationRequest{ApplicationId: application}))(s.t).GetApplication(); a.GetState() != "eligible" {
		s.t.Errorf("the application is %s", a.GetState())
	}
	s.goTo("/housing?county=" + county + "&kind=public_rental")
	s.send(`form[action="/housing/rounds"]`, "home", s.value(`form[action="/housing/rounds"] input[name=home]`), "figure_name", "上证指数收盘价，上海证券交易所网站", "figure_due", s.l.today.AddDays(1).String())
	round := s.at()
	s.has(`tbody th code`, "")
	s.send(`form[action="`+round+`/cancel"]`, "reason", "other", "sure", "yes")
	// Two households with such numbers may be one: the next walk's is alone on the list.
	must(s.l.housing.WithdrawApplication(s.l.me(), &housingv1.WithdrawApplicationRequest{ApplicationId: application}))(s.t)
}

func visitCounter(s *stroll) {
	own := "/workers/" + s.l.worker
	s.sit("W-2", "reviewer", "hrss")
	s.visit()
	s.press(`.offers a[href="` + own + `/wishes"]`)
	s.send(`form[action="` + own + `/wishes"]`)
	s.goTo("/counter")
	s.has(`.visit .done li`, "")
	s.goTo(own + "/jobs")
	s.bound()
	s.goTo("/counter")
	missing := s.value(`form[action="/counter/papers"] input[name=missing]`)
	s.send(`form[action="/counter/papers"]`, "missing", missing)
	s.send(`form[action="/counter/end"]`)
	s.has(`.receipt ol li`, "")
	s.has(`.receipt ul li b`, "")
	number := s.text(`.receipt .ticket`)
	s.goTo("/counter")
	s.press(`main a[href^="/counter/receipts/"]`)
	s.has(`.receipt .ticket`, number)
	s.become(s.worker())
	s.goTo(own + "/access")
}

func openAccount(s *stroll) {
	staff := "n-" + s.l.worker[24:]
	s.become(administrator("system"))
	s.goTo("/admin/accounts")
	s.send(`form[action="/admin/accounts"]`, "staff", staff, "role1", "clerk", "department1", "hrss", "covered1", county)
	s.become(administrator("security"))
	s.goTo("/admin/acts")
	s.press(`main li:has(form[action^="/admin/acts/"]) button[value=approve]`)
	_, link, _ := strings.Cut(strings.TrimSpace(s.text(`.handed code`)), "/sign-in/")
	link = "/sign-in/" + link
	s.become(administrator("system"))
	s.goTo("/admin/acts")
	word := s.text(`code.ticket`)

	// Whose account it is opens the link, and signs in with a password and a second factor.
	s.signOut()
	s.goTo(link)
	s.send(`form[action="/sign-in/new/word"]`, "word", word)
	secret := s.text(`code.secret`)
	s.send(`form[action="/sign-in/new"]`, "password", longPassword, "again", longPassword, "code", totp(s.t, secret, 0))
	paper := s.text(`.papers code`)
	s.goTo("/sign-in?as=officer")
	s.send(`form[action="/sign-in"]`, "login", staff, "password", longPassword)
	s.send(`form[action="/sign-in/second"]`, "code", paper)
	if at := s.at(); at != "/today" {
		s.t.Errorf("signed in, an officer is at %s", at)
	}

	// Its rights are changed by two, as it came.
	s.become(administrator("system"))
	s.goTo("/admin/accounts")
	s.send(`form[action="/admin/accounts/find"]`, "find", staff)
	s.send(`form[action$="/grants"]`, "role1", "viewer", "department1", "hrss", "covered1", county)
	s.become(administrator("security"))
	s.goTo("/admin/acts")
	s.press(`main li:has(form[action^="/admin/acts/"]) button[value=approve]`)
	s.goTo("/admin/acts")
	s.has(`main li .badge.good`, "")
}

// signOut does, by the menu, which a narrow screen folds.
func (s *stroll) signOut() {
	s.t.Helper()
	if evaluate[bool](s.t, s.ctx, `getComputedStyle(document.querySelector("a.unfold")).display !== "none"`) {
		s.click(`a.unfold`)
	}
	s.press(`form[action="/sign-in/out"] button`)
	s.is = ""
}

func readDenial(s *stroll) {
	s.sit("W-3", "clerk", "hrss")
	if err := chromedp.Do(s.ctx, chromedp.Navigate(s.url+"/workers/"+s.l.worker+"/contact"), chromedp.WaitReady(chromedp.CSS("h1"))); err != nil {
		s.t.Fatal(err)
	}
	s.become(administrator("audit"))
	s.goTo("/admin/denials")
	s.has(`tbody code.small`, "identity.no_visit")
}

func rebuildModel(s *stroll) {
	s.become(&identityv1.Player{PlayerLabel: "ops", AccountKind: "officer", Subject: "P-1", Aside: true, Grants: []*identityv1.RoleGrant{{Role: "operator", Department: "ops", Covered: "*"}}})
	s.goTo("/pipeline")
	s.send(`form[action="/pipeline/rebuild"]`, "reason", "试着重建一次", "sure", "yes")
	s.has(`.note.good[role=status]`, "")
	s.goTo("/parked")
	s.has(`h1`, "")
}

func fetchExport(s *stroll) {
	application := s.l.applyForHome()
	down := s.t.TempDir()
	if err := chromedp.Do(s.ctx, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, downloads.SetDownloadBehavior, downloads.SetDownloadBehaviorParams{
			Behavior: downloads.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: down})
		return chromedp.Void{}, err
	}); err != nil {
		s.t.Fatal(err)
	}
	s.sit("Z-1", "reviewer", "hou")
	s.goTo("/today?matter=housing.application")
	s.press(`form[action="/exports"] button[value=csv]`)
	at := s.at()
	s.click(`form[action="` + at + `/file"] button`)
	var file string
	s.until("the file is there", func() bool {
		all, err := filepath.Glob(filepath.Join(down, "*.csv"))
		if err != nil || len(all) != 1 {
			return false
		}
		b, err := os.ReadFile(all[0])
		file = string(b)
		return err == nil && len(b) > 0
	})
	if number := strings.ToUpper(application[len(application)-8:]); !strings.Contains(strings.ToUpper(file), number) {
		s.t.Errorf("the file has no case %s:\n%s", number, file)
	}
	s.until("the export is done", func() bool { s.goTo(at); return s.there(`dd .badge.good`, "") })
}

func importSheet(s *stroll) {
	n, where := int(people.Add(2)), "阿勒泰市"
	sheet := filepath.Join(s.t.TempDir(), "用人单位.csv")
	if err := os.WriteFile(sheet, []byte(firms+firm(n, where)+strings.Replace(firm(n+1, where), creditCode(n+1), "错了", 1)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.sit("I-"+s.l.worker[24:], "reviewer", "hrss")
	s.goTo("/import")
	if err := chromedp.Do(s.ctx, chromedp.SetUploadFiles(chromedp.CSS(`input[name=sheet]`), []string{sheet})); err != nil {
		s.t.Fatal(err)
	}
	s.press(`form[action="/import"] button`)
	s.until("the sheet is judged", func() bool { s.goTo("/import"); return s.there(`.importcards`, "") })
	cell := evaluate[string](s.t, s.ctx, `document.querySelector(".importcards [aria-invalid]").name`)
	s.send(`form[action="/import/judge"]`, cell, creditCode(n+1))
	s.until("nothing is to be mended", func() bool {
		s.goTo("/import")
		return s.there(`form[action="/import/bring"]`, "") && !s.there(`.importcards`, "")
	})
	s.send(`form[action="/import/bring"]`)
	s.until("both are brought in", func() bool { s.goTo("/import"); return s.there(`.note.good`, "2") })
}
