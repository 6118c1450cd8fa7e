package sheet

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Skip is what a row is that has no data and was recognised as such.
type Skip string

// The rows without data.
const (
	SkipTitle     Skip = "title"     // above the header, or a caption over a group of rows
	SkipHeader    Skip = "header"    // the header once more, as on each page
	SkipNumbering Skip = "numbering" // the columns' numbers below the header
	SkipSum       Skip = "sum"
	SkipSignature Skip = "signature" // who filled in, checked, sealed
	SkipNote      Skip = "note"
	SkipExample   Skip = "example" // how to fill in
	SkipEmpty     Skip = "empty"   // nothing in any column that is known, such as a row with its number alone
)

// maxAbove is how many rows a header is looked for in.
const maxAbove = 60

// recent is what is known of the rows before the present one.
type recent struct {
	rows  int  // of any kind since the header
	other bool // a table of another kind has begun
	notes bool // a note or a signature was the last row
}

// readHeader looks for the header in the first rows: below titles, as one row or
// as two of which the upper one's cells stand over several of the lower. Where
// there is none, the error is that of the row that comes nearest.
func (r *Reader) readHeader(epoch int, rounded bool) error {
	var above []record
	var nearest error
	missing := 1000
	for len(above) < maxAbove {
		rec, err := r.source.next()
		if errors.Is(err, io.EOF) {
			r.ended = err
			break
		}
		if err != nil {
			return err
		}
		if rec.hidden {
			r.leave(Unread{Line: rec.line, Rows: 1}, ErrRowHidden)
			continue
		}
		if rec.blank() {
			continue
		}
		head, err := newHeader(rec.cells)
		if errors.Is(err, ErrHeaderMissing) && len(above) > 0 {
			if two, err2 := newHeader(joinRows(above[len(above)-1], rec)); !errors.Is(err2, ErrHeaderMissing) {
				head, err = two, err2
				above = above[:len(above)-1]
			}
		}
		if err == nil {
			head.epoch, head.rounded = epoch, rounded && !head.mended
			r.head = head
			r.above(above)
			return nil
		}
		if n := strings.Count(asFault(err).Detail["missing"], "、"); nearest == nil || asFault(err).Detail["missing"] != "" && n < missing || !errors.Is(err, ErrHeaderMissing) {
			nearest = asFault(err).With("line", strconv.Itoa(rec.line))
			if asFault(err).Detail["missing"] != "" {
				missing = n
			}
			if !errors.Is(err, ErrHeaderMissing) {
				return nearest
			}
		}
		above = append(above, rec)
	}
	if nearest == nil {
		return ErrEmpty
	}
	if r.tab != "" && r.ended != nil && !slices.ContainsFunc(above, record.inTable) {
		return ErrProse
	}
	return nearest
}

// inTable reports whether a row may be one of a table: it has three cells or
// more, or a number that a person or a firm has.
func (rec record) inTable() bool {
	filled := 0
	for _, c := range rec.cells {
		text := squeeze(c)
		if text != "" {
			filled++
		}
		if personNumber.MatchString(text) {
			return true
		}
	}
	return filled > 2
}

// joinRows makes one header of two rows: a lower cell that is a column by itself
// or below its upper one counts, else the upper.
func joinRows(upper, lower record) []string {
	width := max(len(upper.cells), len(lower.cells))
	out := make([]string, width)
	over := ""
	for i := range width {
		var u, l string
		if i < len(upper.cells) {
			u = upper.cells[i]
		}
		if i < len(lower.cells) {
			l = lower.cells[i]
		}
		if strings.TrimSpace(u) != "" {
			over = u
		}
		switch {
		case isColumn(canonical(over + l)):
			out[i] = over + l
		case isColumn(canonical(l)) || strings.TrimSpace(u) == "":
			out[i] = l
		default:
			out[i] = u
		}
	}
	return out
}

