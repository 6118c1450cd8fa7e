package ident

import "testing"

func tables(t *testing.T) *Tables {
	t.Helper()
	tab, err := LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestTablesAreWhole(t *testing.T) {
	tab := tables(t)
	for name, n := range map[string][2]int{
		"counties": {len(tab.Counties()), 7}, "townships": {len(tab.townships.rows), 69}, "occupations": {len(tab.occupations.rows), 79},
		"education": {len(tab.EducationLevels()), 8}, "genders": {len(tab.Genders()), 4}, "sections": {len(tab.IndustrySections()), 20},
		"industries": {len(tab.industries.rows), 97}, "departments": {len(tab.Departments()), 28},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, want %d", name, n[0], n[1])
		}
	}
	if tab.Prefecture().Code != "654300" {
		t.Errorf("the prefecture is %s", tab.Prefecture().Code)
	}
	xpcc := 0
	for _, w := range tab.townships.rows {
		if _, ok := tab.County(w.County); !ok || w.Code[:6] != w.County {
			t.Errorf("%s lies in no county", w.Code)
		}
		if w.XPCC {
			xpcc++
		}
	}
	if xpcc != 6 {
		t.Errorf("%d units of the Corps", xpcc)
	}
	for _, d := range tab.industries.rows {
		if _, ok := tab.IndustrySection(d.Section); !ok {
			t.Errorf("%s lies in no section", d.Code)
		}
	}
}

func TestLookUps(t *testing.T) {
	tab := tables(t)
	if d, ok := tab.CountyByName("阿勒泰市"); !ok || d.Code != "654301" || d.OldCode != "652621" {
		t.Errorf("%+v", d)
	}
	if _, ok := tab.County("654300"); ok {
		t.Error("the prefecture is no county")
	}
	if d, ok := tab.Division("654300"); !ok || d.NameZH != "阿勒泰地区" {
		t.Errorf("%+v", d)
	}
	w, ok := tab.TownshipByName("", "兵团一八二团")
	if !ok || w.Code != "654323500" || !w.XPCC {
		t.Errorf("%+v", w)
	}
	if _, ok := tab.TownshipByName("654301", "兵团一八二团"); ok {
		t.Error("found in the wrong county")
	}
	if got := len(tab.Townships("654301")); got != 18 {
		t.Errorf("%d townships in Altay City", got)
	}
	if o, ok := tab.Occupation("6-14"); !ok || !o.Offered || o.NameZH != "橡胶和塑料制品制造人员" {
		t.Errorf("%+v", o)
	}
	for _, o := range tab.Occupations() {
		if o.Major == "1" || o.Major == "7" {
			t.Errorf("%s is offered", o.Code)
		}
	}
	if l, ok := tab.EducationByName("初级中学教育"); !ok || l.Code != "70" {
		t.Errorf("%+v", l)
	}
	if d := tab.IndustryDivisions("B"); len(d) != 7 {
		t.Errorf("%d divisions in mining", len(d))
	}
	h, ok := tab.Department("hrss")
	if !ok || len(h.LeadItems) != 11 {
		t.Errorf("%+v", h)
	}
	h.LeadItems[0] = 99
	if again, _ := tab.Department("hrss"); again.LeadItems[0] == 99 {
		t.Error("a caller changed the table")
	}
	for _, ok := range []bool{
		second(tab.Township("")), second(tab.Occupation("9-99")), second(tab.Education("01")), second(tab.Gender("3")),
		second(tab.IndustrySection("Z")), second(tab.IndustryDivision("00")), second(tab.Department("x")), second(tab.CountyByName("")),
	} {
		if ok {
			t.Error("found what is not there")
		}
	}
}

func second[T any](_ T, ok bool) bool { return ok }
