package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits on a workbook.
const (
	maxDirectory = 4 << 20  // bytes read to find its parts
	maxTabs      = 256      // sheets
	maxStyles    = 64 << 10 // formats of cells
	maxStrings   = 64 << 20 // bytes that its texts take in memory
	stringCost   = 24       // bytes that a text takes beside its letters
)

// A workbook is an XLSX file: parts in an archive. It is read part by part and
// never as a whole, and no copy of it is left anywhere.
type workbook struct {
	parts   map[string]*zip.File // by name in lower case
	tabs    []tab
	texts   []string    // the texts that cells refer to
	styles  []styleKind // by number of format
	epoch   int
	stop    func() error
	strings string // the part with the texts
	formats string // the part with the formats
}

// A tab is one sheet of a workbook.
type tab struct {
	name   string
	part   string
	hidden bool
}

// styleKind says what a number format shows.
type styleKind uint8

const (
	stylePlain styleKind = iota
	styleDate
	styleTime
)

// openWorkbook reads all of a workbook but its sheets.
func openWorkbook(in io.ReaderAt, size int64, stop func() error) (*workbook, error) {
	// The archive's directory is read before anything bounds it.
	once := &bounded{in: in, left: maxDirectory}
	archive, err := zip.NewReader(once, size)
	if err != nil {
		if once.left < 0 {
			return nil, ErrTooLarge
		}
		return nil, ErrNotReadable.Because(err)
	}
	once.open = true
	w := &workbook{parts: make(map[string]*zip.File, len(archive.File)), stop: stop}
	for _, f := range archive.File {
		name := partName(f.Name)
		if w.parts[name] != nil {
			return nil, ErrNotReadable // two parts of one name: who knows which is shown
		}
		w.parts[name] = f
	}
	if w.parts["xl/workbook.bin"] != nil || w.parts["content.xml"] != nil {
		return nil, ErrFormat // a binary workbook, or OpenDocument
	}
	if err := w.readTabs(); err != nil {
		return nil, err
	}
	if err := w.readStyles(); err != nil {
		return nil, err
	}
	return w, w.readTexts()
}

// bounded gives so many bytes in all until it is open.
type bounded struct {
	in   io.ReaderAt
	left int64
	open bool
}

func (b *bounded) ReadAt(p []byte, off int64) (int, error) {
	if !b.open {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, ErrTooLarge
		}
	}
	return b.in.ReadAt(p, off)
}

// partName returns a part's name in the one spelling that is compared.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// each calls f for every element of a part that begins.
func (w *workbook) each(part string, f func(*xmlPart, xml.StartElement) error) error {
	file := w.parts[part]
	if file == nil {
		return ErrNotReadable
	}
	p, err := openPart(file, w.stop)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }() // nothing was written
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := f(p, e); err != nil {
				return err
			}
		}
	}
}

// relations returns what a part refers to, by the reference, and by the last
// word of what it is.
func (w *workbook) relations(part string) (targets, byType map[string]string, err error) {
	dir, base := path.Split(part)
	rels := dir + "_rels/" + base + ".rels"
	targets, byType = map[string]string{}, map[string]string{}
	if w.parts[rels] == nil {
		return targets, byType, nil
	}
	err = w.each(rels, func(_ *xmlPart, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || attr(e, "TargetMode") == "External" {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		if len(targets) > maxStyles {
			return ErrTooLarge
		}
		kind := path.Base(attr(e, "Type"))
		if kind == "worksheet" || kind == "chartsheet" || kind == "dialogsheet" || kind == "xlMacrosheet" {
			targets[attr(e, "Id")] = kind + ":" + partName(target)
		}
		byType[kind] = partName(target)
		return nil
	})
	return targets, byType, err
}

// readTabs finds the workbook's sheets and its other parts.
func (w *workbook) readTabs() error {
	_, roots, err := w.relations("")
	if err != nil {
		return err
	}
	main := roots["officeDocument"]
	if main == "" {
		main = "xl/workbook.xml"
	}
	if w.parts[main] == nil {
		return ErrFormat // an archive, and no workbook
	}
	targets, others, err := w.relations(main)
	if err != nil {
		return err
	}
	w.strings, w.formats = others["sharedStrings"], others["styles"]
	return w.each(main, func(_ *xmlPart, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if truth(e, "date1904") {
				w.epoch = epoch1904
			}
		case "sheet":
			kind, part, _ := strings.Cut(targets[relation(e)], ":")
			if kind != "worksheet" {
				return nil // a sheet of charts or of programs has no cells
			}
			if len(w.tabs) == maxTabs {
				return ErrTooLarge
			}
			state := attr(e, "state")
			w.tabs = append(w.tabs, tab{name: cut(prose(attr(e, "name")), 128), part: part, hidden: state == "hidden" || state == "veryHidden"})
		}
		return nil
	})
}

