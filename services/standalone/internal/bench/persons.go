package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

// What the finder of doubles is held to. Precision is over all pairs that it
// names; recall is by what went wrong with the second entry.
const (
	leastPrecision = 0.95
	leastRecall    = 0.90
	leastHard      = 0.50 // where two of name, number and telephone are other ones at once, and the name may be common
	mostOfTwins    = 0.01 // of the pairs that are no doubles
)

// mistakes are what goes wrong when somebody is entered a second time, each with
// the recall that is asked.
var mistakes = []struct {
	name  string
	least float64
	again func(*register, someone) someone
}{
	{"a digit of the number", leastRecall, func(r *register, s someone) someone { return r.digit(s) }},
	{"two digits swapped", leastRecall, func(r *register, s someone) someone { return r.swapped(s) }},
	{"a digit of the number, another telephone", leastRecall, func(r *register, s someone) someone { return r.digit(r.telephone(s)) }},
	{"a new number", leastRecall, func(r *register, s someone) someone { return r.number(s) }},
	{"a new number and telephone", leastHard, func(r *register, s someone) someone { return r.number(r.telephone(s)) }},
	{"a slip in the telephone, a new number", leastRecall, func(r *register, s someone) someone { return r.number(r.slipped(s)) }},
	{"the name spelled otherwise, a digit of the number", leastRecall, func(r *register, s someone) someone { return r.digit(r.name(s)) }},
	{"the name spelled otherwise, a new number", leastRecall, func(r *register, s someone) someone { return r.number(r.name(s)) }},
	{"the name spelled otherwise, a digit, another telephone", leastHard, func(r *register, s someone) someone { return r.digit(r.name(r.telephone(s))) }},
}

// someone is an invented person as a form says it.
type someone struct {
	name, phone, area string
	born              clock.Date
	sequence          int
	of                origin
}

// origin is how a name may be spelled otherwise.
type origin struct {
	given, father *spelling
}

// register invents people: the same ones for the same seed.
type register struct {
	*rand.Rand
	taken map[string]bool
	all   []someone
	pairs map[[2]int]string // of all's places: what the two are to each other
}

func newRegister(people int) *register {
	return &register{Rand: rand.New(rand.NewPCG(13, uint64(people))), taken: map[string]bool{}, pairs: map[[2]int]string{}}
}

// invent fills a register with people of whom some are in it twice, and some are alike.
func invent(people int) *register {
	r := newRegister(people)
	doubles := max(people/500, 20)
	for _, m := range mistakes {
		for range doubles {
			first := r.person()
			for strings.Contains(m.name, "name") && r.name(first).name == first.name { // it can be spelled in one way alone
				first = r.person()
			}
			r.both("double: "+m.name, r.add(first), r.add(m.again(r, first)))
		}
	}
	for range doubles {
		r.twins()
		r.fatherAndSon()
		r.sisters()
		r.couple()
	}
	agent := r.telephone(someone{}).phone
	for range 40 {
		s := r.person()
		s.phone = agent
		r.add(s)
	}
	for len(r.all) < people {
		r.add(r.person())
	}
	r.shuffle()
	return r
}

// shuffle brings the people into another order.
func (r *register) shuffle() {
	at := r.Perm(len(r.all))
	all, pairs := make([]someone, len(r.all)), map[[2]int]string{}
	for i, to := range at {
		all[to] = r.all[i]
	}
	for p, what := range r.pairs {
		a, b := at[p[0]], at[p[1]]
		pairs[[2]int{min(a, b), max(a, b)}] = what
	}
	r.all, r.pairs = all, pairs
}

// add enters somebody, whose number nobody else has.
func (r *register) add(s someone) int {
	for r.taken[s.document()] {
		s.sequence = 1 + (s.sequence+1)%998
	}
	r.taken[s.document()] = true
	r.all = append(r.all, s)
	return len(r.all) - 1
}

func (r *register) both(what string, a, b int) { r.pairs[[2]int{min(a, b), max(a, b)}] = what }

// document is the number of an area that is not assigned, with the right check sign.
func (s someone) document() string {
	front := s.area + fmt.Sprintf("%04d%02d%02d%03d", s.born.Year(), s.born.Month(), s.born.Day(), s.sequence)
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(front[i]-'0')
	}
	return front + "10X98765432"[sum%11:sum%11+1]
}

// often picks one of n, the first ones oftenest, as names are.
func (r *register) often(n int) int {
	total := 0.0
	for i := range n {
		total += 1 / float64(i+2)
	}
	x := r.Float64() * total
	for i := range n {
		if x -= 1 / float64(i+2); x < 0 {
			return i
		}
	}
	return n - 1
}

