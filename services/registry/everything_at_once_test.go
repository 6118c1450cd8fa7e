package registry_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry"
)

// Whatever can happen to who somebody is happens to the same few people at once:
// joins and partings, deaths and reversals, changed numbers and objections, guardians
// who come, are hidden from and go, children who grow up, offers that are told, and
// accounts that close, while days pass.
// No reference then leads nowhere or round in a circle, each table says the same,
// each person was told what happened, and nobody waited for one who waited for him.
func TestEverythingAboutAPersonAtOnce(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { everythingAtOnce(t, "") })
	t.Run("postgres", func(t *testing.T) {
		at := testkit.Postgres(t)(t)
		testkit.NoDeadlocks(t, at)
		everythingAtOnce(t, at)
	})
}

// crowd is the people of the test, and what is under way about them.
type crowd struct {
	*fixture
	t         *testing.T
	who, kids []string
	death     registryv1.DeathClient
	guardians registryv1.GuardiansClient

	mu    sync.Mutex // guards what follows
	cases map[string][]string
	made  int
}

func (c *crowd) note(kind, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id != "" {
		c.cases[kind] = append(c.cases[kind], id)
	}
}

// some is one of what is under way, "" where nothing is.
func (c *crowd) some(kind string, luck *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cases[kind]) == 0 {
		return "none"
	}
	return c.cases[kind][luck.IntN(len(c.cases[kind]))]
}

func (c *crowd) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	return c.made
}