// above judges the rows above the header: titles, but for one that is as full
// as a row of data.
func (r *Reader) above(rows []record) {
	for _, rec := range rows {
		if r.full(rec) {
			r.leave(Unread{Line: rec.line, Rows: 1}, ErrAboveHeader)
			continue
		}
		r.skip(SkipTitle)
	}
}

// personNumber is a number that a row of data has and a title has not.
var personNumber = regexp.MustCompile(`^(?:[1-9]\d{16}[\dXx]|[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10})$`)

// full reports whether a row above the header looks like data.
func (r *Reader) full(rec record) bool {
	filled := 0
	for _, c := range rec.cells {
		text := squeeze(c)
		if text == "" {
			continue
		}
		if filled++; personNumber.MatchString(text) {
			return true
		}
		if strings.ContainsAny(text, ":：") {
			return false
		}
	}
	return filled >= len(r.head.shape.required)
}

func (r *Reader) skip(what Skip) {
	if r.skipped == nil {
		r.skipped = map[Skip]int{}
	}
	r.skipped[what]++
}

// data reports whether a record is a row of data, and keeps count of others.
func (r *Reader) data(rec record) bool {
	if rec.blank() {
		return false
	}
	if rec.hidden {
		r.leave(Unread{Line: rec.line, Rows: 1}, ErrRowHidden)
		return false
	}
	r.recent.rows++
	if heading := r.heading(rec); heading != noHeading {
		if r.recent.other = heading == otherHeading; !r.recent.other {
			r.skip(SkipHeader)
			return false
		}
	}
	if r.recent.other {
		r.leave(Unread{Line: rec.line, Rows: 1}, ErrSecondTable)
		return false
	}
	what := r.skips(rec)
	r.recent.notes = what == SkipNote || what == SkipSignature
	if what != "" {
		r.skip(what)
		return false
	}
	return true
}

// heading is whether a row among the data is a header.
type heading uint8

const (
	noHeading heading = iota
	sameHeading
	otherHeading
)

// heading compares a row with the header. A header with other columns, or with
// the same in another order, begins a table that is not this one.
func (r *Reader) heading(rec record) heading {
	columns := 0
	same := true
	for i, c := range rec.cells {
		if c == "" || len(c) > 100 {
			continue
		}
		name := ""
		if c[0] >= utf8.RuneSelf || c[0] <= '*' { // a column's name begins with a Chinese character, or with a mark
			name = canonical(c)
		}
		if isColumn(name) {
			columns++
		}
		if i < len(r.head.known) && r.head.known[i] && name != canonical(r.head.cells[i]) {
			same = false
		}
		if columns == 0 && i >= len(r.head.cells)/2 {
			return noHeading
		}
	}
	if columns < 3 {
		return noHeading
	}
	if same {
		return sameHeading
	}
	if _, err := recognise(rec.cells); err == nil {
		return otherHeading
	}
	return noHeading
}

var (
	sums      = regexp.MustCompile(`^(?:本页|本表|全县|全市|全乡|全镇|累计)?(?:合计|小计|总计|共计|累计|总数|总人数)(?:[（(][^)）]*[)）])?(?:[:：].*|\d+[人户名个套元]?)?$`)
	signs     = regexp.MustCompile(`^(?:单位|主要|分管|部门|科室)?(?:填表|制表|填报|审核|复核|审批|负责|经办|联系|校对|统计|登记|报送|录入)(?:人|人员|员|单位|部门|日期|时间|人签字|人签名)?(?:[（(][^)）]*[)）])?(?:[:：].*)?$`)
	seals     = regexp.MustCompile(`^(?:[（(]?(?:单位)?(?:盖章|公章|签章|印章|签字盖章)[)）]?|(?:领导|负责人|本人|审核人)?签[字名](?:[（(].*[)）])?|日期|年月日|\d{4}年\d{1,2}月\d{1,2}日|单位盖章|单位负责人|联系电话|制表单位)(?:[:：].*)?$|.*[（(](?:单位)?(?:盖章|公章|签章)[)）]$`)
	remarks   = regexp.MustCompile(`^(?:备注|注|附注|说明|填表说明|填报说明|注意事项|填写说明|提示|附)[:：\d].*|^(?:备注|注|说明|填表说明|注意事项)$`)
	listed    = regexp.MustCompile(`^(?:[（(]?[\d一二三四五六七八九十]{1,2}[)）、.．])\D`)
	bracketed = regexp.MustCompile(`^[（(【〔].+[)）】〕][。.]?$`)
	examples  = regexp.MustCompile(`^[（(]?(?:例|示例|样例|范例|填写示例|填表示例)[)）:：]|^(?:示例|样例|范例|填写示例|填表示例)$`)
	serialNum = regexp.MustCompile(`^[（(]?\d{1,3}[)）]?$`)
)

