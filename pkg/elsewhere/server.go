package elsewhere

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Server implements platformv1.ElsewhereServer for one department.
type Server struct {
	Outbox  *outbox.Outbox
	Clock   clock.Clock
	Matters []Matter
}

// Methods binds the server to the contract for the officers whom the department's own
// methods name.
func Methods(s *Server, own []contract.Method) []contract.Method {
	return contract.ForOfficersOf(own, platformv1.ElsewhereMethods(s))
}

// Try reads a case of each matter that is nobody's: one that a database does not take is
// found when the service starts.
func (s *Server) Try(ctx context.Context) error {
	return s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		for i := range s.Matters {
			if _, _, err := s.Matters[i].read(tx, ""); err != nil {
				return fmt.Errorf("elsewhere %s: %w", s.Matters[i].Name, err)
			}
		}
		return nil
	})
}

// asked is who asks, and about which of the department's matters.
func (s *Server) asked(ctx context.Context, matter string) (p auth.Principal, m *Matter, err error) {
	if p, err = auth.FromContext(ctx); err != nil {
		return p, nil, err
	}
	i := slices.IndexFunc(s.Matters, func(m Matter) bool { return m.Name == matter })
	if i < 0 {
		return p, nil, ErrMatter
	}
	return p, &s.Matters[i], nil
}

// forms reads the versions of a matter's form, the newest first, or the one of a number.
func (m *Matter) forms(tx *sqldb.Tx, version int64, most int) (all []*platformv1.EntryForm, err error) {
	var ids []string
	all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.EntryForm, error) {
		f, id := &platformv1.EntryForm{Matter: m.Name}, ""
		err := s.Scan(&id, &f.Version, &f.System, &f.Since, &f.NumberColumn, &f.Officer, &f.MadeAt)
		ids = append(ids, id)
		return f, err
	}, `SELECT id, version, system, since, number_column, officer, made_at FROM elsewhere_form WHERE matter = $1 AND ($2 = 0 OR version = $2) ORDER BY version DESC LIMIT $3`, m.Name, version, most)
	for i := 0; i < len(all) && err == nil; i++ {
		all[i].Fields, err = sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.EntryField, error) {
			f := &platformv1.EntryField{}
			return f, s.Scan(&f.Field, &f.Label, &f.Format, &f.Column)
		}, `SELECT field, label, format, sheet_column FROM elsewhere_field WHERE form_id = $1 ORDER BY place`, ids[i])
	}
	return all, err
}

// form is the newest form of a matter; nil where none was made yet.
func (m *Matter) form(tx *sqldb.Tx) (*platformv1.EntryForm, error) {
	all, err := m.forms(tx, 0, 1)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// versions is how many versions of a form one answer shows.
const versions = 50

// ListEntryForms lists what may be entered elsewhere, by which form.
func (s *Server) ListEntryForms(ctx context.Context, req *platformv1.ListEntryFormsRequest) (*platformv1.ListEntryFormsResponse, error) {
	out := &platformv1.ListEntryFormsResponse{}
	err := s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) (err error) {
		out.Matters = nil
		most := 1
		if req.GetMatter() != "" {
			most = versions
		}
		for i := range s.Matters {
			m := &s.Matters[i]
			if req.GetMatter() != "" && req.GetMatter() != m.Name {
				continue
			}
			one := &platformv1.EntryMatter{Matter: m.Name}
			for _, f := range m.persons() {
				one.Offered = append(one.Offered, &platformv1.OfferedField{Field: f.Name, Kind: f.Kind, Registry: true})
			}
			for _, f := range m.own() {
				one.Offered = append(one.Offered, &platformv1.OfferedField{Field: f.Name, Kind: f.Kind})
			}
			if one.Forms, err = m.forms(tx, 0, most); err != nil {
				return err
			}
			out.Matters = append(out.Matters, one)
		}
		return nil
	})
	return out, err
}

