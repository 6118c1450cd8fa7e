package sheet

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2026-08-18": "2026-08-18", "2026/8/18": "2026-08-18", "2026.8.18": "2026-08-18", "2026.08.18": "2026-08-18",
		"2026年8月18日": "2026-08-18", "2026 年 8 月 18 号": "2026-08-18", "２０２６－８－１８": "2026-08-18",
		"20260818": "2026-08-18", "46252": "2026-08-18", "46252.5": "2026-08-18", "2026-08-18 00:00:00": "2026-08-18",
		"2026/8/18 9:30": "2026-08-18", "2026-08-18T00:00:00Z": "2026-08-18", " 2026-8-18 ": "2026-08-18",
		"2024-02-29": "2024-02-29", "36526": "2000-01-01", "'2026-08-18": "2026-08-18",
	} {
		if got, ok := parseDate(in); !ok || got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"2025-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-8-18", "8/18", "2026年8月", "明天",
		"1899-12-31", "123456", "2026-8-18-1", "2026-08-1x", "٢٠٢٦-٠٨-١٨", "20261318", "0000-00-00", "T:", ":", "-"} {
		if got, ok := parseDate(in); ok {
			t.Errorf("%q is taken for %s", in, got)
		}
	}
}

func TestAnyDayInAnySpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1955, 1, 1+rapid.IntRange(0, 60000).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		layout := rapid.SampledFrom([]string{"2006-01-02", "2006-1-2", "2006/1/2", "2006.1.2", "2006.01.02", "2006年1月2日", "20060102", "2006/01/02 15:04"}).Draw(t, "layout")
		if got, ok := parseDate(day.Format(layout)); !ok || got != day.Format(time.DateOnly) {
			t.Fatalf("%s is %q, %v", day.Format(layout), got, ok)
		}
	})
}

