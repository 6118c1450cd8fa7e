package identity

import (
	"image/color"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

// did are the commands that officers do for who visits them, each with its words.
var did = []string{
	"education.AcceptPlace",
	"education.ApplyForPlace",
	"education.AskGrant",
	"education.DeclinePlace",
	"education.FileAppeal",
	"education.FileChoices",
	"education.WithdrawApplication",
	"employment.AcceptInterview",
	"employment.AcceptOffer",
	"employment.AcceptProposal",
	"employment.Apply",
	"employment.ApplyForAdviser",
	"employment.ApplyForPremises",
	"employment.ApplyToFair",
	"employment.ConfirmEnd",
	"employment.ConfirmHire",
	"employment.DeclineInterview",
	"employment.DeclineOffer",
	"employment.DeclineProposal",
	"employment.DisputeEnd",
	"employment.DisputeHire",
	"employment.EndHire",
	"employment.HandOffLoan",
	"employment.SetProfile",
	"employment.WithdrawApplication",
	"employment.WithdrawFromAdviser",
	"employment.WithdrawFromFair",
	"employment.WithdrawLoanRequest",
	"employment.WithdrawPremisesRequest",
	"housing.AcceptOffer",
	"housing.AnswerNotice",
	"housing.AppealExit",
	"housing.ApplyForHome",
	"housing.AskRenewal",
	"housing.ConfirmRepair",
	"housing.DeclineOffer",
	"housing.LeaveHome",
	"housing.ReportRepair",
	"housing.SayPriority",
	"housing.SetDrawWord",
	"housing.SignLease",
	"housing.WithdrawApplication",
	"identity.StatePaper",
	"registry.AskAsHeir",
	"registry.DecideUnseen",
	"registry.ProposeContact",
	"registry.ProposeDeath",
	"registry.ProposeDocument",
	"registry.RegisterChild",
	"registry.WithdrawConsent",
	"training.AcceptPlace",
	"training.DeclinePlace",
	"training.DropEnrolment",
	"training.Enrol",
	"training.UndoAcceptance",
}

// missing are the papers that sections name, each with its words and where it is to be had.
var missing = []string{"birth_certificate", "business_licence", "health_certificate", "household_register", "income_proof", "labour_contract", "no_home_proof", "premises_contract", "residence_permit", "resident_card", "school_leaving", "school_record", "skill_certificate", "vaccination"}

func TestWhatTheSectionSays(t *testing.T) {
	labels := []string{"worker", "guardian", "story", "hrss", "county", "edu", "hou", "hou2", "ops", "employer", "system", "security", "audit"}
	frametest.Section(t, New(nil, clock.System(), true), map[string][]string{
		"signin.as.": who, "signin.why.": {"over", "kept", "flow", "out", "closed", "cookies", "bind"}, "signin.login.": who[1:], "signin.forgot.": who[1:],
		"devices.done.": done, "proof.": {"passkey", "pin", "password", "papers", "outside", "program"}, "firms.done.": {"asked", "refused"}, "accounts.done.": {"asked", "out"}, "counter.done.": counterDone, "counter.card.": cardWrong, "did.": did, "missing.": missing, "where.": missing, "visit.receipt.next.": doing, "visit.receipt.object.": doing, "users.done.": usersDone, "helpers.done.": {"named", "ended"},
		"role.": append([]string{"administrator"}, roles...), "department.": departments, "office.": offices, "account.state.": {"invited", "open", "closed"},
		"act.": append([]string{"account", "claim"}, asks...), "act.why.": append([]string{"choose"}, refusals...), "act.state.": {"waiting", "approved", "refused"}, "helpers.paper.": papers, "error.": {"auth.denied"},
		"player.": labels, "player.tries.": labels,
		"device.done.": {"approved", "refused"}, "device.sheets.": {"hrss", "edu", "hou"},
	})
}

// The picture is the code, field by field, with an empty edge.
func TestThePictureIsTheCode(t *testing.T) {
	text := otpauth("a001", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
	p, err := picture(text)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	dark, n := 0, code.Bounds().Dx()
	for y := range n {
		for x := range n {
			if color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y == 0 {
				dark++
			}
		}
	}
	if p.Size != n+8 || strings.Count(p.Path, "M") != dark || dark < n*n/4 || !strings.HasPrefix(p.Path, "M4 4h1v1h-1z") {
		t.Errorf("%d fields of %d, size %d of %d", strings.Count(p.Path, "M"), dark, p.Size, n)
	}
	if text != "otpauth://totp/Qiao:a001?issuer=Qiao&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" {
		t.Error(text)
	}
}
