package rule

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// The tables are the law base as it was handed over, in testdata, in another
// order of columns and followed by the product's own rows. These tests are that
// conversion: they fail where a row was mended in one place only.

func read(t *testing.T, b []byte) (head []string, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

func handedOver(t *testing.T, name string) (rows []map[string]string) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	head, all := read(t, b)
	for _, rec := range all {
		row := map[string]string{}
		for i, name := range head {
			row[name] = rec[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// sources are those that say no more than "the same as the row before": each
// row is shown by itself, so that it must name its own.
var sources = map[string]string{
	"HO-02": "公共租赁住房管理办法(2012), 10",
	"HO-03": "公共租赁住房管理办法(2012), 18 and renewal article, pages",
	"HO-04": "公共租赁住房管理办法(2012), 27,29,31, pages",
	"HO-07": "project decision",
	"GV-02": "国务院关于在线政务服务的若干规定 8-12",
	"TR-05": "Shenzhen HRSS answer 2024-11-27 (yantian.gov.cn), MOHRSS WeChat reprint 2025; national 就业补助资金管理办法 clause quoted by nbd.com.cn 2017",
}

// laws are the short names of laws in the time limits.
var laws = []string{
	"LCL ", "劳动合同法(2012) ", "SIL ", "社会保险法(2018) ", "SIO ", "社会保险经办条例(2023) ", "WII ", "工伤保险条例(2010) ",
	"MAL ", "劳动争议调解仲裁法(2007) ", "INS ", "劳动保障监察条例(2004) ", "LAL ", "法律援助法(2021) ", "R724 ", "保障农民工工资支付条例(2020) ",
	"HPF ", "住房公积金管理条例(2019) ", "RP ", "居住证暂行条例(2016) ", "ODL ", "职业病防治法(2018) ", "PIPL ", "个人信息保护法(2021) ",
	"land arbitration law ", "农村土地承包经营纠纷调解仲裁法 ", "公租房办法", "公共租赁住房管理办法(2012)",
}

func lawOf(source string) string {
	for i := 0; i < len(laws); i += 2 {
		if rest, ok := strings.CutPrefix(source, laws[i]); ok {
			return laws[i+1] + rest
		}
	}
	return source
}

func TestTheRulesAreThoseHandedOver(t *testing.T) {
	_, table := read(t, rulesCSV)
	given := handedOver(t, "rules.csv")
	if len(given) != 218 || len(table) < 218 {
		t.Fatalf("%d rows of the law base, %d in the table", len(given), len(table))
	}
	for i, g := range given {
		source := g["source"]
		if s, ok := sources[g["id"]]; ok {
			source = s
		}
		want := []string{g["id"], g["programme"], g["rule"], g["parameters"], g["area"], g["effective_from"], g["effective_to"], source, g["confidence"]}
		if !slices.Equal(table[i], want) {
			t.Errorf("row %d is\n%q\nand not\n%q", i+2, table[i], want)
		}
	}
	for _, rec := range table[218:] { // the product's own; TestTheBookIsWhole counts them
		if slices.ContainsFunc(given, func(g map[string]string) bool { return g["id"] == rec[0] }) {
			t.Errorf("%s was handed over and has a row of the product's own", rec[0])
		}
	}
}

func TestTheTimeLimitsAreThoseHandedOver(t *testing.T) {
	_, table := read(t, deadlinesCSV)
	given := handedOver(t, "deadlines.csv")
	if len(given) != 143 || len(table) < 143 {
		t.Fatalf("%d rows of the law base, %d in the table", len(given), len(table))
	}
	for i, g := range given {
		unit, counting, _ := strings.Cut(g["unit"], " ")
		want := []string{g["clock"], g["programme"], g["what"], g["starts_at"], g["amount"], unit, counting, g["day_kind"], g["effective_from"], g["effective_to"], lawOf(g["source"]), g["confidence"]}
		if !slices.Equal(table[i], want) {
			t.Errorf("row %d is\n%q\nand not\n%q", i+2, table[i], want)
		}
	}
	for _, rec := range table[143:] {
		if slices.ContainsFunc(given, func(g map[string]string) bool { return g["clock"] == rec[0] }) {
			t.Errorf("%s was handed over and has a row of the product's own", rec[0])
		}
	}
}

// TestRowsBeginAndEndAsTheLawsDo pins the rows that were dated too early, or
// said what was no longer so.
func TestRowsBeginAndEndAsTheLawsDo(t *testing.T) {
	b := book(t)
	on := func(s string) clock.Date {
		d, err := clock.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		id, on, area string
		there        bool
	}{
		{"SI-02", "2023-11-30", "", false}, {"SI-02", "2023-12-01", "", true}, {"GV-04", "2023-12-31", "", false}, {"GV-04", "2024-01-01", "", true},
		{"LA-01", "2021-12-31", "", false}, {"CT-14", "2021-12-31", "", false}, {"SF-01", "2021-08-31", "", false}, {"SF-01", "2021-09-01", "", true},
		{"WG-01", "2020-04-30", "", false}, {"HO-01", "2012-07-14", "", false}, {"CT-20", "2026-06-30", "", false}, {"CT-20", "2026-07-01", "", true},
		{"TR-06", "2026-12-31", "654301", true}, {"TR-06", "2027-01-01", "654301", false}, {"TR-06", "2023-12-31", "654301", false}, {"SI-26", "2027-01-01", "654301", false},
	} {
		if _, err := b.Rule(c.id, on(c.on), c.area); (err == nil) != c.there {
			t.Errorf("%s on %s: %v", c.id, c.on, err)
		}
	}
	for _, c := range []struct {
		id, on, name string
		want         int
	}{
		{"CT-12", "2026-11-28", "floor_certain_month_yuan", 1750}, {"CT-12", "2026-11-28", "floor_possible_month_yuan", 1890}, {"WG-05", "2026-11-28", "within_working_days", 20},
		{"SI-09", "2026-11-28", "months_until_2029", 180}, {"SI-05", "2026-11-28", "floor_yuan", 4999}, {"SI-05", "2023-06-01", "floor_yuan", 4575},
		{"PI-01", "2026-11-28", "hours_ordinary_operator", 4}, {"PI-03", "2026-11-28", "hours", 24}, {"PR-UNDO", "2026-11-28", "hours", 48},
	} {
		r, err := b.Rule(c.id, on(c.on), "654301")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Int(c.name); err != nil || n != c.want {
			t.Errorf("%s %s on %s: %d %v", c.id, c.name, c.on, n, err)
		}
	}
	if r, err := b.Rule("SI-03", today, "654301"); err != nil {
		t.Error(err)
	} else if f, err := r.Float("medical.employer"); err != nil || f != 0.08 || !r.ToBeConfirmed() {
		t.Error(f, err)
	}
	if r, err := b.Rule("HO-08", today, ""); err != nil || !r.Has("applicant_consents") {
		t.Error(err)
	}
	for _, c := range []struct{ on, law string }{{"2025-12-31", "网络安全法(2016) 21(3)"}, {"2026-01-01", "网络安全法(2025) 23(3)"}} {
		if d, err := b.Deadline("CLK-NS-LOG", on(c.on)); err != nil || d.Source != c.law {
			t.Errorf("%s: %s %v", c.on, d.Source, err)
		}
	}
}

func TestReconsiderationIsCountedFromService(t *testing.T) {
	cal := calendar(t)
	for _, c := range []struct {
		served, until string
		assumed       bool
	}{
		{"2026-08-04", "2026-10-08", false}, // the 60th day is 3 October: it moves behind the holidays
		{"2026-09-10", "2026-11-09", false},
		{"2026-11-03", "2027-01-04", true}, // 2 January 2027 is a Saturday, and 2027 is not announced
	} {
		served, _ := clock.ParseDate(c.served)
		r, err := book(t).Recourse(served, cal)
		if err != nil {
			t.Fatal(err)
		}
		told := r.Appeal()
		if told.Days != 60 || !told.Until.IsZero() || told.Deadline != "CLK-RC-APPLY" || told.Body != "gov" {
			t.Errorf("before it is served: %+v", told)
		}
		review := Appeal{Way: "officer_review", Body: "edu"}
		all, changed, err := r.Served([]Trace{{Appeals: []Appeal{review, told}}, {}}, served)
		if got := all[0].Appeals[1]; err != nil || !changed || got.Until.String() != c.until || got.ToBeConfirmed != c.assumed || all[0].Appeals[0] != review {
			t.Errorf("served on %s: %+v %v", c.served, all, err)
		}
		again, changed, err := r.Served(all, served.AddDays(9))
		if err != nil || changed || again[0].Appeals[1].Until.String() != c.until {
			t.Errorf("a second message moved the day: %+v %v", again, err)
		}
	}
}

func TestAWorkingLimitThatPassesTheYearSaysSo(t *testing.T) {
	b, cal := book(t), calendar(t)
	for _, c := range []struct {
		id, start string
		want      bool
	}{
		{"CLK-ED-UNPLACED", "2026-12-10", false}, {"CLK-ED-UNPLACED", "2026-12-24", true}, {"CLK-SI-ENROL", "2026-11-30", false}, {"CLK-SI-ENROL", "2026-12-02", true},
		{"CLK-DS-ACCEPT", "2026-12-30", true}, {"CLK-HO-RENEW", "2027-06-01", false},
	} {
		d, err := b.Deadline(c.id, today)
		if err != nil {
			t.Fatal(err)
		}
		start, _ := clock.ParseDate(c.start)
		end, err := d.From(start, cal)
		if err != nil || d.Assumed(start, end, cal) != c.want {
			t.Errorf("%s from %s ends %s: %v", c.id, c.start, end, err)
		}
	}
}
