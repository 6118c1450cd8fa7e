package employment

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// cut reads "what:which" of a form's value.
func cut(s string) (what, which string) {
	what, which, _ = strings.Cut(s, ":")
	return what, which
}

// atJobs is the worker's page of jobs.
func atJobs(v *frame.Visit) string {
	return "/workers/" + v.Part("ref") + "/jobs"
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
	Unseen       bool                      // no counter saw the worker yet, who has no wishes and accepts nothing
}

// jobs is the worker's suggestions with their reasons, and one tap away the
// plain list; below it what the worker has applied for.
func (s *pages) jobs(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	ref := v.Path("ref")
	b := jobsBody{Ref: ref, Plain: v.Query("order") == "newest" || v.Unseen(), Unseen: v.Unseen()}
	if b.Plain {
		reply, err := s.employment.SearchVacancies(ctx, &employmentv1.SearchVacanciesRequest{After: v.Query("after")})
		if b.Vacancies, b.Err = reply.GetVacancies(), err; reply.GetNext() != "" {
			b.Next = atJobs(v) + "?" + url.Values{"order": {"newest"}, "after": {reply.GetNext()}}.Encode()
		}
	} else {
		reply, err := s.employment.SuggestVacancies(ctx, &employmentv1.SuggestVacanciesRequest{Worker: ref})
		if b.NoProfile = errs.CodeOf(err) == "employment.profile.unknown"; !b.NoProfile {
			b.Suggestions, b.ToBeSettled, b.Err = reply.GetSuggestions(), reply.GetToBeConfirmed(), err
		}
	}
	mine, err := s.employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: ref})
	b.Applications, b.AppErr = mine.GetApplications(), err
	for _, a := range b.Applications {
		if a.GetApplicationId() == v.Query("twice") {
			b.Twice = a
		}
		if a.GetState() == "offered" || a.GetInterviewState() == "invited" {
			b.Waiting++
		}
	}
	return v.Render(http.StatusOK, "jobs", frame.Page{Title: "jobs.title", Nav: "workers", Body: b})
}

type jobBody struct {
	Ref string
	*employmentv1.ExplainVacancyResponse
	Vacancy   *employmentv1.Vacancy
	NoProfile bool
	Unseen    bool // no counter saw the worker yet
	Applied   bool
	Courses   []*trainingv1.Course // a training path to the post
}

// job is one vacancy as it stands to the worker: what it is, whether the
// conditions are met and what would change that, and a course that leads to it.
func (s *pages) job(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	ref, id := v.Path("ref"), v.Path("vacancy")
	b := jobBody{Ref: ref, Unseen: v.Unseen()}
	var reply *employmentv1.ExplainVacancyResponse
	var err error
	if !b.Unseen { // of whom nothing is known that conditions could be held against
		reply, err = s.employment.ExplainVacancy(ctx, &employmentv1.ExplainVacancyRequest{Worker: ref, VacancyId: id})
	}
	switch {
	case b.Unseen, errs.CodeOf(err) == "employment.profile.unknown":
		found, err := s.employment.GetVacancy(ctx, &employmentv1.GetVacancyRequest{VacancyId: id})
		if err != nil {
			return err
		}
		b.NoProfile, b.Vacancy = true, found.GetVacancy()
	case err != nil:
		return err
	default:
		b.ExplainVacancyResponse, b.Vacancy = reply, reply.GetSuggestion().GetVacancy()
	}
	mine, err := s.employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: ref})
	for _, a := range mine.GetApplications() {
		b.Applied = b.Applied || a.GetVacancyId() == id && a.GetState() != "withdrawn"
	}
	if err != nil {
		return err
	}
	b.Courses = s.courses(v, b.Vacancy)
	return v.Render(http.StatusOK, "job", frame.Page{Title: "job.title", Nav: "workers", Body: b})
}

// courses are those that lead to a post: for the certificates that it asks
// for, and for work in a household. Where the training department does not
// answer, the page goes without.
func (s *pages) courses(v *frame.Visit, post *employmentv1.Vacancy) (all []*trainingv1.Course) {
	groups := []string{}
	for _, c := range post.GetCertificates() {
		groups = append(groups, c.GetOccupation())
	}
	if post.GetHouseholdService() {
		groups = append(groups, post.GetOccupation())
	}
	for _, g := range groups {
		reply, err := s.training.ListCourses(v.As(frame.OwnRecord), &trainingv1.ListCoursesRequest{Occupation: g, Limit: 3})
		if err != nil {
			v.Log().WarnContext(v.R.Context(), "courses are not shown", "error", err)
			return nil
		}
		all = append(all, reply.GetCourses()...)
	}
	return all
}

