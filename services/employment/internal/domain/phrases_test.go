package domain

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
)

var day = clock.NewDate(2026, 11, 1)

func phrases(t testing.TB) *Phrases {
	t.Helper()
	p, err := LoadPhrases()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRefusedWords(t *testing.T) {
	p := phrases(t)
	for text, want := range map[string]string{
		"乙肝携带者勿扰":         "discriminatory",
		"乙 肝 携带者 勿扰":      "discriminatory", // spaces do not hide a word
		"不招乙肝携带者":         "discriminatory",
		"无乙肝、大三阳":         "discriminatory",
		"仅限汉族":            "discriminatory",
		"限汉族，包吃住":         "discriminatory",
		"汉族优先":            "discriminatory",
		"不招少数民族":          "discriminatory",
		"限男性":             "discriminatory",
		"仅限男士，18岁以上":      "discriminatory",
		"只招女工":            "discriminatory",
		"限女":              "discriminatory",
		"男性优先":            "discriminatory",
		"不要女工":            "discriminatory",
		"已婚已育":            "discriminatory",
		"不限学历，限男":         "discriminatory",
		"无宗教信仰":           "discriminatory",
		"残疾人勿扰":           "discriminatory",
		"仅限本地户口":          "discriminatory",
		"农村户口勿扰":          "discriminatory",
		"限女性，井下作业":        "discriminatory", // the legal limit bars nobody but women
		"需交押金500元":        "fee_or_deposit",
		"入职交保证金":          "fee_or_deposit",
		"缴纳培训费":           "fee_or_deposit",
		"收费培训":            "fee_or_deposit",
		"扣押身份证":           "fee_or_deposit",
		"身份证原件由公司统一保管":    "fee_or_deposit",
		"压一个月工资":          "fee_or_deposit",
		"需提供担保人":          "fee_or_deposit",
		"15周岁以上即可":        "under_age_vacancy",
		"１５周岁以上即可":        "under_age_vacancy",
		"十五周岁以上":          "under_age_vacancy",
		"年龄14-45岁":        "under_age_vacancy",
		"年满15周岁":          "under_age_vacancy",
		"14岁也可":           "under_age_vacancy",
		"初中生也可":           "under_age_vacancy",
		"限男性，井下作业":        "employment.vacancy.clerk",
		"矿井掘进工，男性优先":      "employment.vacancy.clerk",
		"包吃住。\n不查户口，仅限汉族": "discriminatory",
	} {
		if got := errs.CodeOf(p.Judge(day, 16, "普工", text)); got != want {
			t.Errorf("%s: %q, want %s", text, got, want)
		}
	}
}

// harmless are phrases of real vacancies, and denials of what is forbidden.
var harmless = []string{
	"", "高处作业", "井下作业", "有粉尘岗位", "需夜班", "需持证上岗", "初中及以上", "18-45岁", "16周岁以上", "二十岁以上", "身体健康",
	"不限男女", "男女不限", "性别不限", "民族不限", "不限学历", "不收取任何费用", "无押金", "不收押金", "无需缴纳任何押金", "不需要提供担保", "免培训费",
	"培训费由公司承担", "收费员", "高速收费站", "不查乙肝", "不招童工", "照顾3岁以上幼儿", "要求会哈萨克语", "会维吾尔语优先", "残疾人优先", "欢迎农民工",
	"按规定缴纳五险", "工资保证金专员", "带身份证复印件", "需健康证", "未满16周岁勿投", "3年以上工作经验", "要求民族团结",
}

func TestHarmlessWords(t *testing.T) {
	p := phrases(t)
	for _, text := range harmless {
		if err := p.Judge(day, 16, "普工", text); err != nil {
			t.Errorf("%s: %v %v", text, err, errs.From(err).Detail)
		}
	}
}

// Harmless sentences stay harmless beside each other, a refused one makes any
// text refused, and no text whatever makes the judge fail otherwise.
func TestJudgeIsSteady(t *testing.T) {
	p := phrases(t)
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.SampledFrom(harmless), 0, 6).Draw(t, "sentences")
		if err := p.Judge(day, 16, strings.Join(all, "，")); err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(all)).Draw(t, "at")
		with := append(append(append([]string{}, all[:at]...), "仅限汉族"), all[at:]...)
		if got := errs.CodeOf(p.Judge(day, 16, strings.Join(with, "。"))); got != "discriminatory" {
			t.Fatalf("%q", got)
		}
		switch got := errs.CodeOf(p.Judge(day, 16, rapid.String().Draw(t, "noise"))); got {
		case "", "internal":
		default:
			if !strings.Contains("discriminatory fee_or_deposit under_age_vacancy employment.vacancy.clerk", got) {
				t.Fatal(got)
			}
		}
	})
}

func TestJudgeSaysWhy(t *testing.T) {
	err := errs.From(phrases(t).Judge(day, 16, "乙肝携带者勿扰"))
	if err.Detail["rule"] != "EM-02" || err.Detail["phrase"] == "" {
		t.Errorf("%v", err.Detail)
	}
	if err := phrases(t).Judge(clock.NewDate(2000, 1, 1), 16, "仅限汉族"); err != nil {
		t.Errorf("before the rule was in force: %v", err)
	}
}

func TestParsePhrasesNamesTheBadRow(t *testing.T) {
	const head = "id,code,rule,kind,text,not_after,unless,clerk_when,source,effective_from,effective_to\n"
	for name, row := range map[string]string{
		"code":   "X-1,rude,EM-02,phrase,a,,,,law,2026-01-01,",
		"kind":   "X-1,discriminatory,EM-02,guess,a,,,,law,2026-01-01,",
		"source": "X-1,discriminatory,EM-02,phrase,a,,,,,2026-01-01,",
		"regexp": "X-1,discriminatory,EM-02,pattern,(,,,,law,2026-01-01,",
		"unless": "X-1,discriminatory,EM-02,phrase,a,,(,,law,2026-01-01,",
		"group":  "X-1,under_age_vacancy,EM-04,age,12,,,,law,2026-01-01,",
		"from":   "X-1,discriminatory,EM-02,phrase,a,,,,law,soon,",
		"to":     "X-1,discriminatory,EM-02,phrase,a,,,,law,2026-01-01,never",
	} {
		if _, err := ParsePhrases(strings.NewReader(head + row)); err == nil || !strings.Contains(err.Error(), "X-1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParsePhrases(strings.NewReader("")); err == nil {
		t.Error("no header")
	}
	if _, err := ParsePhrases(strings.NewReader(head + "a,b\n")); err == nil {
		t.Error("too few columns")
	}
}

// Every refusing row rests on a rule that the book of rules has.
func TestPhrasesRestOnRules(t *testing.T) {
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range phrases(t).all {
		if _, err := book.Rule(row.rule, day, "654301"); err != nil {
			t.Errorf("%s: %v", row.id, err)
		}
	}
}

func TestHazards(t *testing.T) {
	book, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := book.Rule("TR-HAZARD", day, "654301")
	if err != nil {
		t.Fatal(err)
	}
	h, err := ReadHazards(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		occupation, text string
		want             bool
	}{
		{"6-29", "", true}, {"6-16", "", true}, {"4-03", "", false}, {"4-03", "井下作业", true}, {"4-03", "有粉尘岗位", true},
		{"4-03", "高 处 作业", true}, {"4-03", "需夜班", false},
	} {
		if got := h.In(c.occupation, "岗位", c.text); got != c.want {
			t.Errorf("%s %s: %v", c.occupation, c.text, got)
		}
	}
}
