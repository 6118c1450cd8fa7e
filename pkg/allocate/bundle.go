package allocate

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// bundleForm names the form of a published bundle; another form gets another name.
const bundleForm = "qiao-lottery-1"

// aheadForm is the form of a bundle in which rules put some ahead of the rest.
const aheadForm = "qiao-lottery-2"

// bundleLimit is the largest bundle that is read, in bytes: more than a million
// entries of ten wishes. What is read takes a small multiple of it in memory.
const bundleLimit = 256 << 20

// The shortest lines of a bundle, in bytes: a number of lines that the text
// cannot hold is refused before anything is made for it.
const (
	shortestEntry = len("entry AAAA - 0\nresult AAAA - -\n")
	shortestPost  = len("post a 0\n")
	shortestAhead = len("ahead A 1\n")
	shortestTake  = len("take AAAA\ngiven AAAA -\n")
)

// Errors of a published bundle.
var (
	ErrBundle  = errors.New("allocate: this is no bundle of a lottery")
	ErrRoot    = errors.New("allocate: the list is not the one that was committed: its root differs")
	ErrSeed    = errors.New("allocate: the seed does not follow from list and figure")
	ErrResult  = errors.New("allocate: a result does not follow from the seed")
	ErrAltered = errors.New("allocate: the bundle was altered")
)

// WriteBundle writes what is published after a draw: lines of text that name
// nobody and from which anybody can compute everything again. What stands
// before "root" is what was committed.
func (d *Drawn) WriteBundle(w io.Writer) error {
	sum := sha256.New()
	b := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	_, _ = b.Write(d.head()) // Flush tells
	var line []byte
	for _, e := range d.List.Entries {
		line = append(appendEntry(line[:0], e), '\n')
		_, _ = b.Write(line)
	}
	_, _ = fmt.Fprintf(b, "root %s\nfigure %s\nwitnesses %s %s\nseed %s\n", d.Root, d.Value, d.Witnesses[0], d.Witnesses[1], d.Seed)
	for i, e := range d.List.Entries {
		line = appendResult(line[:0], e, d.Numbers, i, d.Got[i], d.List.Posts)
		_, _ = b.Write(line)
	}
	if err := b.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "end %x\n", sum.Sum(nil))
	return err
}

// appendResult writes one entry's number, where it has one for all posts, and
// the post that it got.
func appendResult(b []byte, e Entry, numbers []uint64, entry, got int, posts []Seats) []byte {
	b = append(append(b, "result "...), e.Ticket...)
	if numbers == nil {
		b = append(b, " -"...)
	} else {
		b = append(append(b, ' '), hexNumber(numbers[entry])...)
	}
	if got == None {
		b = append(b, " -"...)
	} else {
		b = append(append(b, ' '), posts[e.Wishes[got].Post].ID...)
	}
	return append(b, '\n')
}

// hexNumber is a lottery number as it is published.
func hexNumber(n uint64) string { return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, n)) }

// Verified is a bundle that holds: the draw, and every pass and correction that
// was published after it.
type Verified struct {
	*Drawn
	Placed      int
	Passes      []*Given
	Corrections []*Corrected
}

// VerifyBundle reads a published bundle, computes root, seed, numbers and
// outcome again, and compares every byte. It needs nothing else, but whoever
// uses it holds the root against the one that was published before the figure
// was known. The error says what does not hold.
func VerifyBundle(r io.Reader) (*Verified, error) {
	in, err := readBundle(r)
	if err != nil {
		return nil, err
	}
	return verify(in)
}

func readBundle(r io.Reader) ([]byte, error) {
	in, err := io.ReadAll(io.LimitReader(r, bundleLimit+1))
	if err == nil && len(in) > bundleLimit {
		err = fmt.Errorf("%w: it is larger than %d MiB", ErrBundle, bundleLimit>>20)
	}
	return in, err
}

func verify(in []byte) (*Verified, error) {
	p := &parser{rest: in}
	l, stated := p.bundle()
	if p.err != nil {
		return nil, p.err
	}
	c, err := l.Commit()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if c.Root != stated.root {
		return nil, ErrRoot
	}
	d, err := l.draw(c, stated.figure, stated.witnesses)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if d.Seed != stated.seed {
		return nil, ErrSeed
	}
	// What follows from the list and the figure, written again, is the bundle.
	again := &matcher{rest: in[:p.read]}
	if err := d.WriteBundle(again); err != nil {
		if at := p.read - len(again.rest); at >= p.results && at < p.end {
			return nil, fmt.Errorf("%w: line %d", ErrResult, 1+bytes.Count(in[:at], []byte("\n")))
		}
		return nil, err
	}
	if len(again.rest) > 0 {
		return nil, ErrAltered
	}
	v := &Verified{Drawn: d}
	if err := p.sections(in, v); err != nil {
		return nil, err
	}
	for _, got := range d.Got {
		if got != None {
			v.Placed++
		}
	}
	return v, nil
}

// Published is what a bundle says, read and not yet verified: for who wrote it
// and goes on from it.
type Published struct {
	*List
	Commitment
	Value string
	Seed  string

	results []byte
}

// ReadBundle reads what a bundle says of its draw.
func ReadBundle(in []byte) (*Published, error) {
	p := &parser{rest: in}
	l, s := p.bundle()
	if p.err != nil {
		return nil, p.err
	}
	return &Published{List: l, Commitment: Commitment{Root: s.root, Entries: len(l.Entries)}, Value: s.figure, Seed: s.seed, results: in[p.results:p.end]}, nil
}

