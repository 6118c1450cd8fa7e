package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// asEmployer is the employer at its own page.
func asEmployer(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(call.Employer(r.Context(), r.PathValue("id")), patience)
}

func atEmployer(r *http.Request) string { return "/employers/" + url.PathEscape(r.PathValue("id")) }

type employerBody struct {
	Employer  *employmentv1.GetEmployerResponse
	Vacancies []*employmentv1.Vacancy
	Reviews   []*employmentv1.Review
	Asked     bool // a text was just brought before a clerk
	Err       error
}

// employer is an employer's own page: its posts, its texts before a clerk, and
// what it can do.
func (s *Site) employer(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	id := r.PathValue("id")
	own, err := s.Clients.Employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: id})
	if err != nil {
		return err
	}
	vacancies, err := s.Clients.Employment.ListEmployerVacancies(ctx, &employmentv1.ListEmployerVacanciesRequest{EmployerId: id})
	reviews, err2 := s.Clients.Employment.ListReviews(ctx, &employmentv1.ListReviewsRequest{EmployerId: id})
	if err == nil {
		err = err2
	}
	b := employerBody{own, vacancies.GetVacancies(), reviews.GetReviews(), r.URL.Query().Get("asked") != "", err}
	return s.render(w, r, p, http.StatusOK, "employer", page{Title: "employer.title", Nav: "employment", Body: b})
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

func (s *Site) postForm(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.showPost(w, r, p, http.StatusOK, postBody{Post: &employmentv1.PublishVacancyRequest{}})
}

func (s *Site) showPost(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, b postBody) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	own, err := s.Clients.Employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: r.PathValue("id")})
	if err != nil {
		return err
	}
	b.Employer, b.Hazards = own, hazardList()
	if b.Post.GetCounty() == "" {
		b.Post.County = own.GetCounty()
	}
	return s.render(w, r, p, status, "employer_post", page{Title: "post.title", Nav: "employment", Body: b})
}

// post publishes a vacancy. Where its words are refused the page says which and
// why in plain words, and offers the clerk.
func (s *Site) post(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	if err := r.ParseForm(); err != nil {
		return errInput
	}
	v := readPost(r)
	if r.PostFormValue("do") == "ask" {
		if _, err := s.Clients.Employment.AskClerk(ctx, &employmentv1.AskClerkRequest{Vacancy: v}); err != nil {
			return s.showPost(w, r, p, http.StatusUnprocessableEntity, postBody{Post: v, Err: err})
		}
		return back(w, r, atEmployer(r)+"?asked=yes")
	}
	reply, err := s.Clients.Employment.PublishVacancy(ctx, v)
	if err == nil {
		return back(w, r, atEmployer(r)+"/vacancies/"+url.PathEscape(reply.GetVacancyId()))
	}
	b := postBody{Post: v, Err: err}
	check, err := s.Clients.Employment.CheckVacancyText(ctx, &employmentv1.CheckVacancyTextRequest{Title: v.GetTitle(), Requirements: v.GetRequirements(), County: v.GetCounty()})
	if err == nil && len(check.GetReasons()) > 0 {
		b.Reasons, b.Words = check.GetReasons(), check.GetWords()
		for _, one := range b.Reasons { // what is only unclear has gone to the clerk by itself
			b.MayAsk = b.MayAsk || one.GetOutcome() == "not_met"
		}
	}
	return s.showPost(w, r, p, http.StatusUnprocessableEntity, b)
}

