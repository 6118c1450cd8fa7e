package allocate

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// The errors of a lottery. None of them changes anything.
var (
	ErrRound     = errors.New("allocate: the round, the tie-breaking, the announced figure or its day is missing or malformed")
	ErrTickets   = errors.New("allocate: the tickets are not well formed, each once, in ascending order")
	ErrPosts     = errors.New("allocate: a post's id is malformed or there twice")
	ErrAhead     = errors.New("allocate: the rules that put some ahead are malformed, or put one applicant in two places")
	ErrCommitted = errors.New("allocate: the list is not the one that was committed")
	ErrFigure    = errors.New("allocate: the figure is empty, too long or holds signs that cannot be printed")
	ErrWitnesses = errors.New("allocate: a figure needs two different witnesses")
)

// Tie says how many numbers an applicant draws.
type Tie string

// The ways to break ties. With a single number for all posts fewer applicants
// would gladly swap; with one a post a bad number is bad at one post only
// (Abdulkadiroğlu, Pathak and Roth 2009).
const (
	SingleTie   Tie = "single"
	MultipleTie Tie = "multiple"
)

// Word is what an applicant's own word adds to the seed; the zero Word is none.
// Whoever chose a word knows that no seed could be prepared without it.
type Word [sha256.Size]byte

// NewWord hides a word behind a nonce, so that it can be published without
// being read. The applicant keeps both: they are the receipt.
func NewWord(word, nonce string) Word {
	return sha256.Sum256([]byte("qiao lottery word 1\n" + nonce + "\n" + word))
}

// NewTicket returns a random name for an entry, 16 letters and digits. It is
// told to the applicant alone, so that a published list names nobody.
func NewTicket() string { return rand.Text()[:16] }

// Wish is one line of an entry's list, best first.
type Wish struct {
	Post  int // its place in the list's posts
	Class int // the priority there: a lower one comes first
}

// Entry is an applicant in the committed list.
type Entry struct {
	Ticket string
	Word   Word
	Group  int // Open, or whose reserved seats it may use
	Wishes []Wish
}

// Seats is what a post gives in the round.
type Seats struct {
	ID       string // public
	Seats    int
	Reserved map[int]int // by group, as in Post
}

// List is everything that decides a round, but for the seed. It is committed
// before the seed can be known: see docs/lottery.md.
type List struct {
	Round string
	Tie   Tie
	// Figure says which public figure will decide, and where it is published,
	// in words; Due is the day of its publication.
	Figure  string
	Due     clock.Date
	Ahead   []Ahead // ascending; none where no rule puts anybody ahead
	Posts   []Seats
	Entries []Entry // ascending by ticket
}

// Ahead names the rule by which some stand ahead of the rest: those whose
// classes lie below a bound, and not below the bound of a rule named before. It
// is committed with the list, so that nobody is put ahead without a rule.
type Ahead struct {
	Rule  string
	Below int
}

// Commitment is what is published before the seed exists.
type Commitment struct {
	Root    string // of the Merkle tree over the list (RFC 6962), in hex
	Entries int
}

// Sort brings the entries into the order in which they are committed.
func (l *List) Sort() {
	slices.SortFunc(l.Entries, func(a, b Entry) int { return cmp.Compare(a.Ticket, b.Ticket) })
}

// Commit checks the list and returns what is published of it: one of the
// errors of this package, or the root.
func (l *List) Commit() (Commitment, error) {
	t, err := l.tree()
	if err != nil {
		return Commitment{}, err
	}
	root, err := t.root()
	return Commitment{Root: root, Entries: len(l.Entries)}, err
}

// Prove returns the hashes, in hex, by which anybody can check that an entry
// is in the committed list without seeing the others: CheckEntry does.
func (l *List) Prove(entry int) ([]string, error) {
	if entry < 0 || entry >= len(l.Entries) {
		return nil, ErrTickets
	}
	t, err := l.tree()
	if err != nil {
		return nil, err
	}
	proof, err := tlog.ProveRecord(int64(len(l.Entries))+1, int64(entry)+1, t)
	if err != nil {
		return nil, err
	}
	all := make([]string, len(proof))
	for i, h := range proof {
		all[i] = hex.EncodeToString(h[:])
	}
	return all, nil
}

// CheckEntry reports whether a proof shows that an entry stands at its place
// in a committed list.
func CheckEntry(c Commitment, entry int, e Entry, proof []string) bool {
	root, err := hashOf(c.Root)
	if err != nil || entry < 0 || entry >= c.Entries {
		return false
	}
	hashes := make(tlog.RecordProof, len(proof))
	for i, p := range proof {
		if hashes[i], err = hashOf(p); err != nil {
			return false
		}
	}
	line := appendEntry(nil, e)
	return tlog.CheckRecord(hashes, int64(c.Entries)+1, root, int64(entry)+1, tlog.RecordHash(line)) == nil
}