// areas are parts of counties that are not assigned.
var areas = []string{"654399", "654398", "654397", "654389", "650199", "653199", "411599", "622999"}

// person invents an adult with a telephone.
func (r *register) person() someone {
	s := someone{area: areas[r.often(len(areas))], born: clock.NewDate(1960, 1, 1).AddDays(r.IntN(45 * 365)), sequence: 1 + r.IntN(998)}
	if r.IntN(100) < 45 {
		s.name = families[r.often(len(families))] + given[r.often(len(given))]
		if r.IntN(100) < 70 {
			s.name += given[r.often(len(given))]
		}
		return r.telephone(s)
	}
	names := men
	if s.sequence%2 == 0 {
		names = women
	}
	s.of = origin{given: &names[r.often(len(names))], father: &men[r.often(len(men))]}
	if r.IntN(100) < 15 {
		s.of.father = nil
	}
	s.name = s.of.written(func(n *spelling) string { return n.chinese[0] }, "·")
	return r.telephone(s)
}

// written spells a name of two parts, or of one.
func (o origin) written(of func(*spelling) string, between string) string {
	if o.father == nil {
		return of(o.given)
	}
	return of(o.given) + between + of(o.father)
}

func (r *register) telephone(s someone) someone {
	s.phone = fmt.Sprintf("1%d%09d", []int{3, 5, 7, 8}[r.IntN(4)], r.IntN(1_000_000_000))
	return s
}

func (r *register) slipped(s someone) someone {
	b := []byte(s.phone)
	i := 3 + r.IntN(7)
	if b[i] == b[i+1] {
		b[i] = '0' + (b[i]-'0'+1+byte(r.IntN(8)))%10
	} else {
		b[i], b[i+1] = b[i+1], b[i]
	}
	s.phone = string(b)
	return s
}

// retyped types the first seventeen signs of a number wrong, until it is one.
func (r *register) retyped(s someone, wrong func(b []byte)) someone {
	for {
		b := []byte(s.document()[:17])
		wrong(b)
		t := s
		t.area, t.sequence = string(b[:6]), int(b[14]-'0')*100+int(b[15]-'0')*10+int(b[16]-'0')
		born, err := clock.ParseDate(fmt.Sprintf("%s-%s-%s", b[6:10], b[10:12], b[12:14]))
		if err != nil || born.Before(clock.NewDate(1940, 1, 1)) || born.After(clock.NewDate(2009, 1, 1)) || t.sequence == 0 || t.area[0] == '0' {
			continue
		}
		if t.born = born; t.document() != s.document() && !r.taken[t.document()] {
			if _, err := ident.ParseResidentID(t.document(), clock.Today(clock.System())); err == nil {
				return t
			}
		}
	}
}

func (r *register) digit(s someone) someone {
	return r.retyped(s, func(b []byte) { i := r.IntN(17); b[i] = '0' + (b[i]-'0'+1+byte(r.IntN(9)))%10 })
}

func (r *register) swapped(s someone) someone {
	return r.retyped(s, func(b []byte) { i := r.IntN(16); b[i], b[i+1] = b[i+1], b[i] })
}

// number gives a number of another place.
func (r *register) number(s someone) someone {
	for before := s.area; s.area == before; {
		s.area = areas[r.IntN(len(areas))]
	}
	if s.sequence = (s.sequence + 2*(1+r.IntN(400))) % 998; s.sequence == 0 { // of a man it stays a man's
		s.sequence = 998
	}
	return s
}

// name spells the name otherwise: a character that is read alike; another
// transliteration, another script, no sign between the parts, or no father's name.
func (r *register) name(s someone) someone {
	if s.of.given == nil {
		for i, c := range []rune(s.name) {
			if alike := readAlike[string(c)]; alike != "" && alike != string(c) && i > 0 {
				all := []rune(s.name)
				all[i] = []rune(alike)[0]
				s.name = string(all)
				return s
			}
		}
		return s
	}
	any := func(all []string) string { return all[r.IntN(len(all))] }
	switch before := s.name; r.IntN(5) {
	case 0:
		s.name = s.of.written(func(n *spelling) string { return n.latin[0] }, " ")
	case 1:
		s.name = s.of.written(func(n *spelling) string { return any(n.arabic) }, " ")
	case 2:
		s.name = strings.ReplaceAll(s.name, "·", "")
	case 3:
		s.name, _, _ = strings.Cut(s.name, "·")
	default:
		for s.name == before {
			s.name = s.of.written(func(n *spelling) string { return any(n.chinese) }, "·")
		}
	}
	return s
}

