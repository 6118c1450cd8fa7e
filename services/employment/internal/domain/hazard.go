package domain

import (
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/rule"
)

// Hazards says which posts have hazards, as rule TR-HAZARD lists them.
type Hazards struct{ groups, phrases []string }

// ReadHazards reads the rule.
func ReadHazards(r rule.Rule) (h Hazards, err error) {
	if h.groups, err = r.Strings("occupation_groups"); err != nil {
		return h, err
	}
	kinds, err := r.Keys("phrases")
	if err != nil {
		return h, err
	}
	for _, k := range kinds {
		all, err := r.Strings("phrases." + k)
		if err != nil {
			return h, err
		}
		h.phrases = append(h.phrases, all...)
	}
	return h, nil
}

// In reports whether a post of an occupation, described by texts, has hazards.
// A denial ("没有粉尘") counts as well: a missed hazard does harm, a training
// too many does not.
func (h Hazards) In(occupation string, texts ...string) bool {
	if slices.Contains(h.groups, occupation) {
		return true
	}
	for _, t := range texts {
		t = plain(t)
		if slices.ContainsFunc(h.phrases, func(p string) bool { return strings.Contains(t, p) }) {
			return true
		}
	}
	return false
}
