package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// cut reads "what:which" of a form's value.
func cut(s string) (what, which string) {
	what, which, _ = strings.Cut(s, ":")
	return what, which
}

// atJobs is the worker's page of jobs.
func atJobs(r *http.Request) string {
	return "/workers/" + url.PathEscape(r.PathValue("ref")) + "/jobs"
}

type jobsBody struct {
	Ref          string
	Plain        bool // newest first, without points
	NoProfile    bool
	Err          error
	Suggestions  []*employmentv1.Suggestion
	ToBeSettled  bool // the points are a project decision
	Vacancies    []*employmentv1.Vacancy
	Next         string
	Applications []*employmentv1.Application
	AppErr       error
	Twice        *employmentv1.Application // that was just applied for again
	Waiting      int                       // invitations and offers that wait for the worker
}

// jobs is the worker's suggestions with their reasons, and one tap away the
// plain list; below it what the worker has applied for.
func (s *Site) jobs(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	ref := r.PathValue("ref")
	b := jobsBody{Ref: ref, Plain: r.URL.Query().Get("order") == "newest"}
	if b.Plain {
		reply, err := s.Clients.Employment.SearchVacancies(ctx, &employmentv1.SearchVacanciesRequest{After: r.URL.Query().Get("after")})
		if b.Vacancies, b.Err = reply.GetVacancies(), err; reply.GetNext() != "" {
			b.Next = atJobs(r) + "?" + url.Values{"order": {"newest"}, "after": {reply.GetNext()}}.Encode()
		}
	} else {
		reply, err := s.Clients.Employment.SuggestVacancies(ctx, &employmentv1.SuggestVacanciesRequest{Worker: ref})
		if b.NoProfile = errs.CodeOf(err) == "employment.profile.unknown"; !b.NoProfile {
			b.Suggestions, b.ToBeSettled, b.Err = reply.GetSuggestions(), reply.GetToBeConfirmed(), err
		}
	}
	mine, err := s.Clients.Employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: ref})
	b.Applications, b.AppErr = mine.GetApplications(), err
	for _, a := range b.Applications {
		if a.GetApplicationId() == r.URL.Query().Get("twice") {
			b.Twice = a
		}
		if a.GetState() == "offered" || a.GetInterviewState() == "invited" {
			b.Waiting++
		}
	}
	return s.render(w, r, p, http.StatusOK, "jobs", page{Title: "jobs.title", Nav: "workers", Body: b})
}

type jobBody struct {
	Ref string
	*employmentv1.ExplainVacancyResponse
	Vacancy   *employmentv1.Vacancy
	NoProfile bool
	Applied   bool
	Courses   []*trainingv1.Course // a training path to the post
}

// job is one vacancy as it stands to the worker: what it is, whether the
// conditions are met and what would change that, and a course that leads to it.
func (s *Site) job(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	ref, id := r.PathValue("ref"), r.PathValue("vacancy")
	b := jobBody{Ref: ref}
	reply, err := s.Clients.Employment.ExplainVacancy(ctx, &employmentv1.ExplainVacancyRequest{Worker: ref, VacancyId: id})
	switch {
	case errs.CodeOf(err) == "employment.profile.unknown":
		found, err := s.Clients.Employment.GetVacancy(ctx, &employmentv1.GetVacancyRequest{VacancyId: id})
		if err != nil {
			return err
		}
		b.NoProfile, b.Vacancy = true, found.GetVacancy()
	case err != nil:
		return err
	default:
		b.ExplainVacancyResponse, b.Vacancy = reply, reply.GetSuggestion().GetVacancy()
	}
	mine, err := s.Clients.Employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: ref})
	for _, a := range mine.GetApplications() {
		b.Applied = b.Applied || a.GetVacancyId() == id && a.GetState() != "withdrawn"
	}
	if err != nil {
		return err
	}
	b.Courses = s.courses(ctx, b.Vacancy)
	return s.render(w, r, p, http.StatusOK, "job", page{Title: "job.title", Nav: "workers", Body: b})
}

// courses are those that lead to a post: for the certificates that it asks
// for, and for work in a household. Where the training department does not
// answer, the page goes without.
func (s *Site) courses(ctx context.Context, v *employmentv1.Vacancy) (all []*trainingv1.Course) {
	groups := []string{}
	for _, c := range v.GetCertificates() {
		groups = append(groups, c.GetOccupation())
	}
	if v.GetHouseholdService() {
		groups = append(groups, v.GetOccupation())
	}
	for _, g := range groups {
		reply, err := s.Clients.Training.ListCourses(ctx, &trainingv1.ListCoursesRequest{Occupation: g, Limit: 3})
		if err != nil {
			s.Log.WarnContext(ctx, "courses are not shown", "error", err)
			return nil
		}
		all = append(all, reply.GetCourses()...)
	}
	return all
}

