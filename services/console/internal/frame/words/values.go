package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// Date writes a civil date 2006-01-02, or a month 2006-01; anything else as it is.
func (p *Printer) Date(s string) string {
	if d, err := clock.ParseDate(s); err == nil {
		return p.T("date.day", "year", d.Year(), "month", p.T("month."+strconv.Itoa(int(d.Month()))), "day", d.Day())
	}
	if m, err := time.Parse("2006-01", s); err == nil {
		return p.T("date.month", "year", m.Year(), "month", p.T("month."+strconv.Itoa(int(m.Month()))))
	}
	return s
}

// Deadline writes a date with its weekday, since people plan by weekdays.
func (p *Printer) Deadline(s string) string {
	d, err := clock.ParseDate(s)
	if err != nil {
		return s
	}
	return p.T("date.deadline", "date", p.Date(s), "weekday", p.T("weekday."+strconv.Itoa(int(d.Weekday()))))
}

// Standing says where today lies to a time with a first and perhaps a last day:
// "before", "after", or "" within it.
func (p *Printer) Standing(from, to string) string {
	today := clock.Today(p.clock).String()
	switch {
	case from > today:
		return "before"
	case to != "" && to < today:
		return "after"
	}
	return ""
}

// DaysLeft says how far a date is from today.
func (p *Printer) DaysLeft(s string) string {
	d, err := clock.ParseDate(s)
	if err != nil {
		return ""
	}
	switch n := d.Sub(clock.Today(p.clock)); {
	case n > 0:
		return p.T("days.left", "n", n)
	case n == 0:
		return p.T("days.today")
	default:
		return p.T("days.over", "n", -n)
	}
}

// Day writes the civil date of an instant in UTC microseconds.
func (p *Printer) Day(us int64) string {
	if us == 0 {
		return ""
	}
	return p.Date(clock.DateOf(time.UnixMicro(us)).String())
}

// Clock writes the time of day of an instant in Asia/Shanghai.
func (p *Printer) Clock(us int64) string {
	if us == 0 {
		return ""
	}
	return p.lang.Numerals(time.UnixMicro(us).In(clock.Shanghai()).Format("15:04:05"))
}

// Minute writes an instant as date and time of day.
func (p *Printer) Minute(us int64) string {
	if us == 0 {
		return ""
	}
	return p.Day(us) + " " + p.lang.Numerals(time.UnixMicro(us).In(clock.Shanghai()).Format("15:04"))
}

// LastDay writes the last day before an instant with its weekday: a time to answer
// ends with its last day, and the first moment that is too late names another.
func (p *Printer) LastDay(us int64) string {
	if us == 0 {
		return ""
	}
	return p.Deadline(clock.DateOf(time.UnixMicro(us - 1)).String())
}

// Money writes an amount in fen as 1,234.50元.
func (p *Printer) Money(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	amount := sign + p.Number(fen/100) + p.lang.Numerals(fmt.Sprintf(".%02d", fen%100))
	if p.lang.Leftward { // the sign stands before the number
		amount = "\u2066" + amount + "\u2069"
	}
	return p.T("money", "amount", amount)
}

// Number writes a whole number with its thousands apart.
func (p *Printer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return p.lang.Numerals(s)
}

// County names a division, as the texts say in each language, else as the table does;
// events that concern none have no name.
func (p *Printer) County(code string) string {
	d, ok := p.cat.tables.Division(code)
	switch {
	case !ok:
		return ""
	case p.Has("division." + code):
		return p.T("division." + code)
	}
	return p.named(d.NameZH, d.NameEN)
}

// Occupation names an occupation group. The classification has English names
// for its major groups only.
func (p *Printer) Occupation(code string) string {
	o, ok := p.cat.tables.Occupation(code)
	switch {
	case !ok:
		return code
	case p.lang.Latin:
		return o.MajorEN + " (" + code + " " + o.NameZH + ")"
	}
	return p.named(o.NameZH, "")
}

// Service names a service as a department.
func (p *Printer) Service(name string) string { return p.first(name, "service."+name) }

// Source says where evidence comes from: a department's record, a paper that was
// shown or a witness's statement, which count the same.
func (p *Printer) Source(source string) string {
	if p.Has("evidence.by." + source) {
		return p.T("evidence.by." + source)
	}
	return p.T("evidence.from", "service", p.Service(source))
}

// Code writes a code of the contracts, e.g. a state or a ground, in words. A
// code without words is shown as it is: hiding it would hide a fact.
func (p *Printer) Code(code string) string {
	return p.first(strings.ReplaceAll(code, "_", " "), "code."+code)
}

