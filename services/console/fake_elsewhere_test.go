package console_test

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/elsewhere"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// enteredAt is a hire that a test enters elsewhere.
const enteredAt = "0198c0de-0000-7000-8000-0000000000e1"

// fakeElsewhere stands in for what a department enters in another system.
type fakeElsewhere struct {
	platformv1.ElsewhereServer
	forms   []*platformv1.EntryForm // the newest first
	entries []*platformv1.Entry
	rows    []*platformv1.ExportedRow // of the comparison
	aside   string                    // why its first line is set aside
}

// comparedAt is the comparison of the stand-in.
const comparedAt = "0198c0de-0000-7000-8000-0000000000ec"

func entering(service string) []contract.Method {
	if service != "employment" {
		return platformv1.ElsewhereMethods(&noElsewhere{})
	}
	return platformv1.ElsewhereMethods(&fakeElsewhere{})
}

// noElsewhere is a department that enters nothing elsewhere.
type noElsewhere struct{ platformv1.ElsewhereServer }

func (noElsewhere) ListEntryForms(context.Context, *platformv1.ListEntryFormsRequest) (*platformv1.ListEntryFormsResponse, error) {
	return &platformv1.ListEntryFormsResponse{}, nil
}

func (f *fakeElsewhere) ListEntryForms(_ context.Context, r *platformv1.ListEntryFormsRequest) (*platformv1.ListEntryFormsResponse, error) {
	if r.GetMatter() != "" && r.GetMatter() != "hire" {
		return &platformv1.ListEntryFormsResponse{}, nil
	}
	return &platformv1.ListEntryFormsResponse{Matters: []*platformv1.EntryMatter{{
		Matter:  "hire",
		Offered: []*platformv1.OfferedField{{Field: elsewhere.Name, Kind: elsewhere.Text, Registry: true}, {Field: elsewhere.DocumentNumber, Kind: elsewhere.Text, Registry: true}, {Field: "start_on", Kind: elsewhere.Date}},
		Forms:   f.forms,
	}}}, nil
}

func (f *fakeElsewhere) SaveEntryForm(_ context.Context, r *platformv1.SaveEntryFormRequest) (*platformv1.SaveEntryFormResponse, error) {
	for i, one := range r.GetFields() {
		if one.GetLabel() == "" {
			return nil, elsewhere.ErrLabel.With("field", "label_"+string(rune('1'+i)))
		}
	}
	if r.GetAfterVersion() != int64(len(f.forms)) {
		return nil, elsewhere.ErrVersion
	}
	version := int64(len(f.forms) + 1)
	f.forms = append([]*platformv1.EntryForm{{Matter: "hire", Version: version, System: r.GetSystem(), Since: r.GetSince(), NumberColumn: r.GetNumberColumn(), Fields: r.GetFields(), Officer: "o-1", MadeAt: 1_790_000_000_000_000}}, f.forms...)
	return &platformv1.SaveEntryFormResponse{Version: version}, nil
}

func (f *fakeElsewhere) GetTyping(ctx context.Context, r *platformv1.GetTypingRequest) (*platformv1.GetTypingResponse, error) {
	if r.GetCaseId() != enteredAt {
		return nil, elsewhere.ErrUnknown
	}
	if p, err := auth.FromContext(ctx); err != nil || p.Purpose != "other_system" {
		return nil, auth.ErrPurpose
	}
	out := &platformv1.GetTypingResponse{Worker: ownRef, County: "654301", Since: "2026-11-16", Entries: f.entries}
	if len(f.forms) > 0 {
		out.Form = f.forms[0]
	}
	for _, one := range out.GetForm().GetFields() {
		value := ""
		if one.GetField() == "start_on" {
			value = "20261116"
		}
		out.Typed = append(out.Typed, value)
	}
	return out, nil
}

