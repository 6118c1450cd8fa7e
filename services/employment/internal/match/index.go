// Package match keeps every open vacancy in memory, so that the best ones for a
// worker are found without a query. It decides nothing: what a vacancy is worth
// is domain.Weights; the index only leaves out early what cannot be among the
// best. A test holds it against the plain computation over all vacancies.
package match

import (
	"cmp"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Index is the open vacancies with open places. It is safe for concurrent use.
type Index struct {
	mu      sync.RWMutex
	groups  map[string]uint8 // occupation groups, as they come
	names   []string         // and back
	buckets map[bucketKey]*bucket
	places  map[string]place // where each open vacancy lies
	seen    map[string]int64 // the newest version that was put, of closed vacancies too: changes may come out of order
}

// maxGroups is how many occupation groups the index tells apart: the
// classification has 79, and the bits of a certificate mask are 128.
const maxGroups = 128

type bucketKey struct {
	group  string
	county string
}

// bucket is the vacancies of one occupation group in one county.
type bucket struct {
	bucketKey
	posts  []post
	newest int64 // no post of it was published later
}

type place struct {
	*bucket
	at int
}

// post is what the index knows of a vacancy. It is small: a look goes over
// thousands of them.
type post struct {
	id        string
	published int64 // UTC microseconds
	top       int64 // the upper wage, in fen for its unit
	township  string
	from, to  clock.Date
	needs     mask
	unit      domain.WageUnit
	hazardous bool
	housing   bool
	meals     bool
}

// mask is a set of occupation groups.
type mask [2]uint64

func (m *mask) add(group uint8) { m[group>>6] |= 1 << (group & 63) }

// without reports whether m has a group that o has not.
func (m mask) without(o mask) bool { return m[0]&^o[0]|m[1]&^o[1] != 0 }

// New returns an empty index.
func New() *Index {
	return &Index{groups: map[string]uint8{}, buckets: map[bucketKey]*bucket{}, places: map[string]place{}, seen: map[string]int64{}}
}

// Len is how many vacancies are open.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.places)
}

// Put brings one vacancy up to date: an open one is found from now on, one that
// is closed or full no more. A version older than what was put changes nothing.
func (x *Index) Put(v domain.Vacancy) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.put(v)
}

// PutAll puts many at once.
func (x *Index) PutAll(all []domain.Vacancy) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, v := range all {
		x.put(v)
	}
}

func (x *Index) put(v domain.Vacancy) {
	if before, ok := x.seen[v.ID]; ok && before >= v.Version {
		return
	}
	x.seen[v.ID] = v.Version
	x.take(v.ID)
	if v.Open() == 0 {
		return
	}
	key := bucketKey{v.Occupation, v.County}
	b := x.buckets[key]
	if b == nil {
		b = &bucket{bucketKey: key}
		x.buckets[key] = b
	}
	p := post{
		id: v.ID, published: v.PublishedAt.UnixMicro(), top: v.WageMaxFen, unit: v.WageUnit, township: v.Township, from: v.SeasonFrom, to: v.SeasonTo,
		hazardous: v.Hazardous, housing: v.Housing, meals: v.Meals,
	}
	for _, n := range v.Certificates {
		p.needs.add(x.group(n.Occupation))
	}
	x.places[v.ID] = place{b, len(b.posts)}
	b.posts, b.newest = append(b.posts, p), max(b.newest, p.published)
}

// take removes a vacancy; the last of its bucket fills the gap.
func (x *Index) take(id string) {
	at, ok := x.places[id]
	if !ok {
		return
	}
	delete(x.places, id)
	last := len(at.posts) - 1
	if at.at != last {
		at.bucket.posts[at.at] = at.posts[last]
		x.places[at.posts[at.at].id] = at
	}
	at.posts[last] = post{}
	at.bucket.posts = at.posts[:last]
}

