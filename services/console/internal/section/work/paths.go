package work

import (
	"iter"
	"strings"
)

// paths is the page on which a thing of a matter is disposed of. A matter without one
// is on its department's own page.
var paths = map[string]string{
	"registry.contact":           "/contacts/{id}",
	"registry.document":          "/documents/{id}",
	"registry.document_age":      "/documents/{id}",
	"registry.death":             "/deaths/{id}",
	"registry.reversal":          "/deaths/{id}",
	"registry.heir":              "/deaths/heirs/{id}",
	"registry.double":            "/persons/doubles/{id}",
	"registry.person_case":       "/persons/cases/{id}",
	"registry.person_case_other": "/persons/cases/{id}",
	"registry.undelivered":       "/undelivered/{id}",
	"registry.guardian":          "/guardians/of/{within}",
	"registry.guardian_case":     "/guardians/of/{within}",

	"employment.review":          "/employment/reviews/{id}",
	"employment.fair_correction": "/employment/fairs/{within}",
	"employment.fair_close":      "/employment/fairs/{id}",
	"employment.fair_match":      "/employment/fairs/{id}",
	"employment.elsewhere_hire":  "/elsewhere/employment/hire/{id}",

	"insurance.elsewhere_cover": "/elsewhere/insurance/cover/{id}",
	"training.elsewhere_course": "/elsewhere/training/course/{id}",
	"education.elsewhere_place": "/elsewhere/education/place/{id}",
	"housing.elsewhere_lease":   "/elsewhere/housing/lease/{id}",

	"training.results":     "/training/courses/{id}",
	"training.certificate": "/training/courses/{within}",

	"insurance.duty": "/insurance/duties/{id}",

	"education.unplaced":     "/education/tasks",
	"education.appeal":       "/education/appeals",
	"education.grant":        "/education/grants",
	"education.disagreement": "/education/disagreements",
	"education.double":       "/education/rounds/{within}",
	"education.figure":       "/education/rounds/{id}",
	"education.round_open":   "/education/rounds/{id}",
	"education.round_close":  "/education/rounds/{id}",
	"education.round_figure": "/education/rounds/{id}",
	"education.correction":   "/education/rounds/{within}",

	"identity.export":    "/exports",
	"identity.replacing": "/counter/employer",
	"identity.alarm":     "/alarms",

	"housing.application": "/housing/cases/{id}",
	"housing.priority":    "/housing/cases/{id}",
	"housing.late_paper":  "/housing/cases/{id}",
	"housing.household":   "/housing?county={county}&kind={kind}",
	"housing.relief":      "/housing/cases/{within}",
	"housing.renewal":     "/housing/leases/{within}",
	"housing.repair":      "/housing/leases/{within}",
	"housing.review":      "/housing/leases/{within}",
	"housing.exit":        "/housing/leases/{within}",
	"housing.exit_appeal": "/housing/leases/{within}",
	"housing.exit_left":   "/housing/leases/{within}",
	"housing.places":      "/housing?county={county}&kind=public_rental",
	"housing.figure":      "/housing/rounds/{id}",
	"housing.correction":  "/housing/rounds/{within}",
}

// shared are the matters that every department has by a mechanism that it shares with
// the others, or, with the sign at their end, the beginnings of such.
var shared = map[string]string{"collision": "/collisions", "held_": "/deaths/held/{service}"}

// textOf is the text that names a matter, patternOf the address of the page on which it is
// disposed of.
func textOf(service, matter string) string {
	if name, is := ofAll(matter); is {
		return "work.matter." + name
	}
	return "work.matter." + service + "." + matter
}

func patternOf(service, matter string) string {
	if name, is := ofAll(matter); is {
		return shared[name]
	}
	return paths[service+"."+matter]
}

func ofAll(matter string) (name string, is bool) {
	if strings.HasPrefix(matter, "held_") {
		matter = "held_"
	}
	_, is = shared[matter]
	return matter, is
}

// mattersOf are the matters of a department that the pages know.
func mattersOf(service string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range paths {
			if of, matter, _ := strings.Cut(name, "."); of == service && !yield(matter) {
				return
			}
		}
	}
}

// states are those that say more than that a thing waits.
func states() []string {
	return []string{"submitted", "accepted", "planned", "asked", "noticed", "answered", "appealed", "leaves", "committed", "confirming", "proposed", "disputed", "overdue", "closed", "filed"}
}

// rules are the clocks that have a text of their own.
func rules() []string {
	return []string{"WK-TARGET", "CLK-ED-UNPLACED", "CLK-ED-APPEAL-DECIDE", "RG-GUARD-HEAR", "RG-HEIR", "HO-EXIT", "HO-REDRESS", "EM-FAIR", "CLK-SI-ENROL"}
}
