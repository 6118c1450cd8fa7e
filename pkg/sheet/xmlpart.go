package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// The limits on a part of a workbook. A part is read as a stream, so that its
// size costs time and no memory; a single text or tag is held in memory.
const (
	maxPart = 1 << 30   // bytes that a part unpacks to
	maxText = 128 << 10 // bytes of text between two tags; the rest is passed over
	maxTag  = 64 << 10  // bytes of a tag
)

// xmlPart reads the tags of one part of a workbook, one by one.
type xmlPart struct {
	*xml.Decoder
	unpacked io.Closer
	guard    *guard
}

// openPart begins to read a part. Stop, asked again and again, ends the reading.
func openPart(file *zip.File, stop func() error) (*xmlPart, error) {
	unpacked, err := file.Open()
	if err != nil {
		return nil, ErrNotReadable.Because(err)
	}
	g := &guard{in: &limited{in: unpacked, left: maxPart, stop: stop}, buf: make([]byte, 0, 32<<10)}
	d := xml.NewDecoder(g)
	d.Strict = false // a text that was cut may end amid an entity
	return &xmlPart{Decoder: d, unpacked: unpacked, guard: g}, nil
}

// close frees the part.
func (p *xmlPart) close() error { return p.unpacked.Close() }

// next returns the next tag or text as it stands, io.EOF after the last.
func (p *xmlPart) next() (xml.Token, error) {
	p.guard.tag = 0
	t, err := p.RawToken()
	if err == nil || errors.Is(err, io.EOF) {
		return t, err
	}
	if p.guard.err != nil && !errors.Is(p.guard.err, io.EOF) {
		return nil, p.guard.err
	}
	return nil, ErrNotReadable.Because(err)
}

// skip reads on to the end of the element that has just begun.
func (p *xmlPart) skip() error {
	for depth := 1; depth > 0; {
		t, err := p.next()
		if err != nil {
			return unended(err)
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// text returns the text of the element that has just begun, without that of
// elements in it, and cut to what is kept.
func (p *xmlPart) text() (string, error) {
	var b strings.Builder
	for depth := 1; depth > 0; {
		t, err := p.next()
		if err != nil {
			return "", unended(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 1 {
				keep(&b, t)
			}
		}
	}
	return b.String(), nil
}

// keep adds a text as far as there is room.
func keep(b *strings.Builder, text []byte) {
	if room := maxText - b.Len(); room > 0 {
		b.Write(text[:min(room, len(text))])
	}
}

// unended turns an end that comes amid an element into a fault.
func unended(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrNotReadable.Because(io.ErrUnexpectedEOF)
	}
	return err
}

// attr returns the value of an attribute, whatever its prefix.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// truth reports whether an attribute says yes.
func truth(e xml.StartElement, name string) bool {
	v := attr(e, name)
	return v == "1" || v == "true" || v == "on"
}

// limited gives as many bytes as a part may have, and asks whether to go on.
type limited struct {
	in   io.Reader
	left int64
	stop func() error
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.stop(); err != nil {
		return 0, err
	}
	n, err := l.in.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// guard bounds what the decoder has to hold in memory: of a text between two
// tags it passes on no more than maxText bytes, and a tag may have maxTag.
type guard struct {
	in    io.Reader
	buf   []byte
	at    int
	err   error
	inTag bool
	tag   int // bytes of tags since the last token
	text  int // bytes of the present text
}

// ReadByte is what the decoder calls; it makes no buffer of its own then.
func (g *guard) ReadByte() (byte, error) {
	for {
		if g.at == len(g.buf) {
			if err := g.fill(); err != nil {
				return 0, err
			}
		}
		b := g.buf[g.at]
		g.at++
		switch {
		case b == '<' && !g.inTag:
			g.inTag, g.text = true, 0
		case g.inTag:
			if g.tag++; g.tag > maxTag {
				g.err = ErrNotReadable
				return 0, g.err
			}
			g.inTag = b != '>'
		default:
			// Text is cut where a letter begins, for half a letter is no UTF-8.
			if g.text++; g.text > maxText && (g.text > maxText+4 || b < 0x80 || b >= 0xc0) {
				g.text = maxText + 5
				continue
			}
		}
		return b, nil
	}
}

// fill reads the next bytes of the part.
func (g *guard) fill() error {
	if g.err != nil {
		return g.err
	}
	n, err := g.in.Read(g.buf[:cap(g.buf)])
	g.buf, g.at = g.buf[:n], 0
	if n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	if err != nil {
		g.err = err
	}
	if n == 0 {
		return g.err
	}
	return nil
}

// Read is there for the decoder's sake, which wants a whole reader.
func (g *guard) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := g.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}
