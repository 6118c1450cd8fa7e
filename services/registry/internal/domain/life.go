package domain

import (
	"strconv"
	"strings"
	"time"
)

// Step is one event on a worker's timeline. Data is the event's message as it
// came; it is read only when the worker looks.
type Step struct {
	EventID, Worker, Type, Aggregate, Division string
	At                                         time.Time
	Actor, Via                                 string
	Correlation, Causation, TraceID            string
	Data                                       []byte
}

// Access is one line of a worker's access log. Each line is linked to the one
// before by a keyed hash, so that a line altered, put in or taken out shows.
type Access struct {
	Seq                 int64
	At                  time.Time
	ReaderKind, Reader  string
	Purpose, LegalBasis string
	Kinds               []string
	CaseID, Service     string
	Link                []byte
}

// Sum is the text that a line's link is the keyed hash of: every field with
// its length, so that no two lines have the same one.
func (a Access) Sum(worker string, previous []byte) string {
	var b strings.Builder
	for _, f := range []string{
		string(previous), worker, strconv.FormatInt(a.Seq, 10), strconv.FormatInt(a.At.UnixMicro(), 10), a.ReaderKind, a.Reader,
		a.Purpose, a.LegalBasis, strings.Join(a.Kinds, ","), a.CaseID, a.Service,
	} {
		b.WriteString(strconv.Itoa(len(f)))
		b.WriteByte(':')
		b.WriteString(f)
	}
	return b.String()
}

// Message is a message to a worker. Its id is that of the event it tells of,
// so that one event never makes two. Values are ids, codes, dates and amounts
// for the text, which is chosen by template and language where it is shown.
type Message struct {
	ID, Worker, Division          string
	Template, About, AboutService string
	Values                        map[string]string
	SentAt, DeliveredAt, ReadAt   time.Time
	Version                       int64
}

// Arrive notes that the message is known to have arrived; only then does the
// clock of an offer start (promise 2). kind is that of the thing it is about.
func (m Message) Arrive(kind string, at time.Time) (Message, []Event) {
	if !m.DeliveredAt.IsZero() {
		return m, nil
	}
	m.DeliveredAt = at
	return m, []Event{MessageDelivered{MessageID: m.ID, Template: m.Template, About: m.About, AboutService: m.AboutService, AboutKind: kind}}
}

// Read notes when the worker first read the message.
func (m Message) Read(at time.Time) Message {
	if m.ReadAt.IsZero() {
		m.ReadAt = at
	}
	return m
}

// Lookup is one question whether a document number is registered, whose is not
// said: the person's own log says it to the person.
type Lookup struct {
	At                                                         time.Time
	Officer, Department, Division, Purpose, LegalBasis, CaseID string
}
