package domain

import (
	"strings"
	"testing"
	"time"

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

// An age above which, or a generation outside which, people are shut out or come
// last is not among the grounds that the law names; a clerk looks at each.
func TestAgeWordsGoToAClerk(t *testing.T) {
	p := phrases(t)
	for _, text := range []string{
		"35岁以下优先", "35岁及以下优先", "限35周岁内", "限35周岁以内", "35周岁以下", "35周岁(含)以下", "35岁（含35岁）以下", "35岁以内", "不超过35岁", "年龄不超过35", "年龄不得超过四十岁",
		"年龄35以下", "年龄限35以内", "年龄：18-45岁", "18-45周岁", "18至45周岁", "18—45岁", "18~45周岁", "年龄18到35", "年龄要求二十五到四十八", "二十至三十五岁", "１８－３５岁", "3 5 岁 以 下",
		"35歲以下", "三十五岁以下", "四十岁以下", "45岁以上勿扰", "50岁以上免谈", "四十五岁以上的不要", "超过45岁不收", "45以上勿投", "90后优先", "85后优先", "九零后优先", "零零后优先", "00后优先",
		"只招90后", "限95后", "1990年后出生", "1985年1月1日以后出生", "出生日期在1990年以后", "年轻", "年轻人优先", "要求年轻", "年轻女性", "限年轻", "青壮年", "小伙子优先", "年轻力壮",
		"年龄偏大勿扰", "年龄大的勿扰", "年龄不要太大", "岁数不能大", "大龄勿扰", "超龄勿扰", "退休人员勿扰", "不招退休人员", "老年人谢绝", "年纪轻", "30岁左右", "二十出头最好", "三十来岁",
		"最大年龄35", "最高年龄45岁", "年龄上限40", "年龄：35", "未满35周岁", "小于40岁", "≤35岁", "<35岁", "35sui以下", "under 35", "文员,35周岁以下,会做表格", "快餐店员,85后优先,能倒班", "护理员35岁以下",
		"35岁以下优先，月薪800元", "男45岁以下", "年龄放宽到55岁以下",
	} {
		if got := errs.CodeOf(p.Judge(day, 16, "普工", text)); got != "employment.vacancy.clerk" {
			t.Errorf("%s: %q", text, got)
		}
	}
	for _, text := range []string{
		"年满18周岁", "18岁以上", "18周岁以上，井下作业", "年满20周岁，A2驾照", "未满18周岁请勿投递，岗位有高温", "20岁以下勿投", "满十八周岁", "16周岁以上", "年龄不限", "不限年龄", "不要求年轻",
		"照顾80岁以下老人", "照顾70-85岁老人", "接送6-12岁孩子", "照顾八十岁老太太", "团队年轻有活力", "年轻的团队", "老板是90后", "18:00后下班", "22:30后下班", "工资5000后发放", "3-5年经验",
		"试用期30天以内", "40人以下小厂", "月薪3500至4500", "工资四千以上", "二十四小时营业", "8小时以内", "罐车司机,十五年以上驾龄工资面议", "欢迎返乡青年", "退休返聘人员欢迎", "少年宫足球教练,带U15梯队",
		"不看年龄", "年龄18岁以上，男女不限", "限周一至周五白天面试", "50公斤以下", "35层以下", "90平米后付款",
	} {
		if err := p.Judge(day, 16, "普工", text); err != nil {
			t.Errorf("%s: %v %v", text, err, errs.From(err).Detail)
		}
	}
	for text, want := range map[string]string{
		"网吧网管,年满16即可,通宵班": "under_age_vacancy", "洗车行小工,15y+,管两顿饭": "under_age_vacancy", "未成年也能来,越小越好带": "under_age_vacancy", "十二三岁手更巧": "under_age_vacancy",
		"十四五岁也要": "under_age_vacancy", "读初二初三的都可以": "under_age_vacancy", "初中生暑假可以来": "under_age_vacancy", "14-20岁": "under_age_vacancy",
		"马戏团学员,八至十二岁": "employment.vacancy.clerk", "接收中职学校顶岗实习生20名": "employment.vacancy.clerk",
	} {
		if got := errs.CodeOf(p.Judge(day, 16, "普工", text)); got != want {
			t.Errorf("%s: %q, want %s", text, got, want)
		}
	}
}

// harmless are phrases of real vacancies, and denials of what is forbidden.
var harmless = []string{
	"", "高处作业", "井下作业", "有粉尘岗位", "需夜班", "需持证上岗", "初中及以上", "16周岁以上", "二十岁以上", "身体健康",
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

// S9: 990 kB of this took minutes. What is looked at around each place may not
// grow with the text: a text of twenty may take some twenty times as long as one,
// and not four hundred times. It is held against twenty texts of one, so that a
// busy machine holds up both alike.
func TestALongTextIsJudgedInTimeThatGrowsWithItsLength(t *testing.T) {
	p := phrases(t)
	took := func(texts, n int) time.Duration {
		text := strings.Repeat("18岁以上35岁以下", n)
		start := time.Now()
		for range texts {
			p.Find(clock.NewDate(2026, 11, 23), 16, "普工", text)
		}
		return time.Since(start)
	}
	short, long := time.Hour, time.Hour
	for range 3 {
		short, long = min(short, took(20, 500)), min(long, took(1, 10_000))
	}
	if long > 5*max(short, time.Millisecond) {
		t.Errorf("%v for twenty texts of 500, %v for one of 10,000", short, long)
	}
}