func hashOf(s string) (h tlog.Hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, ErrCommitted
	}
	return tlog.Hash(b), nil
}

// check is what must hold of a list before it may be committed.
func (l *List) check() error {
	if !named(l.Round, 1) || l.Tie != SingleTie && l.Tie != MultipleTie || !printable(l.Figure) || l.Due.IsZero() {
		return ErrRound
	}
	if err := checkPosts(l.Posts); err != nil {
		return err
	}
	for i, e := range l.Entries {
		if !named(e.Ticket, 4) || i > 0 && e.Ticket <= l.Entries[i-1].Ticket {
			return fmt.Errorf("%w: entry %d", ErrTickets, i)
		}
	}
	if err := l.checkAhead(); err != nil {
		return err
	}
	return l.round(func(int, int) uint64 { return 0 }).check()
}

// checkAhead returns ErrAhead unless bounds ascend and every entry stands in one
// place: a rule puts a person ahead, and not one of his wishes.
func (l *List) checkAhead() error {
	for i, a := range l.Ahead {
		if !named(a.Rule, 1) || a.Below < 1 || i > 0 && a.Below <= l.Ahead[i-1].Below {
			return ErrAhead
		}
	}
	for _, e := range l.Entries {
		for _, w := range e.Wishes {
			if l.AheadBy(w.Class) != l.AheadBy(e.Wishes[0].Class) {
				return fmt.Errorf("%w: ticket %s", ErrAhead, e.Ticket)
			}
		}
	}
	return nil
}

// AheadBy is the rule by which a class stands ahead; "" for the rest.
func (l *List) AheadBy(class int) string {
	for _, a := range l.Ahead {
		if class < a.Below {
			return a.Rule
		}
	}
	return ""
}

// named reports whether s is a name of letters, digits and - . _ that is not
// shorter than a number of signs, and not longer than 64.
func named(s string, shortest int) bool {
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return len(s) >= shortest && len(s) <= 64
}