func (f *fakeElsewhere) RecordEntry(_ context.Context, r *platformv1.RecordEntryRequest) (*platformv1.RecordEntryResponse, error) {
	if r.GetNumber() == "taken" {
		return nil, elsewhere.ErrTaken.With("field", "number")
	}
	e := &platformv1.Entry{EntryId: "0198c0de-0000-7000-8000-0000000000e" + string(rune('2'+len(f.entries))), Number: r.GetNumber(), ReasonCode: r.GetReasonCode(), System: f.forms[0].GetSystem(), Version: r.GetVersion(), Officer: "o-1", EnteredAt: 1_790_000_000_000_000}
	f.entries = append([]*platformv1.Entry{e}, f.entries...)
	return &platformv1.RecordEntryResponse{EntryId: e.GetEntryId()}, nil
}

func (f *fakeElsewhere) CompareEntries(_ context.Context, r *platformv1.CompareEntriesRequest) (*platformv1.CompareEntriesResponse, error) {
	if r.GetComparisonId() == "" {
		f.rows = nil
	}
	for _, row := range r.GetRows() {
		for i, cell := range row.GetCells() {
			if cell != "" && i == 1 { // a name's
				return nil, elsewhere.ErrColumn
			}
		}
	}
	f.rows = append(f.rows, r.GetRows()...)
	return &platformv1.CompareEntriesResponse{ComparisonId: comparedAt}, nil
}

// line is the first row of the export, as one that differs.
func (f *fakeElsewhere) line() *platformv1.ComparedRow {
	r := &platformv1.ComparedRow{Place: 1, Line: f.rows[0].GetLine(), Outcome: elsewhere.Differs, Number: f.rows[0].GetNumber(), CaseId: enteredAt, County: "654301", Labels: []string{"录用日期"}, ReasonCode: f.aside}
	if f.aside != "" {
		r.Officer, r.AsideAt = "o-1", 1_790_000_000_000_000
	}
	return r
}

func (f *fakeElsewhere) ListCompared(_ context.Context, r *platformv1.ListComparedRequest) (*platformv1.ListComparedResponse, error) {
	out := &platformv1.ListComparedResponse{}
	if len(f.forms) > 0 {
		out.Form = f.forms[0]
	}
	if len(f.rows) == 0 {
		return out, nil
	}
	out.Comparison = &platformv1.Comparison{ComparisonId: comparedAt, Version: 1, Officer: "o-1", MadeAt: 1_790_000_000_000_000, Counts: []*platformv1.ComparedCount{{Outcome: elsewhere.Differs, Count: 1}}}
	if f.aside != "" {
		out.Comparison.Counts[0].Aside = 1
	}
	if r.GetOutcome() == elsewhere.Differs && r.GetAside() == (f.aside != "") {
		out.Rows = []*platformv1.ComparedRow{f.line()}
	}
	return out, nil
}

func (f *fakeElsewhere) GetCompared(_ context.Context, r *platformv1.GetComparedRequest) (*platformv1.GetComparedResponse, error) {
	if r.GetComparisonId() != comparedAt || r.GetPlace() != 1 {
		return nil, elsewhere.ErrCompared
	}
	row := f.line()
	row.Differences = []*platformv1.EntryDifference{{Field: "start_on", Label: "录用日期", Here: "20261116", There: f.rows[0].GetCells()[0]}, {Field: "end_on", Label: "终止日期", Withheld: true}}
	return &platformv1.GetComparedResponse{Row: row, Form: f.forms[0], MadeAt: 1_790_000_000_000_000, Officer: "o-1", Since: "2026-11-16"}, nil
}

func (f *fakeElsewhere) SetComparedAside(_ context.Context, r *platformv1.SetComparedAsideRequest) (*platformv1.SetComparedAsideResponse, error) {
	f.aside = r.GetReasonCode()
	return &platformv1.SetComparedAsideResponse{}, nil
}

func (f fakeRegistry) GetIdentity(context.Context, *registryv1.GetIdentityRequest) (*registryv1.GetIdentityResponse, error) {
	return &registryv1.GetIdentityResponse{Name: "阿依古丽", DocumentKind: "resident_card", DocumentNumber: number, BirthDate: "1990-01-01"}, nil
}
