package domain

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Policy is what an office decides about signing in, as it is in force on a day.
// Each is a dated row of the rules, so that an office can meet graded protection
// level 3 (GB/T 22239-2019 8.1.4.1), and a change has a day and a source.
type Policy struct {
	Password PasswordPolicy
	Lock     LockPolicy
	Sessions map[string]SessionPolicy // by the account's kind
	Typed    time.Duration            // for how long is kept what was typed when a session ended
	Most     int                      // live sessions of an account
	Code     CodePolicy
	Helper   int // months that a power of attorney may last
	Link     time.Duration
	Device   DevicePolicy
	Visit    time.Duration // after which a visit that nobody ended is over
	Watch    int           // people for whom one accepts without their visits before a reviewer is told
	Act      time.Duration // after which a request that nobody decided has lapsed
	Proof    ProofPolicy
	Keep     KeepPolicy
	Prints   int // codes that one officer may have printed on one day
	Unseen   UnseenPolicy
	Export   ExportPolicy
	Paper    PaperPolicy
}

// ExportPolicy is how many people one list with names tells of at most, how long another
// officer has to decide it, and how long after that its file can be written.
type ExportPolicy struct {
	Most          int
	Decide, Write time.Duration
}

// UnseenPolicy is how many accounts people make alone: from one address in 24 hours and
// on one day, and how many codes are sent for them on one day.
type UnseenPolicy struct{ PerAddress, PerDay, Codes int }

// KeepPolicy is how long what is over is kept.
type KeepPolicy struct{ Sessions, Visits time.Duration }

// PasswordPolicy is what a password must be.
type PasswordPolicy struct {
	Shortest, Longest, Kinds int
	Age                      time.Duration // 0: it does not grow old
}

// Old reports whether a password that was set at a time must be set anew.
func (p PasswordPolicy) Old(set, now time.Time) bool { return p.Age > 0 && now.Sub(set) > p.Age }

// LockPolicy is how tries that fail make the next one wait.
type LockPolicy struct {
	Free           int           // tries before the first wait
	First, Longest time.Duration // waits double from the first to the longest
	Forget         time.Duration // without a try, after which all is forgotten
	Known          time.Duration // that a browser which signed in has tries of its own
}

// SessionPolicy is how long a session lasts.
type SessionPolicy struct{ Idle, Whole time.Duration }

// CodePolicy is how codes that work once are made and bounded.
type CodePolicy struct {
	Sent, Counter                 time.Duration // how long they work
	Tries                         int
	PerNumber, PerAddress, PerDay int           // sent codes: of a number and an address in 24 hours, of the platform in a day
	Between                       time.Duration // two to one number
	Rested                        time.Duration // after which a number alone opens nothing
}

// DevicePolicy is how programs are let in.
type DevicePolicy struct {
	Code time.Duration
	Days int // that a credential may last
}

// CodeFor is how codes are bounded that are sent, for an account that somebody makes
// alone or to sign in.
func (p Policy) CodeFor(forNew bool) CodePolicy {
	c := p.Code
	if forNew {
		c.PerDay = p.Unseen.Codes
	}
	return c
}

// PolicyOn reads the policy that is in force on a day.
func PolicyOn(b *rule.Book, on clock.Date, area string) (p Policy, err error) {
	r := reader{b, on, area, nil}
	password, lock, session, code, other := r.rule("ID-PASSWORD"), r.rule("ID-LOCK"), r.rule("ID-SESSION"), r.rule("ID-CODE"), r.rule("ID-ACCESS")
	p = Policy{
		Password: PasswordPolicy{r.int(password, "shortest"), r.int(password, "longest"), r.int(password, "kinds"), r.days(password, "age_days")},
		Lock:     LockPolicy{r.int(lock, "free_tries"), r.seconds(lock, "first_wait_seconds"), r.seconds(lock, "longest_wait_seconds"), r.minutes(lock, "forget_minutes"), r.days(lock, "known_days")},
		Sessions: map[string]SessionPolicy{},
		Most:     r.int(session, "most"),
		Code: CodePolicy{
			Sent: r.minutes(code, "sent_minutes"), Counter: r.minutes(code, "counter_minutes"), Tries: r.int(code, "tries"),
			PerNumber: r.int(code, "per_number"), PerAddress: r.int(code, "per_address"), PerDay: r.int(code, "per_day"),
			Between: r.seconds(code, "between_seconds"), Rested: r.days(code, "rested_days"),
		},
		Helper: r.int(other, "helper_months"),
		Typed:  time.Duration(r.int(session, "typed_hours")) * time.Hour,
		Link:   r.minutes(other, "link_minutes"),
		Device: DevicePolicy{r.minutes(other, "device_minutes"), r.int(other, "credential_days")},
		Visit:  r.minutes(other, "visit_minutes"),
		Act:    r.days(other, "act_days"),
		Watch:  r.int(r.rule("ID-WATCH"), "without_visit"),
	}
	proof := r.rule("ID-PROOF")
	p.Proof = ProofPolicy{Fresh: r.minutes(proof, "fresh_minutes"), Passkeys: r.int(proof, "passkeys"), Warn: r.days(proof, "warn_days"), Bind: time.Duration(r.int(proof, "bind_hours")) * time.Hour, Changes: r.days(proof, "changes_days")}
	keep := r.rule("ID-KEEP")
	p.Keep = KeepPolicy{r.days(keep, "session_days"), r.days(keep, "visit_days")}
	alone := r.rule("ID-UNSEEN")
	p.Unseen = UnseenPolicy{r.int(alone, "per_address"), r.int(alone, "per_day"), r.int(alone, "codes_per_day")}
	export := r.rule("ID-EXPORT")
	p.Export = ExportPolicy{r.int(export, "names_most"), r.days(export, "decide_days"), time.Duration(r.int(export, "write_hours")) * time.Hour}
	paper := r.rule("ID-PAPER")
	p.Paper = PaperPolicy{r.int(paper, "forms_most"), r.days(paper, "back_days"), r.days(paper, "decide_days"), r.days(paper, "enter_days")}
	p.Prints = r.int(r.rule("ID-PRINT"), "per_officer_day")
	for _, kind := range []string{Officer, Administrator, Worker, Employer} {
		p.Sessions[kind] = SessionPolicy{r.minutes(session, kind+".idle_minutes"), r.minutes(session, kind+".whole_minutes")}
	}
	return p, r.err
}

// reader reads parameters until one is missing.
type reader struct {
	book *rule.Book
	on   clock.Date
	area string
	err  error
}

func (r *reader) rule(id string) rule.Rule {
	found, err := r.book.Rule(id, r.on, r.area)
	if r.err == nil {
		r.err = err
	}
	return found
}

func (r *reader) int(of rule.Rule, name string) int {
	n, err := of.Int(name)
	if r.err == nil {
		r.err = err
	}
	return n
}

func (r *reader) seconds(of rule.Rule, name string) time.Duration {
	return time.Duration(r.int(of, name)) * time.Second
}

func (r *reader) minutes(of rule.Rule, name string) time.Duration {
	return time.Duration(r.int(of, name)) * time.Minute
}

func (r *reader) days(of rule.Rule, name string) time.Duration {
	return time.Duration(r.int(of, name)) * 24 * time.Hour
}
