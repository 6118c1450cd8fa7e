package education

import (
	"cmp"
	"context"
	"net/http"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// What the forms offer; the contract names the same.
func disagreeReasons() []string {
	return []string{"lives_with_me", "other_school", "not_agreed", "other"}
}

func disagreeGrounds() []string {
	return []string{"court_paper", "lives_there", "agreed", "not_shown", "other"}
}

// otherCase is another guardian's application for one's own child, of which one
// learns that there is one and since when.
type otherCase struct {
	*educationv1.OtherCase
	Name    string
	Reasons []string
}

// otherCases are those of a guardian, with the children's names.
func (s *pages) otherCases(ctx context.Context, v *frame.Visit, worker string) ([]otherCase, error) {
	if v.Officer() { // they are between guardians
		return nil, nil
	}
	reply, err := s.guardians.ListOtherCases(ctx, &educationv1.ListOtherCasesRequest{Worker: worker})
	if err != nil || len(reply.GetCases()) == 0 {
		return nil, err
	}
	if v.Helps() { // children are their guardians' alone
		return nil, nil
	}
	names := map[string]string{}
	children, err := s.children.ListMyChildren(ctx, &registryv1.ListMyChildrenRequest{Worker: worker})
	for _, c := range children.GetChildren() {
		names[c.GetChildId()] = c.GetName()
	}
	var all []otherCase
	for _, c := range reply.GetCases() {
		all = append(all, otherCase{c, cmp.Or(names[c.GetChildId()], v.P.T("edu.child")), disagreeReasons()})
	}
	return all, err
}

// disagree asks an officer to hear both guardians, or takes that back.
func (s *pages) disagree(v *frame.Visit) error {
	ctx, worker := v.As(frame.OwnRecord), v.Path("ref")
	var err error
	if id := v.Form("back"); id != "" {
		_, err = s.guardians.WithdrawDisagreement(ctx, &educationv1.WithdrawDisagreementRequest{DisagreementId: id})
	} else {
		_, err = s.guardians.FileDisagreement(ctx, &educationv1.FileDisagreementRequest{
			Worker: worker, ChildId: v.Form("child"), Stage: v.Form("stage"), ReasonCode: v.Form("reason"),
		})
	}
	return v.Done(err, "/workers/"+v.Part("ref")+"/school")
}

// eduDisagreements lists guardians who disagree, and applications that nobody keeps.
func (s *pages) eduDisagreements(v *frame.Visit) error {
	reply, err := s.guardians.ListDisagreements(v.As(school), &educationv1.ListDisagreementsRequest{})
	return v.Render(http.StatusOK, "rounds", frame.Page{Title: "edu.disagreements.title", Nav: "education", Body: roundsBody{
		Tab: "disagreements", Err: err, Disagreements: reply.GetDisagreements(), Grounds: disagreeGrounds(),
	}})
}

// eduDisagreement notes who was heard, or takes the officer's word.
func (s *pages) eduDisagreement(ctx context.Context, v *frame.Visit) error {
	var err error
	switch v.Path("act") {
	case "hear":
		_, err = s.guardians.HearDisagreement(ctx, &educationv1.HearDisagreementRequest{DisagreementId: v.Path("id"), Side: v.Form("side")})
	case "decide":
		_, err = s.guardians.DecideDisagreement(ctx, &educationv1.DecideDisagreementRequest{
			DisagreementId: v.Path("id"), Outcome: v.Form("outcome"), ReasonCode: v.Form("reason"),
		})
	default:
		return frame.ErrNoPage
	}
	return v.Done(err, "/education/disagreements")
}