func (s *Site) applyForJob(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Employment.Apply(ctx, &employmentv1.ApplyRequest{Worker: r.PathValue("ref"), VacancyId: r.PathValue("vacancy")})
	if err != nil {
		return err
	}
	if reply.GetOutcome() == "unchanged" { // the application that stands is shown, with its day
		return back(w, r, atJobs(r)+"?"+url.Values{"twice": {reply.GetApplicationId()}}.Encode()+"#mine")
	}
	return back(w, r, atJobs(r)+"#mine")
}

// answerEmployer is the worker's answer to an invitation or an offer, or a
// withdrawal.
func (s *Site) answerEmployer(w http.ResponseWriter, r *http.Request, _ *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	what, id := cut(r.PostFormValue("answer"))
	var err error
	switch what {
	case "accept_interview":
		_, err = s.Clients.Employment.AcceptInterview(ctx, &employmentv1.AcceptInterviewRequest{InterviewId: id})
	case "decline_interview":
		_, err = s.Clients.Employment.DeclineInterview(ctx, &employmentv1.DeclineInterviewRequest{InterviewId: id})
	case "accept_offer":
		_, err = s.Clients.Employment.AcceptOffer(ctx, &employmentv1.AcceptOfferRequest{OfferId: id})
	case "decline_offer":
		_, err = s.Clients.Employment.DeclineOffer(ctx, &employmentv1.DeclineOfferRequest{OfferId: id})
	case "withdraw":
		_, err = s.Clients.Employment.WithdrawApplication(ctx, &employmentv1.WithdrawApplicationRequest{ApplicationId: id})
	default:
		err = errInput
	}
	if err != nil {
		return err
	}
	return back(w, r, atJobs(r)+"#mine")
}

type wishesBody struct {
	Ref     string
	Profile *employmentv1.Profile
	Err     error
}

func (s *Site) wishes(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	reply, err := s.Clients.Employment.GetProfile(ctx, &employmentv1.GetProfileRequest{Worker: r.PathValue("ref")})
	if err != nil && errs.CodeOf(err) != "employment.profile.unknown" {
		return err
	}
	return s.render(w, r, p, http.StatusOK, "wishes", page{Title: "wishes.title", Nav: "workers", Body: wishesBody{r.PathValue("ref"), reply.GetProfile(), nil}})
}

func (s *Site) saveWishes(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	if err := r.ParseForm(); err != nil {
		return errInput
	}
	before, err := s.Clients.Employment.GetProfile(ctx, &employmentv1.GetProfileRequest{Worker: r.PathValue("ref")})
	if err != nil && errs.CodeOf(err) != "employment.profile.unknown" {
		return err
	}
	county, township := place(r.PostFormValue("place"))
	request := &employmentv1.SetProfileRequest{
		Worker: r.PathValue("ref"), Occupation: r.PostFormValue("occupation"), WageMinFen: yuanFen(r.PostFormValue("wage")), Education: before.GetProfile().GetEducation(),
		AvailableFrom: r.PostFormValue("from"), AvailableTo: r.PostFormValue("to"), County: county, Township: township,
		NeedsHousing: r.PostFormValue("housing") == "yes", NeedsMeals: r.PostFormValue("meals") == "yes",
		Skills: chosen(r.PostForm["skill"]), PaperCertificates: chosen(r.PostForm["paper"]),
	}
	if _, err := s.Clients.Employment.SetProfile(ctx, request); err != nil {
		entered := &employmentv1.Profile{
			Occupation: request.GetOccupation(), WageMinFen: request.GetWageMinFen(), AvailableFrom: request.GetAvailableFrom(), AvailableTo: request.GetAvailableTo(),
			County: county, Township: township, NeedsHousing: request.GetNeedsHousing(), NeedsMeals: request.GetNeedsMeals(), Skills: request.GetSkills(), PaperCertificates: request.GetPaperCertificates(),
		}
		return s.render(w, r, p, http.StatusUnprocessableEntity, "wishes", page{Title: "wishes.title", Nav: "workers", Body: wishesBody{r.PathValue("ref"), entered, err}})
	}
	return back(w, r, atJobs(r))
}

// place reads a county or a township of a list.
func place(code string) (county, township string) {
	if len(code) > 6 {
		return code[:6], code
	}
	return code, ""
}

// chosen drops what was left empty or chosen twice.
func chosen(all []string) (out []string) {
	seen := map[string]bool{"": true}
	for _, s := range all {
		if !seen[s] {
			out = append(out, s)
		}
		seen[s] = true
	}
	return out
}