// group numbers an occupation group. Numbers past the mask share the last one:
// a post that asks for such a certificate is then shown to more people, and the
// conditions, which are checked again before it is shown, take it out.
func (x *Index) group(code string) uint8 {
	n, ok := x.groups[code]
	if !ok {
		n = uint8(min(len(x.names), maxGroups-1))
		x.groups[code], x.names = n, append(x.names, code)
	}
	return n
}

// Query is what is looked for.
type Query struct {
	Seeker  domain.Seeker
	Weights domain.Weights
	Today   clock.Date
	OfAge   bool // work with hazards may be shown
	Limit   int
}

// Hit is a vacancy with its points.
type Hit struct {
	ID        string
	Points    int
	Hazardous bool

	published int64
}

// better orders hits: points, then newest first.
func better(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(b.published, a.published), cmp.Compare(b.ID, a.ID))
}

// ahead is a bucket with the points that all its posts have, and the most that
// one of them can have.
type ahead struct {
	*bucket
	base, most int
	near, far  int // the points of the place: in the wished township, and elsewhere in the county
}

// ask is a query with what is the same for every post.
type ask struct {
	Query
	held        mask
	roof, board [2]int // points without and with what the post offers
	most        int    // of wage and season together
}

// with is where the points with something that a post offers stand, or without.
func with(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Top finds the best vacancies, the best first.
func (x *Index) Top(q Query) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s, w := q.Seeker, q.Weights
	a := ask{
		Query: q, most: w.Pay(s, s.WageMinFen).Points + w.Dates(s, s.From, s.To).Of,
		roof: [2]int{0, w.Roof(s, true).Points}, board: [2]int{0, w.Board(s, true).Points},
	}
	for _, c := range s.Certificates {
		if n, ok := x.groups[c]; ok {
			a.held.add(n)
		}
	}
	order := make([]ahead, 0, len(x.buckets))
	for _, b := range x.buckets {
		if len(b.posts) == 0 {
			continue
		}
		base := w.Occupation(s, b.group).Points + w.Skills(s, b.group).Points
		near, far := w.Place(s, b.county, s.Township).Points, w.Place(s, b.county, "").Points
		order = append(order, ahead{b, base, base + max(near, far) + a.most + a.roof[1] + a.board[1], near, far})
	}
	slices.SortFunc(order, func(a, b ahead) int { return cmp.Or(cmp.Compare(b.most, a.most), cmp.Compare(b.newest, a.newest)) })
	best := make([]Hit, 0, q.Limit+1)
	for _, b := range order {
		if len(best) == q.Limit {
			worst := best[len(best)-1]
			if b.most < worst.Points {
				break
			}
			if b.most == worst.Points && b.newest < worst.published {
				continue
			}
		}
		best = b.look(&a, best)
	}
	return best
}

// look goes over a bucket. What is cheap to know comes first: most posts are
// left out before their wage and season are looked at.
func (b ahead) look(a *ask, best []Hit) []Hit {
	for i := range b.posts {
		p := &b.posts[i]
		points := b.base + b.far + a.roof[with(p.housing)] + a.board[with(p.meals)]
		if b.near != b.far && p.township == a.Seeker.Township {
			points += b.near - b.far
		}
		if len(best) == a.Limit {
			worst := &best[len(best)-1]
			if points+a.most < worst.Points || points+a.most == worst.Points && p.published < worst.published {
				continue
			}
		}
		if p.hazardous && !a.OfAge || p.needs.without(a.held) || !a.Seeker.InSeason(a.Today, p.from, p.to) {
			continue
		}
		points += a.Weights.Pay(a.Seeker, a.Weights.MonthFen(domain.Terms{WageMaxFen: p.top, WageUnit: p.unit})).Points + a.Weights.Dates(a.Seeker, p.from, p.to).Points
		h := Hit{ID: p.id, Points: points, Hazardous: p.hazardous, published: p.published}
		if len(best) == a.Limit && better(h, best[len(best)-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, h, better)
		best = slices.Insert(best, at, h)
		if len(best) > a.Limit {
			best = best[:a.Limit]
		}
	}
	return best
}
