package console_test

import (
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
