package auth

import (
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/proto/rights"
)

// Right is a role that an officer has in a division.
type Right struct{ Role, Division string }

// Rights writes an officer's further rights, beside Role and Division, as a principal
// carries them.
func Rights(further []Right) string {
	all := make([]string, len(further))
	for i, r := range further {
		all[i] = r.Role + ":" + r.Division
	}
	return strings.Join(all, " ")
}

// rights are all that p has, those of Role and Division first.
func (p Principal) rights() []Right {
	all := []Right{{p.Role, p.Division}}
	if p.Further != "" {
		for _, one := range strings.Split(p.Further, " ") {
			role, division, _ := strings.Cut(one, ":")
			all = append(all, Right{role, division})
		}
	}
	return all
}

// Divisions are those in which p may act, that of its first right first.
func (p Principal) Divisions() []string {
	var all []string
	for _, r := range p.rights() {
		if !slices.Contains(all, r.Division) {
			all = append(all, r.Division)
		}
	}
	return all
}

// Narrowed is p with the rights alone whose role passes, so that what a clerk of one
// county may do is not done in another county that he only looks at; not ok where none
// does. Who has no role is held to none.
func (p Principal) Narrowed(may func(role string) bool) (_ Principal, ok bool) {
	if p.Role == "" {
		return p, true
	}
	return p.with(func(r Right) bool { return may(r.Role) })
}

// For is p with the rights alone by which it may call another method, as the table of
// rights names it (registry.DeathService.DecideDeath): what a service says that its reader
// may do next is what that method's door lets in.
func (p Principal) For(method string) (_ Principal, ok bool) {
	return p.Narrowed(func(role string) bool { return rights.Holds(role, method) })
}

// MayCall reports whether p may call another method, and in a county.
func (p Principal) MayCall(method, county string) bool {
	by, ok := p.For(method)
	return ok && by.CoversDivision(county) == nil
}

func (p Principal) with(keep func(Right) bool) (_ Principal, ok bool) {
	all := slices.DeleteFunc(p.rights(), func(r Right) bool { return !keep(r) })
	if len(all) == 0 {
		return p, false
	}
	p.Role, p.Division, p.Further = all[0].Role, all[0].Division, Rights(all[1:])
	return p, true
}
