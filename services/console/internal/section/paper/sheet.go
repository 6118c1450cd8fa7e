package paper

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"sync"
)

//go:embed sheet.csv
var sheetCSV []byte

// says is a text of a sheet in the languages in which each sheet bears it: who fills it in
// and who takes it may read different ones. Nobody who speaks Kazakh or Uyghur has read
// them yet.
type says struct{ Chinese, Kazakh, Uyghur, English string }

// sheetTexts are the texts of the sheets, by their names.
var sheetTexts = sync.OnceValues(func() (map[string]says, error) {
	rows, err := csv.NewReader(bytes.NewReader(sheetCSV)).ReadAll()
	if err != nil {
		return nil, err
	}
	all := make(map[string]says, len(rows))
	for _, r := range rows[1:] {
		all[r[0]] = says{r[1], r[2], r[3], r[4]}
	}
	return all, nil
})

// sheet is a text of a sheet.
func sheet(name string) (says, error) {
	all, err := sheetTexts()
	return all[name], err
}

// line is a line of a form that is filled in by hand, or the boxes of one that are ticked.
type line struct {
	Name  string
	Ticks []string
}

// asked are the lines of each task's form.
var asked = map[string][]line{
	"housing.ApplyForHome": {
		{"housing.kind", []string{"housing.public_rental", "housing.affordable_rental", "housing.rent_subsidy", "housing.dormitory"}},
		{"housing.county", nil}, {"housing.members", nil}, {"housing.area", nil},
		{"housing.says", []string{"housing.no_home", "housing.income", "housing.relief"}}, {"housing.request", nil},
	},
}