func everythingAtOnce(t *testing.T, database string) {
	const people, officers, acts = 10, 16, 14
	seed := rand.Uint64()
	t.Log("seed", seed)
	f := startOn(t, database)
	if database == "" {
		database = f.Deps(registry.Name).Database
	}
	c := &crowd{
		fixture: f, t: t, cases: map[string][]string{}, death: registryv1.DeathClient{Caller: f.Client(), Target: registry.Name},
		guardians: registryv1.GuardiansClient{Caller: f.Client(), Target: registry.Name},
	}
	for i := range people {
		w := f.second(t, 10+i, home)
		c.who = append(c.who, w)
		r := child(w)
		r.BirthDate = fmt.Sprintf("2020-08-%02d", i+1)
		if i%2 == 0 { // grows up meanwhile
			r.BirthDate = fmt.Sprintf("2008-11-%02d", i+3)
		}
		kid, err := f.client.RegisterChild(f.Counter("edu", w), r)
		if err != nil {
			t.Fatal(err)
		}
		c.kids = append(c.kids, kid.GetChildId())
	}
	var wg sync.WaitGroup
	for n := range officers {
		wg.Go(func() {
			luck := rand.New(rand.NewPCG(uint64(n), seed))
			for range acts {
				what, err := c.act(fmt.Sprint("a-", n), luck)
				if errs.KindOf(err) == errs.Internal {
					t.Errorf("officer %d, %s: %v", n, what, err)
				}
			}
		})
	}
	wg.Wait()
	f.clock.Advance(24 * time.Hour) // each child is looked at once a day
	settled := make(chan struct{})
	wg.Go(func() { // what failed for the moment is tried again later, by this clock
		for {
			select {
			case <-settled:
				return
			case <-time.After(100 * time.Millisecond):
				f.clock.Advance(time.Second)
			}
		}
	})
	defer wg.Wait()
	defer close(settled)
	f.Settle()
	db, err := sqldb.Open(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.View(context.Background(), c.consistent); err != nil {
		t.Fatal(err)
	}
	c.told(db)
}

// act does one thing to somebody.
func (c *crowd) act(staff string, luck *rand.Rand) (what string, err error) {
	i, j := luck.IntN(len(c.who)), luck.IntN(len(c.who))
	one, two, kid := c.who[i], c.who[j], c.kids[luck.IntN(len(c.kids))]
	as := c.desk(staff, prefecture)
	switch luck.IntN(17) {
	case 0:
		_, err = c.joining.OpenJoin(as, &registryv1.OpenJoinRequest{Worker: one, OtherId: two, ReasonCode: "other", Paper: "witness"})
		return "open a join", err
	case 1, 2, 3:
		return "decide about a join or a parting", c.decideSome(as, luck)
	case 4:
		return "correct a contact", c.correctSome(c.clerk(staff, prefecture), one)
	case 5:
		got, err := c.death.ProposeDeath(as, died(one))
		c.note("death", got.GetCaseId())
		return "enter a death", err
	case 6:
		_, err = c.death.DecideDeath(as, &registryv1.DecideDeathRequest{CaseId: c.some("death", luck), Approve: true})
		return "record a death", err
	case 7:
		_, err = c.death.ReverseDeath(as, &registryv1.ReverseDeathRequest{DocumentNumber: number(adult, 10+i), ShownPaper: "resident_card"})
		return "reverse a death", err
	case 8:
		got, err := c.guardians.AddGuardian(as, &registryv1.AddGuardianRequest{ChildId: kid, Worker: one, GuardianKind: "parent", Paper: "birth_certificate"})
		c.note("guardian", got.GetGuardianId())
		return "add a guardian", err
	case 9:
		_, err = c.guardians.AnswerGuardian(c.Worker(two), &registryv1.AnswerGuardianRequest{GuardianId: c.some("guardian", luck), Agree: luck.IntN(3) > 0})
		return "answer about a guardian", err
	case 10:
		id := c.some("guardian", luck)
		for _, side := range []string{"present", "new"} {
			_, _ = c.guardians.HearGuardian(as, &registryv1.HearGuardianRequest{GuardianId: id, Side: side})
		}
		_, err = c.guardians.DecideGuardian(as, &registryv1.DecideGuardianRequest{GuardianId: id, Approve: true})
		return "decide about a guardian", err
	case 11:
		kind, r := "hide", &registryv1.OpenGuardianCaseRequest{ChildId: kid, GuardianId: c.some("guardian", luck), Paper: "court_paper", ReasonCode: "court_order", Hidden: []string{"address"}, ValidTo: "2027-01-01"}
		if luck.IntN(2) == 0 {
			kind, r = "end", &registryv1.OpenGuardianCaseRequest{ChildId: kid, GuardianId: r.GetGuardianId(), Paper: "court_paper", ReasonCode: "custody_lost"}
		}
		r.CaseKind = kind
		got, err := c.guardians.OpenGuardianCase(as, r)
		c.note("case", got.GetCaseId())
		if err == nil {
			_, err = c.guardians.DecideGuardianCase(c.desk(staff+"x", prefecture), &registryv1.DecideGuardianCaseRequest{CaseId: got.GetCaseId(), Approve: true})
		}
		return "a case about a guardian", err
	case 12:
		got, err := c.documents().ProposeDocument(as, &registryv1.ProposeDocumentRequest{Worker: one, DocumentNumber: number(adult, 400+c.next()), ReasonCode: "entered_wrong", Paper: "resident_card"})
		c.note("document", got.GetCaseId())
		if err == nil {
			_, err = c.documents().DecideDocument(c.desk(staff+"x", prefecture), &registryv1.DecideDocumentRequest{CaseId: got.GetCaseId(), Approve: true})
		}
		return "change a number", err
	case 13:
		_, err = c.documents().ObjectDocument(c.Worker(one), &registryv1.ObjectDocumentRequest{CaseId: c.some("document", luck)})
		return "put a number back", err
	case 15:
		c.clock.Advance(31 * time.Hour)
		return "a day passes", nil
	case 14:
		if luck.IntN(4) == 0 {
			_, err = c.client.CloseAccount(c.Worker(one), &registryv1.CloseAccountRequest{Worker: one})
			return "close an account", err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock() // a publisher is one goroutine's
	c.made++
	offer := fmt.Sprint("offer-", c.made)
	c.others["employment"].Publish(outbox.Subject{Aggregate: offer, Worker: one, Division: home}, &employmentv1.OfferMade{OfferId: offer})
	return "tell of an offer", nil
}

// consistent compares what the registry's tables say of each reference.
func (c *crowd) consistent(tx *sqldb.Tx) error {
	into, closed := map[string]string{}, map[string]bool{}
	for _, w := range c.who {
		var to, on string
		if err := tx.QueryRow(`SELECT joined_into, closed_on FROM worker WHERE id = $1`, w).Scan(&to, &on); err != nil {
			return err
		}
		into[w], closed[w] = to, on != ""
	}
	root := func(w string) string {
		for range c.who {
			if into[w] == "" {
				return w
			}
			w = into[w]
		}
		c.t.Errorf("%s leads round in a circle", w)
		return w
	}
	texts := func(query, arg string) ([]string, error) {
		return sqldb.Collect(tx, func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }, query, arg)
	}
	for _, w := range c.who {
		var class []string
		for _, o := range c.who {
			if o != w && root(o) == root(w) {
				class = append(class, o)
			}
		}
		slices.Sort(class)
		others, err := texts(`SELECT other FROM same WHERE worker = $1 ORDER BY other`, w)
		if err != nil {
			return err
		}
		answers, err := texts(`SELECT reference FROM remaining WHERE worker = $1 UNION ALL SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM remaining WHERE worker = $1)`, w)
		if err != nil {
			return err
		}
		if !slices.Equal(others, class) || answers[0] != root(w) {
			c.t.Errorf("%s is one with %v and answers as %v; its row says %v and %s", w, others, answers, class, root(w))
		}
		if closed[w] != closed[root(w)] {
			c.t.Errorf("%s is closed: %v; %s, which answers for it: %v", w, closed[w], root(w), closed[root(w)])
		}
	}
	for what, query := range map[string]string{
		"a recorded death that no case says":          `SELECT d.worker FROM deceased d WHERE d.reversed = 0 AND NOT EXISTS (SELECT 1 FROM death_case c WHERE c.id = d.id AND c.state = 'applied') AND NOT EXISTS (SELECT 1 FROM worker w WHERE w.id = d.worker AND w.closed_on <> '') AND $1 = ''`,
		"a case that is applied, and nobody died":     `SELECT c.worker FROM death_case c WHERE c.state = 'applied' AND NOT EXISTS (SELECT 1 FROM deceased d WHERE d.id = c.id AND d.reversed = 0) AND $1 = ''`,
		"a guardian whose account is closed":          `SELECT g.worker FROM guardian g JOIN worker w ON w.id = g.worker WHERE g.state = 'active' AND w.closed_on <> '' AND $1 = ''`,
		"a guardian of whom a death is recorded":      `SELECT g.worker FROM guardian g WHERE g.state = 'active' AND EXISTS (SELECT 1 FROM deceased d WHERE d.worker = g.worker AND d.reversed = 0) AND $1 = ''`,
		"somebody who lives, and lost a child by it":  `SELECT g.worker FROM guardian g WHERE g.state = 'ended' AND g.end_reason_code = 'died' AND NOT EXISTS (SELECT 1 FROM deceased d WHERE d.reversed = 0 AND (d.worker = g.worker OR d.worker IN (SELECT other FROM same WHERE worker = g.worker))) AND $1 = ''`,
		"a guardian of a child that has grown up":     `SELECT g.id FROM guardian g JOIN child_step s ON s.child = g.child AND s.step = 'grown' WHERE g.state IN ('active', 'asked', 'disputed') AND g.guardian_kind <> 'self' AND $1 = ''`,
		"a child of nobody who was ever its guardian": `SELECT k.id FROM child k WHERE NOT EXISTS (SELECT 1 FROM guardian g WHERE g.child = k.id) AND $1 = ''`,
		"a closed account that keeps its number":      `SELECT id FROM worker WHERE closed_on <> '' AND document_index IS NOT NULL AND $1 = ''`,
		"an open account without a number":            `SELECT id FROM worker WHERE closed_on = '' AND document_index IS NULL AND $1 = ''`,
	} {
		found, err := texts(query, "")
		if err != nil {
			return err
		}
		if len(found) > 0 {
			c.t.Errorf("%s: %v", what, found)
		}
	}
	return nil
}

// told compares how often each reference was told of joins and partings with what the
// events say that happened to it.
func (c *crowd) told(db *sqldb.DB) {
	c.t.Helper()
	want := map[[2]string]int{}
	done := map[string]int{}
	for _, e := range c.Published(registry.Name) {
		done[e.Type]++
		switch e.Type {
		case "registry.worker.joined.v1":
			var m registryv1.WorkerJoined
			if err := proto.Unmarshal(e.Data, &m); err != nil {
				c.t.Fatal(err)
			}
			want[[2]string{"registry.join.made", m.GetAlias()}]++
			want[[2]string{"registry.join.made", m.GetInto()}]++
		case "registry.worker.parted.v1":
			var m registryv1.WorkerParted
			if err := proto.Unmarshal(e.Data, &m); err != nil {
				c.t.Fatal(err)
			}
			want[[2]string{"registry.part.made", m.GetAlias()}]++
			want[[2]string{"registry.part.made", m.GetInto()}]++
		}
	}
	c.t.Log(done)
	if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
		for _, w := range c.who {
			var closed bool
			if err := tx.QueryRow(`SELECT closed_on <> '' FROM worker WHERE id = $1`, w).Scan(&closed); err != nil {
				return err
			}
			for _, template := range []string{"registry.join.made", "registry.part.made"} {
				var n int
				if err := tx.QueryRow(`SELECT count(*) FROM message WHERE worker = $1 AND template = $2`, w, template).Scan(&n); err != nil {
					return err
				}
				if wanted := want[[2]string{template, w}]; !closed && n != wanted || closed && n != 0 {
					c.t.Errorf("%s was told %d times of %s, which happened %d times (closed: %v)", w, n, template, wanted, closed)
				}
			}
		}
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
}