func readPost(r *http.Request) *employmentv1.PublishVacancyRequest {
	count := func(s string) int32 {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return 0
		}
		return int32(n)
	}
	f := r.PostForm
	county, township := place(f.Get("place"))
	v := &employmentv1.PublishVacancyRequest{
		EmployerId: r.PathValue("id"), Title: f.Get("title"), Occupation: f.Get("occupation"), Headcount: count(f.Get("headcount")),
		WageMinFen: yuanFen(f.Get("wage_from")), WageMaxFen: yuanFen(f.Get("wage_to")), WageUnit: f.Get("unit"), County: county, Township: township,
		SeasonFrom: f.Get("from"), SeasonTo: f.Get("to"), Shifts: chosen(f["shift"]), Hazards: chosen(f["hazard"]), Schemes: chosen(f["scheme"]),
		Housing: f.Get("housing") == "yes", Meals: f.Get("meals") == "yes", HouseholdService: f.Get("household") == "yes", Requirements: f.Get("requirements"),
	}
	if v.GetWageMaxFen() == 0 {
		v.WageMaxFen = v.GetWageMinFen()
	}
	if c := f.Get("certificate"); c != "" {
		v.Certificates = []*employmentv1.CertificateNeed{{Occupation: c, Level: f.Get("level")}}
	}
	return v
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
func (s *Site) applicants(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	id := r.PathValue("vacancy")
	found, err := s.Clients.Employment.GetVacancy(ctx, &employmentv1.GetVacancyRequest{VacancyId: id})
	if err != nil {
		return err
	}
	reply, err := s.Clients.Employment.ListApplicants(ctx, &employmentv1.ListApplicantsRequest{VacancyId: id})
	b := applicantsBody{ID: r.PathValue("id"), Vacancy: found.GetVacancy(), Err: err, Invited: r.URL.Query().Get("invited") != ""}
	show := r.URL.Query().Get("name")
	for _, a := range reply.GetApplicants() {
		one := applicant{Applicant: a}
		if show != "" && a.GetApplicationId() == show {
			person, err := s.Clients.Employment.GetApplicant(ctx, &employmentv1.GetApplicantRequest{ApplicationId: show})
			if err != nil {
				return err
			}
			one.Name, one.Phone = person.GetName(), person.GetPhone()
		}
		b.All = append(b.All, one)
	}
	return s.render(w, r, p, http.StatusOK, "employer_applicants", page{Title: "applicants.title", Nav: "employment", Body: b})
}

func (s *Site) closeVacancy(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	if _, err := s.Clients.Employment.CloseVacancy(ctx, &employmentv1.CloseVacancyRequest{VacancyId: r.PathValue("vacancy")}); err != nil {
		return err
	}
	return back(w, r, atEmployer(r))
}

// invite invites an applicant by the number.
func (s *Site) invite(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	at, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("at"), clock.Shanghai())
	if err != nil {
		return errInput
	}
	if _, err := s.Clients.Employment.InviteToInterview(ctx, &employmentv1.InviteToInterviewRequest{ApplicationId: r.PostFormValue("application"), MeetAt: at.UnixMicro(), Way: r.PostFormValue("way"),
		MeetPlace: r.PostFormValue("place"), MeetContact: r.PostFormValue("contact"), MeetPhone: r.PostFormValue("phone")}); err != nil {
		return err
	}
	return back(w, r, atEmployer(r)+"/vacancies/"+url.PathEscape(r.PostFormValue("vacancy"))+"?invited=yes")
}

type needFormBody struct {
	Employer *employmentv1.GetEmployerResponse
	Lines    []*employmentv1.NeedSum
	Err      error
	Saved    bool
}

func (s *Site) needForm(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	return s.showNeed(w, r, p, http.StatusOK, nil)
}

func (s *Site) showNeed(w http.ResponseWriter, r *http.Request, p *words.Printer, status int, wrong error) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	own, err := s.Clients.Employment.GetEmployer(ctx, &employmentv1.GetEmployerRequest{EmployerId: r.PathValue("id")})
	if err != nil {
		return err
	}
	reply, err := s.Clients.Employment.ListSeasonalNeed(ctx, &employmentv1.ListSeasonalNeedRequest{EmployerId: r.PathValue("id")})
	if wrong == nil {
		wrong = err
	}
	b := needFormBody{own, reply.GetSums(), wrong, r.URL.Query().Get("saved") != ""}
	return s.render(w, r, p, status, "employer_need", page{Title: "need.report", Nav: "employment", Body: b})
}

// reportNeed records one line of the survey; the same month, occupation and
// county again replaces it, and 0 takes it back.
func (s *Site) reportNeed(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asEmployer(r)
	defer cancel()
	n, err := strconv.ParseInt(r.PostFormValue("count"), 10, 32)
	if err != nil {
		return s.showNeed(w, r, p, http.StatusUnprocessableEntity, errInput)
	}
	line := &employmentv1.Need{Month: r.PostFormValue("month"), Occupation: r.PostFormValue("occupation"), County: r.PostFormValue("county"), Count: int32(n)}
	if _, err := s.Clients.Employment.ReportSeasonalNeed(ctx, &employmentv1.ReportSeasonalNeedRequest{EmployerId: r.PathValue("id"), Needs: []*employmentv1.Need{line}}); err != nil {
		return s.showNeed(w, r, p, http.StatusUnprocessableEntity, err)
	}
	return back(w, r, atEmployer(r)+"/need?saved=yes")
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
