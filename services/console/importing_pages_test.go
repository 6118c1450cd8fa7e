package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// courseSheet stands in for training where courses come on sheets: it knows a course by its
// provider and title, and refuses another county's.
type courseSheet struct {
	trainingv1.TrainingServer
	mu      sync.Mutex
	courses map[string]bool
	said    int // commands, and not questions
	by      auth.Principal
}

func (c *courseSheet) PublishCourse(ctx context.Context, r *trainingv1.PublishCourseRequest) (*trainingv1.PublishCourseResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by, _ = auth.FromContext(ctx)
	if r.GetCounty() != "654301" {
		return nil, auth.ErrDivision
	}
	name, outcome := r.GetProvider()+r.GetTitle(), "created"
	if c.courses[name] {
		outcome = "unchanged"
	}
	if !r.GetCheckOnly() {
		c.said++
		c.courses[name] = true
	}
	return &trainingv1.PublishCourseResponse{CourseId: "course-1", Outcome: outcome}, nil
}

func (c *courseSheet) written() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said
}

// upload sends a file as a browser does.
func (f *fixture) upload(path, name, text, key string, status int) string {
	f.t.Helper()
	f.sits(path, "")
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("key", key); err != nil {
		f.t.Fatal(err)
	}
	part, err := w.CreateFormFile("sheet", name)
	if err == nil {
		_, err = io.WriteString(part, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.t.Fatal(err)
	}
	q, err := http.NewRequest(http.MethodPost, f.server.URL+path, &b)
	if err != nil {
		f.t.Fatal(err)
	}
	q.Header.Set("Content-Type", w.FormDataContentType())
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	r, err := f.browser.Do(q)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	page, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if r.StatusCode != status {
		f.t.Fatalf("%s: %s\n%s", path, r.Status, page)
	}
	return string(page)
}

// ended is the page of sheets once nothing is under way there.
func (f *fixture) ended(body string) string {
	f.t.Helper()
	testkit.Eventually(f.t, "the sheet's rows are done", func() bool {
		if !strings.Contains(body, `action="/import/pause"`) {
			return true
		}
		body = f.get("/import", 200)
		return false
	})
	return body
}

const courseHeader = "培训机构,职业,职业代码,等级,学时,名额,开班日期,培训类型\n"

// A sheet is judged before anything is written; what is refused is mended in its cells; it
// is brought in once however often the form is sent, in the officer's own name; another
// county's row stays refused, and another officer sees nothing of it.
func TestASheetIsMendedAndBroughtInOnThePage(t *testing.T) {
	f := start(t, false)
	stands := &courseSheet{courses: map[string]bool{}}
	f.world.start(f.platform, "training")
	f.platform.Publisher("training", trainingv1.TrainingMethods(stands)...)
	f.has(f.get("/import", 200), `enctype="multipart/form-data"`, `href="/import/empty/workers"`, `href="/import/empty/courses"`)

	body := f.ended(f.upload("/import", `C:\sheets\courses.csv`, courseHeader+
		"阿勒泰市培训中心,中式烹调师,4-03,三级,120,40,2027-02-02,通用\n"+
		"阿勒泰市培训中心,家政服务员,4-10,三级,一百二十,40,2027-02-03,通用\n"+
		"布尔津县培训中心,电工,6-29,三级,120,40,2027-02-04,通用\n", rand.Text(), 200))
	f.has(body, "courses.csv", "检查了 3 行，什么也没有写入", "其中 1 行可以导入", "2 行要先更正", "数字无法识别", `name="cell_0_3_4" value="一百二十" maxlength="1000" spellcheck="false" aria-invalid="true"`, "第 4 行", `action="/import/bring"`)
	if strings.Contains(body, `sheets\`) || stands.written() != 0 {
		t.Errorf("%d were written before anybody confirmed", stands.written())
	}
	body = f.ended(f.post("/import/judge", 200, "cell_0_3_4", "120", "cell_0_9_4", "1"))
	f.has(body, "其中 2 行可以导入", "1 行要先更正", `name="cell_0_4_0" value="布尔津县培训中心"`)

	key := rand.Text()
	for range 2 {
		body = f.ended(f.page(http.MethodPost, "/import/bring", 200, url.Values{"key": {key}}))
		f.has(body, "已导入 2 行", "1 行要先更正", "导入错了怎么办", `href="/training"`)
		if n := stands.written(); n != 2 {
			t.Fatalf("%d commands", n)
		}
	}
	if stands.by.Subject != "hrss-0" || stands.by.Via != auth.ViaImport || stands.by.Purpose != "registration" || stands.by.Department != "hrss" {
		t.Errorf("it was brought in by %+v", stands.by)
	}
	// What is mended there is judged again with what is in.
	f.has(f.ended(f.post("/import/judge", 200, "cell_0_4_0", "阿勒泰市电工学校")), "其中 1 行可以导入", `<td class="num">2</td>`)

	q, err := http.NewRequest(http.MethodGet, f.server.URL+"/import/refused/0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.browser.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusNotFound {
		t.Errorf("a file of no row: %s", r.Status)
	}
	f.has(f.post("/import/bring", 200, "officer", "hrss-1"), "本页已经不保留您的表格")
	f.has(f.post("/import/drop", 200), "选好表格，本页先逐行检查")
}

// A file that cannot be read, and one of another department, are refused in place, and
// nothing is held.
func TestAFileThatIsNoSheetIsRefusedInPlace(t *testing.T) {
	f := start(t, true)
	for text, says := range map[string]string{
		"":         "请先选择文件",
		"a,b\n1,2": "没有找到表头",
		"学校,县(市),乡镇(街道),学段,可供随迁子女学位\n第1小学,阿勒泰市,红墩镇,小学,9\n": "属于别的部门",
	} {
		status := http.StatusUnprocessableEntity
		f.has(f.upload("/import", "sheet.csv", text, rand.Text(), status), says, `enctype="multipart/form-data"`)
	}
	f.has(f.upload("/import", "sheet.csv", "x", "no key", http.StatusBadRequest), "表单")
	if body := f.get("/import", 200); strings.Contains(body, "sheet.csv") {
		t.Error("a file that was refused is held")
	}
}
