package standalone_test

import (
	"crypto/rand"
	"io"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/testkit"
)

var storyLink = regexp.MustCompile(`action="(/story/[A-Z0-9]+)/register"`)

// told begins a story and returns its address.
func (b *browser) told() string {
	b.t.Helper()
	m := storyLink.FindStringSubmatch(b.see("/story", 200, url.Values{}))
	if m == nil {
		b.t.Fatal("the story does not begin with its first button")
	}
	return m[1]
}

// settled reads the page of a story once the departments have told each other.
func (b *browser) settled(path string, texts ...string) (page string) {
	b.t.Helper()
	testkit.Eventually(b.t, "the departments have told each other", func() bool {
		page = b.see(path, 200, nil)
		return !strings.Contains(page, `class="waiting"`)
	})
	return b.see(path, 200, nil, texts...)
}

// The story, button by button, on the services themselves.
func TestTheStory(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	b := l.desk(t, server)
	b.see("/story", 200, nil, "十四样材料，五个窗口", "过去：14 样材料，5 个窗口", "预防接种证")
	s := b.told()
	step := func(name string, values ...string) {
		t.Helper()
		form := filled(values...)
		for range 2 { // the second is a second click
			b.see(s+"/"+name, 200, form)
		}
	}
	b.see(s, 200, nil, "在一个窗口登记一次", "<b>0</b>")
	b.see(s+"/accept", 409, url.Values{}, "还没轮到这一步")

	step("register")
	b.settled(s, "登记好了", "决定让谁用什么")
	step("consent")
	step("apply")
	b.settled(s, "学位申请表", "已同意，还没有这项记录", "公租房申请", "<b>2</b>")
	step("offer")
	b.settled(s, "6,200.00元", "接受邀约", "<b>3</b>")
	step("accept")
	b.settled(s, "参保期限开始计算", "就业部门提供", "上岗前安全培训", "<b>8</b>", "不用再交：工作证明")
	step("insure")
	b.settled(s, "已参保", "社保部门提供", "<b>9</b>")
	step("untick", "kind", "job")
	if page := b.settled(s, "没有同意，学校看不到", "再勾选", "<b>8</b>"); strings.Count(page, "不用再交：工作证明") != 1 { // the home's form has a consent of its own
		t.Error("the fact is still on the school's form, or gone from the home's")
	}
	step("tick", "kind", "job")
	b.settled(s, "<b>9</b>", "不用再交：工作证明")
	step("untick", "kind", "job")
	b.settled(s, "<b>8</b>")
	step("decide")
	page := b.settled(s, "这就是整个故事", "还需要补充", "还差：", "怎样能改变：", "不同意可以找：", "您接受了录用邀约", "/traces/")
	b.see(s+"?lang=en", 200, nil, "That is the whole story", "You accepted the job offer.", "of 14 papers are no longer asked for")

	worker := regexp.MustCompile(`/workers/[0-9a-f-]+`).FindString(page)
	b.see(worker+"?lang=zh-Hans", 200, nil, "您完成了登记", "最后期限")
	b.see(worker+"/have", 200, nil, "阿勒泰市金山建设有限公司", "养老、医疗", "稳定就业的月数")
	b.see(worker+"/messages", 200, nil, "用人单位向您发出了录用邀约")
	consents := b.see(worker+"/consents", 200, nil, "允许住房部门为“公租房”使用：稳定就业", "撤回")
	grant := regexp.MustCompile(`name="grant" value="([^"]+)"`).FindAllStringSubmatch(consents, -1)
	if len(grant) != 4 {
		t.Fatalf("%d consents stand", len(grant))
	}
	withdrawal := filled("grant", grant[0][1])
	for range 2 {
		b.see(worker+"/consents/withdraw", 200, withdrawal)
	}
	if n := strings.Count(b.see(worker+"/consents", 200, nil), `name="grant"`); n != 3 {
		t.Errorf("%d consents stand after a withdrawal", n)
	}
}

// A double click is one act where two services could make two things of it, and
// so is the same form in many requests at once.
func TestManyClicksAtOnceAreOneAct(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	b := l.desk(t, server)
	boss, officer := "/employers/"+l.ids["employer_id"], "/employment/fairs"
	day := func(n int) string { return l.today.AddDays(n).String() }
	var all []string
	for range 3 {
		all = append(all, b.told())
	}
	for path, c := range map[string]struct {
		form       url.Values
		on, counts string // where it is seen that it happened once, and what is counted there
		times      int
	}{
		boss + "/post": {filled("title", "双击工", "occupation", "6-29", "place", home, "headcount", "2", "wage_from", "5000", "wage_to", "6000", "unit", "month", "shift", "day", "do", "publish",
			"from", day(0), "to", day(90)), boss, "双击工", 1},
		officer: {filled("officer", "hrss-1", "campaign", "spring_breeze", "division", home, "starts_on", day(30), "ends_on", day(31), "closes_on", day(20), "match_on", day(25), "tie", "single",
			"figure_name", "上证综合指数收盘价，上海证券交易所网站", "venue", "双击馆", "opens_at", "10:00", "shuts_at", "16:00"), officer, "双击馆", 1},
		"/workers/" + l.ids["other"] + "/jobs/" + l.ids["vacancy_id"] + "/apply": {url.Values{}, "/workers/" + l.ids["other"] + "/jobs", `value="withdraw:`, 1},
		boss + "/places":               {filled("county", home, "places", "7"), boss + "/places", `<td class="n">7</td>`, 1},
		"/employment/startup/premises": {filled("officer", "hrss-1", "county", home, "kind", "workshop", "title", "双击车间", "area", "36", "rent", "100"), "/employment/startup?county=" + home, "双击车间", 1},
		all[0] + "/register":           {url.Values{}, all[0], "登记好了", 1},
		all[1] + "/register":           {url.Values{}, all[1], "登记好了", 1},
	} {
		c.form.Set("key", rand.Text())
		b.sits(path, c.form)
		var clicks sync.WaitGroup
		for range 4 {
			clicks.Go(func() {
				r, err := b.send(b.client, path, c.form)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = r.Body.Close() }()
				if r.StatusCode != 200 {
					body, _ := io.ReadAll(r.Body)
					t.Errorf("%s: %s %s", path, r.Status, regexp.MustCompile(`role="alert">[^<]*`).FindString(string(body)))
				}
			})
		}
		clicks.Wait()
		if n := strings.Count(b.see(c.on, 200, nil), c.counts); n != c.times {
			t.Errorf("%s: seen %d times", path, n)
		}
	}
}