// twins have a birth date, a place and a telephone in common, and names that a
// letter tells apart, or a father's name.
func (r *register) twins() {
	a := r.person()
	b := a
	b.sequence = 1 + (a.sequence+r.IntN(2))%998
	if a.of.given == nil {
		all := []rune(a.name)
		for string(all) == a.name {
			all[len(all)-1] = []rune(given[r.IntN(len(given))])[0]
		}
		b.name = string(all)
	} else {
		names := women
		if slices.ContainsFunc(men, func(m spelling) bool { return m.chinese[0] == a.of.given.chinese[0] }) {
			names = men
		}
		for b.name == a.name {
			b.of.given = &names[r.IntN(len(names))]
			b.name = b.of.written(func(n *spelling) string { return n.chinese[0] }, "·")
		}
	}
	r.both("twins", r.add(a), r.add(b))
}

func (r *register) fatherAndSon() {
	a := r.person()
	b := a
	b.born = a.born.AddDays(18*365 + r.IntN(15*365))
	if b.born.After(clock.NewDate(2008, 1, 1)) {
		a.born, b.born = a.born.AddDays(-20*365), a.born
	}
	b.sequence = 1 + 2*r.IntN(499)
	if a.of.given == nil {
		b.name = string([]rune(a.name)[0]) + given[r.often(len(given))]
	} else {
		a.of.given = &men[r.often(len(men))]
		a.name = a.of.written(func(n *spelling) string { return n.chinese[0] }, "·")
		b.of = origin{given: &men[r.often(len(men))], father: a.of.given}
		b.name = b.of.written(func(n *spelling) string { return n.chinese[0] }, "·")
	}
	r.both("father and son", r.add(a), r.add(b))
}

// sisters are a year apart, at one telephone, with names that are alike.
func (r *register) sisters() {
	a := r.person()
	a.of = origin{given: &women[r.often(len(women))], father: &men[r.often(len(men))]}
	a.name = a.of.written(func(n *spelling) string { return n.chinese[0] }, "·")
	b := a
	b.born = a.born.AddYears(1)
	b.sequence = 2 * (1 + r.IntN(498))
	for b.name == a.name {
		b.of.given = &women[r.often(len(women))]
		b.name = b.of.written(func(n *spelling) string { return n.chinese[0] }, "·")
	}
	r.both("sisters", r.add(a), r.add(b))
}

func (r *register) couple() {
	a, b := r.person(), r.person()
	b.phone = a.phone
	r.both("husband and wife", r.add(a), r.add(b))
}

// findingDoubles measures the finder of doubles on made-up registers with known
// doubles, through the registry's own methods, and what it costs a registration beside
// one that looks for nobody.
func findingDoubles(ctx context.Context, b *bench) error {
	sizes := b.People
	if len(sizes) == 1 {
		sizes = []int{max(1, sizes[0]/10), sizes[0]}
	}
	var before costs
	for _, people := range sizes {
		now, err := b.doublesAmong(ctx, people)
		if err != nil {
			return fmt.Errorf("%d people: %w", people, err)
		}
		if before.each > 0 {
			b.atMost("processor a person over that at the size before", float64(now.each)/float64(before.each), "x", costGrowth)
			b.atMost("what the finder adds to one more, over that at the size before", now.added()/before.added(), "x", costGrowth)
		}
		before = now
	}
	return nil
}

// oneMore is how many are registered one by one among all who are, so that what one
// costs is what it costs among so many.
const oneMore = 1000

// costs is processor time: of each who is registered among all, and of one more, with
// the finder and without it.
type costs struct{ each, with, without time.Duration }

// added is what the finder adds to one more.
func (c costs) added() float64 { return max(1, float64(c.with-c.without)) }

func (b *bench) doublesAmong(ctx context.Context, people int) (c costs, err error) {
	r := invent(people)
	people = len(r.all)
	err = b.registering(ctx, people, false, func(ctx context.Context, caller contract.Caller) error {
		start, busy := time.Now(), processor()
		refs, err := r.enter(ctx, caller, r.all, 16)
		if err != nil {
			return err
		}
		took := time.Since(start)
		c.each = (processor() - busy) / time.Duration(len(r.all))
		b.raw(fmt.Sprintf("%d people registered and compared", len(r.all)), took.Seconds(), "s")
		b.raw("the same, a person", float64(took.Microseconds())/float64(len(r.all)), "µs")
		b.raw("the same, processor a person", float64(c.each.Microseconds()), "µs")
		if err := settle(ctx, caller); err != nil {
			return err
		}
		found, err := namedDoubles(ctx, caller)
		if err != nil {
			return err
		}
		at := make(map[string]int, len(refs))
		for i, ref := range refs {
			at[ref] = i
		}
		r.judge(b, at, found)
		c.with, err = r.onesMore(ctx, caller, people)
		return err
	})
	if err != nil {
		return c, err
	}
	err = b.registering(ctx, people, true, func(ctx context.Context, caller contract.Caller) error {
		if _, err := r.enter(ctx, caller, r.all[:people], 16); err != nil { // the same ones
			return err
		}
		if err := settle(ctx, caller); err != nil {
			return err
		}
		c.without, err = r.onesMore(ctx, caller, people)
		return err
	})
	b.raw(fmt.Sprintf("one more among %d people, processor", people), float64(c.with.Microseconds()), "µs")
	b.raw("the same without the finder", float64(c.without.Microseconds()), "µs")
	b.raw("with it over without it", float64(c.with)/float64(max(1, c.without)), "x")
	return c, err
}

