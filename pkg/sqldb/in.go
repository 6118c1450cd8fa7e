package sqldb

import (
	"strconv"
	"strings"
)

// In lists texts as placeholders, for "column IN (…)" with its arguments first in
// the query. There must be one text at least.
func In(texts []string) (marks string, args []any) {
	all := make([]string, len(texts))
	args = make([]any, len(texts))
	for i, text := range texts {
		all[i], args[i] = "$"+strconv.Itoa(i+1), text
	}
	return strings.Join(all, ", "), args
}
