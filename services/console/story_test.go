package console_test

import (
	"crypto/rand"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var storyLink = regexp.MustCompile(`action="(/story/[A-Z0-9]+)/register"`)

// begin starts a story and returns its address.
func (f *fixture) begin() string {
	f.t.Helper()
	m := storyLink.FindStringSubmatch(f.post("/story", 200))
	if m == nil {
		f.t.Fatal("the story does not begin with its first button")
	}
	return m[1]
}

func TestTheStory(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/story", 200), "十四样材料，五个窗口", "过去：14 样材料，5 个窗口", "预防接种证", "实时事件")
	s := f.begin()
	f.has(f.get(s, 200), "在一个窗口登记一次", "<b>0</b>")
	f.has(f.post(s+"/accept", 409), "还没轮到这一步")

	f.has(f.post(s+"/register", 200), "登记好了", "决定让谁用什么")
	f.has(f.post(s+"/register", 200), "登记好了") // a second click changes nothing
	if f.world.registers != 1 {
		t.Errorf("registered %d times", f.world.registers)
	}
	f.post(s+"/consent", 200)
	f.has(f.post(s+"/apply", 200), "学位申请表", "已同意，还没有这项记录", "公租房申请", "<b>2</b>")
	f.has(f.post(s+"/offer", 200), "6,200.00元", "接受邀约", "<b>3</b>")
	f.has(f.post(s+"/accept", 200), "参保期限开始计算", "就业部门提供", "上岗前安全培训", "<b>8</b>", "不用再交：工作证明")
	f.has(f.post(s+"/insure", 200), "已参保", "社保部门提供", "<b>9</b>")
	body := f.post(s+"/untick", 200, "kind", "job")
	f.has(body, "没有同意，学校看不到", "再勾选", "<b>8</b>")
	if strings.Contains(body, "不用再交：工作证明") {
		t.Error("the fact is still on the form")
	}
	f.has(f.post(s+"/tick", 200, "kind", "job"), "<b>9</b>", "不用再交：工作证明")
	f.has(f.post(s+"/untick", 200, "kind", "job"), "<b>8</b>")
	body = f.post(s+"/decide", 200)
	f.has(body, "这就是整个故事", "暂时不符合条件", "还差：", "怎样能改变：", "不同意可以找：", "您接受了录用邀约", "/traces/0af7651916cd43dd8448eb211c80319c")
	f.has(f.get(s+"?lang=en", 200), "That is the whole story", "You accepted the job offer.", "of 14 papers are no longer asked for")

	worker := regexp.MustCompile(`/workers/[0-9a-f-]+`).FindString(body)
	f.has(f.get(worker+"?lang=zh-Hans", 200), "您完成了登记", "最后期限")
	f.has(f.get(worker+"/have", 200), "阿勒泰市金山建设有限公司", "养老、医疗", "稳定就业的月数")
	f.has(f.get(worker+"/messages", 200), "用人单位向您发出了录用邀约")
	consents := f.get(worker+"/consents", 200)
	f.has(consents, "允许住房部门为“公租房”使用：稳定就业", "撤回")
	grant := regexp.MustCompile(`name="grant" value="([^"]+)"`).FindAllStringSubmatch(consents, -1)
	if len(grant) != 4 {
		t.Fatalf("%d consents stand", len(grant))
	}
	f.post(worker+"/consents/withdraw", 200, "grant", grant[0][1])
	if n := strings.Count(f.get(worker+"/consents", 200), `name="grant"`); n != 3 {
		t.Errorf("%d consents stand after a withdrawal", n)
	}
}

func TestManyStoriesAndManyClicks(t *testing.T) {
	f := start(t, true)
	var all []string
	for range 4 {
		all = append(all, f.begin())
	}
	var wg sync.WaitGroup
	for _, s := range all {
		for range 3 {
			wg.Go(func() {
				r, err := f.browser.PostForm(f.server.URL+s+"/register", url.Values{"key": {rand.Text()}})
				if err != nil {
					t.Error(err)
					return
				}
				_ = r.Body.Close()
			})
		}
	}
	wg.Wait()
	if f.world.registers != len(all) {
		t.Errorf("%d registrations for %d stories", f.world.registers, len(all))
	}
}

func TestNoStoryOutsideADemonstration(t *testing.T) {
	f := start(t, true, notDemo)
	f.get("/story", 404)
	body := f.get("/", 200)
	if strings.Contains(body, "/story") || strings.Contains(body, "演示数据") {
		t.Error("the story is offered")
	}
}