func (s *pages) applyForJob(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.employment.Apply(ctx, &employmentv1.ApplyRequest{Worker: v.Path("ref"), VacancyId: v.Path("vacancy")})
	if err != nil {
		return err
	}
	if reply.GetOutcome() == "unchanged" { // the application that stands is shown, with its day
		return v.Back(atJobs(v) + "?" + url.Values{"twice": {reply.GetApplicationId()}}.Encode() + "#mine")
	}
	return v.Back(atJobs(v) + "#mine")
}

// answerEmployer is the worker's answer to an invitation or an offer, or a
// withdrawal.
func (s *pages) answerEmployer(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	what, id := cut(v.Form("answer"))
	var err error
	switch what {
	case "accept_interview":
		_, err = s.employment.AcceptInterview(ctx, &employmentv1.AcceptInterviewRequest{InterviewId: id})
	case "decline_interview":
		_, err = s.employment.DeclineInterview(ctx, &employmentv1.DeclineInterviewRequest{InterviewId: id})
	case "accept_offer":
		_, err = s.employment.AcceptOffer(ctx, &employmentv1.AcceptOfferRequest{OfferId: id})
	case "decline_offer":
		_, err = s.employment.DeclineOffer(ctx, &employmentv1.DeclineOfferRequest{OfferId: id})
	case "withdraw":
		_, err = s.employment.WithdrawApplication(ctx, &employmentv1.WithdrawApplicationRequest{ApplicationId: id})
	default:
		err = frame.ErrInput
	}
	return v.Done(err, atJobs(v)+"#mine")
}

type wishesBody struct {
	Ref     string
	Profile *employmentv1.Profile
	Err     error
}

func (s *pages) wishes(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	reply, err := s.employment.GetProfile(ctx, &employmentv1.GetProfileRequest{Worker: v.Path("ref")})
	if err != nil && errs.CodeOf(err) != "employment.profile.unknown" {
		return err
	}
	return v.Render(http.StatusOK, "wishes", frame.Page{Title: "wishes.title", Nav: "workers", Body: wishesBody{v.Path("ref"), reply.GetProfile(), nil}})
}

func (s *pages) saveWishes(v *frame.Visit) error {
	ctx := v.As(frame.OwnRecord)
	before, err := s.employment.GetProfile(ctx, &employmentv1.GetProfileRequest{Worker: v.Path("ref")})
	if err != nil && errs.CodeOf(err) != "employment.profile.unknown" {
		return err
	}
	county, township := place(v.Form("place"))
	wage, wrong := v.Yuan("wage")
	request := &employmentv1.SetProfileRequest{
		Worker: v.Path("ref"), Occupation: v.Form("occupation"), WageMinFen: wage, Education: before.GetProfile().GetEducation(),
		AvailableFrom: v.Form("from"), AvailableTo: v.Form("to"), County: county, Township: township,
		NeedsHousing: v.Form("housing") == "yes", NeedsMeals: v.Form("meals") == "yes",
		Skills: chosen(v.R.PostForm["skill"]), PaperCertificates: chosen(v.R.PostForm["paper"]),
	}
	if wrong == nil {
		_, wrong = s.employment.SetProfile(ctx, request)
	}
	if wrong != nil {
		entered := &employmentv1.Profile{
			Occupation: request.GetOccupation(), WageMinFen: request.GetWageMinFen(), AvailableFrom: request.GetAvailableFrom(), AvailableTo: request.GetAvailableTo(),
			County: county, Township: township, NeedsHousing: request.GetNeedsHousing(), NeedsMeals: request.GetNeedsMeals(), Skills: request.GetSkills(), PaperCertificates: request.GetPaperCertificates(),
		}
		return v.Render(http.StatusUnprocessableEntity, "wishes", frame.Page{Title: "wishes.title", Nav: "workers", Body: wishesBody{v.Path("ref"), entered, wrong}})
	}
	return v.Back(atJobs(v))
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
