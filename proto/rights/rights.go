// Package rights says which roles may call each method that people may call: the
// tables of role and method that stand beside the contracts (rights.csv), put together
// by scripts/gen, beside the kinds and departments of the contract and the divisions
// that a principal says itself. Whoever serves a method holds to it every principal
// that has a role.
//
// A helper acts under a power of attorney; who was not seen at a counter yet applies,
// and reads nothing that others wrote; who views changes nothing; what a second officer
// decides, a reviewer does; a program that an officer let in brings in sheets, and does
// nothing else (import).
package rights

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed rights.csv
var table []byte

// Roles lists what there is, by the kind of principal that may hold it.
func Roles() map[string][]string {
	return map[string][]string{
		"worker":        {"worker", "helper", "unseen"},
		"guardian":      {"guardian"},
		"employer":      {"employer", "responsible"},
		"officer":       {"clerk", "reviewer", "viewer", "operator", "import"},
		"administrator": {"administrator"},
	}
}

// Parse reads a table of rights: method, and the roles that may call it.
func Parse(r io.Reader) (map[string][]string, error) {
	c := csv.NewReader(r)
	c.Comment, c.FieldsPerRecord = '#', 2
	rows, err := c.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("rights: %w", err)
	}
	known := map[string]bool{}
	for _, roles := range Roles() {
		for _, role := range roles {
			known[role] = true
		}
	}
	all := map[string][]string{}
	for _, row := range rows[1:] {
		if _, twice := all[row[0]]; twice {
			return nil, fmt.Errorf("rights: %s has two rows", row[0])
		}
		all[row[0]] = strings.Fields(row[1])
		for _, role := range all[row[0]] {
			if !known[role] {
				return nil, fmt.Errorf("rights: %s names the role %q", row[0], role)
			}
		}
	}
	return all, nil
}

var rights = sync.OnceValues(func() (map[string][]string, error) { return Parse(bytes.NewReader(table)) })

// Name is how the table names a method of a proto service, e.g. qiao.housing.v1.HousingService.
func Name(service, method string) string {
	return strings.Replace(strings.TrimPrefix(service, "qiao."), ".v1.", ".", 1) + "." + method
}

// May reports whether a role may call a method. A method without a row is nobody's.
func May(role, service, method string) bool { return Holds(role, Name(service, method)) }

// Holds is May by the method's name in the table.
func Holds(role, method string) bool {
	all, err := rights()
	return err == nil && slices.Contains(all[method], role)
}

// All is the table.
func All() (map[string][]string, error) { return rights() }
