package identity

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// limits is the rules of signing in, of which pages say what they ask and how long
// things last. Where a rule is not in force a page says less.
type limits struct{ book *rule.Book }

// of is a number of a rule as it is in force today; 0 is none.
func (l limits) of(now clock.Clock, id, name string) int {
	if l.book == nil {
		return 0
	}
	r, err := l.book.Rule(id, clock.Today(now), "")
	if err != nil {
		return 0
	}
	n, err := r.Int(name)
	if err != nil {
		return 0
	}
	return n
}

func (s *pages) limit(id, name string) int { return s.limits.of(s.clock, id, name) }

// lasts is how long a sign-in lasts, for who signed in.
func (s *pages) lasts(v *frame.Visit) (idle, hours int) {
	kind := string(v.In().Kind)
	return s.limit("ID-SESSION", kind+".idle_minutes"), s.limit("ID-SESSION", kind+".whole_minutes") / 60
}
