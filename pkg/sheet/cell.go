package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A cellKind says what a program of spreadsheets keeps in a cell. Delimited
// text has text alone.
type cellKind uint8

const (
	cellText    cellKind = iota
	cellNumber           // a number whose digits are all there
	cellLost             // a number of more digits than a spreadsheet keeps
	cellDate             // a number that its format shows as a day
	cellTime             // a number that its format shows as an hour
	cellBool             // TRUE or FALSE
	cellError            // #N/A and the like
	cellFormula          // a formula whose result was never computed
)

// keptDigits is how many digits of a number a spreadsheet keeps.
const keptDigits = 15

// numberCell reads the number that a workbook stores and returns it in plain
// digits, rounded to what a spreadsheet keeps. A number of more digits comes
// back in scientific notation, which no column takes, so that a row which is
// written out to be mended cannot pass for one that was.
func numberCell(stored string) (string, cellKind) {
	stored = strings.TrimSpace(stored)
	f, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return stored, cellText
	}
	if math.Abs(f) >= 1e15 {
		return strconv.FormatFloat(f, 'E', keptDigits-1, 64), cellLost
	}
	if f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'g', keptDigits, 64), 64); err != nil {
		return stored, cellText
	}
	return strconv.FormatFloat(f, 'f', -1, 64), cellNumber
}

// The days from which workbooks count: 1900 has a leap day that never was, and
// a workbook of the other kind begins in 1904.
const (
	epoch1900 = 0
	epoch1904 = 1462
)

// dateCell returns the day that a workbook stores as a number, as 2006-01-02.
func dateCell(stored string, epoch int) (string, cellKind) {
	f, err := strconv.ParseFloat(strings.TrimSpace(stored), 64)
	if err != nil || f < 0 || f > 2958465 {
		return numberCell(stored)
	}
	days := int(f) + epoch
	if days < 61 { // before March 1900; an hour, a duration, or nothing that anybody meant
		return timeCell(stored)
	}
	day := time.Date(1899, time.December, 30+days, 0, 0, 0, 0, time.UTC)
	return day.Format(time.DateOnly), cellDate
}

// timeCell returns the hour that a workbook stores as a part of a day. It is
// shown as one, so that nobody takes it for a number.
func timeCell(stored string) (string, cellKind) {
	f, err := strconv.ParseFloat(strings.TrimSpace(stored), 64)
	if err != nil || math.Abs(f) > 1e6 {
		return numberCell(stored)
	}
	minutes := int(math.Round(f * 24 * 60))
	return fmt.Sprintf("%d:%02d", minutes/60, max(minutes%60, -minutes%60)), cellTime
}

// errorValue reports whether a text is what a spreadsheet shows for a value
// that it could not find or compute, or that its column was too narrow for.
func errorValue(s string) bool {
	s = strings.ToUpper(squeeze(s))
	switch s {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!",
		"#UNKNOWN!", "#BUSY!", "#PYTHON!", "#GETTING_DATA", "#N/A!", "#REF", "#VALUE", "#DIV/0", "#NAME", "#NUM", "#NULL":
		return true
	}
	if rest, ok := strings.CutPrefix(s, "ERR:"); ok {
		return digits(rest)
	}
	return len(s) >= 2 && strings.Trim(s, "#") == ""
}

// formulaText reports whether a text is a formula rather than its result; a
// text in ="…", by which a spreadsheet is told that digits are text, is not.
func formulaText(s string) bool {
	if !strings.HasPrefix(s, "=") && !strings.HasPrefix(s, "＝") {
		return false
	}
	s = squeeze(s)
	return len(s) < 3 || !strings.HasPrefix(s, `="`) || !strings.HasSuffix(s, `"`) || strings.Count(s, `"`) != 2
}

// scientific reports whether a text is a number in scientific notation, as a
// spreadsheet shows one that is too long for its cell.
func scientific(s string) bool {
	s = strings.ToUpper(squeeze(s))
	mantissa, exponent, ok := strings.Cut(s, "E")
	if !ok || len(exponent) < 2 || exponent[0] != '+' && exponent[0] != '-' || !digits(exponent[1:]) {
		return false
	}
	whole, part, pointed := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	return len(whole) == 1 && digits(whole) && (!pointed || digits(part))
}

// dateText reports whether a text is nothing but a day, as a spreadsheet shows
// one that it made of a number such as 6-14.
func dateText(s string) bool {
	s = squeeze(s)
	if _, _, _, ok := isoParts(s); ok {
		return true
	}
	month, rest, ok := strings.Cut(s, "月")
	if !ok || !strings.HasSuffix(rest, "日") {
		return false
	}
	if _, m, year := strings.Cut(month, "年"); year {
		month = m
	}
	return digits(month) && digits(strings.TrimSuffix(rest, "日"))
}