// printable is a line of text that can be published.
func printable(s string) bool {
	return s != "" && len(s) <= 400 && utf8.ValidString(s) && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// tree is the Merkle tree over the list: first everything but the entries, then
// the entries, each as it stands in the published bundle.
type tree struct {
	hashes []tlog.Hash
	n      int64
}

func (l *List) tree() (*tree, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	t := &tree{hashes: make([]tlog.Hash, 0, 2*len(l.Entries)+64)}
	if err := t.add(l.head()); err != nil {
		return nil, err
	}
	var line []byte
	for _, e := range l.Entries {
		line = appendEntry(line[:0], e)
		if err := t.add(line); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tree) add(record []byte) error {
	h, err := tlog.StoredHashes(t.n, record, t)
	t.hashes = append(t.hashes, h...)
	t.n++
	return err
}

// ReadHashes gives the tree's stored hashes, as tlog numbers them.
func (t *tree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(at))
	for i, n := range at {
		all[i] = t.hashes[n]
	}
	return all, nil
}

func (t *tree) root() (string, error) {
	h, err := tlog.TreeHash(t.n, t)
	return hex.EncodeToString(h[:]), err
}

// head is the list without its entries, as it is published.
func (l *List) head() []byte {
	form := bundleForm
	if len(l.Ahead) > 0 {
		form = aheadForm
	}
	b := fmt.Appendf(nil, "%s\nround %s\ntie %s\ndue %s\nfigure-of %s\n", form, l.Round, l.Tie, l.Due, l.Figure)
	if len(l.Ahead) > 0 {
		b = fmt.Appendf(b, "aheads %d\n", len(l.Ahead))
	}
	for _, a := range l.Ahead {
		b = fmt.Appendf(b, "ahead %s %d\n", a.Rule, a.Below)
	}
	b = appendPosts(b, l.Posts)
	return fmt.Appendf(b, "entries %d\n", len(l.Entries))
}

// appendEntry writes an entry as it is published, without the line's end.
func appendEntry(b []byte, e Entry) []byte {
	b = append(b, "entry "...)
	b = append(b, e.Ticket...)
	b = append(b, ' ')
	if e.Word == (Word{}) {
		b = append(b, '-')
	} else {
		b = hex.AppendEncode(b, e.Word[:])
	}
	return appendWishes(strconv.AppendInt(append(b, ' '), int64(e.Group), 10), e.Wishes)
}

// Drawn is a round whose seed is known.
type Drawn struct {
	*List
	Commitment
	Value     string    // of the public figure
	Witnesses [2]string // who typed it in, and who confirmed it: staff numbers
	Seed      string    // hex
	Numbers   []uint64  // by entry; nil where each post has its own
	*Outcome
}

// Draw joins the committed list with the public figure, gives everybody the
// numbers and runs the round. The list must be what was committed to.
func (l *List) Draw(c Commitment, figure string, witnesses [2]string) (*Drawn, error) {
	now, err := l.Commit()
	if err != nil {
		return nil, err
	}
	c.Root = canonicalHex(c.Root)
	if now != c {
		return nil, ErrCommitted
	}
	return l.draw(c, figure, [2]string{ident.StaffNumber(witnesses[0]), ident.StaffNumber(witnesses[1])})
}

// canonicalHex is the one form of a root or a seed, however it was typed.
func canonicalHex(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// twoWitnesses returns nil where two officers signed, and not one who typed his
// number in two ways.
func twoWitnesses(w [2]string) error {
	if !named(w[0], 1) || !named(w[1], 1) || ident.SameStaff(w[0], w[1]) {
		return ErrWitnesses
	}
	return nil
}

// draw is Draw of a list that is known to be the committed one.
func (l *List) draw(c Commitment, figure string, witnesses [2]string) (*Drawn, error) {
	if !printable(figure) {
		return nil, ErrFigure
	}
	if err := twoWitnesses(witnesses); err != nil {
		return nil, err
	}
	seed := l.seed(c, figure)
	d := &Drawn{List: l, Commitment: c, Value: figure, Witnesses: witnesses, Seed: hex.EncodeToString(seed)}
	var err error
	d.Numbers, d.Outcome, err = l.run(seed)
	return d, err
}

// run gives everybody the numbers of a seed and runs the round.
func (l *List) run(seed []byte) (all []uint64, o *Outcome, err error) {
	n := newNumbers(seed)
	if l.Tie == SingleTie {
		all = make([]uint64, len(l.Entries))
		for i, e := range l.Entries {
			all[i] = n.number(e.Ticket, "")
		}
	}
	o, err = l.round(func(entry, post int) uint64 {
		if l.Tie == SingleTie {
			return all[entry]
		}
		return n.number(l.Entries[entry].Ticket, l.Posts[post].ID)
	}).Run()
	return all, o, err
}

// seed joins what no one party controls: the list as committed, the words of
// the applicants, and a public figure that nobody knew when the list was
// committed.
func (l *List) seed(c Commitment, figure string) []byte {
	words := sha256.New()
	for _, e := range l.Entries {
		if e.Word != (Word{}) {
			_, _ = words.Write(e.Word[:]) // a hash takes everything
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "qiao lottery seed 1\n%s\n%x\n%s\n", c.Root, words.Sum(nil), figure))
	return sum[:]
}

// round makes the list the round that is run. number gives an entry's lottery
// number at a post that exists.
func (l *List) round(number func(entry, post int) uint64) *Round {
	r := &Round{Posts: posts(l.Posts), Applicants: make([]Applicant, len(l.Entries))}
	wishes := 0
	for _, e := range l.Entries {
		wishes += len(e.Wishes)
	}
	all := make([]Choice, 0, wishes)
	for i, e := range l.Entries {
		from := len(all)
		for _, w := range e.Wishes {
			c := Choice{Post: w.Post, Class: w.Class}
			if w.Post >= 0 && w.Post < len(l.Posts) { // else the round's own check says so
				c.Number = number(i, w.Post)
			}
			all = append(all, c)
		}
		r.Applicants[i] = Applicant{Choices: all[from:len(all):len(all)], Group: e.Group}
	}
	return r
}

// numbers draws lottery numbers out of a seed.
type numbers struct {
	mac hash.Hash
	sum []byte
	in  []byte
}

func newNumbers(seed []byte) *numbers { return &numbers{mac: hmac.New(sha256.New, seed)} }

func (n *numbers) number(ticket, post string) uint64 {
	n.mac.Reset()
	n.in = append(append(append(n.in[:0], ticket...), '\n'), post...)
	_, _ = n.mac.Write(n.in) // a hash takes everything
	n.sum = n.mac.Sum(n.sum[:0])
	return binary.BigEndian.Uint64(n.sum)
}

// Number is the lottery number of a ticket under a seed (hex), at a post where
// each has its own, or with post "" at all. A later pass of the same round uses
// the same numbers: one number a person for the life of the round.
func Number(seed, ticket, post string) (uint64, error) {
	key, err := seedOf(seed)
	if err != nil {
		return 0, err
	}
	return newNumbers(key).number(ticket, post), nil
}
