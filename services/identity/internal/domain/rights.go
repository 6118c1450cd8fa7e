package domain

import (
	"fmt"
	"slices"
	"strings"
)

// The roles of officers. What each may call stands in the table of rights.
const (
	Clerk    = "clerk"    // works on cases
	Reviewer = "reviewer" // and decides what a second officer must
	Viewer   = "viewer"   // looks
	Operator = "operator" // of the platform; sees no person
)

// Grant is what an account may do where.
type Grant struct{ Role, Department, Division string }

// Everywhere is the division of who may act in every county; it is said, never left out.
const Everywhere = "*"

// prefix is what the codes of the counties begin with that a division covers; not
// ok where it is nowhere.
func prefix(division string) (p string, ok bool) {
	switch {
	case division == Everywhere:
		return "", true
	case len(division) != 6 || strings.Trim(division, "0123456789") != "" || strings.HasSuffix(division, "0000"):
		return "", false
	case strings.HasSuffix(division, "00"):
		return division[:4], true
	}
	return division, true
}

// Covers reports whether a division covers another one.
func Covers(division, other string) bool {
	p, somewhere := prefix(division)
	q, there := prefix(other)
	return somewhere && there && strings.HasPrefix(q, p)
}

// Grants is all that an account may do.
type Grants []Grant

// mostGrants is how many rights an account holds at most: a proof of who asks says them all.
const mostGrants = 24

// Check returns ErrGrant where a row is no right, or says nowhere.
func (g Grants) Check(kind string, departments, divisions []string) error {
	if len(g) == 0 || len(g) > mostGrants {
		return ErrGrant
	}
	for _, one := range g {
		role := slices.Contains([]string{Clerk, Reviewer, Viewer}, one.Role) && one.Department != "ops" || one.Role == Operator && one.Department == "ops"
		if kind == Administrator {
			role = one.Role == Administrator && one.Department == ""
		}
		_, somewhere := prefix(one.Division)
		if !role || !somewhere || kind != Administrator && !slices.Contains(departments, one.Department) || one.Division != Everywhere && !slices.Contains(divisions, one.Division) {
			return ErrGrant
		}
	}
	return nil
}

// May is the check of one thing: whether one of the roles is held for its
// department and its county.
func (g Grants) May(roles []string, department, county string) bool {
	return slices.ContainsFunc(g, func(one Grant) bool {
		p, somewhere := prefix(one.Division)
		return somewhere && slices.Contains(roles, one.Role) && one.Department == department && strings.HasPrefix(county, p)
	})
}

// Where is the same check of a list, as a condition of SQL on the columns of the
// department and the county, whose parameters begin at n: what it lists is what May
// lets pass, one by one.
func (g Grants) Where(roles []string, department, county string, n int) (string, []any) {
	var conditions []string
	var args []any
	for _, one := range g {
		p, somewhere := prefix(one.Division)
		if !somewhere || !slices.Contains(roles, one.Role) {
			continue
		}
		conditions = append(conditions, fmt.Sprintf("(%s = $%d AND substr(%s, 1, %d) = $%d)", department, n+len(args), county, len(p), n+len(args)+1))
		args = append(args, one.Department, p)
	}
	if conditions == nil {
		return "1 = 0", nil
	}
	return "(" + strings.Join(conditions, " OR ") + ")", args
}

// In is what of them is held in a department, the widest first, without what another
// of the same role covers; in "", that of the widest of all.
func (g Grants) In(department string) (in Grants) {
	all := slices.Clone(g)
	slices.SortStableFunc(all, func(a, b Grant) int {
		pa, _ := prefix(a.Division)
		pb, _ := prefix(b.Division)
		return len(pa) - len(pb)
	})
	for _, one := range all {
		if department == "" {
			department = one.Department
		}
		if one.Department == department && !slices.ContainsFunc(in, func(wide Grant) bool { return wide.Role == one.Role && Covers(wide.Division, one.Division) }) {
			in = append(in, one)
		}
	}
	return in
}

// At is what of them is held in a division that was chosen, and is held there alone.
func (g Grants) At(division string) (at Grants) {
	for _, one := range g {
		if Covers(one.Division, division) {
			at = append(at, Grant{one.Role, one.Department, division})
		}
	}
	return at
}
