package outcome

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/rights"
)

// Methods binds the server to the contract for the officers whom the department's own
// methods name.
func Methods(s *Server, own []contract.Method) []contract.Method {
	return contract.ForOfficersOf(own, platformv1.OutcomesMethods(s))
}

// CountOutcomes counts what came of the cases in the counties of the caller's.
func (s *Server) CountOutcomes(ctx context.Context, req *platformv1.CountOutcomesRequest) (*platformv1.CountOutcomesResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	today := clock.Today(s.Clock)
	few, err := s.Rules.Rule(Few, today, "")
	if err != nil {
		return nil, err
	}
	least, err := few.Int("persons_min")
	if err != nil {
		return nil, err
	}
	p, may := p.Narrowed(func(role string) bool {
		return rights.May(role, "qiao.platform.v1.OutcomesService", "CountOutcomes")
	})
	_, somewhere := p.Counties()
	somewhere = somewhere && may
	s.mu.Lock()
	defer s.mu.Unlock()
	more, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	sums := map[cell]*figure{}
	for c, f := range s.cells {
		if c.month[:4] != fmt.Sprint(req.GetYear()) || !somewhere || c.county != "" && p.CoversDivision(c.county) != nil {
			continue
		}
		of := []cell{{c.measure, c.matter, "", c.month}, {c.measure, c.matter, "", ""}}
		if c.county != "" {
			of = append(of, cell{c.measure, c.matter, c.county, ""})
		}
		for _, to := range of {
			if sums[to] == nil {
				sums[to] = newFigure()
			}
			sums[to].add(f)
		}
	}
	return &platformv1.CountOutcomesResponse{Outcomes: s.told(sums, int64(least), today), PersonsMin: int32(least), Counting: more}, nil
}

func (f *figure) add(o *figure) {
	f.n, f.late, f.unvisited, f.upheld = f.n+o.n, f.late+o.late, f.unvisited+o.unvisited, f.upheld+o.upheld
	for days, n := range o.days {
		f.days[days] += n
	}
	maps.Copy(f.persons, o.persons)
}

// within is how many days the first so many hundredths of the cases took at most.
func (f *figure) within(hundredths int64) int32 {
	rank := (f.n*hundredths + 99) / 100
	for _, days := range slices.Sorted(maps.Keys(f.days)) {
		if rank -= f.days[days]; rank <= 0 {
			return int32(days)
		}
	}
	return 0
}

// told writes the figures, those of few persons without what they are.
func (s *Server) told(sums map[cell]*figure, least int64, today clock.Date) []*platformv1.Outcome {
	few := withheld(sums, least)
	all := make([]*platformv1.Outcome, 0, len(sums))
	for c, f := range sums {
		o := &platformv1.Outcome{Measure: c.measure, Matter: c.matter, County: c.county, Month: c.month, Few: few[c]}
		if i := slices.IndexFunc(s.Matters, func(m Matter) bool { return m.Name == c.matter }); i >= 0 && c.measure != Papers {
			if m := s.Matters[i]; m.Due != "" {
				o.RuleId = m.Rule
			} else if o.GivenDays = int32(work.Given(s.Rules, today, s.Department, m.Name)); o.GivenDays > 0 {
				o.RuleId = work.Target
			}
		}
		if !o.Few {
			o.Count, o.Late, o.WithoutVisit, o.Upheld = f.n, f.late, f.unvisited, f.upheld
			o.MedianDays, o.MostDays = f.within(50), f.within(90)
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *platformv1.Outcome) int {
		return cmp.Or(cmp.Compare(a.GetMeasure(), b.GetMeasure()), cmp.Compare(a.GetMatter(), b.GetMatter()), cmp.Compare(a.GetCounty(), b.GetCounty()), cmp.Compare(a.GetMonth(), b.GetMonth()))
	})
	return all
}

// withheld says which figures are not told: those of few persons, and where that is one
// alone of those that make up a sum, the next smallest too, since the sum would tell it.
func withheld(sums map[cell]*figure, least int64) map[cell]bool {
	few := map[cell]bool{}
	groups := map[cell][]cell{} // by measure and matter: of the counties, and of the months
	for c, f := range sums {
		few[c] = int64(len(f.persons)) < least
		switch {
		case c.county != "":
			of := cell{c.measure, c.matter, "counties", ""}
			groups[of] = append(groups[of], c)
		case c.month != "":
			of := cell{c.measure, c.matter, "months", ""}
			groups[of] = append(groups[of], c)
		}
	}
	for _, group := range groups {
		slices.SortFunc(group, func(a, b cell) int {
			return cmp.Or(cmp.Compare(len(sums[a].persons), len(sums[b].persons)), cmp.Compare(a.county+a.month, b.county+b.month))
		})
		if len(group) > 1 && few[group[0]] && !few[group[1]] {
			few[group[1]] = true
		}
	}
	return few
}
