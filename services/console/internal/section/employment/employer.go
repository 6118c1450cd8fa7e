package employment

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

func atEmployer(v *frame.Visit) string { return "/employers/" + v.Part("id") }

type employerBody struct {
	Employer  *employmentv1.GetEmployerResponse
	Vacancies []*employmentv1.Vacancy
	Reviews   []*employmentv1.Review
	Asked     bool // a text was just brought before a clerk
	Err       error
}

// employer is an employer's own page: its posts, its texts before a clerk, and
// what it can do.
func (s *pages) employer(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	id := v.Path("id")
	own, err := s.employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: id})
	if err != nil {
		return err
	}
	vacancies, err := s.employment.ListEmployerVacancies(ctx, &employmentv1.ListEmployerVacanciesRequest{EmployerId: id})
	reviews, err2 := s.employment.ListReviews(ctx, &employmentv1.ListReviewsRequest{EmployerId: id})
	if err == nil {
		err = err2
	}
	b := employerBody{own, vacancies.GetVacancies(), reviews.GetReviews(), v.Query("asked") != "", err}
	return v.Render(http.StatusOK, "employer", frame.Page{Title: "employer.title", Nav: "employment", Body: b})
}

type postBody struct {
	Employer *employmentv1.GetEmployerResponse
	Post     *employmentv1.PublishVacancyRequest
	Hazards  []string
	Err      error
	Reasons  []*platformv1.Reason
	Words    []string
	MayAsk   bool // the text can be brought before a clerk
}

// hazardList is the list of rule TR-HAZARD; the service refuses what is not on it.
func hazardList() []string {
	return []string{"height", "underground", "dust", "toxic", "explosive", "electric", "confined_space"}
}

func (s *pages) postForm(v *frame.Visit) error {
	return s.showPost(v, http.StatusOK, postBody{Post: &employmentv1.PublishVacancyRequest{}})
}

func (s *pages) showPost(v *frame.Visit, status int, b postBody) error {
	ctx := v.As(frame.Recruit)
	own, err := s.employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: v.Path("id")})
	if err != nil {
		return err
	}
	b.Employer, b.Hazards = own, hazardList()
	if b.Post.GetCounty() == "" {
		b.Post.County = own.GetCounty()
	}
	return v.Render(status, "employer_post", frame.Page{Title: "post.title", Nav: "employment", Body: b})
}

// post publishes a vacancy. Where its words are refused the page says which and
// why in plain words, and offers the clerk.
func (s *pages) post(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	post, wrong := readPost(v)
	if wrong != nil {
		return s.showPost(v, http.StatusUnprocessableEntity, postBody{Post: post, Err: wrong})
	}
	if v.Form("do") == "ask" {
		if _, err := s.employment.AskClerk(ctx, &employmentv1.AskClerkRequest{Vacancy: post}); err != nil {
			return s.showPost(v, http.StatusUnprocessableEntity, postBody{Post: post, Err: err})
		}
		return v.Back(atEmployer(v) + "?asked=yes")
	}
	reply, err := s.employment.PublishVacancy(ctx, post)
	if err == nil {
		return v.Back(atEmployer(v) + "/vacancies/" + url.PathEscape(reply.GetVacancyId()))
	}
	b := postBody{Post: post, Err: err}
	check, err := s.employment.CheckVacancyText(ctx, &employmentv1.CheckVacancyTextRequest{Title: post.GetTitle(), Requirements: post.GetRequirements(), County: post.GetCounty()})
	if err == nil && len(check.GetReasons()) > 0 {
		b.Reasons, b.Words = check.GetReasons(), check.GetWords()
		for _, one := range b.Reasons { // what is only unclear has gone to the clerk by itself
			b.MayAsk = b.MayAsk || one.GetOutcome() == "not_met"
		}
	}
	return s.showPost(v, http.StatusUnprocessableEntity, b)
}

// readPost reads the form of a post; with an error too, what could be read comes.
func readPost(v *frame.Visit) (*employmentv1.PublishVacancyRequest, error) {
	f := v.R.PostForm
	headcount, wrong := v.Count("headcount", 100_000)
	from, err := v.Yuan("wage_from")
	wrong = cmp.Or(wrong, err)
	to, err := v.Yuan("wage_to")
	wrong = cmp.Or(wrong, err)
	county, township := place(f.Get("place"))
	post := &employmentv1.PublishVacancyRequest{
		EmployerId: v.Path("id"), Title: f.Get("title"), Occupation: f.Get("occupation"), Headcount: headcount,
		WageMinFen: from, WageMaxFen: to, WageUnit: f.Get("unit"), County: county, Township: township,
		SeasonFrom: f.Get("from"), SeasonTo: f.Get("to"), Shifts: chosen(f["shift"]), Hazards: chosen(f["hazard"]), Schemes: chosen(f["scheme"]),
		Housing: f.Get("housing") == "yes", Meals: f.Get("meals") == "yes", HouseholdService: f.Get("household") == "yes", Requirements: f.Get("requirements"),
	}
	if post.GetWageMaxFen() == 0 {
		post.WageMaxFen = post.GetWageMinFen()
	}
	if c := f.Get("certificate"); c != "" {
		post.Certificates = []*employmentv1.CertificateNeed{{Occupation: c, Level: f.Get("level")}}
	}
	return post, wrong
}

