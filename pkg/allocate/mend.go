package allocate

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// Change is something that happened to a bundle on its way, and that does not
// touch what it says.
type Change string

// The changes that are recognised.
const (
	ChangeMark     Change = "a byte order mark stands before it"
	ChangeUTF16    Change = "it was written as UTF-16"
	ChangeLineEnds Change = "its lines end otherwise (CRLF)"
	ChangeQuoted   Change = "a mail program wrote it as quoted-printable"
	ChangeReplied  Change = "a mail program put > before its lines"
	ChangeAround   Change = "there is other text before or after it"
	ChangeSpaces   Change = "spaces were added to lines, or changed"
	ChangeWrapped  Change = "long lines were broken"
	ChangeBlank    Change = "empty lines were added"
	ChangeHex      Change = "hexadecimal letters are capitals"
	ChangeLastLine Change = "the end of its last line is missing"
)

// Inspect verifies a bundle as it came: where it was changed on its way in a
// manner that leaves what it says, it says how, and verifies what it says. The
// error says what does not hold.
func Inspect(r io.Reader) (*Verified, []Change, error) {
	in, err := readBundle(r)
	if err != nil {
		return nil, nil, err
	}
	v, plain := verify(in)
	if plain == nil {
		return v, nil, nil
	}
	out, changes := mend(in)
	if len(changes) == 0 {
		return nil, nil, plain
	}
	v, err = verify(out)
	return v, changes, err
}

// mend takes back what mail programs and editors do to text, and tells what it
// found.
func mend(in []byte) ([]byte, []Change) {
	m := &mender{text: in}
	m.encoding()
	m.step(ChangeLineEnds, func(b []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	})
	m.step(ChangeReplied, unquoteReply)
	m.step(ChangeQuoted, unquotePrintable)
	m.lines()
	return m.text, m.changes
}

type mender struct {
	text    []byte
	changes []Change
}

func (m *mender) note(c Change) {
	if !slices.Contains(m.changes, c) {
		m.changes = append(m.changes, c)
	}
}

func (m *mender) step(c Change, f func([]byte) []byte) {
	if out := f(m.text); !bytes.Equal(out, m.text) {
		m.text = out
		m.note(c)
	}
}

func (m *mender) encoding() {
	big := bytes.HasPrefix(m.text, []byte{0xFE, 0xFF})
	if big || bytes.HasPrefix(m.text, []byte{0xFF, 0xFE}) {
		units := make([]uint16, 0, len(m.text)/2)
		for i := 2; i+1 < len(m.text); i += 2 {
			a, b := uint16(m.text[i]), uint16(m.text[i+1])
			if big {
				a, b = b, a
			}
			units = append(units, a|b<<8)
		}
		m.text = []byte(string(utf16.Decode(units)))
		m.note(ChangeUTF16)
	}
	m.step(ChangeMark, func(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\ufeff")) })
}

// unquoteReply takes the > away that a reply puts before every line.
func unquoteReply(b []byte) []byte {
	at := bytes.Index(b, []byte(bundleForm))
	if at < 1 {
		return b
	}
	from := 1 + bytes.LastIndexByte(b[:at], '\n')
	mark := bytes.TrimSpace(b[from:at])
	if len(mark) == 0 || len(bytes.Trim(mark, "> ")) > 0 {
		return b
	}
	var out []byte
	for line := range bytes.Lines(b) {
		out = append(out, bytes.TrimLeft(line, "> ")...)
	}
	return out
}

var escaped = regexp.MustCompile(`=([0-9A-F]{2}|[ \t]*\n)`)

// unquotePrintable decodes a text in which a mail program wrote some bytes as
// =XX and broke lines with = at their ends.
func unquotePrintable(b []byte) []byte {
	if !escaped.Match(b) {
		return b
	}
	out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b)))
	if err != nil {
		return b
	}
	return bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))
}

