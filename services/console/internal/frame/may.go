package frame

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// withheld is what a page offers to others than its reader, in a department.
type withheld struct {
	session.Method
	department string
}

// May reports whether who uses the page may call a method, as housing.DecideEligibility,
// by the contract and the table of rights that its door goes by. In templates it is
// leads, around what leads to a page that not everybody may see.
func (v *Visit) May(method string) (bool, error) {
	m, err := methodOf(method)
	return err == nil && session.Of(v.R, "").May(m), err
}

// Offers is May around a form: for an officer, with a right in the desk's department,
// else the section's, that holds in the county that the page is about. In templates it is may. Where a form
// is not the reader's, the page says at its end whose it is.
func (v *Visit) Offers(method string) (bool, error) {
	return v.OffersOf(cmp.Or(v.department, v.section.Department), method)
}

// OffersOf is Offers on a page of several departments, for an officer of one of them.
func (v *Visit) OffersOf(department, method string) (bool, error) {
	m, err := methodOf(method)
	if err != nil || v.In() == nil {
		return false, err
	}
	if session.Of(v.R, department).At(v.desk).May(m) {
		return true, nil
	}
	v.withheld = append(v.withheld, withheld{m, department})
	return false, nil
}

// Concerns says which county a page is about that was not asked for at a desk.
func (v *Visit) Concerns(county string) { v.desk.Division = county }

func methodOf(name string) (session.Method, error) {
	m, ok := session.MethodOf(name)
	if !ok {
		return m, fmt.Errorf("no contract has the method %s", name)
	}
	return m, nil
}

// Withheld says who does what the page offers to others than its reader, each once.
func (p page) Withheld() (all []string) {
	for _, w := range p.by.withheld {
		if says := p.by.whose(w); says != "" && !slices.Contains(all, says) {
			all = append(all, says)
		}
	}
	return all
}

// whose says in a sentence who may do what the reader may not.
func (v *Visit) whose(w withheld) string {
	kind, department := v.In().Kind, w.department
	roles := w.Roles(kind)
	switch {
	case len(roles) == 0 && len(w.Roles(auth.Officer)) > 0:
		return v.P.T("may.officer")
	case len(roles) == 0:
		return ""
	case v.In().Role == "unseen":
		return v.P.T("may.seen")
	case kind != auth.Officer:
		return v.P.T("may." + roles[0])
	}
	if of := w.Departments(); len(of) > 0 && !slices.Contains(of, department) {
		department = of[0]
	}
	if department == "" {
		return v.P.T("may." + roles[0] + ".any")
	}
	return v.P.T("may."+roles[0]+".of", "department", v.P.T("department."+department))
}