// relation returns the reference by which a sheet's part is found.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// readStyles finds which formats show a number as a day or an hour.
func (w *workbook) readStyles() error {
	if w.parts[w.formats] == nil {
		return nil
	}
	custom := map[int]styleKind{}
	within := false
	return w.each(w.formats, func(_ *xmlPart, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil && len(custom) < maxStyles {
				custom[id] = patternKind(attr(e, "formatCode"))
			}
		case "cellXfs":
			within = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			within = false
		case "xf":
			if !within {
				return nil
			}
			if len(w.styles) == maxStyles {
				return ErrTooLarge
			}
			id, err := strconv.Atoi(attr(e, "numFmtId"))
			kind, known := custom[id]
			if err == nil && !known {
				kind = builtIn(id)
			}
			w.styles = append(w.styles, kind)
		}
		return nil
	})
}

// builtIn returns what a built-in number format shows.
func builtIn(id int) styleKind {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return styleDate
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return styleTime
	}
	return stylePlain
}

// patternKind returns what a format's code shows, outside of quoted text and
// of colours and conditions in brackets. Only the first of its sections counts:
// the others are for negative numbers, zero and text.
func patternKind(code string) styleKind {
	kind := stylePlain
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch b := code[i]; {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\\', b == '_', b == '*':
			i++
		case b == '[':
			bracket = true
			if rest := strings.ToLower(code[i:]); strings.HasPrefix(rest, "[h") || strings.HasPrefix(rest, "[m]") || strings.HasPrefix(rest, "[mm]") || strings.HasPrefix(rest, "[s") {
				kind = styleTime
			}
		case b == ']':
			bracket = false
		case bracket:
		case b == ';':
			return kind
		case strings.IndexByte("yYdD", b) >= 0, b == 'e' && i > 0 && code[i-1] != '0' && code[i-1] != '#':
			return styleDate
		case strings.IndexByte("hHsS", b) >= 0:
			kind = styleTime
		case b == 'm' || b == 'M':
			if kind == stylePlain {
				kind = styleDate // a month alone; where there are hours, minutes
			}
		case b == 'G' || b == 'g': // General
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += len("general") - 1
			}
		}
	}
	return kind
}

// readTexts reads the texts that cells refer to.
func (w *workbook) readTexts() error {
	if w.parts[w.strings] == nil {
		return nil
	}
	size := 0
	return w.each(w.strings, func(p *xmlPart, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := p.runs()
		if err != nil {
			return err
		}
		if size += len(text) + stringCost; size > maxStrings {
			return ErrTooLarge
		}
		w.texts = append(w.texts, text)
		return nil
	})
}

// runs returns the text of an element that has just begun, put together from
// its runs. How a word is spoken, which East Asian workbooks keep beside it, is
// no part of it.
func (p *xmlPart) runs() (string, error) {
	var b strings.Builder
	for depth := 1; depth > 0; {
		t, err := p.next()
		if err != nil {
			return "", unended(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				text, err := p.text()
				if err != nil {
					return "", err
				}
				keep(&b, []byte(text))
			case "rPh", "phoneticPr":
				if err := p.skip(); err != nil {
					return "", err
				}
			default:
				depth++
			}
		case xml.EndElement:
			depth--
		}
	}
	return cut(unescape(b.String()), maxKept+1), nil
}

// unescape returns the text with signs that XML cannot hold, which a workbook
// writes as _x000D_.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "_x")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if len(rest) >= 5 && rest[4] == '_' {
			if n, err := strconv.ParseUint(rest[:4], 16, 16); err == nil && utf8.ValidRune(rune(n)) {
				b.WriteRune(rune(n))
				s = rest[5:]
				continue
			}
		}
		b.WriteString("_x")
		s = rest
	}
}

// encrypted reports whether an old container holds a workbook under a password.
func encrypted(in io.Reader) bool {
	var sign []byte
	for _, r := range "EncryptedPackage" {
		sign = append(sign, byte(r), 0)
	}
	buf := make([]byte, chunkSize)
	kept := 0
	for {
		n, err := in.Read(buf[kept:])
		if bytes.Contains(buf[:kept+n], sign) {
			return true
		}
		if err != nil {
			return false
		}
		chunk := buf[:kept+n]
		kept = copy(buf, chunk[max(0, len(chunk)-len(sign)+1):])
	}
}
