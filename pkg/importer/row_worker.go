package importer

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/sheet"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func (im *run) worker(r sheet.Row, county string) func(context.Context) outcome {
	w, err := r.Worker()
	if err != nil {
		return refuse(err)
	}
	township, ok := im.Tables.TownshipByName(county, w.Township)
	if !ok && w.Township != "" {
		return refuse(ErrPlace)
	}
	if township.Code != "" {
		county = township.County
	}
	var education string
	if w.Education != "" {
		level, ok := im.Tables.EducationByName(w.Education)
		if !ok {
			return refuse(ErrCode)
		}
		education = level.Code
	}
	var spoken []string
	if w.Language != "" {
		tag, ok := languages[w.Language]
		if !ok {
			return refuse(ErrCode)
		}
		spoken = []string{tag}
	}
	document, ok := documentOf(w.DocumentKind, w.ResidentNumber, w.DocumentCountry, w.BirthDate)
	if !ok {
		return refuse(ErrCode)
	}
	person := &registryv1.RegisterWorkerRequest{
		DocumentKind: document.Kind, DocumentNumber: document.Number, DocumentCountry: document.Country, BirthDate: document.BirthDate, Name: w.Name, Phone: w.Phone, County: county, Township: township.Code, Languages: spoken,
		RegisteredOn: w.RegisteredOn, NoticeVersion: w.NoticeVersion, Signed: w.Signed, AsOf: im.AsOf, CheckOnly: im.DryRun,
	}
	var wishes *employmentv1.SetProfileRequest
	if w.OccupationCode != "" {
		wishes = &employmentv1.SetProfileRequest{
			Occupation: w.OccupationCode, WageMinFen: w.WageFen, Education: education, AvailableFrom: w.AvailableFrom, NeedsHousing: w.NeedsHousing == sheet.Yes,
			Only: said(r), CheckOnly: im.DryRun,
		}
	}
	t := im.people.claim(markOf(sameDocument(document)))
	return func(ctx context.Context) (o outcome) {
		_, twice, err := im.people.wait(ctx, t)
		var ref string
		switch {
		case err != nil:
			o.err = err
		case twice:
			ref, _ = im.people.get(t.mark)
			o.err = ErrDuplicate
		default:
			ref, o = im.person(ctx, person, wishes)
		}
		o.notes = append(o.notes, w.Notes...)
		im.people.end(t, twice || err == nil && o.err == nil, ref)
		return o
	}
}

// said names the wishes that a row's cells speak of; an empty cell says nothing.
func said(r sheet.Row) []string {
	all := []string{"occupation"}
	for field, column := range map[string]string{"wage_min_fen": "期望月薪(元)", "education": "文化程度", "available_from": "可上岗日期", "needs_housing": "需要住宿"} {
		if strings.TrimSpace(r.Get(column)) != "" {
			all = append(all, field)
		}
	}
	slices.Sort(all)
	return all
}

// person registers a worker and sets the wishes. Both are judged before the
// first of the two commands, so that a refused row leaves nothing behind.
func (im *run) person(ctx context.Context, person *registryv1.RegisterWorkerRequest, wishes *employmentv1.SetProfileRequest) (worker string, o outcome) {
	var bad error
	if wishes != nil {
		bad = im.wished(wishes)
		person.CheckOnly = person.GetCheckOnly() || bad != nil
	}
	var known *registryv1.RegisterWorkerResponse
	err := im.patiently(ctx, func() (err error) {
		known, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterWorker(im.as(ctx, "hrss", ""), person)
		return err
	})
	if err == nil {
		err = bad
	}
	o = told(sheet.Workers, known, workerNotes(known), err)
	worker = known.GetWorker()
	if err != nil || wishes == nil || worker == "" {
		return worker, o
	}
	wishes.Worker = worker
	var p *employmentv1.SetProfileResponse
	err = im.patiently(ctx, func() (err error) {
		p, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.SetProfile(im.as(ctx, "hrss", worker), wishes)
		return err
	})
	if err != nil {
		return worker, outcome{err: err, partly: !im.DryRun}
	}
	second := told(sheet.Workers, p, nil, nil)
	o.columns = append(o.columns, second.columns...)
	if rank(second.what) > rank(o.what) { // created: an earlier import broke off between the two
		o.what = second.what
	}
	if o.what == updated {
		o.what = applied
	}
	return worker, o
}

// wished judges wishes by themselves, before their worker is known: a row whose wishes
// employment will refuse registers nobody. What else a row can wish, its cells and the
// tables of codes have judged.
func (im *run) wished(w *employmentv1.SetProfileRequest) error {
	if o, ok := im.Tables.Occupation(w.GetOccupation()); !ok || !o.Offered {
		return ErrOccupation
	}
	if w.GetWageMinFen() < 0 {
		return ErrWishes
	}
	return nil
}

// workerNotes notes a row about whom another record is likely; the row is taken in.
func workerNotes(known *registryv1.RegisterWorkerResponse) []string {
	if known.GetLikelyDouble() {
		return []string{likelyDouble}
	}
	return nil
}

// rank orders outcomes by which of two is that of the row.
func rank(what string) int {
	return slices.Index([]string{unchanged, differs, updated, applied, created}, what)
}