// applicant is what the employer sees, with the name only where it is open.
type applicant struct {
	*employmentv1.Applicant
	Name, Phone string
}

type applicantsBody struct {
	ID      string
	Vacancy *employmentv1.Vacancy
	All     []applicant
	Err     error
	Invited bool
}

// applicants is a vacancy's queue: numbers, skills, certificates and when
// people are free. A name is asked for only where its owner has accepted an
// interview, and on a tap, since each look is written to the worker's log.
func (s *pages) applicants(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	id := v.Path("vacancy")
	found, err := s.employment.GetVacancy(ctx, &employmentv1.GetVacancyRequest{VacancyId: id})
	if err != nil {
		return err
	}
	reply, err := s.employment.ListApplicants(ctx, &employmentv1.ListApplicantsRequest{VacancyId: id})
	b := applicantsBody{ID: v.Path("id"), Vacancy: found.GetVacancy(), Err: err, Invited: v.Query("invited") != ""}
	show := v.Query("name")
	for _, a := range reply.GetApplicants() {
		one := applicant{Applicant: a}
		if show != "" && a.GetApplicationId() == show {
			person, err := s.employment.GetApplicant(ctx, &employmentv1.GetApplicantRequest{ApplicationId: show})
			if err != nil {
				return err
			}
			one.Name, one.Phone = person.GetName(), person.GetPhone()
		}
		b.All = append(b.All, one)
	}
	return v.Render(http.StatusOK, "employer_applicants", frame.Page{Title: "applicants.title", Nav: "employment", Body: b})
}

func (s *pages) closeVacancy(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	_, err := s.employment.CloseVacancy(ctx, &employmentv1.CloseVacancyRequest{VacancyId: v.Path("vacancy")})
	return v.Done(err, atEmployer(v))
}

// invite invites an applicant by the number.
func (s *pages) invite(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	at, err := time.ParseInLocation("2006-01-02T15:04", v.Form("at"), clock.Shanghai())
	if err != nil {
		return frame.ErrInput
	}
	_, err = s.employment.InviteToInterview(ctx, &employmentv1.InviteToInterviewRequest{ApplicationId: v.Form("application"), MeetAt: at.UnixMicro(), Way: v.Form("way"),
		MeetPlace: v.Form("place"), MeetContact: v.Form("contact"), MeetPhone: v.Form("phone")})
	return v.Done(err, atEmployer(v)+"/vacancies/"+url.PathEscape(v.Form("vacancy"))+"?invited=yes")
}

type needFormBody struct {
	Employer *employmentv1.GetEmployerResponse
	Lines    []*employmentv1.NeedSum
	Err      error
	Saved    bool
}

func (s *pages) needForm(v *frame.Visit) error {
	return s.showNeed(v, http.StatusOK, nil)
}

func (s *pages) showNeed(v *frame.Visit, status int, wrong error) error {
	ctx := v.As(frame.Recruit)
	own, err := s.employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: v.Path("id")})
	if err != nil {
		return err
	}
	reply, err := s.employment.ListSeasonalNeed(ctx, &employmentv1.ListSeasonalNeedRequest{EmployerId: v.Path("id")})
	if wrong == nil {
		wrong = err
	}
	b := needFormBody{own, reply.GetSums(), wrong, v.Query("saved") != ""}
	return v.Render(status, "employer_need", frame.Page{Title: "need.report", Nav: "employment", Body: b})
}

// reportNeed records one line of the survey; the same month, occupation and
// county again replaces it, and 0 takes it back.
func (s *pages) reportNeed(v *frame.Visit) error {
	ctx := v.As(frame.Recruit)
	n, err := v.Whole("count", 100_000)
	if err != nil {
		return s.showNeed(v, http.StatusUnprocessableEntity, err)
	}
	line := &employmentv1.Need{Month: v.Form("month"), Occupation: v.Form("occupation"), County: v.Form("county"), Count: n}
	if _, err := s.employment.ReportSeasonalNeed(ctx, &employmentv1.ReportSeasonalNeedRequest{EmployerId: v.Path("id"), Needs: []*employmentv1.Need{line}}); err != nil {
		return s.showNeed(v, http.StatusUnprocessableEntity, err)
	}
	return v.Back(atEmployer(v) + "/need?saved=yes")
}

// box is one entry of a list of which several can be ticked.
type box struct {
	Name, Value string
	On          bool
}

// boxes gives a field's boxes, those of on ticked.
func boxes(name string, on []string, values ...string) (all []box) {
	for _, v := range values {
		all = append(all, box{name, v, slices.Contains(on, v)})
	}
	return all
}
