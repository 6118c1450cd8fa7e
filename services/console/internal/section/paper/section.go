// Package paper is the numbered forms on which a counter takes applications while the
// platform is away: printing them beforehand, saying when one was received, and confirming
// that by a second officer. The form itself is entered on its task's own page.
package paper

import (
	"embed"
	"html/template"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
	"github.com/qiao-platform/qiao/services/console/internal/part/papernumber"
)

//go:embed templates locales static
var files embed.FS

// What the pages ask for: the office's own forms, and one that a visitor gave.
var (
	handling = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 13(3)"}
	visiting = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 44-45", Counter: true}
)

// Path is the address of the office's forms.
const Path = "/paper"

// What identity knows: the tasks that are taken on paper, what was away, why a block is
// good for nothing any more, and why a time is not confirmed.
var (
	tasks    = []string{"housing.ApplyForHome"}
	away     = []string{"platform", "network", "power", "office"}
	voids    = []string{"lost", "spoiled", "old"}
	refusals = []string{"time", "signature", "number", "other"}
)

type pages struct {
	papers identityv1.PapersClient
	clock  clock.Clock
}

// New returns the section.
func New(c contract.Caller, now clock.Clock) frame.Section {
	s := &pages{papers: identityv1.PapersClient{Caller: c, Target: "identity"}, clock: now}
	return frame.Section{
		Name: "paper", Department: "hou", Files: files,
		Funcs: func(*words.Printer) template.FuncMap {
			return template.FuncMap{"papernumber": papernumber.Grouped, "sheet": sheet}
		},
		Tones:   frame.Tones{Good: []string{"confirmed", "entered"}, Due: []string{"stated"}, Bad: []string{"refused", "void", "expired"}},
		Counter: []frame.Offer{{Name: "paper", Path: "/workers/{ref}/paper", Text: "paper.counter", Method: "identity.StatePaper"}},
		Pages: map[string]frame.Handler{
			"GET " + Path:                     s.list,
			"POST " + Path:                    s.print,
			"POST " + Path + "/decide":        s.decide,
			"GET " + Path + "/{block}":        s.block,
			"POST " + Path + "/{block}/void":  s.void,
			"GET " + Path + "/{block}/sheets": s.sheets,
			"GET /workers/{ref}/paper":        s.stateForm,
			"POST /workers/{ref}/paper":       s.state,
		},
	}
}

// minutes is how a browser writes a day and a time.
const minutes = "2006-01-02T15:04"

// local is a time as a field of a form has it.
func local(micros int64) string { return time.UnixMicro(micros).In(clock.Shanghai()).Format(minutes) }

// at reads such a field; 0 is none.
func at(field string) int64 {
	t, err := time.ParseInLocation(minutes, strings.TrimSpace(field), clock.Shanghai())
	if err != nil {
		return 0
	}
	return t.UnixMicro()
}
