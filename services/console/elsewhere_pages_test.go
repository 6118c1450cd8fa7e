package console_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// The office writes the form of another system down, a case then stands in its order with
// who it is about read from the registry, and the number that the system gave is kept and
// corrected; what was typed stays where something is wrong.
func TestACaseIsTypedIntoAnotherSystem(t *testing.T) {
	f := start(t, true)
	const at = "/elsewhere/employment/hire"
	f.has(f.get("/elsewhere", 200), "用工登记", "还没有写下外部系统的表单", at)
	f.has(f.get(at+"/"+enteredAt, 200), "还没有写下外部系统的表单")
	body := f.get(at, 200)
	f.has(body, `value="姓名"`, `value="证件号码"`, "新增一项")
	wrong := f.post(at, 422, "after_version", "0", "system", "就业系统", "since", "2026-11-01", "place_1", "1", "field_1", "person_name", "label_1", "", "place_2", "2", "field_2", "start_on", "label_2", "录用日期")
	f.has(wrong, `value="就业系统"`, `value="录用日期"`)
	_, field, _ := strings.Cut(wrong, `name="label_1"`)
	if field, _, _ = strings.Cut(field, "</label>"); !strings.Contains(field, "请填写那个系统的叫法") {
		t.Error("what is wrong with a line does not stand at the line")
	}
	body = f.post(at, 200, "after_version", "0", "system", "就业系统", "since", "2026-11-01",
		"place_1", "2", "field_1", "person_name", "label_1", "劳动者姓名", "place_2", "1", "field_2", "start_on", "label_2", "录用日期", "format_2", "digits", "place_3", "3", "field_3", "", "label_3", "")
	f.has(body, "新的一版已保存", "第1版")
	if strings.Index(body, `value="录用日期"`) > strings.Index(body, `value="劳动者姓名"`) {
		t.Error("the lines do not stand in the order of their places")
	}
	f.has(f.get("/elsewhere", 200), "按“就业系统”的表单录入，共2项")

	body = f.get(at+"/"+enteredAt, 200)
	f.has(body, "待录入", `value="20261116"`, `value="阿依古丽"`, "复制下一项", "本人能看到您查看了这些资料")
	f.has(f.post(at+"/"+enteredAt, 422, "version", "1", "number", "taken"), `value="taken"`, "另一件已经用了这个编号")
	body = f.post(at+"/"+enteredAt, 200, "version", "1", "number", "XJ-7")
	f.has(body, "已录入", "XJ-7", "更正编号")
	if strings.Contains(body, "阿依古丽") {
		t.Error("a name is read for a case that was entered")
	}
	f.has(f.get(at+"/"+enteredAt+"?again=1", 200), "阿依古丽")
	f.has(f.post(at+"/"+enteredAt, 200, "version", "1", "replaces", "0198c0de-0000-7000-8000-0000000000e2", "number", "XJ-8", "reason_code", "mistyped"), "XJ-8", "以前记下的（1）", "XJ-7")
	f.get(at+"/0198c0de-0000-7000-8000-0000000000ff", 404)
	f.get("/elsewhere/nothing/hire", 404)
	f.get("/elsewhere/employment/lease", 404)
	f.has(f.get("/elsewhere?lang=en", 200), "Typing into other systems")
}

// sheet sends a form with a sheet, twice: the second time nothing more is done.
func (f *fixture) sheet(path string, status int, text string) (page string) {
	f.t.Helper()
	f.sits(path, "")
	key := rand.Text()
	for i := range 2 {
		before := f.world.carriedOut.Load()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		_ = form.WriteField("key", key)
		w, err := form.CreateFormFile("sheet", "export.csv")
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			f.t.Fatal(err)
		}
		_ = form.Close()
		q, err := http.NewRequest(http.MethodPost, f.server.URL+path, &b)
		if err != nil {
			f.t.Fatal(err)
		}
		q.Header.Set("Content-Type", form.FormDataContentType())
		q.Header.Set("Sec-Fetch-Site", "same-origin")
		r, err := f.browser.Do(q)
		if err != nil {
			f.t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != status {
			f.t.Fatalf("%s: %s, %v, want %d", path, r.Status, err, status)
		}
		if did := f.world.carriedOut.Load() - before; i == 1 && did != 0 {
			f.t.Errorf("%s: sent again, %d commands more were carried out", path, did)
		}
		page = string(body)
	}
	return page
}

