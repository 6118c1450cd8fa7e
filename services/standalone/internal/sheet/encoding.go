package sheet

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Encoding names how a sheet's text is written.
type Encoding string

// The encodings that are read.
const (
	UTF8    Encoding = "utf-8"
	UTF8BOM Encoding = "utf-8-sig"
	GB18030 Encoding = "gb18030"
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
}

// surveyText decides the encoding by the validity of the whole content, since
// the first bytes prove nothing: 统一 in GB18030 is also valid UTF-8. It leaves
// the reader at the end.
func surveyText(r io.ReadSeeker, start int64) (survey, error) {
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return survey{}, err
	}
	utf8Text, marked, goodLines, err := scanUTF8(r)
	switch {
	case err != nil:
		return survey{}, err
	case utf8Text && marked:
		return survey{encoding: UTF8BOM}, nil
	case utf8Text:
		return survey{encoding: UTF8}, nil
	case marked:
		return survey{}, ErrEncoding
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return survey{}, err
	}
	if err := scanGB18030(r); err != nil {
		return survey{}, err
	}
	return survey{encoding: GB18030, goodLines: goodLines}, nil
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

// scanGB18030 reads to the end and returns ErrEncoding if anything in the text
// is not GB18030.
func scanGB18030(r io.Reader) error {
	decoded := simplifiedchinese.GB18030.NewDecoder().Reader(r)
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

// decode returns the text as UTF-8 without a byte-order mark.
func decode(r io.ReadSeeker, start int64, e Encoding) (io.Reader, error) {
	if e == UTF8BOM {
		start += int64(len(byteOrderMark))
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return nil, err
	}
	if e == GB18030 {
		return simplifiedchinese.GB18030.NewDecoder().Reader(r), nil
	}
	return r, nil
}