// registering opens a platform of its own, which finds doubles or nobody.
func (b *bench) registering(ctx context.Context, people int, findsNobody bool, do func(context.Context, contract.Caller) error) error {
	name := fmt.Sprintf("persons-%d", people)
	if findsNobody {
		name += "-unlikened"
	}
	dir, err := b.dir(name)
	if err != nil {
		return err
	}
	change := func(c *standalone.Config) { c.FindsNobody = findsNobody }
	return whole(ctx, dir, func(ctx context.Context, _ *standalone.Platform, caller contract.Caller) error {
		return do(ctx, caller)
	}, change)
}

// onesMore registers further people one by one, the same ones whenever it is asked, and
// tells what each cost.
func (r *register) onesMore(ctx context.Context, caller contract.Caller, people int) (each time.Duration, err error) {
	if len(r.all) == people {
		for range oneMore {
			r.add(r.person())
		}
	}
	more := r.all[people:]
	busy := processor()
	if _, err := r.enter(ctx, caller, more, 1); err != nil {
		return 0, err
	}
	return (processor() - busy) / time.Duration(len(more)), nil
}

// processor is the processor time that this process, the platform within it, took.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// enter registers people, some at once, and gives their references.
func (r *register) enter(ctx context.Context, caller contract.Caller, people []someone, atOnce int) ([]string, error) {
	refs := make([]string, len(people))
	var next atomic.Int64
	g, gone := errgroup.WithContext(ctx)
	today := clock.Today(clock.System()).String()
	for range atOnce {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(people) {
					return nil
				}
				s := people[i]
				reply, err := registryv1.RegistryClient{Caller: caller, Target: "registry"}.RegisterWorker(officer(gone, "hrss"), &registryv1.RegisterWorkerRequest{
					DocumentNumber: s.document(), Name: s.name, Phone: s.phone, County: "654301", RegisteredOn: today, NoticeVersion: "1", Signed: true,
				})
				if err != nil {
					return fmt.Errorf("%q, %s: %w", s.name, s.born, err)
				}
				refs[i] = reply.GetWorker()
			}
		})
	}
	return refs, g.Wait()
}

// namedDoubles lists every pair that the registry names.
func namedDoubles(ctx context.Context, caller contract.Caller) (all [][2]string, err error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "bench", Department: "hrss", Division: auth.Everywhere, Purpose: "person_case", LegalBasis: "PIPL 8", Via: auth.ViaCounter})
	before := ""
	for {
		page, err := registryv1.DoublesClient{Caller: caller, Target: "registry"}.ListDoubles(ctx, &registryv1.ListDoublesRequest{BeforeId: before, Limit: 500})
		if err != nil || len(page.GetDoubles()) == 0 {
			return all, err
		}
		for _, d := range page.GetDoubles() {
			all = append(all, [2]string{d.GetFirstId(), d.GetSecondId()})
			before = d.GetDoubleId()
		}
	}
}

// judge holds what was named against what is known.
func (r *register) judge(b *bench, at map[string]int, found [][2]string) {
	named := map[string]int{}
	for _, p := range found {
		x, y := at[p[0]], at[p[1]]
		what := r.pairs[[2]int{min(x, y), max(x, y)}]
		if what == "" {
			what = "strangers"
		}
		named[what]++
	}
	known := map[string]int{}
	for _, what := range r.pairs {
		known[what]++
	}
	right := 0
	for _, m := range mistakes {
		what := "double: " + m.name
		right += named[what]
		b.atLeast("recall, "+m.name, float64(named[what])/float64(known[what]), "", m.least)
	}
	for _, what := range []string{"twins", "father and son", "sisters", "husband and wife"} {
		b.atMost("named of "+what, float64(named[what])/float64(known[what]), "", mostOfTwins)
	}
	b.raw("strangers who were named", float64(named["strangers"]), "pairs")
	b.atLeast("precision of all", float64(right)/float64(max(1, len(found))), "", leastPrecision)
}