// An export is compared by the columns that the form names; where it names none yet, the
// page shows the sheet's and a reviewer assigns them once. What differs is listed by case
// number, shown with both sides, set aside with a reason and brought back.
func TestAnExportIsCompared(t *testing.T) {
	f := start(t, true)
	const at = "/elsewhere/employment/hire"
	f.has(f.get(at+"/export", 200), "还没有写下外部系统的表单")
	f.has(f.sheet(at+"/export", 422, "编号\n1\n"), "还没有写下外部系统的表单")
	f.post(at, 200, "after_version", "0", "system", "就业系统", "since", "2026-11-01", "place_1", "1", "field_1", "start_on", "label_1", "录用日期", "format_1", "digits")
	f.has(f.get("/elsewhere", 200), at+"/export")
	f.has(f.get(at+"/export", 200), "还没有写下导出的表里哪一列是什么", `enctype="multipart/form-data"`, "20,000行")
	f.has(f.post(at+"/export", 422), "请先选择文件")
	const sheet = "就业系统,,\n业务编号,姓名,录用日期\nXJ-7,甲,2026-11-17\nXJ-8,乙,2026-11-16\n"
	body := f.sheet(at+"/export", 422, sheet)
	f.has(body, "哪一列是什么", "那个系统的编号", `<option selected>录用日期</option>`, "业务编号")
	wrong := f.post(at+"/export/columns", 422, "after_version", "0", "header", "业务编号", "number_column", "业务编号", "column_1", "录用日期")
	f.has(wrong, "表单刚才被别人改过", "<option selected>业务编号</option>")
	f.has(f.post(at+"/export/columns", 200, "after_version", "1", "header", "业务编号", "number_column", "业务编号", "column_1", "录用日期"), "录用日期 ← 录用日期")
	f.has(f.get(at, 200), `name="number_column" maxlength="60" value="业务编号"`, `name="column_1" maxlength="60" value="录用日期"`)
	f.has(f.sheet(at+"/export", 422, "编号,录用日期\n1,2\n"), "表格里没有表单写下的列", "<b>业务编号</b>", "没有找到表头")
	f.has(f.sheet(at+"/export", 422, "业务编号,录用日期\n"), "表格是空的")
	f.has(f.sheet(at+"/export", 422, "<html>"), "不读取这种格式的文件")

	// A column of who somebody is may stand in the form; the stand-in
	// refuses a cell of it.
	f.post(at, 200, "after_version", "2", "system", "就业系统", "since", "2026-11-01", "number_column", "业务编号",
		"place_1", "1", "field_1", "start_on", "label_1", "录用日期", "column_1", "录用日期", "place_2", "2", "field_2", "person_name", "label_2", "姓名", "column_2", "姓名")
	body = f.sheet(at+"/export", 200, sheet)
	f.has(body, "核对结果", "XJ-7", "录用日期", "不一致 <b>1</b>", "表格第3行", enteredAt)
	for _, told := range []string{"2026-11-17", "甲"} {
		if strings.Contains(body, told) {
			t.Errorf("the list tells %s, which nobody looked at", told)
		}
	}
	line := at + "/export/" + comparedAt + "/1"
	f.has(body, line)
	f.has(f.get(line, 200), "两边的内容", "20261116", "2026-11-17", "是个人的号码，没有保存", "本人能看到您查看了这些资料", at+"/"+enteredAt)
	f.get(at+"/export/"+comparedAt+"/2", 404)
	f.has(f.post(line, 422), "请选择为什么不用再处理")
	f.has(f.post(line, 200, "reason_code", "asked_there", "show", "differs"), "这里没有", "不一致 <b>0</b>", "不一致（已放下） <b>1</b>")
	f.has(f.get(at+"/export?show=differs&aside=1", 200), "XJ-7", "那个系统错了，已请对方更正")
	f.has(f.get(line, 200), "已放下", "取回")
	f.has(f.post(line, 200, "do", "back", "show", "differs"), "XJ-7", "不一致 <b>1</b>")
	f.has(f.file(at+"/export/file?show=differs"), "案号,那边的编号", enteredAt+",XJ-7,")
	f.has(f.get(at+"/export?lang=en", 200), "Compare an export")
}

// file reads what is no page.
func (f *fixture) file(path string) string {
	f.t.Helper()
	r, err := f.browser.Get(f.server.URL + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Content-Disposition"), "attachment") {
		f.t.Fatalf("%s: %s, %v", path, r.Status, err)
	}
	return string(b)
}