// lines brings the lines to their form: those around the bundle and empty ones
// go, spaces are single, broken lines are joined, hexadecimal letters small.
func (m *mender) lines() {
	var out []byte
	begun, ended := false, false
	for raw := range bytes.Lines(m.text) {
		whole := bytes.HasSuffix(raw, []byte("\n"))
		line := string(bytes.TrimSuffix(raw, []byte("\n")))
		text := strings.Join(strings.Fields(line), " ")
		word, rest, _ := strings.Cut(text, " ")
		switch {
		case !begun && text != bundleForm && text != aheadForm, ended && !follows(word):
			if text != "" {
				m.note(ChangeAround)
			} else {
				m.note(ChangeBlank)
			}
			continue
		case text == "":
			m.note(ChangeBlank)
			continue
		}
		if text != line {
			m.note(ChangeSpaces)
		}
		if !whole {
			m.note(ChangeLastLine)
		}
		if begun && !keyword(word) { // what a mail program broke off the line before
			m.note(ChangeWrapped)
			last := 1 + bytes.LastIndexByte(bytes.TrimSuffix(out, []byte("\n")), '\n')
			joined := string(bytes.TrimSuffix(out[last:], []byte("\n"))) + " " + text
			out, text = out[:last], joined
			word, rest, _ = strings.Cut(text, " ")
		}
		begun, ended = true, word == "end" && (len(rest) == 64 || ended)
		if small := smallHex(word, rest); small != text {
			m.note(ChangeHex)
			text = small
		}
		out = append(append(out, text...), '\n')
	}
	if len(out) > 0 {
		m.text = out
	}
}

// follows reports whether a word begins what may follow the end of a section.
func follows(word string) bool { return word == "pass" || word == "correction" }

// keyword reports whether a word begins a line of a bundle.
func keyword(word string) bool {
	switch word {
	case bundleForm, aheadForm, "round", "tie", "due", "figure-of", "aheads", "ahead", "posts", "post", "entries", "entry", "root", "figure", "witnesses", "seed", "result", "end",
		"pass", "of", "on", "because", "takes", "take", "given", "correction", "wronged", "wrong":
		return true
	}
	return false
}

var capitals = regexp.MustCompile(`^[0-9A-Fa-f]+$`)

// smallHex writes the hexadecimal words of a line with small letters.
func smallHex(word, rest string) string {
	at := -1
	switch word {
	case "root", "seed", "end", "of":
		at = 0
	case "entry", "result":
		at = 1
	}
	words := strings.Split(rest, " ")
	if at < 0 {
		return strings.TrimSuffix(word+" "+rest, " ")
	}
	if at < len(words) && (len(words[at]) == 64 || len(words[at]) == 16) && capitals.MatchString(words[at]) {
		words[at] = strings.ToLower(words[at])
	}
	return strings.TrimSuffix(word+" "+strings.Join(words, " "), " ")
}

// Found is what a bundle says of one ticket.
type Found struct {
	Entry  Entry
	Number string   // hex; "" where each post has its own
	Got    []string // by the draw, then by each pass: the post, or ""
	Passes []int    // the pass of each; 1 is the draw
}

// Find returns what the bundle says of a ticket, and false where it has none.
func (v *Verified) Find(ticket string) (f Found, ok bool) {
	i, ok := v.List.find(ticket)
	if !ok {
		return f, false
	}
	f.Entry = v.List.Entries[i]
	if v.Numbers != nil {
		f.Number = hexNumber(v.Numbers[i])
	}
	got := func(c int, wishes []Wish, posts []Seats, pass int) {
		at := ""
		if c != None {
			at = posts[wishes[c].Post].ID
		}
		f.Got, f.Passes = append(f.Got, at), append(f.Passes, pass)
	}
	got(v.Got[i], f.Entry.Wishes, v.List.Posts, 1)
	for _, g := range v.Passes {
		if j := slices.IndexFunc(g.Takes, func(t Taking) bool { return t.Ticket == ticket }); j >= 0 {
			got(g.Got[j], g.Takes[j].Wishes, g.Posts, g.N)
		}
	}
	return f, true
}

// Holds reports whether a receipt's word and nonce are what a ticket's entry was
// committed with.
func (f Found) Holds(word, nonce string) bool { return f.Entry.Word == NewWord(word, nonce) }
