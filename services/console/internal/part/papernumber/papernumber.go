// Package papernumber is how the number of a paper form is written and read.
package papernumber

import "strings"

// digits is how long a number is.
const digits = 12

// Grouped writes a number as it stands on its form: three groups of four digits.
func Grouped(n string) string {
	if len(n) != digits {
		return n
	}
	return n[:4] + " " + n[4:8] + " " + n[8:]
}

// Plain is a number as somebody typed it, without what groups it.
func Plain(n string) string {
	return strings.NewReplacer(" ", "", "-", "", "　", "").Replace(n)
}
