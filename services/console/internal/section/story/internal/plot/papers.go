package plot

// Paper is one paper that a counter asks for, and whether it is still asked.
type Paper struct {
	Counter string // the department whose counter asks
	Key     string
	Gone    bool   // the department has what it needs without it
	Source  string // who told the department instead
}

// papers lists the fourteen papers of a worker who takes a job and asks for a
// school place and a home (SC-04, HO-01 and what employers, training and
// insurance ask), over five counters. A paper is gone when a service shows that
// it went on without it.
func papers(v *View) []Paper {
	training := len(v.Due) > 0
	return []Paper{
		{"employment", "id_card", v.Job != nil, "registry"},
		{"employment", "skill_certificate", false, ""},
		{"training", "work_proof", training, "employment"},
		{"insurance", "id_card", v.Duty != nil, "registry"},
		{"insurance", "contract", v.Duty != nil, "employment"},
		{"education", "id_cards", v.School != nil, "registry"},
		{"education", "work_proof", v.schoolHas("job"), "employment"},
		{"education", "home_proof", v.schoolHas("lease"), "housing"},
		{"education", "household_register", false, ""},
		{"education", "residence_permit", false, ""},
		{"education", "vaccination", false, ""},
		{"housing", "id_card", v.Home != nil, "registry"},
		{"housing", "work_proof", v.homeHas("job"), "employment"},
		{"housing", "insurance_proof", v.homeHas("insurance_months"), "insurance"},
	}
}

// Before is the papers and counters as they are without the platform.
func Before() []Paper { return papers(&View{}) }