// matcher is a writer that wants to be written what it holds.
type matcher struct{ rest []byte }

func (m *matcher) Write(b []byte) (int, error) {
	n := 0
	for n < len(b) && n < len(m.rest) && b[n] == m.rest[n] {
		n++
	}
	m.rest = m.rest[n:]
	if n < len(b) {
		return n, ErrAltered
	}
	return n, nil
}

// stated is what a bundle says follows from its list.
type stated struct {
	root, figure, seed string
	witnesses          [2]string
}

// parser reads a bundle's lines; its first error stays.
type parser struct {
	rest         []byte
	read, line   int
	results, end int // where the results begin, and what follows them
	err          error
}

func (p *parser) fail() {
	if p.err == nil {
		p.err = fmt.Errorf("%w: line %d", ErrBundle, p.line)
	}
}

// next returns the rest of a line that begins with a word.
func (p *parser) next(word string) string {
	p.line++
	line, rest, ok := bytes.Cut(p.rest, []byte("\n"))
	if p.err != nil || !ok {
		p.fail()
		return ""
	}
	p.read += len(line) + 1
	p.rest = rest
	s, ok := strings.CutPrefix(string(line), word)
	if !ok {
		p.fail()
	}
	return s
}

func (p *parser) number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		p.fail()
	}
	return n
}

// many is a count of things that follow: no more than the text that is left can
// hold, if each takes as few bytes as it can.
func (p *parser) many(word string, shortest int) int {
	n := p.number(p.next(word))
	if n < 0 || n > len(p.rest)/shortest {
		p.fail()
		return 0
	}
	return n
}

// pair reads two numbers with a colon between.
func (p *parser) pair(s string) (a, b int) {
	left, right, ok := strings.Cut(s, ":")
	if !ok {
		p.fail()
	}
	return p.number(left), p.number(right)
}

func (p *parser) bundle() (l *List, s stated) {
	form := p.next("")
	if form != bundleForm && form != aheadForm {
		p.fail()
	}
	l = &List{Round: p.next("round "), Tie: Tie(p.next("tie "))}
	l.Due, l.Figure = p.date("due "), p.next("figure-of ")
	if form == aheadForm {
		for n := p.many("aheads ", shortestAhead); n > 0 && p.err == nil; n-- {
			rule, below, _ := strings.Cut(p.next("ahead "), " ")
			l.Ahead = append(l.Ahead, Ahead{Rule: rule, Below: p.number(below)})
		}
	}
	for range p.many("posts ", shortestPost) {
		l.Posts = append(l.Posts, p.post())
	}
	n := p.many("entries ", shortestEntry)
	l.Entries = make([]Entry, 0, n)
	for i := 0; i < n && p.err == nil; i++ {
		l.Entries = append(l.Entries, p.entry())
	}
	s.root, s.figure = p.next("root "), p.next("figure ")
	s.witnesses = p.witnesses()
	s.seed = p.next("seed ")
	p.results = p.read
	for i := 0; i < n && p.err == nil; i++ {
		p.next("result ")
	}
	p.end = p.read
	p.next("end ")
	return l, s
}

func (p *parser) post() (s Seats) {
	for i, part := range strings.Split(p.next("post "), " ") {
		switch i {
		case 0:
			s.ID = part
		case 1:
			s.Seats = p.number(part)
		default:
			if s.Reserved == nil {
				s.Reserved = map[int]int{}
			}
			g, n := p.pair(part)
			s.Reserved[g] = n
		}
	}
	return s
}

func (p *parser) witnesses() (w [2]string) {
	w[0], w[1], _ = strings.Cut(p.next("witnesses "), " ")
	return w
}

func (p *parser) date(word string) clock.Date {
	d, err := clock.ParseDate(p.next(word))
	if err != nil {
		p.fail()
	}
	return d
}

// list reads a line of a few words, and wishes after them.
func (p *parser) list(word string, words int) (before []string, all []Wish) {
	rest, found := p.next(word), true
	for len(before) < words && found {
		var one string
		one, rest, found = strings.Cut(rest, " ")
		before = append(before, one)
	}
	if len(before) < words {
		p.fail()
		return before, nil
	}
	for found && p.err == nil {
		var one string
		one, rest, found = strings.Cut(rest, " ")
		post, class := p.pair(one)
		all = append(all, Wish{Post: post, Class: class})
	}
	return before, all
}

func (p *parser) entry() (e Entry) {
	parts, wishes := p.list("entry ", 3)
	if p.err != nil {
		return e
	}
	e.Ticket, e.Group, e.Wishes = parts[0], p.number(parts[2]), wishes
	if parts[1] != "-" {
		if b, err := hex.DecodeString(parts[1]); err != nil || copy(e.Word[:], b) != len(b) || len(b) != len(e.Word) {
			p.fail()
		}
	}
	return e
}

// FirstResults reads what a bundle says of its draw: the post that each ticket
// got, "" for none.
func FirstResults(in []byte) (map[string]string, error) {
	p, err := ReadBundle(in)
	if err != nil {
		return nil, err
	}
	return p.Results()
}

// Results is the post that each ticket got by the draw, "" for none.
func (p *Published) Results() (map[string]string, error) {
	all := make(map[string]string, len(p.List.Entries))
	for line := range bytes.Lines(p.results) {
		parts := strings.Fields(string(line))
		if len(parts) != 4 {
			return nil, ErrBundle
		}
		if all[parts[1]] = parts[3]; parts[3] == "-" {
			all[parts[1]] = ""
		}
	}
	return all, nil
}
