package sheet

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Encoding names how a sheet's text is written.
type Encoding string

// The encodings that are read.
const (
	UTF8    Encoding = "utf-8"
	UTF8BOM Encoding = "utf-8-sig"
	GB18030 Encoding = "gb18030"
	UTF16   Encoding = "utf-16" // with a byte-order mark
	XLSX    Encoding = "xlsx"
)

const (
	byteOrderMark = "\xef\xbb\xbf"
	chunkSize     = 256 << 10
)

// A survey is what reading a text through once has found.
type survey struct {
	encoding Encoding
	// goodLines says that whole lines of UTF-8 beyond ASCII stand before the
	// first fault, so that a text which is no GB18030 sheet either is damaged
	// UTF-8 rather than an unknown sheet.
	goodLines bool
	numbers   roundings
}

// surveyText decides the encoding by the validity of the whole content, since
// the first bytes prove nothing: 统一 in GB18030 is also valid UTF-8. It leaves
// the reader at the end.
func surveyText(r io.ReadSeeker) (survey, error) {
	var found survey
	var mark [2]byte
	if _, err := io.ReadFull(r, mark[:]); err == nil && (mark == [2]byte{0xff, 0xfe} || mark == [2]byte{0xfe, 0xff}) {
		text, err := decode(r, UTF16)
		if err != nil {
			return survey{}, err
		}
		found.encoding = UTF16
		return found, scanDecoded(io.TeeReader(text, &found.numbers))
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return survey{}, err
	}
	utf8Text, marked, goodLines, err := scanUTF8(io.TeeReader(r, &found.numbers))
	switch {
	case err != nil:
		return survey{}, err
	case utf8Text && marked:
		found.encoding = UTF8BOM
		return found, nil
	case utf8Text:
		found.encoding = UTF8
		return found, nil
	case marked:
		return survey{}, ErrEncoding
	}
	found = survey{encoding: GB18030, goodLines: goodLines}
	text, err := decode(r, GB18030)
	if err != nil {
		return survey{}, err
	}
	return found, scanDecoded(io.TeeReader(text, &found.numbers))
}

// A roundings counts the identity numbers of a text, and those that end as a
// spreadsheet leaves a number of 18 digits of which it kept 15. A few such
// numbers are real ones: one of a thousand persons has 000 at the end.
type roundings struct {
	run     int // digits in a row up to here
	zeros   int // of which zeros at the end
	numbers int
	rounded int
}

// lostEnd is how an identity number ends that a spreadsheet has rounded.
const lostEnd = "000"

// Write counts a part of a text.
func (n *roundings) Write(p []byte) (int, error) {
	for _, b := range p {
		if b >= '0' && b <= '9' {
			n.run++
			if n.zeros++; b != '0' {
				n.zeros = 0
			}
			continue
		}
		if n.run == 18 || n.run == 17 && (b == 'X' || b == 'x') {
			if n.numbers++; n.run == 18 && n.zeros >= len(lostEnd) {
				n.rounded++
			}
		}
		n.run, n.zeros = 0, 0
	}
	return len(p), nil
}

// spread reports whether more numbers end in zeros than chance explains.
func (n *roundings) spread() bool {
	return n.rounded > 0 && (n.rounded == n.numbers || n.rounded > 2 && n.rounded*50 > n.numbers)
}

// scanUTF8 reads to the end or to the first byte that is not UTF-8. It reports
// whether all is valid, whether a byte-order mark leads, and whether at least
// one whole line with signs beyond ASCII was valid.
func scanUTF8(r io.Reader) (valid, marked, goodLines bool, err error) {
	buf := make([]byte, chunkSize)
	kept, first := 0, true
	for {
		n, err := io.ReadFull(r, buf[kept:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return false, false, false, err
		}
		last := err != nil
		chunk := buf[:kept+n]
		marked = marked || first && bytes.HasPrefix(chunk, []byte(byteOrderMark))
		whole := chunk
		if !last {
			whole = chunk[:len(chunk)-unfinished(chunk)]
		}
		if !utf8.Valid(whole) {
			return false, marked, !first || lineBeforeFault(whole), nil
		}
		if last {
			return true, marked, false, nil
		}
		kept, first = copy(buf, chunk[len(whole):]), false
	}
}

// unfinished returns how many bytes at the end begin a rune they do not end.
func unfinished(b []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if tail := b[len(b)-back:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return back
		}
	}
	return 0
}

// lineBeforeFault reports whether the first line is valid UTF-8 beyond ASCII.
func lineBeforeFault(b []byte) bool {
	line, _, found := bytes.Cut(b, []byte{'\n'})
	return found && utf8.Valid(line) && utf8.RuneCount(line) < len(line)
}

// scanDecoded reads to the end and returns ErrEncoding if anything in the text
// could not be decoded.
func scanDecoded(decoded io.Reader) error {
	buf := make([]byte, chunkSize)
	kept := 0
	for {
		n, err := decoded.Read(buf[kept:])
		chunk := buf[:kept+n]
		if bytes.Contains(chunk, []byte("\uFFFD")) {
			return ErrEncoding
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		kept = copy(buf, chunk[max(0, len(chunk)-2):])
	}
}

// decode returns the text from its beginning as UTF-8 without a byte-order mark.
func decode(r io.ReadSeeker, e Encoding) (io.Reader, error) {
	start := int64(0)
	if e == UTF8BOM {
		start = int64(len(byteOrderMark))
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return nil, err
	}
	switch e {
	case GB18030:
		return simplifiedchinese.GB18030.NewDecoder().Reader(r), nil
	case UTF16:
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(r), nil
	}
	return r, nil
}
