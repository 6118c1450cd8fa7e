package elsewhere

import (
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Formats are the ways in which a kind of field may be typed; the first is the usual one.
func Formats(kind string) []string {
	switch kind {
	case Date:
		return []string{"dashes", "digits", "slashes", "chinese"}
	case Money:
		return []string{"yuan", "fen"}
	}
	return []string{"plain"}
}

// Typed is a value as the other system wants it. Values are kept as texts: dates as
// 2006-01-02, money as whole fen. What is empty stays so.
func Typed(kind, format, value string) string {
	switch {
	case value == "":
		return ""
	case kind == Date:
		d, err := clock.ParseDate(value)
		if err != nil {
			return value
		}
		t := d.Start().In(clock.Shanghai())
		switch format {
		case "digits":
			return t.Format("20060102")
		case "slashes":
			return t.Format("2006/01/02")
		case "chinese":
			return t.Format("2006年1月2日")
		}
	case kind == Money && format != "fen":
		fen, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return value
		}
		yuan := strconv.FormatInt(fen/100, 10)
		if rest := fen % 100; rest != 0 {
			yuan += "." + strconv.FormatInt(100+rest, 10)[1:]
		}
		return yuan
	}
	return value
}

// Same reports whether a cell of the other system's export says what a value says,
// however either is spelled: 2026/3/1 is 20260301, and 3,400.00 is 3400.
func Same(kind, format, value, cell string) bool {
	cell = strings.TrimSpace(cell)
	switch kind {
	case Date:
		return day(cell) == value
	case Money:
		fen, ok := fenOf(cell, format)
		return ok && strconv.FormatInt(fen, 10) == value || cell == value && value == ""
	case Code:
		return strings.EqualFold(cell, value)
	}
	return strings.Join(strings.Fields(cell), " ") == strings.Join(strings.Fields(value), " ")
}

// day reads a date as sheets write it; what is none stays as it is.
func day(cell string) string {
	cell, _, _ = strings.Cut(cell, " ") // of a time
	cell, _, _ = strings.Cut(cell, "T")
	parts := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("-/.年月日", r) })
	if len(parts) == 1 && len(parts[0]) == 8 {
		parts = []string{parts[0][:4], parts[0][4:6], parts[0][6:]}
	}
	if len(parts) != 3 {
		return cell
	}
	for i := range parts[1:] {
		if len(parts[i+1]) == 1 {
			parts[i+1] = "0" + parts[i+1]
		}
	}
	d, err := clock.ParseDate(strings.Join(parts, "-"))
	if err != nil {
		return cell
	}
	return d.String()
}

// fenOf reads an amount as sheets write it, without rounding anything.
func fenOf(cell, format string) (fen int64, ok bool) {
	cell = strings.NewReplacer(",", "", "，", "", "元", "", "¥", "", "￥", "").Replace(cell)
	if format == "fen" {
		fen, err := strconv.ParseInt(cell, 10, 64)
		return fen, err == nil
	}
	whole, rest, _ := strings.Cut(cell, ".")
	rest = strings.TrimRight(rest, "0")
	if whole == "" || len(rest) > 2 {
		return 0, false
	}
	fen, err := strconv.ParseInt(whole+(rest + "00")[:2], 10, 64)
	return fen, err == nil
}
