package domain

import (
	"encoding/json"
	"slices"
)

// Import is the role of a program that an officer let in. It is nobody's grant: what
// the program may, and where, is the officer's.
const Import = "import"

// Imported is how the audit names sheets that the holder of a folder's key brought in.
const Imported = "identity.imported"

// Device is a program that waits to be let in: what it says of itself, from where it
// asks, and by which session it was let in.
type Device struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	By      string `json:"by,omitempty"`
}

// Text is a device as a flow holds it.
func (d Device) Text() (string, error) {
	b, err := json.Marshal(d)
	return string(b), err
}

// DeviceOf reads it again.
func DeviceOf(text string) (d Device, err error) {
	if json.Unmarshal([]byte(text), &d) != nil {
		err = ErrFlow
	}
	return d, err
}

// takes says which services take the sheets of which department.
var takes = map[string][]string{
	"hrss": {"registry", "employment", "training"},
	"edu":  {"registry", "education"},
	"hou":  {"housing"},
}

// Importing is what of an officer's rights a program has which the officer lets in:
// where the officer works on cases, and a department has sheets.
func (g Grants) Importing() (all Grants) {
	for _, one := range g {
		if takes[one.Department] != nil && (one.Role == Clerk || one.Role == Reviewer) {
			all = append(all, one)
		}
	}
	return all
}

// ForImport is the rights under which such a program asks a service, none where it may
// not: to bring in a department's sheets where the officer himself works, or to learn
// how far the reactions have come, which shows no person.
func (g Grants) ForImport(audience, purpose, department string) (all Grants) {
	mine := g.Importing()
	switch {
	case len(mine) == 0:
	case purpose == "platform_operation" && department == "ops":
		return Grants{{Import, department, Everywhere}}
	case purpose == "registration" && slices.Contains(takes[department], audience):
		for _, one := range mine {
			all = append(all, Grant{Import, one.Department, one.Division})
		}
		return all.In(department)
	}
	return nil
}
