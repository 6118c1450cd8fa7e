package domain

import (
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/rule"
)

// Hazards says which posts have hazards, as rule TR-HAZARD lists them.
type Hazards struct {
	groups, phrases, names []string
	kinds                  map[string][]string // phrases by hazard
}

// ReadHazards reads the rule.
func ReadHazards(r rule.Rule) (h Hazards, err error) {
	if h.groups, err = r.Strings("occupation_groups"); err != nil {
		return h, err
	}
	if h.names, err = r.Strings("hazards"); err != nil {
		return h, err
	}
	h.kinds = map[string][]string{}
	kinds, err := r.Keys("phrases")
	if err != nil {
		return h, err
	}
	for _, k := range kinds {
		all, err := r.Strings("phrases." + k)
		if err != nil {
			return h, err
		}
		h.phrases, h.kinds[k] = append(h.phrases, all...), all
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

// Danger is what a post's hazards mean: whether it has any, and which limits of
// the law it must state.
type Danger struct {
	Hazardous bool
	Limits    []string
}

// LimitUnderground is the limit of underground mining, which the law closes to
// women (rule EM-UNDERGROUND). The post states it; nobody is asked for a gender.
const LimitUnderground = "underground_mining"

// underground is the hazard that the limit is about.
const underground = "underground"

// Known reports whether declared hazards are of the rule's list, none twice.
func (h Hazards) Known(declared []string) bool { return known(declared, h.names) }

// Of judges a post by what its employer declares and by its words. mining is
// the occupation groups of rule EM-UNDERGROUND.
func (h Hazards) Of(t Terms, mining []string) Danger {
	d := Danger{Hazardous: len(t.Hazards) > 0 || h.In(t.Occupation, t.Title, t.Requirements)}
	below := slices.Contains(t.Hazards, underground) || h.says(underground, t.Title, t.Requirements)
	if below && slices.Contains(mining, t.Occupation) {
		d.Limits = []string{LimitUnderground}
	}
	return d
}

// says reports whether a text names a hazard.
func (h Hazards) says(hazard string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool {
		t = plain(t)
		return slices.ContainsFunc(h.kinds[hazard], func(p string) bool { return strings.Contains(t, p) })
	})
}
