package languages

import (
	"net/http"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// line is a file of texts, and who approved the version that runs.
type line struct {
	frame.TextFile
	By *identityv1.Approval // nil is nobody
}

type listBody struct {
	Languages []string // that are approved
	In        string
	Lines     []line
	Approved  int
	// Binding and Ready count the files from which pages that bind speak, and those of them
	// that are approved.
	Binding, Ready int
}

// list shows the files of a language, those from which pages that bind speak first.
func (s *pages) list(v *frame.Visit) error {
	b := listBody{Languages: v.Approvable(), In: v.Query("in")}
	files := v.TextFiles(b.In)
	if files == nil {
		b.In = b.Languages[len(b.Languages)-1]
		files = v.TextFiles(b.In)
	}
	versions := make([]string, len(files))
	for i, f := range files {
		versions[i] = f.Version
	}
	r, err := s.languages.ListApprovals(v.As(purpose(v)), &identityv1.ListApprovalsRequest{Language: b.In, TextsVersions: versions})
	if err != nil {
		return err
	}
	for _, f := range files {
		one := line{f, standing(r.GetApprovals(), f)}
		if one.By != nil {
			b.Approved++
		}
		if f.Binds {
			b.Binding++
			if one.By != nil {
				b.Ready++
			}
		}
		b.Lines = append(b.Lines, one)
	}
	return v.Render(http.StatusOK, "languages", frame.Page{Title: "nav.languages", Nav: "languages", Body: b})
}

// standing is the approval of a file's running version that was not withdrawn.
func standing(all []*identityv1.Approval, f frame.TextFile) *identityv1.Approval {
	for _, a := range all {
		if a.GetTextFile() == f.Name && a.GetTextsVersion() == f.Version && a.GetWithdrawnAt() == 0 {
			return a
		}
	}
	return nil
}
