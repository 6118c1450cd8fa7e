package sheet

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// YesNo is the answer in a cell that asks for 是 or 否 and may stay empty.
type YesNo uint8

// The answers; Unstated means that the cell is empty.
const (
	Unstated YesNo = iota
	Yes
	No
)

// String returns the answer's stable English name.
func (a YesNo) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unstated"
}

// parseYesNo reads an answer.
func parseYesNo(s string) (YesNo, bool) {
	switch strings.ToLower(squeeze(s)) {
	case "":
		return Unstated, true
	case "是", "有", "需要", "已签", "y", "yes", "true", "1", "√", "✓", "✔":
		return Yes, true
	case "否", "无", "不", "不需要", "未签", "n", "no", "false", "0", "×", "✗", "✘":
		return No, true
	}
	return Unstated, false
}

// parseDate reads a day in the spellings that sheets have and returns it as
// 2006-01-02. A number of five digits is what Excel keeps of a date.
func parseDate(s string) (string, bool) {
	if y, m, d, ok := isoParts(s); ok {
		return civil(y, m, d)
	}
	s = strings.TrimSpace(strings.Map(halfWidth, s))
	if i := strings.IndexAny(s, " T\u3000"); i > 0 && strings.Contains(s[i:], ":") {
		s = s[:i] // the hour is of no use
	}
	s = bare(s)
	if day, ok := serialDay(s); ok {
		return day, true
	}
	if len(s) == 8 && digits(s) {
		return civil(number(s[:4]), number(s[4:6]), number(s[6:]))
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "日"), "号")
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/.年月–—", r) })
	if len(parts) != 3 || len(parts[0]) != 4 || len(parts[1]) > 2 || len(parts[2]) > 2 {
		return "", false
	}
	for _, p := range parts {
		if !digits(p) {
			return "", false
		}
	}
	return civil(number(parts[0]), number(parts[1]), number(parts[2]))
}

// isoParts takes a date apart that is written as 2006-01-02.
func isoParts(s string) (y, m, d int, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !digits(s[:4]) || !digits(s[5:7]) || !digits(s[8:]) {
		return 0, 0, 0, false
	}
	return number(s[:4]), number(s[5:7]), number(s[8:]), true
}

// serialDay reads Excel's count of days; the part after the point is the hour.
func serialDay(s string) (string, bool) {
	whole, hour, _ := strings.Cut(s, ".")
	if len(whole) != 5 || !digits(whole) || hour != "" && !digits(hour) {
		return "", false
	}
	day := time.Date(1899, time.December, 30+number(whole), 0, 0, 0, 0, time.UTC)
	return civil(day.Year(), int(day.Month()), day.Day())
}

// civil returns the day as text if the calendar has it.
func civil(y, m, d int) (string, bool) {
	if y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31 {
		return "", false
	}
	if d > 28 && time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() != d {
		return "", false
	}
	b := [10]byte{'0' + byte(y/1000), '0' + byte(y/100%10), '0' + byte(y/10%10), '0' + byte(y%10), '-',
		'0' + byte(m/10), '0' + byte(m%10), '-', '0' + byte(d/10), '0' + byte(d%10)}
	return string(b[:]), true
}

// digits reports whether the text is one or more digits of ASCII.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number returns the value of a few digits.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// hundredths reads a number with up to two decimals, such as yuan to fen, as
// the given units may stand around it. It returns the spelling without them.
func hundredths(s string, units ...string) (value int64, spelled string, ok bool) {
	s = strings.ReplaceAll(bare(s), ",", "")
	for _, u := range units {
		s = strings.TrimSuffix(strings.TrimPrefix(s, u), u)
	}
	whole, part, _ := strings.Cut(s, ".")
	cents := strings.TrimRight(part, "0")
	if !digits(whole) || len(whole) > 9 || len(cents) > 2 || part != "" && !digits(part) {
		return 0, "", false
	}
	value = int64(number(whole))*100 + int64(number((cents + "00")[:2]))
	return value, s, true
}

// parseMoney reads yuan and returns fen.
func parseMoney(s string) (fen int64, spelled string, ok bool) {
	return hundredths(s, "¥", "￥", "RMB", "/月", "每月", "元", "圆", "人民币")
}

// parseArea reads square metres and returns square decimetres.
func parseArea(s string) (dm2 int64, spelled string, ok bool) {
	return hundredths(s, "平方米", "平米", "㎡", "m²", "m2", "平方")
}

// parseWhole reads a whole number.
func parseWhole(s string) (n int, spelled string, ok bool) {
	value, spelled, ok := hundredths(s, "人", "名", "个", "学时", "课时", "小时")
	if !ok || value%100 != 0 {
		return 0, "", false
	}
	return int(value / 100), spelled, true
}

// occupationText returns an occupation's code such as 6-14 or 6-14-01-02, also
// where Excel took 6-14 for the fourteenth of June.
func occupationText(s string) string {
	s = strings.Map(hyphen, strings.ToUpper(bare(s)))
	if _, m, d, ok := isoParts(s); ok {
		return fmt.Sprintf("%d-%02d", m, d)
	}
	if month, rest, ok := strings.Cut(s, "月"); ok {
		if day := strings.TrimSuffix(rest, "日"); digits(month) && digits(day) {
			return fmt.Sprintf("%d-%02d", number(month), number(day))
		}
	}
	return s
}

// hyphen returns a dash of any kind as the hyphen of ASCII.
func hyphen(r rune) rune {
	switch r {
	case '–', '—', '‐', '‑', '−':
		return '-'
	}
	return r
}
