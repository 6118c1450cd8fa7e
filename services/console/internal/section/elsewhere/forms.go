package elsewhere

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/elsewhere"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/part/filled"
)

// held is what one department may enter elsewhere.
type held struct {
	Service, Officers string
	Err               error
	Matters           []*platformv1.EntryMatter
}

// list shows what may be entered elsewhere, by which form.
func (s *pages) list(v *frame.Visit) error {
	departments := slices.DeleteFunc(slices.Clone(s.departments), func(d department) bool { return !v.WorksIn(d.Officers) })
	all := make([]held, len(departments))
	asks := make([]context.Context, len(departments))
	for i, d := range departments {
		asks[i] = v.AsOf(d.Officers, handling)
	}
	var wg sync.WaitGroup
	for i, d := range departments {
		wg.Go(func() {
			reply, err := s.client(d.Service).ListEntryForms(asks[i], &platformv1.ListEntryFormsRequest{})
			all[i] = held{d.Service, d.Officers, err, reply.GetMatters()}
		})
	}
	wg.Wait()
	shown := slices.DeleteFunc(all, func(h held) bool { return h.Err == nil && len(h.Matters) == 0 })
	return v.Render(http.StatusOK, "elsewhere", frame.Page{Title: "elsewhere.title", Nav: "elsewhere", Body: shown})
}

// lines is how many lines the form of a form has at least behind those that it holds.
const spare = 3

// line is one field of the form as the page shows it.
type line struct {
	At                           int
	Field, Label, Format, Column string
}

type formBody struct {
	Service, Officers string
	*platformv1.EntryMatter
	Newest  *platformv1.EntryForm
	Form    filled.Form
	Saved   bool
	Today   string
	Formats []string
	Lines   []line
}

// Formats are the ways in which anything may be typed, each once.
func formats() (all []string) {
	for _, kind := range []string{elsewhere.Text, elsewhere.Date, elsewhere.Money} {
		all = append(all, elsewhere.Formats(kind)...)
	}
	return all
}

func (s *pages) form(v *frame.Visit) error { return s.showForm(v, http.StatusOK, filled.Form{}) }

func (s *pages) showForm(v *frame.Visit, status int, f filled.Form) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	reply, err := s.client(d.Service).ListEntryForms(v.AsOf(d.Officers, handling), &platformv1.ListEntryFormsRequest{Matter: matter})
	if err != nil {
		return err
	}
	if len(reply.GetMatters()) == 0 {
		return frame.ErrNoPage
	}
	b := formBody{Service: d.Service, Officers: d.Officers, EntryMatter: reply.GetMatters()[0], Form: f, Saved: v.Query("saved") != "", Today: v.P.Today(), Formats: formats()}
	if len(b.Forms) > 0 {
		b.Newest = b.Forms[0]
	}
	switch {
	case f.Err != nil:
		b.Lines = typedLines(f.Values)
	case b.Newest != nil:
		for _, one := range b.Newest.GetFields() {
			b.Lines = append(b.Lines, line{0, one.GetField(), one.GetLabel(), one.GetFormat(), one.GetColumn()})
		}
	default: // a beginning: all that is offered, called as here
		for _, o := range b.Offered {
			b.Lines = append(b.Lines, line{Field: o.GetField(), Label: v.P.T("elsewhere.field." + o.GetField())})
		}
	}
	for range spare {
		b.Lines = append(b.Lines, line{})
	}
	for i := range b.Lines {
		b.Lines[i].At = i + 1
	}
	return v.Render(status, "elsewhere_form", frame.Page{Title: "elsewhere.form", Nav: "elsewhere", Body: b})
}

// typedLines are the lines of a form that was sent, in the order of their places; those
// that hold nothing are left out. What has no place, or one that is no number, stays
// where it stood.
func typedLines(values url.Values) (all []line) {
	places := map[int]float64{}
	for i := 1; values.Has(fmt.Sprintf("field_%d", i)) && i <= 80; i++ {
		get := func(name string) string { return strings.TrimSpace(values.Get(fmt.Sprintf("%s_%d", name, i))) }
		l := line{i, get("field"), get("label"), get("format"), get("column")}
		if l.Field == "" && l.Label == "" && l.Column == "" || get("field") == "" && get("place") == "0" {
			continue
		}
		place, err := strconv.ParseFloat(get("place"), 64)
		if err != nil {
			place = float64(i)
		}
		places[i] = place
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b line) int {
		switch {
		case places[a.At] < places[b.At]:
			return -1
		case places[a.At] > places[b.At]:
			return 1
		}
		return 0
	})
	return all
}

// saveForm adds a version of a form.
func (s *pages) saveForm(v *frame.Visit) error {
	d, matter, err := s.at(v)
	if err != nil {
		return err
	}
	values := v.R.PostForm
	after, _ := strconv.ParseInt(values.Get("after_version"), 10, 64)
	req := &platformv1.SaveEntryFormRequest{
		Matter: matter, AfterVersion: after, System: strings.TrimSpace(values.Get("system")), Since: values.Get("since"), NumberColumn: strings.TrimSpace(values.Get("number_column")),
	}
	for _, l := range typedLines(values) {
		req.Fields = append(req.Fields, &platformv1.EntryField{Field: l.Field, Label: l.Label, Format: l.Format, Column: l.Column})
	}
	_, err = s.client(d.Service).SaveEntryForm(v.AsOf(d.Officers, handling), req)
	if err != nil && filled.InPlace(err) {
		return s.showForm(v, http.StatusUnprocessableEntity, inPlace(values, err))
	}
	return v.Done(err, "/elsewhere/"+v.Part("service")+"/"+v.Part("matter")+"?saved=1")
}

// inPlace is a form that was refused. Its lines are shown in the order in which they were
// judged, so that the field which an error names is that of its line.
func inPlace(values url.Values, err error) filled.Form {
	fields := map[string]string{}
	for i := range 80 {
		for _, name := range []string{"field", "label", "format", "column"} {
			at := fmt.Sprintf("%s_%d", name, i+1)
			fields[at] = at
		}
	}
	return filled.Of("form", values, err, fields)
}
