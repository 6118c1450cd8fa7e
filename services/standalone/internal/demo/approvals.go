package demo

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console"
)

// nobody is the speaker of a demonstration's approvals, and by what he speaks.
const nobody = "演示"

// approve approves the texts of all pages, so that those that bind can be seen in each
// language too. Nobody has read them: identity marks what a demonstration approves, and it
// counts in one alone. What was approved here before, or withdrawn, stays as it is.
func (w *world) approve(ctx context.Context) error {
	texts, err := console.Approvable()
	if err != nil {
		return err
	}
	as := rpc.As(ctx, auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	client := identityv1.LanguagesClient{Caller: w.cfg.Caller, Target: "identity"}
	versions := map[string][]string{}
	for _, t := range texts {
		versions[t.Language] = append(versions[t.Language], t.Version)
	}
	known := map[string]bool{}
	for language, all := range versions {
		r, err := client.ListApprovals(as, &identityv1.ListApprovalsRequest{Language: language, TextsVersions: all})
		if err != nil {
			return err
		}
		for _, a := range r.GetApprovals() {
			known[a.GetLanguage()+" "+a.GetTextFile()+" "+a.GetTextsVersion()] = true
		}
	}
	for _, t := range texts {
		if known[t.Language+" "+t.File+" "+t.Version] {
			continue
		}
		_, err := client.ApproveTexts(as, &identityv1.ApproveTextsRequest{Language: t.Language, TextFile: t.File, TextsVersion: t.Version, SpeakerName: nobody, Qualification: nobody})
		if err != nil && errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	return nil
}