// Basis writes a legal basis: laws stand as they are cited.
func (p *Printer) Basis(s string) string { return p.first(s, "basis."+s, "code."+s) }

// Cited writes where a rule or a time limit is from. The tables say it once, with
// the notes of who looked it up; a page says it in its own language.
func (p *Printer) Cited(source string) string { return p.first(source, "cited."+source) }

// Task names the kind of a task that a service left for later.
func (p *Printer) Task(kind string) string { return p.first(kind, "task."+kind) }

// Event is the sentence that tells the worker what happened.
func (p *Printer) Event(eventType string) string {
	return p.first(eventType, "event."+eventType, "event."+anyService(eventType))
}

// Kind names an event type without addressing anybody, as the feed does.
func (p *Printer) Kind(eventType string) string {
	return p.first(eventType, "kind."+eventType, "kind."+anyService(eventType), "kind."+eventType+".v1")
}

// Span names an operation of a trace: what a service took note of in words, its
// own methods and tasks by their names.
func (p *Printer) Span(name string) string {
	if eventType, ok := strings.CutPrefix(name, "consume "); ok {
		return p.T("span.consume", "kind", p.Kind(eventType))
	}
	return name
}

// Reader says who looked: a department by its name, a person by the kind.
func (p *Printer) Reader(kind, reader string) string {
	if kind == "service" && p.Has("service."+reader) {
		return p.T("access.department", "service", p.Service(reader))
	}
	return p.first(p.Code(kind), "reader."+kind)
}

// Thing names what a service counts.
func (p *Printer) Thing(thing string) string {
	return p.first(strings.ReplaceAll(thing, "_", " "), "thing."+thing)
}

// Message writes a message to the worker: its own text where there is one, else
// the sentence of the event that it tells.
func (p *Printer) Message(template string) string {
	return p.first(p.Code(template), "message."+template, "event."+template, "event."+template+".v1")
}

// Error writes an error: the catalogue's text for its code, else its own sentence.
func (p *Printer) Error(err error) string {
	e := errs.From(err)
	if !p.Has("error." + e.Code) {
		return e.Text
	}
	var values []any
	for k, v := range e.Detail {
		switch at, err := strconv.ParseInt(v, 10, 64); {
		case k == "service":
			v = p.Service(v)
		case k == "field" && e.Code == "rpc.field": // named as a page names it; a service's own name for it is nobody's word
			v = p.first("", "fact."+v)
		case k == "field":
			v = p.first(v, "fact."+v)
		case k == "until" && err == nil:
			v = p.Minute(at + time.Minute.Microseconds() - 1) // the first whole minute that is late enough
		}
		values = append(values, k, v)
	}
	return p.T("error."+e.Code, values...)
}

// Fact is one fact of a step, ready to be shown.
type Fact struct {
	Label, Value string
	ID           bool // a record's number: of use at a counter, not for reading
}

// Fact writes a field of an event or a decision with its label.
func (p *Printer) Fact(name, value string) Fact {
	f := Fact{Label: p.first(strings.ReplaceAll(name, "_", " "), "fact."+name), Value: value}
	switch {
	case strings.HasSuffix(name, "_id"), name == "about":
		f.ID = true
	case strings.HasSuffix(name, "_fen"):
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			f.Value = p.Money(n)
		}
	case name == "received_at": // of a paper form, in UTC microseconds
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			f.Value = p.Minute(n)
		}
	case name == "county":
		if c := p.County(value); c != "" {
			f.Value = c
		}
	case name == "occupation", name == "certificate_needed", name == "certificate_held":
		f.Value = p.Occupation(value)
	case name == "recipient" || name == "source" || name == "about_service":
		f.Value = p.Service(value)
	case name == "template":
		f.Value = p.Kind(value)
	default:
		f.Value = p.Codes(value)
	}
	return f
}

// Codes writes a list of codes, dates or numbers that are separated by commas.
func (p *Printer) Codes(list string) string {
	parts := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	for i, s := range parts {
		if d := p.Date(s); d != s {
			parts[i] = d
		} else if p.Has("code." + s) {
			parts[i] = p.T("code." + s)
		}
	}
	return strings.Join(parts, p.T("list.separator"))
}

// Short is the end of an id: UUIDv7 begins with the time, so its end tells ids apart.
func Short(id string) string {
	if len(id) > 8 {
		return id[len(id)-8:]
	}
	return id
}

// Papers names papers, as departments list those that they no longer ask for.
func (p *Printer) Papers(list []string) string {
	all := make([]string, len(list))
	for i, s := range list {
		key := strings.NewReplacer(" ", "_", "-", "_").Replace(s)
		all[i] = p.first(s, "paper."+key)
	}
	return strings.Join(all, p.T("list.separator"))
}
