package rules

import (
	_ "embed"
	"encoding/csv"
	"strings"

	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

//go:embed zh.csv
var zhCSV string

// The kinds of what the tables say in English: what a rule is about, what a time limit is
// for and what starts it, a parameter's name and its text.
const (
	aTitle = "title"
	aWhat  = "what"
	aStart = "start"
	aName  = "name"
	aText  = "text"
)

// chinese is what the tables of rules say in English, in Chinese, by kind and text.
type chinese map[[2]string]string

func loadChinese() (chinese, error) {
	all, err := csv.NewReader(strings.NewReader(zhCSV)).ReadAll()
	if err != nil {
		return nil, err
	}
	zh := chinese{}
	for _, r := range all[1:] {
		zh[[2]string{r[0], r[1]}] = r[2]
	}
	return zh, nil
}

// in says it in the page's language; what has no Chinese, as texts that are Chinese in the
// table, stands as it is.
func (zh chinese) in(p *words.Printer, kind, said string) string {
	if p.Lang().Latin {
		if kind == aName {
			return strings.ReplaceAll(said, "_", " ")
		}
		return said
	}
	if text, ok := zh[[2]string{kind, said}]; ok {
		return text
	}
	return said
}