// skips returns what a row without data is, or nothing for a row of data. A row
// that has most of what its kind needs is data, whatever word it begins with,
// but for an example and for a row that is signatures throughout.
func (r *Reader) skips(rec record) Skip {
	have := 0
	for _, i := range r.head.needed {
		if i < len(rec.cells) && strings.TrimSpace(rec.cells[i]) != "" {
			have++
		}
	}
	first := ""
	for _, c := range rec.cells {
		if first = squeeze(c); first != "" {
			break
		}
	}
	switch {
	case strings.ContainsAny(first, "例范") && examples.MatchString(first):
		return SkipExample
	case r.recent.rows == 1 && r.numbering(rec):
		return SkipNumbering
	case strings.ContainsAny(first, ":：章签表审核责办") && signature(rec):
		return SkipSignature
	case have*2 > len(r.head.needed) || rec.fault != nil:
		return ""
	}
	return r.partial(rec, first)
}

// partial is skips for a row that has little of what its kind needs.
func (r *Reader) partial(rec record, first string) Skip {
	filled, known, sum := 0, 0, false
	for i, c := range rec.cells {
		text := squeeze(c)
		if text == "" {
			continue
		}
		filled++
		if i >= len(r.head.known) || r.head.known[i] {
			known++
		}
		sum = sum || len(text) < 60 && sums.MatchString(text)
	}
	switch {
	case sum:
		return SkipSum
	case remarks.MatchString(first):
		return SkipNote
	case signs.MatchString(first), seals.MatchString(first):
		return SkipSignature
	case filled == 1 && (r.recent.notes && len(first) > 12 || listed.MatchString(first) || bracketed.MatchString(first) || len(first) > 60):
		return SkipNote
	case filled == 1 && r.wide(rec):
		return SkipTitle
	case known == 0:
		return SkipEmpty
	}
	return ""
}

// signature reports whether every cell of the row says who signs or seals, or
// has a word and a colon, as rows of signatures have however wide they are.
func signature(rec record) bool {
	found := false
	for _, c := range rec.cells {
		text := squeeze(c)
		if text == "" {
			continue
		}
		signed := len(text) < 200 && (signs.MatchString(text) || seals.MatchString(text))
		if !signed && !strings.ContainsAny(text, ":：") {
			return false
		}
		found = found || signed
	}
	return found
}

// numbering reports whether the row has the columns' numbers, one after another.
func (r *Reader) numbering(rec record) bool {
	last, count := 0, 0
	for _, c := range rec.cells {
		text := squeeze(c)
		if text == "" || text == "甲" || text == "乙" {
			continue
		}
		if !serialNum.MatchString(text) {
			return false
		}
		n := number(strings.Trim(text, "()"))
		if count > 0 && n != last+1 {
			return false
		}
		last = n
		count++
	}
	return count > 2
}

// wide reports whether the row's one cell stretches over half of the columns.
func (r *Reader) wide(rec record) bool {
	return slices.ContainsFunc(rec.merged, func(m merged) bool {
		return m.top == rec.line && (m.right-m.left+1)*2 > len(r.head.cells)
	})
}
