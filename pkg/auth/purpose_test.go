package auth

import (
	"slices"
	"testing"
)

// Each purpose may be stated by those whom the list names, and by nobody else; what
// the list does not have is nobody's.
func TestWhoMayStateWhat(t *testing.T) {
	all := map[string]Principal{
		"worker": {Kind: Worker}, "administrator": {Kind: Administrator, Department: "system"}, "service:console": {Kind: Service, Subject: "console"}, "service:identity": {Kind: Service, Subject: "identity"}, "guardian": {Kind: Guardian}, "employer": {Kind: Employer}, "partner": {Kind: Partner},
		"officer:hrss": {Kind: Officer, Department: "hrss"}, "officer:edu": {Kind: Officer, Department: "edu"}, "officer:hou": {Kind: Officer, Department: "hou"},
		"officer:ops": {Kind: Officer, Department: "ops"}, "service:education": {Kind: Service, Subject: "education"},
		"service:employment": {Kind: Service, Subject: "employment"}, "service:insurance": {Kind: Service, Subject: "insurance"},
	}
	for _, c := range []struct {
		who, main string
		may       []string
	}{
		{"worker", "own_record", []string{"own_access"}},
		{"guardian", "own_record", nil},
		{"employer", "recruit", []string{"own_access"}},
		{"administrator", "own_access", []string{"account_keeping"}},
		{"service:console", "sign_in", []string{"platform_operation", "age_check", "account_standing"}},
		{"service:identity", "sign_in", []string{"platform_operation", "age_check", "account_standing"}},
		{"partner", "startup_loan", nil},
		{"officer:hrss", "case_handling", []string{"registration", "timeline_help", "contact_case", "person_case", "estate", "list_export", "other_system", "own_access"}},
		{"officer:edu", "school_place", []string{"case_handling", "registration", "timeline_help", "contact_case", "person_case", "estate", "list_export", "other_system", "own_access"}},
		{"officer:hou", "public_housing", []string{"public_rental", "case_handling", "registration", "timeline_help", "contact_case", "person_case", "estate", "list_export", "other_system", "own_access"}},
		{"officer:ops", "platform_operation", []string{"case_handling", "registration", "timeline_help", "contact_case", "person_case", "estate", "list_export", "other_system", "own_access"}},
		{"service:education", "school_place", []string{"platform_operation", "age_check", "account_standing"}},
		{"service:employment", "job_search", []string{"interview", "platform_operation", "age_check", "account_standing"}},
		{"service:insurance", "platform_operation", []string{"age_check", "account_standing"}},
	} {
		who := all[c.who]
		if got := who.Main(); got != c.main {
			t.Errorf("%s is there for %q, not for %s", c.who, got, c.main)
		}
		for _, p := range append(Purposes(), Purpose{Name: ""}, Purpose{Name: "curiosity"}) {
			if want := p.Name == c.main || slices.Contains(c.may, p.Name); who.MayState(p.Name) != want {
				t.Errorf("%s may state %q: %v", c.who, p.Name, !want)
			}
		}
	}
}
