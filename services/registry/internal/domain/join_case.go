package domain

import (
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// The kinds of join cases.
const (
	KindJoin = "join"
	KindPart = "part"
)

// The further states of a join case, beside those that a contact case has.
const (
	CaseEnded  = "ended"  // an account was closed meanwhile
	CaseParted = "parted" // a join that was undone since
)

// The two sides of a join case.
const (
	SideInto  = "into"
	SideAlias = "alias"
)

// JoinCase is that two records are said to be one person's, or one record two
// persons': an officer opens it, another decides it, and until then the person's
// word ends a join.
type JoinCase struct {
	ID, Kind    string
	JoinID      string // of a parting: the join that it undoes; "" where one record held two persons
	Into, Alias Side
	Grounds     Grounds
	Officer     string
	MadeAt      time.Time
	State       string
	DecidedBy   string
	DecidedAt   time.Time
	Refusal     string
	ObjectedAt  time.Time // zero unless the person objected
	// What an officer assigned by hand to the other side than the one under which it
	// was recorded.
	ToAlias, ToInto []string
	Version         int64
}

// Side is one of the two records of a case, and how far its person was heard.
type Side struct {
	Worker, County string
	Seen           bool       // it lay in the counties of the officer who opened the case
	ToldAt         time.Time  // when the message is known to have arrived
	Until          clock.Date // the last day of objecting; zero until then
	HeardAt        time.Time  // when the person agreed at a counter
	HeardBy, Paper string
}

var (
	joinReasons  = []string{"number_mistyped", "new_document", "two_counties", "name_spelled", otherReason}
	partReasons  = []string{"joined_wrong", "borrowed_card", "entered_on_other", otherReason}
	joinPapers   = []string{"resident_card", "household_register", "police_letter", "foreign_document", "witness"}
	joinRefusals = []string{"paper_missing", "two_persons", "one_person", "person_says_no", otherReason}
)

// CheckJoin returns ErrJoinReason unless the grounds are ones on which two records
// may be joined, or parted. Neither is ever done without a paper or a witness.
func (g Grounds) CheckJoin(kind string) error {
	reasons := joinReasons
	if kind == KindPart {
		reasons = partReasons
	}
	if !slices.Contains(reasons, g.Reason) {
		return ErrJoinReason.With("field", "reason_code")
	}
	return checkPaper(g.Paper)
}

func checkPaper(paper string) error {
	if !slices.Contains(joinPapers, paper) {
		return ErrJoinReason.With("field", "paper")
	}
	return nil
}

// Remains puts two records in order: the first is the one that will answer for the
// person. That is the one whose contact the person said, at a counter or alone,
// where only a sheet said the other's; else the older registration, for it holds
// the earlier places in queues in everybody's eyes; of one day, the lesser id.
func Remains(a, b Worker) (into, alias Worker) {
	said := func(w Worker) bool { return w.ContactVia != "" && w.ContactVia != viaImport }
	first := a.ID < b.ID
	switch {
	case said(a) != said(b):
		first = said(a)
	case a.RegisteredOn != b.RegisteredOn:
		first = a.RegisteredOn.Before(b.RegisteredOn)
	}
	if first {
		return a, b
	}
	return b, a
}

// viaImport is the channel of a sheet.
const viaImport = "import"

// Pair puts two records that an officer looks at together in order, as Remains
// does, or says why that is not one to look at. seen reports whether a county is
// the officer's: a person of whom the officer sees neither record is nobody to the
// officer, and of another county's record that was closed there is nothing to see.
func Pair(a, b Worker, seen func(county string) bool) (into, alias Worker, err error) {
	into, alias = Remains(a, b)
	switch {
	case !seen(into.County) && !seen(alias.County):
		return into, alias, ErrWorkerUnknown
	case into.ID == alias.ID:
		return into, alias, ErrJoinSame
	}
	for _, w := range []Worker{into, alias} {
		if err := w.Open(); err != nil && !seen(w.County) {
			return into, alias, ErrWorkerUnknown
		} else if err != nil {
			return into, alias, err
		}
	}
	return into, alias, nil
}

// OpenJoin makes the case that two records are one person's. other has the record
// remain that Remains does not choose, where its document is the right one.
func OpenJoin(id string, a, b Worker, other bool, g Grounds, officer string, seen func(county string) bool, now time.Time) (JoinCase, error) {
	into, alias, err := Pair(a, b, seen)
	if err != nil {
		return JoinCase{}, err
	}
	if other {
		into, alias = alias, into
	}
	return JoinCase{
		ID: id, Kind: KindJoin, Into: side(into, seen), Alias: side(alias, seen), Grounds: g, Officer: officer, MadeAt: now, State: CaseOpen,
	}, g.CheckJoin(KindJoin)
}

func side(w Worker, seen func(county string) bool) Side {
	return Side{Worker: w.ID, County: w.County, Seen: seen(w.County)}
}

// OpenPart makes the case that a join is undone, or, where join is the zero case,
// that a record which held two persons from the beginning is parted: into is that
// record then, and alias the other person's.
func OpenPart(id string, join JoinCase, into, alias Worker, g Grounds, officer string, seen func(county string) bool, now time.Time) (JoinCase, error) {
	c := JoinCase{ID: id, Kind: KindPart, JoinID: join.ID, Into: side(into, seen), Alias: side(alias, seen), Grounds: g, Officer: officer, MadeAt: now, State: CaseOpen}
	switch {
	case !c.Into.Seen && !c.Alias.Seen:
		return c, ErrJoinCaseUnknown
	case join.ID != "" && (join.Kind != KindJoin || join.State != CaseApplied || alias.JoinedInto == ""):
		return c, ErrNotJoined
	}
	for _, w := range []Worker{into, alias} {
		if err := w.Open(); err != nil {
			return c, err
		}
	}
	return c, g.CheckJoin(KindPart)
}

// Side returns a side of the case by its name.
func (c *JoinCase) Side(name string) (*Side, bool) {
	switch name {
	case SideInto:
		return &c.Into, true
	case SideAlias:
		return &c.Alias, true
	}
	return nil, false
}

// Arrive notes that the message to one of the two references is known to have
// arrived, and the last day on which the person can object.
func (c JoinCase) Arrive(worker string, at time.Time, until clock.Date) (JoinCase, bool) {
	for _, s := range []*Side{&c.Into, &c.Alias} {
		if c.State == CaseOpen && s.Worker == worker && s.ToldAt.IsZero() {
			s.ToldAt, s.Until = at, until
			return c, true
		}
	}
	return c, false
}

// What a join waits for before a second officer can decide it.
const (
	WaitsForArrival = "arrival"
	WaitsForClock   = "clock"
)

// Waits says what a case waits for on a day, "" where it can be decided: each of
// the two was told and had the time to object, or was heard at a counter. Silence
// is no consent; it only lets the second officer look. A parting waits for nobody,
// since what is wrong harms both.
func (c JoinCase) Waits(today clock.Date) string {
	if c.Kind == KindPart {
		return ""
	}
	waits := ""
	for _, s := range []Side{c.Into, c.Alias} {
		switch {
		case !s.HeardAt.IsZero():
		case s.Until.IsZero():
			return WaitsForArrival
		case !today.After(s.Until):
			waits = WaitsForClock
		}
	}
	return waits
}

// Until is the last day on which the person can object; zero where a message is
// not known to have arrived.
func (c JoinCase) Until() clock.Date {
	if c.Into.Until.IsZero() || c.Alias.Until.IsZero() {
		return clock.Date{}
	}
	if c.Into.Until.After(c.Alias.Until) {
		return c.Into.Until
	}
	return c.Alias.Until
}

// Hear notes what the person of one side said at a counter. A no ends a join, and
// is noted at a parting, which the other person's right may need all the same. Who
// objects to a join that was made is answered there: a yes settles it.
func (c JoinCase) Hear(at string, agrees bool, paper, officer string, now time.Time) (JoinCase, error) {
	s, ok := c.Side(at)
	switch {
	case !ok:
		return c, ErrJoinReason.With("field", "side")
	case c.State != CaseOpen && !c.Contested():
		return c, ErrJoinDecided
	}
	if err := checkPaper(paper); err != nil {
		return c, err
	}
	if !agrees {
		return c.Object(now)
	}
	s.HeardAt, s.HeardBy, s.Paper = now, officer, paper
	return c, nil
}

// Object is the person's word against a case. A join that waits ends; of one that
// was made the word is kept and brought before officers, since what happened since
// must be assigned before it can be parted.
func (c JoinCase) Object(now time.Time) (JoinCase, error) {
	switch {
	case c.State == CaseOpen && c.Kind == KindJoin:
		c.State = CaseObjected
	case c.State == CaseOpen, c.State == CaseApplied && c.Kind == KindJoin:
	default:
		return c, ErrJoinDecided
	}
	if c.ObjectedAt.IsZero() || c.answered() {
		c.ObjectedAt = now
	}
	return c, nil
}

// Contested reports whether the person objects to a join that was made, and was not
// heard about it since.
func (c JoinCase) Contested() bool {
	return c.State == CaseApplied && c.Kind == KindJoin && !c.ObjectedAt.IsZero() && !c.answered()
}

// answered reports whether the person agreed at a counter after objecting.
func (c JoinCase) answered() bool {
	return !c.ObjectedAt.IsZero() && (c.Into.HeardAt.After(c.ObjectedAt) || c.Alias.HeardAt.After(c.ObjectedAt))
}

// End ends an open case whose person closed the account.
func (c JoinCase) End() JoinCase {
	c.State = CaseEnded
	return c
}

// MayDecide returns why an officer, who sees the two records or not, does not
// decide the case. Whoever opened it never does; who decides sees a record of the
// two, and each was seen by one of the two officers.
func (c JoinCase) MayDecide(officer string, into, alias bool) error {
	switch {
	case c.State != CaseOpen:
		return ErrJoinDecided
	case ident.SameStaff(officer, c.Officer):
		return ErrJoinOwn
	case !into && !c.Into.Seen, !alias && !c.Alias.Seen, !into && !alias:
		return ErrJoinCounty
	}
	return nil
}

// Refuse ends a case by the word of a second officer.
func (c JoinCase) Refuse(officer, reason string, now time.Time) (JoinCase, error) {
	if reason == "" {
		reason = otherReason
	}
	if !slices.Contains(joinRefusals, reason) {
		return c, ErrJoinReason.With("field", "reason_code")
	}
	c.State, c.DecidedBy, c.DecidedAt, c.Refusal = CaseRefused, officer, now, reason
	return c, nil
}

// Join makes one person of two, by the word of a second officer. into and alias
// are the records that answer today for the two references of the case.
func (c JoinCase) Join(officer string, into, alias Worker, now time.Time) (JoinCase, Worker, Worker, []Event, error) {
	switch c.Waits(clock.DateOf(now)) {
	case WaitsForArrival:
		return c, into, alias, nil, ErrJoinUntold
	case WaitsForClock:
		return c, into, alias, nil, ErrJoinClock.With("date", c.Until().String())
	}
	if into.ID == alias.ID {
		return c, into, alias, nil, ErrJoinSame
	}
	for _, w := range []Worker{into, alias} {
		if err := w.Open(); err != nil {
			return c, into, alias, nil, err
		}
	}
	c.State, c.DecidedBy, c.DecidedAt = CaseApplied, officer, now
	c.Into.Worker, c.Alias.Worker = into.ID, alias.ID
	alias.JoinedInto = into.ID
	return c, into, alias, []Event{WorkerJoined{JoinID: c.ID, Alias: alias.ID, Into: into.ID}}, nil
}

// Part makes two persons of one. into and alias are the two records themselves.
func (c JoinCase) Part(officer string, into, alias Worker, now time.Time) (JoinCase, Worker, []Event, error) {
	if c.JoinID != "" && alias.JoinedInto != into.ID {
		return c, alias, nil, ErrNotJoined
	}
	for _, w := range []Worker{into, alias} {
		if err := w.Open(); err != nil {
			return c, alias, nil, err
		}
	}
	c.State, c.DecidedBy, c.DecidedAt = CaseApplied, officer, now
	if c.JoinID != "" {
		alias.JoinedInto = ""
		if !alias.UnseenUntil.IsZero() { // nobody was seen for it after all
			alias.UnseenUntil = clock.DateOf(now).AddDays(-1)
		}
	}
	return c, alias, []Event{WorkerParted{JoinID: c.JoinID, Alias: alias.ID, Into: into.ID, ToAlias: c.ToAlias, ToInto: c.ToInto}}, nil
}

// Part is something that was recorded about one of the two, of which an officer
// says whose it is.
type Part struct {
	Aggregate, Service, Type, Division string
	At                                 time.Time // of the first event about it
	Worker                             string    // under which reference it was recorded
	Recorded                           string    // on which side that is
	Assigned                           string    // whose it shall be
	ByHand                             bool
	Facts                              []FactRef // that were told of
}

// FactRef is a fact that others may hold, by its kind and the id of the record.
type FactRef struct{ Kind, ID string }

// Parts brings steps, which come newest first, into what was recorded, with whose
// it shall be: that of the side under which it was, unless an officer said
// otherwise. ofAlias are the references that stand for the alias alone. What is
// of the registration itself, or follows something else, is not assigned, nor is a
// death, which two officers take back and enter anew.
func (c JoinCase) Parts(steps []Step, ofAlias []string, factOf func(Step) (FactRef, bool)) (all []Part) {
	at := map[string]int{}
	for _, s := range slices.Backward(steps) { // the first event says when and what
		if s.Aggregate == s.Worker || strings.HasPrefix(s.Type, "registry.message.") || strings.HasPrefix(s.Type, "registry.death.") {
			continue
		}
		fact, told := factOf(s)
		if i, there := at[s.Aggregate]; there {
			if told {
				all[i].Facts = append(all[i].Facts, fact)
			}
			continue
		}
		service, _, _ := strings.Cut(s.Type, ".")
		p := Part{Aggregate: s.Aggregate, Service: service, Type: s.Type, Division: s.Division, At: s.At, Worker: s.Worker, Recorded: SideInto}
		if slices.Contains(ofAlias, s.Worker) {
			p.Recorded = SideAlias
		}
		p.Assigned = p.Recorded
		if told {
			p.Facts = []FactRef{fact}
		}
		switch {
		case slices.Contains(c.ToAlias, p.Aggregate):
			p.Assigned, p.ByHand = SideAlias, true
		case slices.Contains(c.ToInto, p.Aggregate):
			p.Assigned, p.ByHand = SideInto, true
		}
		at[s.Aggregate] = len(all)
		all = append(all, p)
	}
	slices.Reverse(all)
	return all
}

// Assign says whose things are; only what goes to the other side than the one
// under which it was recorded is kept. The officer who opened the parting assigns,
// so that the second one sees the whole.
func (c JoinCase) Assign(officer string, parts []Part, toAlias, toInto []string) (JoinCase, error) {
	switch {
	case c.Kind != KindPart || c.State != CaseOpen:
		return c, ErrJoinDecided
	case !ident.SameStaff(officer, c.Officer):
		return c, ErrPartsOthers
	}
	recorded := map[string]string{}
	for _, p := range parts {
		recorded[p.Aggregate] = p.Recorded
	}
	c.ToAlias, c.ToInto = nil, nil
	said := map[string]bool{}
	for _, to := range []struct {
		side string
		ids  []string
		kept *[]string
	}{{SideAlias, toAlias, &c.ToAlias}, {SideInto, toInto, &c.ToInto}} {
		for _, id := range to.ids {
			if recorded[id] == "" || said[id] {
				return c, ErrParts
			}
			said[id] = true
			if recorded[id] != to.side {
				*to.kept = append(*to.kept, id)
			}
		}
	}
	return c, nil
}
