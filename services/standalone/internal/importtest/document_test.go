package importtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Sheets bring people who have no resident number, by the names that offices give
// their documents, and a child whose guardian has none.
func TestSheetsWithOtherDocuments(t *testing.T) {
	o := newOffice(t)
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name string, lines ...string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(o.dir, name), []byte("\ufeff"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("workers_654301_阿勒泰市.csv", "姓名,证件类型,公民身份号码,证件签发国,出生日期,联系电话,居住乡镇(街道),登记日期,告知书版本,本人签字",
		"杨杰,,654399198503120012,,,,金山路街道,2026-10-31,告知书2026-1,是",
		"李四,居民身份证,654399199901011238,,1999-01-01,,金山路街道,2026-10-31,告知书2026-1,是",
		"王五,身份证,654399200002290021,,2000-02-28,,金山路街道,2026-10-31,告知书2026-1,是", // born otherwise
		"Айгүл Нұрлан,护照,N 1234567,哈萨克斯坦,1990-05-06,,金山路街道,2026-10-31,告知书2026-1,是",
		"Айгүл Нұрлан,外国护照,n1234567,KAZ,1990-05-06,,金山路街道,2026-10-31,告知书2026-1,是", // the same
		"Болат Ахмет,护照,N1234567,吉尔吉斯斯坦,1991-05-06,,金山路街道,2026-10-31,告知书2026-1,是",
		"陈大文,回乡证,Ｈ12345678０1,,1988/7/9,,金山路街道,2026-10-31,告知书2026-1,是",
		"林小明,台胞证,12345678,,,,金山路街道,2026-10-31,告知书2026-1,是",                 // no birth date
		"何一,护照,N7654321,,1990-05-06,,金山路街道,2026-10-31,告知书2026-1,是",         // no country
		"何二,驾驶证,654399198503120012,,,,金山路街道,2026-10-31,告知书2026-1,是",        // no such kind
		"何三,台胞证,H12345678,,1990-05-06,,金山路街道,2026-10-31,告知书2026-1,是",       // another permit's number
		"何四,外国人永久居留身份证,932682201501010017,,,,金山路街道,2026-10-31,告知书2026-1,是", // mistyped
	)
	write("children_随迁子女.csv", "监护人证件类型,监护人公民身份号码,监护人证件签发国,子女姓名,出生日期,现居乡镇(街道),申请学段",
		"护照,N1234567,哈萨克斯坦,Айлин Нұрлан,2019-05-06,金山路街道,小学",
		"护照,N1234567,俄罗斯,Айлин Нұрлан,2019-05-06,金山路街道,小学",
	)
	r := o.bring(o.dir)
	tells(t, r.one(t, "workers"), "created 5 applied 0 unchanged 0 differs 0 refused: birth_date_differs 1, birth_date_missing 1, code_unknown 1, document_country 1, document_format 1, duplicate 1, id_checksum 1 noted: no_phone 6, normalised 3")
	tells(t, r.one(t, "children"), "created 1 applied 0 unchanged 0 differs 0 refused: guardian_unknown 1")
	again := o.bring(o.dir)
	if s := again.one(t, "workers"); s.Created != 0 || s.Unchanged != 5 {
		t.Errorf("again: %+v", s)
	}
}
