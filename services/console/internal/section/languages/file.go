package languages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// onPage is how many texts a page shows; printed, it shows all.
const onPage = 50

// errChanged is told where other texts run than were read.
var errChanged = errs.New(errs.Conflict, "console.texts_changed", "Other texts run by now than those on the sheets: have this version read.")

type fileBody struct {
	frame.TextFile
	Language  string
	Shown     []frame.Text
	From      int // of the first that is shown
	Pages     []int
	All       bool
	By        *identityv1.Approval // nil is nobody
	Approvals []*identityv1.Approval
	Older     string // what the list of approvals goes on with
	Form      filled.Form
}

// Reasons are why an approval is taken back.
func (fileBody) Reasons() []string { return []string{"mistaken", "wrong_text", "not_speaker", "other"} }

func (s *pages) file(v *frame.Visit) error { return s.show(v, http.StatusOK, filled.Form{}) }

// of is the file of the page's address.
func of(v *frame.Visit) (frame.TextFile, error) {
	all := v.TextFiles(v.Path("language"))
	i := slices.IndexFunc(all, func(f frame.TextFile) bool { return f.Name == v.Path("file") })
	if i < 0 {
		return frame.TextFile{}, frame.ErrNoPage
	}
	return all[i], nil
}

// show shows the texts of a file beside the Chinese that they say, and who approved them.
func (s *pages) show(v *frame.Visit, status int, form filled.Form) error {
	f, err := of(v)
	if err != nil {
		return err
	}
	b := fileBody{TextFile: f, Language: v.Path("language"), All: v.Query("all") != "", Form: form}
	b.Shown = f.Texts
	if !b.All {
		for i := 0; i < len(f.Texts); i += onPage {
			b.Pages = append(b.Pages, i)
		}
		if from, err := strconv.Atoi(v.Query("from")); err == nil && slices.Contains(b.Pages, from) {
			b.From = from
		}
		b.Shown = f.Texts[b.From:min(b.From+onPage, len(f.Texts))]
	}
	r, err := s.languages.ListApprovals(v.As(purpose(v)), &identityv1.ListApprovalsRequest{Language: b.Language, TextFile: f.Name, BeforeId: v.Query("before")})
	if err != nil {
		return err
	}
	b.Approvals, b.By = r.GetApprovals(), standing(r.GetApprovals(), f)
	if r.GetNextBeforeId() != "" {
		b.Older = at(v) + "?before=" + url.QueryEscape(r.GetNextBeforeId())
	}
	return v.Render(status, "languages_file", frame.Page{Title: "languages.file", Nav: "languages", Body: b})
}

func at(v *frame.Visit) string { return Path + "/" + v.Part("language") + "/" + v.Part("file") }

// approve enters that a speaker approved the version that runs.
func (s *pages) approve(v *frame.Visit) error {
	f, err := of(v)
	if err != nil {
		return err
	}
	if may, err := v.May("identity.ApproveTexts"); err != nil || !may {
		return cmp.Or(err, error(frame.ErrDenied)) // before anything that was typed is looked at
	}
	if err = v.Sure(); err == nil && v.Form("version") != f.Version {
		err = errChanged
	}
	if err == nil {
		_, err = s.languages.ApproveTexts(v.As(keeping), &identityv1.ApproveTextsRequest{
			Language: v.Path("language"), TextFile: f.Name, TextsVersion: f.Version, SpeakerName: v.Form("speaker_name"), Qualification: v.Form("qualification"),
		})
	}
	if err != nil && filled.InPlace(err) {
		return s.show(v, http.StatusUnprocessableEntity, filled.Of("approve", v.R.PostForm, err, map[string]string{frame.ErrSure.Code: "sure"}))
	}
	return v.Done(err, at(v))
}

// withdraw takes an approval back.
func (s *pages) withdraw(v *frame.Visit) error {
	_, err := s.languages.WithdrawApproval(v.As(keeping), &identityv1.WithdrawApprovalRequest{ApprovalId: v.Form("approval_id"), ReasonCode: v.Form("reason_code")})
	if err != nil && filled.InPlace(err) {
		return s.show(v, http.StatusUnprocessableEntity, filled.Of("withdraw", v.R.PostForm, err, nil))
	}
	return v.Done(err, at(v))
}
