package ident

import (
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed tables/*.csv
var tableFiles embed.FS

// Division is a division of GB/T 2260: the prefecture of Altay or a county in it.
type Division struct {
	Code    string // six digits, e.g. 654301
	NameZH  string
	NameEN  string
	Level   string // "prefecture", "county" or "county-level city"
	Parent  string // the code of the division above
	OldCode string // the code before about 1983, which identity numbers keep
}

// Township is a nine-digit unit of 2023 (统计用区划代码): a street, town, township
// or farm.
type Township struct {
	Code           string // nine digits, e.g. 654301001
	NameZH         string
	Kind           string // 街道, 镇, 乡 or other
	County         string // the six-digit code of its county
	XPCC           bool   // run by the Production and Construction Corps (兵团), whose own offices are responsible: route, do not refuse
	NotResidential bool   // nobody lives there freely; never offered as an address
}

// OccupationGroup is a middle group of the occupation classification of 2022
// (职业分类大典).
type OccupationGroup struct {
	Code    string // e.g. "6-14"
	NameZH  string
	Major   string // e.g. "6"
	MajorZH string
	MajorEN string
	Offered bool // offered in job search; groups 1 and 7 are not
}

// EducationLevel is a level of GB/T 4658-2006. It is asked only for a course or
// post that needs it, and is optional.
type EducationLevel struct {
	Code   string // "10" to "90", the tens only
	NameZH string
	NameEN string
	Bucket string // the group that statistics use
}

// Gender is a code of GB/T 2261.1. It is optional, used for maternity protection
// and statistics only, and never a matching criterion.
type Gender struct {
	Code   string // "0", "1", "2" or "9"
	NameZH string
	NameEN string
}

// IndustrySection is a section of GB/T 4754-2017.
type IndustrySection struct {
	Code   string // "A" to "T"
	NameZH string
	NameEN string
}

// IndustryDivision is a division of GB/T 4754-2017.
type IndustryDivision struct {
	Code    string // "01" to "97"
	NameZH  string
	Section string // the code of its section
}

// Department is a body that has a part in the prefecture's notice of 2013
// (阿地就培字〔2013〕5号).
type Department struct {
	Code             string // e.g. "hrss"
	NameZH           string // the name in the notice
	ShortZH          string
	NameEN           string
	Kind             string
	Successor        string // the body that has its duties today, as far as known
	LeadItems        []int  // the items of the notice that it leads
	ParticipantItems []int  // the items that it takes part in
	MayReceive       string // what data it may receive, in words; the event catalogue is what binds
}

// table keeps the rows of one code table in file order, with an index by code.
type table[T any] struct {
	rows []T
	at   map[string]int
}

func (t *table[T]) get(code string) (T, bool) {
	i, ok := t.at[code]
	if !ok {
		var none T
		return none, false
	}
	return t.rows[i], true
}

// Tables holds the code tables. It is immutable: load it once and hand it on.
type Tables struct {
	divisions   table[Division]
	townships   table[Township]
	occupations table[OccupationGroup]
	education   table[EducationLevel]
	genders     table[Gender]
	sections    table[IndustrySection]
	industries  table[IndustryDivision]
	departments table[Department]
}

// LoadTables parses the tables built into the program. An error names the table
// and is a defect of the build.
func LoadTables() (*Tables, error) {
	t := &Tables{}
	err := firstError(
		load(&t.divisions, "altay_divisions", 10, func(r []string) (string, Division, error) {
			return r[0], Division{Code: r[0], NameZH: r[1], NameEN: r[2], Level: r[3], Parent: r[4], OldCode: r[5]}, nil
		}),
		load(&t.townships, "altay_townships", 5, func(r []string) (string, Township, error) {
			if r[4] != "" && r[4] != "xpcc" && r[4] != "not_a_residential_division" {
				return "", Township{}, fmt.Errorf("unknown flag %q", r[4])
			}
			return r[0], Township{Code: r[0], NameZH: r[1], Kind: r[2], County: r[3], XPCC: r[4] == "xpcc", NotResidential: r[4] == "not_a_residential_division"}, nil
		}),
		load(&t.occupations, "occupation_groups_2022", 6, func(r []string) (string, OccupationGroup, error) {
			return r[3], OccupationGroup{Major: r[0], MajorZH: r[1], MajorEN: r[2], Code: r[3], NameZH: r[4], Offered: r[5] == "yes"}, nil
		}),
		load(&t.education, "education_levels_gbt4658_2006", 4, func(r []string) (string, EducationLevel, error) {
			return r[0], EducationLevel{Code: r[0], NameZH: r[1], NameEN: r[2], Bucket: r[3]}, nil
		}),
		load(&t.genders, "gender_gbt2261_1", 3, func(r []string) (string, Gender, error) {
			return r[0], Gender{Code: r[0], NameZH: r[1], NameEN: r[2]}, nil
		}),
		load(&t.sections, "industry_sections_gbt4754_2017", 4, func(r []string) (string, IndustrySection, error) {
			return r[0], IndustrySection{Code: r[0], NameZH: r[1], NameEN: r[2]}, nil
		}),
		load(&t.industries, "industry_divisions_gbt4754_2017", 4, func(r []string) (string, IndustryDivision, error) {
			return r[1], IndustryDivision{Section: r[0], Code: r[1], NameZH: r[2]}, nil
		}),
		load(&t.departments, "departments", 9, func(r []string) (string, Department, error) {
			lead, err := items(r[6])
			if err != nil {
				return "", Department{}, err
			}
			part, err := items(r[7])
			return r[0], Department{Code: r[0], NameZH: r[1], ShortZH: r[2], NameEN: r[3], Kind: r[4], Successor: r[5], LeadItems: lead, ParticipantItems: part, MayReceive: r[8]}, err
		}),
	)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func firstError(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// load reads tables/<name>.csv, whose rows have the given number of columns.
func load[T any](t *table[T], name string, columns int, row func([]string) (string, T, error)) error {
	f, err := tableFiles.Open("tables/" + name + ".csv")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	r := csv.NewReader(f)
	r.FieldsPerRecord = columns
	records, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("table %s: %w", name, err)
	}
	t.at = map[string]int{}
	for i, rec := range records {
		if i == 0 {
			continue // the header
		}
		code, v, err := row(rec)
		if err != nil {
			return fmt.Errorf("table %s, row %d: %w", name, i, err)
		}
		if _, ok := t.at[code]; ok || code == "" {
			return fmt.Errorf("table %s, row %d: the code %q is blank or there twice", name, i, code)
		}
		t.at[code] = len(t.rows)
		t.rows = append(t.rows, v)
	}
	return nil
}

func items(s string) ([]int, error) {
	var out []int
	for f := range strings.FieldsSeq(s) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// Division returns the prefecture or a county by its six-digit code.
func (t *Tables) Division(code string) (Division, bool) { return t.divisions.get(code) }

// Prefecture returns the prefecture that the tables are of.
func (t *Tables) Prefecture() Division { return t.divisions.rows[0] }

// Counties returns the counties and the county-level city, by code.
func (t *Tables) Counties() []Division { return slices.Clone(t.divisions.rows[1:]) }

// County returns a county by its six-digit code; the prefecture is none.
func (t *Tables) County(code string) (Division, bool) {
	d, ok := t.divisions.get(code)
	if !ok || d.Level == "prefecture" {
		return Division{}, false
	}
	return d, true
}

// CountyByName returns a county by its full Chinese name, e.g. 阿勒泰市.
func (t *Tables) CountyByName(name string) (Division, bool) {
	for _, d := range t.divisions.rows[1:] {
		if d.NameZH == name {
			return d, true
		}
	}
	return Division{}, false
}

// Township returns a township by its nine-digit code, whatever its flags.
func (t *Tables) Township(code string) (Township, bool) { return t.townships.get(code) }

// TownshipByName returns a township by its full Chinese name within a county,
// given by code, or anywhere where county is blank. It finds nothing where the
// name is not unique there.
func (t *Tables) TownshipByName(county, name string) (Township, bool) {
	var found Township
	n := 0
	for _, w := range t.townships.rows {
		if w.NameZH == name && (county == "" || w.County == county) {
			found = w
			n++
		}
	}
	if n != 1 {
		return Township{}, false
	}
	return found, true
}

// Townships returns the units of a county that may be offered as an address, by
// code: those of the Corps included, those where nobody lives freely not.
func (t *Tables) Townships(county string) []Township {
	var out []Township
	for _, w := range t.townships.rows {
		if w.County == county && !w.NotResidential {
			out = append(out, w)
		}
	}
	return out
}

// Occupation returns an occupation group by its code, e.g. "6-14".
func (t *Tables) Occupation(code string) (OccupationGroup, bool) { return t.occupations.get(code) }

// Occupations returns the groups that are offered in job search, by code.
func (t *Tables) Occupations() []OccupationGroup {
	var out []OccupationGroup
	for _, o := range t.occupations.rows {
		if o.Offered {
			out = append(out, o)
		}
	}
	return out
}

// Education returns a level by its two-digit code.
func (t *Tables) Education(code string) (EducationLevel, bool) { return t.education.get(code) }

// EducationByName returns a level by its Chinese name, as sheets hold it.
func (t *Tables) EducationByName(name string) (EducationLevel, bool) {
	for _, l := range t.education.rows {
		if l.NameZH == name {
			return l, true
		}
	}
	return EducationLevel{}, false
}

// EducationLevels returns all levels, the highest first.
func (t *Tables) EducationLevels() []EducationLevel { return slices.Clone(t.education.rows) }

// Gender returns a gender code.
func (t *Tables) Gender(code string) (Gender, bool) { return t.genders.get(code) }

// Genders returns all gender codes.
func (t *Tables) Genders() []Gender { return slices.Clone(t.genders.rows) }

// IndustrySection returns a section by its letter.
func (t *Tables) IndustrySection(code string) (IndustrySection, bool) { return t.sections.get(code) }

// IndustrySections returns all sections, by letter.
func (t *Tables) IndustrySections() []IndustrySection { return slices.Clone(t.sections.rows) }

// IndustryDivision returns a division by its two digits.
func (t *Tables) IndustryDivision(code string) (IndustryDivision, bool) {
	return t.industries.get(code)
}

// IndustryDivisions returns the divisions of a section, by code.
func (t *Tables) IndustryDivisions(section string) []IndustryDivision {
	var out []IndustryDivision
	for _, d := range t.industries.rows {
		if d.Section == section {
			out = append(out, d)
		}
	}
	return out
}

// Department returns a department by its code, e.g. "hrss".
func (t *Tables) Department(code string) (Department, bool) {
	d, ok := t.departments.get(code)
	return d.clone(), ok
}

// Departments returns all departments, in the order of the table.
func (t *Tables) Departments() []Department {
	out := make([]Department, 0, len(t.departments.rows))
	for _, d := range t.departments.rows {
		out = append(out, d.clone())
	}
	return out
}

func (d Department) clone() Department {
	d.LeadItems, d.ParticipantItems = slices.Clone(d.LeadItems), slices.Clone(d.ParticipantItems)
	return d
}
