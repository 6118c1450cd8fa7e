package sheet

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// expected is what expected.json says of one sheet.
type expected struct {
	Rows     int            `json:"rows"`
	Noted    map[string]int `json:"noted"`
	Encoding string         `json:"encoding"`
}

func loadExpected(t *testing.T) map[string]expected {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(altay, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Sheets map[string]expected }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all.Sheets
}

// normalisedRows are the rows whose spelling differs, by line, as a look at the
// files shows. expected.json counts one more for 654301, of which the file
// shows nothing.
func normalisedRows() map[string][]int {
	return map[string][]int{
		"workers_654301_阿勒泰市.csv": {14, 116, 267, 294, 519, 618, 629},
		"workers_654321_布尔津县.csv": {83, 153, 167, 178, 199, 202},
		"workers_654322_富蕴县.csv":  {132, 213},
		"workers_654323_福海县.csv":  {19, 85, 108, 157},
		"workers_654324_哈巴河县.csv": {3, 190, 219},
		"workers_654325_青河县.csv":  {134, 145},
		"workers_654326_吉木乃县.csv": {17},
	}
}

func TestAltaySheets(t *testing.T) {
	sheets := loadExpected(t)
	if len(sheets) != 13 {
		t.Fatalf("%d sheets expected, want 13", len(sheets))
	}
	for name, want := range sheets {
		t.Run(name, func(t *testing.T) {
			r := openAltay(t, name)
			if string(r.Encoding()) != want.Encoding {
				t.Errorf("the encoding is %s, want %s", r.Encoding(), want.Encoding)
			}
			if got := r.Kind().String(); !strings.HasPrefix(name, got) {
				t.Errorf("the kind is %s", got)
			}
			rows := read(t, r)
			if len(rows) != want.Rows {
				t.Errorf("%d rows, want %d", len(rows), want.Rows)
			}
			checkNotes(t, name, rows, want.Noted)
		})
	}
}

// checkNotes compares the notes on all rows, those included that an import
// refuses: the file says the same of a row whatever becomes of it.
func checkNotes(t *testing.T, name string, rows []Row, want map[string]int) {
	t.Helper()
	count := map[string]int{}
	var normalised []int
	for i, row := range rows {
		if row.Line != i+2 {
			t.Fatalf("row %d is on line %d", i, row.Line)
		}
		value, err := typed(row)
		if err != nil {
			if name != "vacancies_招聘岗位.csv" || row.Line != 122 || errs.CodeOf(err) != "wage_range" {
				t.Errorf("line %d: %v", row.Line, err)
			}
			continue
		}
		w, _ := value.(WorkerRow)
		for _, note := range w.Notes {
			count[note]++
		}
		if slices.Contains(w.Notes, NoteNormalised) {
			normalised = append(normalised, row.Line)
		}
	}
	if lines := normalisedRows()[name]; !slices.Equal(normalised, lines) {
		t.Errorf("normalised rows %v, want %v", normalised, lines)
	}
	want = maps.Clone(want)
	delete(want, "uscc_manual_check") // the importer's
	delete(want, NoteNormalised)
	delete(count, NoteNormalised)
	if !maps.Equal(count, want) {
		t.Errorf("notes %v, want %v", count, want)
	}
}

func TestAltayFolder(t *testing.T) {
	files, unread, err := Folder(t.Context(), altay)
	if err != nil || len(unread) != 1 || !unread[0].Spare || unread[0].File != "expected.json" {
		t.Fatal(unread, err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name[:strings.LastIndex(f.Name, "_")])
	}
	want := []string{"employers", "vacancies", "courses", "schools", "housing", "workers_654301", "workers_654321",
		"workers_654322", "workers_654323", "workers_654324", "workers_654325", "workers_654326", "children"}
	if !slices.Equal(names, want) {
		t.Errorf("the order is %v", names)
	}
}

// TestAltayFormats requires the same typed rows whichever way a sheet is
// written and in whichever order its columns stand.
func TestAltayFormats(t *testing.T) {
	for name := range loadExpected(t) {
		t.Run(name, func(t *testing.T) {
			want := results(read(t, openAltay(t, name)))
			content := table(t, openAltay(t, name))
			shuffle(content)
			text := toCSV(t, content)
			forms := map[Encoding][]byte{
				UTF8:    text,
				UTF8BOM: append([]byte(byteOrderMark), text...),
				GB18030: toGB(t, text),
				UTF16:   toUTF16(t, text),
				XLSX:    toXLSX(t, content),
			}
			for encoding, form := range forms {
				r := open(t, form)
				if r.Encoding() != encoding {
					t.Errorf("the encoding is %s, want %s", r.Encoding(), encoding)
				}
				equal(t, results(read(t, r)), want)
			}
		})
	}
}

// shuffle puts a table's columns into another order, with a foreign one between.
func shuffle(content [][]string) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(content[0]) + 1)
	for i, row := range content {
		extra := "经办人"
		if i > 0 {
			extra = "某某"
		}
		row = append(row, extra)
		mixed := make([]string, len(row))
		for to, from := range order {
			mixed[to] = row[from]
		}
		content[i] = mixed
	}
}
