package my

import (
	"cmp"
	"net/http"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/life"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// thing is a thing of the person's, as the page shows it.
type thing struct {
	*platformv1.LifeThing
	Service string
	Page    string // where it is seen and answered; "" is none
	Who     string // the child's name that it is about
	Now     int    // which of its steps is the next; their number where all are done
}

// Text is the id of the text that names the thing.
func (t thing) Text() string { return "life." + t.Service + "." + t.GetMatter() }

// Says is the id of the text that says how it stands.
func (t thing) Says() string { return t.Text() + "." + t.GetState() }

// Step is the id of the text that names one of its steps.
func (t thing) Step(name string) string { return t.Text() + ".step." + name }

// silent is a department that does not answer.
type silent struct {
	Service string
	Err     error
}

type body struct {
	Ref              string
	Needs, Runs, Has []thing
	LeftOut          int
	Failed           []silent
	Tabs             []frame.Link
}

// None reports that there is nothing, and that every department said so.
func (b body) None() bool { return len(b.Needs)+len(b.Runs)+len(b.Has)+len(b.Failed) == 0 }

// home shows the own things. A department that does not answer is named, and the others'
// things are shown.
func (s *pages) home(v *frame.Visit) error {
	if !v.Worker() || v.Unseen() {
		return v.Home()
	}
	b := body{Ref: v.In().Subject, Tabs: v.Tabs()}
	replies, failed := s.ask(v, b.Ref)
	children := map[string]string{}
	for _, r := range replies {
		for _, t := range r.GetThings() {
			if t.GetMatter() == "child" {
				children[t.GetId()] = t.GetName()
			}
		}
	}
	var all []thing
	for i, service := range s.services {
		if failed[i] != nil {
			b.Failed = append(b.Failed, silent{service, failed[i]})
			continue
		}
		b.LeftOut += int(replies[i].GetLeftOut())
		for _, t := range replies[i].GetThings() {
			one := thing{LifeThing: t, Service: service, Page: v.LifePage(service, b.Ref, t), Who: children[t.GetChild()], Now: len(t.GetSteps())}
			if now := slices.IndexFunc(t.GetSteps(), func(s *platformv1.LifeStep) bool { return !s.GetDone() }); now >= 0 {
				one.Now = now
			}
			all = append(all, one)
		}
	}
	for _, t := range all {
		switch life.Part(t.GetPart()) {
		case life.Needs:
			b.Needs = append(b.Needs, t)
		case life.Runs:
			b.Runs = append(b.Runs, t)
		case life.Has:
			b.Has = append(b.Has, t)
		}
	}
	slices.SortStableFunc(b.Needs, func(x, y thing) int { return cmp.Compare(lastDay(x), lastDay(y)) })
	return v.Render(http.StatusOK, "my", frame.Page{Title: "my.title", Nav: "own", Body: b})
}

// lastDay orders what waits: what is urgent comes first, what has no day last.
func lastDay(t thing) string {
	if t.GetUrgent() {
		return ""
	}
	return cmp.Or(t.GetAnswerBy(), "9999")
}

// ask asks each department at once, one question each.
func (s *pages) ask(v *frame.Visit, worker string) ([]*platformv1.ListLifeResponse, []error) {
	ctx := v.As(frame.OwnRecord)
	replies, failed := make([]*platformv1.ListLifeResponse, len(s.services)), make([]error, len(s.services))
	var wg sync.WaitGroup
	for i, service := range s.services {
		wg.Go(func() {
			replies[i], failed[i] = platformv1.LifeClient{Caller: s.caller, Target: service}.ListLife(ctx, &platformv1.ListLifeRequest{Worker: worker})
		})
	}
	wg.Wait()
	return replies, failed
}