// SaveEntryForm adds a version of a matter's form.
func (s *Server) SaveEntryForm(ctx context.Context, req *platformv1.SaveEntryFormRequest) (*platformv1.SaveEntryFormResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	since, err := m.check(req)
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*platformv1.SaveEntryFormResponse, error) {
		if err := tx.Lock("elsewhere_form " + m.Name); err != nil {
			return nil, err
		}
		var version int64
		if err := tx.QueryRow(`SELECT coalesce(max(version), 0) FROM elsewhere_form WHERE matter = $1`, m.Name).Scan(&version); err != nil {
			return nil, err
		}
		if version != req.GetAfterVersion() {
			return nil, ErrVersion
		}
		id := ident.NewID()
		version++
		if _, err := tx.Exec(`INSERT INTO elsewhere_form (id, matter, version, system, since, since_at, number_column, officer, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			id, m.Name, version, strings.TrimSpace(req.GetSystem()), since.String(), since.Start().UnixMicro(), req.GetNumberColumn(), p.Subject, s.Clock.Now().UnixMicro()); err != nil {
			return nil, err
		}
		for i, f := range req.GetFields() {
			known, _ := m.field(f.GetField())
			if _, err := tx.Exec(`INSERT INTO elsewhere_field (form_id, place, field, label, format, sheet_column) VALUES ($1, $2, $3, $4, $5, $6)`,
				id, i, f.GetField(), f.GetLabel(), cmp.Or(f.GetFormat(), Formats(known.Kind)[0]), f.GetColumn()); err != nil {
				return nil, err
			}
		}
		return &platformv1.SaveEntryFormResponse{Version: version}, nil
	})
}

// seen reads a case of the officer's counties. One of another's is answered as none.
func (m *Matter) seen(tx *sqldb.Tx, p auth.Principal, id string) (one, error) {
	c, found, err := m.read(tx, id)
	if err == nil && (!found || p.CoversDivision(c.county) != nil) {
		err = ErrUnknown
	}
	return c, err
}

// GetTyping gives what of a case is typed, and logs the look for the worker.
func (s *Server) GetTyping(ctx context.Context, req *platformv1.GetTypingRequest) (*platformv1.GetTypingResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	var out *platformv1.GetTypingResponse
	err = s.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		c, err := m.seen(tx, p, req.GetCaseId())
		if err != nil {
			return err
		}
		out = &platformv1.GetTypingResponse{Worker: c.worker, ChildId: c.child, County: c.county, Since: c.since, Over: !c.decided}
		if out.Form, err = m.form(tx); err != nil {
			return err
		}
		for _, f := range out.Form.GetFields() {
			known, _ := m.field(f.GetField())
			out.Typed = append(out.Typed, Typed(known.Kind, f.GetFormat(), c.values[f.GetField()]))
		}
		if out.Entries, err = m.entries(tx, req.GetCaseId()); err != nil {
			return err
		}
		return s.Outbox.Read(ctx, tx, c.worker, c.county, req.GetCaseId(), "entry_"+m.Name)
	})
	return out, err
}

// entries are those of a case, the newest first.
func (m *Matter) entries(tx *sqldb.Tx, id string) ([]*platformv1.Entry, error) {
	return sqldb.Collect(tx, func(s sqldb.Scanner) (*platformv1.Entry, error) {
		e := &platformv1.Entry{}
		return e, s.Scan(&e.EntryId, &e.Number, &e.ReasonCode, &e.System, &e.Version, &e.Officer, &e.EnteredAt)
	}, `SELECT e.id, e.number, e.reason_code, f.system, e.version, e.officer, e.entered_at FROM elsewhere_entry e JOIN elsewhere_form f ON f.matter = e.matter AND f.version = e.version
		WHERE e.matter = $1 AND e.case_id = $2 ORDER BY e.stands DESC, e.entered_at DESC, e.id DESC`, m.Name, id)
}

var (
	// numbers are what other systems give to cases.
	numbers   = regexp.MustCompile(`^[\p{Han}0-9A-Za-z][\p{Han}0-9A-Za-z/._-]{0,63}$`)
	telephone = regexp.MustCompile(`^1[3-9]\d{9}$`)
)

// reasons is why a number may be written again; notNeeded that a case need not stand
// in the other system.
const notNeeded = "not_needed"

func reasons() []string { return []string{"mistyped", "renumbered"} }

// persons reports whether a text is a person's document or telephone number, which
// stands nowhere unsealed.
func persons(s string, today clock.Date) bool {
	_, err := ident.ParseResidentID(strings.ToUpper(s), today)
	return err == nil || telephone.MatchString(s)
}

// judge judges what was written back.
func judge(number, reason string, again bool, today clock.Date) error {
	switch {
	case reason == notNeeded && number == "":
		return nil
	case reason == notNeeded, again && !slices.Contains(reasons(), reason), !again && reason != "":
		return ErrReason.With("field", "reason_code")
	case persons(number, today):
		return ErrPersons.With("field", "number")
	case !numbers.MatchString(number):
		return ErrNumber.With("field", "number")
	}
	return nil
}

// RecordEntry keeps under which number a case stands in the other system.
func (s *Server) RecordEntry(ctx context.Context, req *platformv1.RecordEntryRequest) (*platformv1.RecordEntryResponse, error) {
	p, m, err := s.asked(ctx, req.GetMatter())
	if err != nil {
		return nil, err
	}
	number := strings.TrimSpace(req.GetNumber())
	if err := judge(number, req.GetReasonCode(), req.GetReplaces() != "", clock.Today(s.Clock)); err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*platformv1.RecordEntryResponse, error) {
		if err := tx.Lock("elsewhere_entry " + m.Name); err != nil { // a number stands for one case, and a case has one
			return nil, err
		}
		c, err := m.seen(tx, p, req.GetCaseId())
		if err != nil {
			return nil, err
		}
		before, err := m.entries(tx, req.GetCaseId())
		if err != nil {
			return nil, err
		}
		form, err := m.form(tx)
		switch {
		case err != nil:
			return nil, err
		case form == nil:
			return nil, ErrNoForm
		case form.GetVersion() < req.GetVersion() || req.GetVersion() < 1:
			return nil, ErrVersion
		case len(before) == 0 && req.GetReplaces() != "", len(before) > 0 && before[0].GetEntryId() != req.GetReplaces():
			return nil, ErrEntered
		case !c.decided && len(before) == 0:
			return nil, ErrOver
		}
		if other, err := m.numbered(tx, number); err != nil || other != "" && other != req.GetCaseId() {
			return nil, cmp.Or(err, error(ErrTaken.With("field", "number")))
		}
		if _, err := tx.Exec(`UPDATE elsewhere_entry SET stands = 0 WHERE matter = $1 AND case_id = $2 AND stands = 1`, m.Name, req.GetCaseId()); err != nil {
			return nil, err
		}
		id := ident.NewID()
		_, err = tx.Exec(`INSERT INTO elsewhere_entry (id, matter, case_id, county, version, number, reason_code, officer, entered_at, stands) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
			id, m.Name, req.GetCaseId(), c.county, req.GetVersion(), number, req.GetReasonCode(), p.Subject, s.Clock.Now().UnixMicro())
		return &platformv1.RecordEntryResponse{EntryId: id}, err
	})
}

// numbered is the case that a number of the other system stands for; "" is none.
func (m *Matter) numbered(tx *sqldb.Tx, number string) (id string, err error) {
	if number == "" {
		return "", nil
	}
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
		`SELECT case_id FROM elsewhere_entry WHERE matter = $1 AND number = $2 AND stands = 1 AND number <> ''`, m.Name, number)
	if len(all) > 0 {
		id = all[0]
	}
	return id, err
}