func TestMoney(t *testing.T) {
	for in, want := range map[string]int64{
		"3400": 340000, "3,400": 340000, "３４００": 340000, "3400元": 340000, "¥3400.00": 340000, "￥3400": 340000,
		"3400.5": 340050, "59.80": 5980, "3400元/月": 340000, "0": 0, "999999999": 99999999900, " 3 400 ": 340000,
	} {
		if got, _, ok := parseMoney(in); !ok || got != want {
			t.Errorf("%q is %d, %v; want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"-1", "3000-4000", "面议", "1.234", "1e3", "1000000000", "三千", ".5", "元", "3.4.5", "0x10", "٣"} {
		if got, _, ok := parseMoney(in); ok {
			t.Errorf("%q is taken for %d", in, got)
		}
	}
}

func TestWholeAndArea(t *testing.T) {
	if n, _, ok := parseWhole("40人"); !ok || n != 40 {
		t.Errorf("40人 is %d, %v", n, ok)
	}
	if n, _, ok := parseWhole("1.5"); ok {
		t.Errorf("1.5 is taken for %d", n)
	}
	if n, _, ok := parseArea("59.8㎡"); !ok || n != 5980 {
		t.Errorf("59.8㎡ is %d, %v", n, ok)
	}
}

func TestSpelling(t *testing.T) {
	for _, c := range []struct {
		by       func(string) string
		in, want string
	}{
		{codeText, " 654399 198408056753 ", "654399198408056753"},
		{codeText, "６５４３９９１９８４０８０５６７５３", "654399198408056753"},
		{codeText, "65439919881216211x", "65439919881216211X"},
		{codeText, "65439919881216211ｘ", "65439919881216211X"},
		{codeText, "'65439919881216211x", "65439919881216211X"},
		{codeText, `="65439919881216211x"`, "65439919881216211X"},
		{codeText, "\u200b654399198408056753\u200c", "654399198408056753"},
		{phoneText, "138-0000-0001", "13800000001"},
		{phoneText, "+86 138 0000 0001", "13800000001"},
		{phoneText, "０９０６－２１２３４５６", "09062123456"},
		{phoneText, "(0906)2123456", "09062123456"},
		{phoneText, "12345", "12345"},
		{properName, " 罗杰 ", "罗杰"},
		{properName, "张　三", "张三"},
		{properName, "叶尔肯•努尔兰", "叶尔肯·努尔兰"},
		{properName, "叶尔肯 · 努尔兰", "叶尔肯·努尔兰"},
		{properName, "Aizhan  Nur", "Aizhan Nur"},
		{properName, "", ""},
		{properName, "・", "·"},
		{prose, "１８岁以上，\n会开车（Ｃ１）", "18岁以上， 会开车（C1）"},
		{prose, "\u202eabc\ufeff", "abc"},
		{prose, "ئەر\u200cكىن", "ئەر\u200cكىن"},
		{occupationText, "６－１４", "6-14"},
		{occupationText, "6—14", "6-14"},
		{occupationText, "6月14日", "6-14"},
		{occupationText, "4月6日", "4-06"},
		{occupationText, "2026-06-14", "6-14"},
		{occupationText, "6-14-01-02", "6-14-01-02"},
		{squeeze, " 可上岗 日期（元）\t", "可上岗日期(元)"},
	} {
		if got := c.by(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSpellingIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		for _, by := range []func(string) string{squeeze, prose, properName} {
			if once := by(s); by(once) != once {
				t.Fatalf("%q becomes %q and then %q", s, once, by(once))
			}
		}
	})
}

func TestWorkerRow(t *testing.T) {
	for _, c := range []struct {
		change map[string]string
		notes  string
		code   string
		check  func(WorkerRow) bool
	}{
		{change: nil, check: func(w WorkerRow) bool { return w.WageFen == 340000 && w.Signed && w.NeedsHousing == Yes }},
		{change: map[string]string{"联系电话": ""}, notes: "no_phone", check: func(w WorkerRow) bool { return w.Phone == "" }},
		{change: map[string]string{"联系电话": "无"}, notes: "no_phone", check: func(w WorkerRow) bool { return w.Phone == "" }},
		{change: map[string]string{"联系电话": " - "}, notes: "no_phone"},
		{change: map[string]string{"期望月薪(元)": "面议"}, notes: "wage_negotiable", check: func(w WorkerRow) bool { return w.WageFen == 0 }},
		{change: map[string]string{"期望月薪(元)": "3000-4000"}, code: "number_format"},
		{change: map[string]string{"居住乡镇(街道)": "兵团一八一团"}, notes: "xpcc_address"},
		{change: map[string]string{"公民身份号码": "65439919881216211x", "联系电话": "", "居住乡镇(街道)": "兵团 一八一团"},
			notes: "normalised no_phone xpcc_address"},
		{change: map[string]string{"可上岗日期": "2026年12月1日"}, notes: "normalised",
			check: func(w WorkerRow) bool { return w.AvailableFrom == "2026-12-01" }},
		{change: map[string]string{"可上岗日期": ""}, check: func(w WorkerRow) bool { return w.AvailableFrom == "" }},
		{change: map[string]string{"登记日期": "2026-02-30"}, code: "date_format"},
		{change: map[string]string{"需要住宿": "也许"}, code: "yesno_format"},
		{change: map[string]string{"需要住宿": ""}, check: func(w WorkerRow) bool { return w.NeedsHousing == Unstated }},
		{change: map[string]string{"本人签字": ""}, check: func(w WorkerRow) bool { return !w.Signed }},
		{change: map[string]string{"本人签字": "代签"}, check: func(w WorkerRow) bool { return !w.Signed }},
	} {
		w, err := worker(t, c.change)
		if c.code != "" {
			wantCode(t, err, c.code)
			continue
		}
		if err != nil {
			t.Fatalf("%v: %v", c.change, err)
		}
		if joined(w.Notes) != c.notes || c.check != nil && !c.check(w) {
			t.Errorf("%v: %+v, want notes %q", c.change, w, c.notes)
		}
	}
}

func TestVacancyWages(t *testing.T) {
	header := "统一社会信用代码,岗位,职业代码,人数,月薪下限,月薪上限,工作县(市),起始日期,截止日期,要求\n"
	for wages, code := range map[string]string{"3000,4000": "", "4000,4000": "", "4000,3000": "wage_range", "面议,面议": "wage_range", "3000,": "wage_range"} {
		rows := read(t, open(t, []byte(header+"91654322AEFUW7RL6Y,工,6-15,17,"+wages+",富蕴县,2026-12-10,2027-05-09, １５岁 \n")))
		v, err := rows[0].Vacancy()
		if code != "" {
			wantCode(t, err, code)
			continue
		}
		if err != nil || v.RequirementsText != " １５岁 " || v.Requirements != "15岁" || v.HousingProvided != Unstated {
			t.Errorf("%s: %+v, %v", wages, v, err)
		}
	}
}

func TestWrongKind(t *testing.T) {
	rows := read(t, openAltay(t, "schools_学校学位.csv"))
	_, err := rows[0].Worker()
	wantCode(t, err, "sheet.wrong_kind")
	_, err = Row{}.Home()
	wantCode(t, err, "sheet.wrong_kind")
}
