package words

import (
	"regexp"
	"strings"
)

// varying finds what varies in a service's sentence: dates and numbers.
var varying = regexp.MustCompile(`\d{4}-\d{2}-\d{2}|\d+`)

// Said writes what a service says in plain English sentences: in the printer's
// language where the catalogue knows the sentence, with a date read as @ and a
// number as #, else as the service said it.
func (p *Printer) Said(text string) string {
	var all []string
	for _, s := range sentences(text) {
		all = append(all, p.sentence(s))
	}
	if p.lang == En {
		return strings.Join(all, " ")
	}
	return strings.Join(all, "")
}

func (p *Printer) sentence(s string) string {
	var values []any
	names := [...]string{"v1", "v2", "v3", "v4"}
	key := varying.ReplaceAllStringFunc(s, func(v string) string {
		if n := len(values) / 2; n < len(names) {
			values = append(values, names[n], p.Date(v))
		}
		if len(v) == len("2006-01-02") {
			return "@"
		}
		return "#"
	})
	if !p.Has("said." + key) {
		return s
	}
	return p.T("said."+key, values...)
}

// sentences splits at a full stop before a capital, and at semicolons between gaps.
func sentences(text string) (all []string) {
	start := 0
	for i := 0; i+2 < len(text); i++ {
		if text[i] == '.' && text[i+1] == ' ' && text[i+2] >= 'A' && text[i+2] <= 'Z' {
			all = append(all, text[start:i+1])
			start = i + 2
		}
	}
	return append(all, text[start:])
}

// Papers names papers, as departments list those that they no longer ask for.
func (p *Printer) Papers(list []string) string {
	all := make([]string, len(list))
	for i, s := range list {
		key := strings.NewReplacer(" ", "_", "-", "_").Replace(s)
		all[i] = p.first(s, "paper."+key)
	}
	return strings.Join(all, p.T("list.separator"))
}
