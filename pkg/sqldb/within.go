package sqldb

import "fmt"

// Within is a condition of SQL: a column holds a division that one of the divisions in
// parameter n covers, which are separated by commas, "*" being all: what it lists is
// what a principal's CoversDivision lets pass, one by one. No divisions cover nothing.
func Within(column string, n int) string {
	return fmt.Sprintf(`(CAST($%[1]d AS TEXT) = '*' OR length(%[2]s) = 6 AND (',' || $%[1]d || ',' LIKE '%%,' || %[2]s || ',%%' OR ',' || $%[1]d || ',' LIKE '%%,' || substr(%[2]s, 1, 4) || '00,%%'))`, n, column)
}
