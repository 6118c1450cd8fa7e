package app

import (
	"context"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// memory is a Store in memory, for the use cases' own tests.
type memory struct {
	Store        // what no test of these asks for
	courses      map[string]domain.Course
	enrolments   map[string]domain.Enrolment
	certificates map[string]domain.Certificate
	dues         map[string]domain.Due
	events       []domain.Event
	later        []left
}

// left is a task that was left for a time.
type left struct {
	kind, id string
	at       time.Time
}

func newMemory() *memory {
	return &memory{nil, map[string]domain.Course{}, map[string]domain.Enrolment{}, map[string]domain.Certificate{}, map[string]domain.Due{}, nil, nil}
}

func (m *memory) Died(string) (bool, error) { return false, nil }

func (m *memory) AddCourse(_ context.Context, c domain.Course, events ...domain.Event) (string, bool, error) {
	for _, old := range m.courses {
		if old.Provider == c.Provider && old.Reference == c.Reference {
			return old.ID, false, nil
		}
	}
	m.courses[c.ID] = c
	m.events = append(m.events, events...)
	return c.ID, true, nil
}

func (m *memory) SameCourse(c domain.Course) (domain.Course, bool, error) {
	for _, k := range m.courses {
		if k.Provider == c.Provider && k.Occupation == c.Occupation && k.Title == c.Title && k.Level == c.Level && k.Kind == c.Kind && k.EmployerUSCC == c.EmployerUSCC && k.StartsOn == c.StartsOn {
			return k, true, nil
		}
	}
	return domain.Course{}, false, nil
}

func (m *memory) Course(id string) (domain.Course, error) {
	c, ok := m.courses[id]
	if !ok {
		return c, domain.ErrCourseUnknown
	}
	return c, nil
}

func (m *memory) SaveCourse(_ context.Context, c domain.Course, events ...domain.Event) error {
	m.courses[c.ID] = c
	m.events = append(m.events, events...)
	return nil
}

func (m *memory) Courses(q CourseQuery) (all []domain.Course, err error) {
	for _, c := range m.courses {
		if c.StartsOn.After(q.AfterDay) || c.StartsOn == q.AfterDay && c.ID > q.AfterID {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b domain.Course) int {
		if n := a.StartsOn.Compare(b.StartsOn); n != 0 {
			return n
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all[:min(len(all), q.Limit)], nil
}

func (m *memory) Place(id string) (domain.Course, domain.Enrolment, error) {
	e, ok := m.enrolments[id]
	if !ok {
		return domain.Course{}, e, domain.ErrEnrolmentUnknown
	}
	return m.courses[e.CourseID], e, nil
}

func (m *memory) Enrolled(courseID, worker string) (bool, error) {
	for _, e := range m.enrolments {
		if e.CourseID == courseID && e.Worker == worker && e.State != domain.Dropped {
			return true, nil
		}
	}
	return false, nil
}

func (m *memory) FirstWaiting(courseID string, behind int) (first domain.Enrolment, found bool, err error) {
	for _, e := range m.enrolments {
		if e.CourseID == courseID && e.State == domain.Waiting && e.Number > behind && (!found || e.Number < first.Number) {
			first, found = e, true
		}
	}
	return first, found, nil
}

func (m *memory) OfferedTo(offerID string) (string, error) {
	for _, e := range m.enrolments {
		if e.OfferID == offerID {
			return e.ID, nil
		}
	}
	return "", nil
}

func (m *memory) Later(_ context.Context, kind, id string, at time.Time) error {
	m.later = append(m.later, left{kind, id, at})
	return nil
}

func (m *memory) SaveEnrolment(_ context.Context, e domain.Enrolment, events ...domain.Event) error {
	m.enrolments[e.ID] = e
	m.events = append(m.events, events...)
	return nil
}

func (m *memory) OpenEnrolments(worker string) (ids []string, err error) {
	for _, e := range m.enrolments {
		if e.Worker == worker && (e.State == domain.Confirmed || e.State == domain.Waiting || e.State == domain.Offered) {
			ids = append(ids, e.ID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func (m *memory) EnrolmentsOf(worker string) (all []EnrolmentLine, err error) {
	for _, e := range m.enrolments {
		if e.Worker == worker {
			all = append(all, EnrolmentLine{Enrolment: e})
		}
	}
	return all, nil
}

func (m *memory) AddCertificate(_ context.Context, c domain.Certificate, events ...domain.Event) error {
	if _, ok := m.certificates[c.EnrolmentID]; ok {
		return domain.ErrCertificateTwice
	}
	m.certificates[c.EnrolmentID] = c
	m.events = append(m.events, events...)
	return nil
}

func (m *memory) CertificatesOf(worker string) (all []domain.Certificate, err error) {
	for _, c := range m.certificates {
		if c.Worker == worker {
			all = append(all, c)
		}
	}
	return all, nil
}

func (m *memory) DueOfHire(hireID string) (domain.Due, bool, error) {
	d, ok := m.dues[hireID]
	return d, ok, nil
}

func (m *memory) OpenDues(worker, occupation string) (all []domain.Due, err error) {
	for _, d := range m.dues {
		if d.Worker == worker && d.Occupation == occupation && d.State == domain.DueOpen {
			all = append(all, d)
		}
	}
	return all, nil
}

func (m *memory) SaveDue(_ context.Context, d domain.Due, events ...domain.Event) error {
	m.dues[d.HireID] = d
	m.events = append(m.events, events...)
	return nil
}

func (m *memory) DuesOf(worker string) (all []domain.Due, err error) {
	for _, d := range m.dues {
		if d.Worker == worker {
			all = append(all, d)
		}
	}
	return all, nil
}
