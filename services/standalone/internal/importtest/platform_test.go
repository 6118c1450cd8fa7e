package importtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/standalone"
)

// office is a whole platform in this process with an office's folder of sheets.
type office struct {
	*testing.T
	dir    string // of sheets
	data   string
	caller contract.Caller
	people contract.Caller // signs for whom it acts, as the demonstration does
	im     importer.Importer
}

// newOffice starts a platform for one test.
func newOffice(t *testing.T) *office {
	t.Helper()
	at := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	p, err := standalone.Open(ctx, standalone.Config{Dir: filepath.Join(at, "data"), KeyFile: filepath.Join(at, "key"), Purpose: standalone.PurposeDemo, LogTo: io.Discard, Import: true})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	o := &office{T: t, dir: filepath.Join(at, "sheets"), data: filepath.Join(at, "data")}
	if o.caller, err = p.Caller("import"); err != nil {
		t.Fatal(err)
	}
	if o.people, err = p.Caller("demo"); err != nil {
		t.Fatal(err)
	}
	tables, err := ident.LoadTables()
	if err != nil {
		t.Fatal(err)
	}
	o.im = importer.Importer{Caller: o.caller, Services: standalone.Names(), Tables: tables, AsOf: "2026-11-01", Refused: filepath.Join(at, "refused"), Patience: 10 * time.Second}
	return o
}

// sheet writes a sheet of a kind; a row is its cells, apart by commas.
func (o *office) sheet(name string, rows ...string) string {
	o.Helper()
	header := map[string]string{
		"employers": "单位名称,统一社会信用代码,行业门类,行业名称,所在县(市),联系电话",
		"vacancies": "统一社会信用代码,岗位,职业代码,人数,月薪下限,月薪上限,工作县(市),起始日期,截止日期,提供住宿,提供工作餐,要求",
		"courses":   "培训机构,职业,职业代码,等级,学时,名额,开班日期,培训类型,订单单位信用代码,补贴标准(元)",
		"schools":   "学校,性质,县(市),乡镇(街道),学段,可供随迁子女学位",
		"housing":   "小区,房号,户型,面积(平方米),月租(元),县(市),类别",
		"workers":   "姓名,公民身份号码,联系电话,居住乡镇(街道),意向职业,意向职业代码,期望月薪(元),文化程度,服务语言,可上岗日期,需要住宿,登记日期,告知书版本,本人签字",
		"children":  "监护人公民身份号码,子女姓名,出生日期,现居乡镇(街道),申请学段,备注",
	}
	kind, _, _ := strings.Cut(name, "_")
	kind, _, _ = strings.Cut(kind, ".")
	text := "\ufeff" + header[kind] + "\n" + strings.Join(rows, "\n") + "\n"
	if strings.HasSuffix(name, ".tsv") {
		text = strings.ReplaceAll(text, ",", "\t")
	}
	path := filepath.Join(o.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		o.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		o.Fatal(err)
	}
	return path
}

// report is a report in which a test finds its sheet.
type report struct{ *importer.Report }

// bring imports a path whose rows are all judged.
func (o *office) bring(path string) report {
	o.Helper()
	r, err := o.im.Run(context.Background(), path)
	if err != nil {
		o.Fatal(err)
	}
	return report{r}
}

// one is the report on a folder's one sheet, or on that of a name.
func (r report) one(t *testing.T, name string) *importer.Sheet {
	t.Helper()
	for n, s := range r.Sheets {
		if strings.HasPrefix(n, name) {
			return s
		}
	}
	t.Fatalf("no sheet %s in %v", name, r.Sheets)
	return nil
}

// tells compares what became of a sheet's rows: created, applied, unchanged,
// differing and refused by code.
func tells(t *testing.T, s *importer.Sheet, want string) {
	t.Helper()
	got := fmt.Sprintf("created %d applied %d unchanged %d differs %d", s.Created, s.Applied, s.Unchanged, s.Differs)
	if refused := tally("refused", s.Rejected); refused != "" {
		got += " " + refused
	}
	if noted := tally("noted", s.Noted); noted != "" {
		got += " " + noted
	}
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if s.Accepted != s.Created+s.Applied || s.Rows != s.Accepted+s.Unchanged+s.Differs+s.Refused() {
		t.Errorf("the sums do not agree: %+v", s)
	}
}

// tally counts by codes, as a test writes it.
func tally(what string, counts map[string]int) string {
	if len(counts) == 0 {
		return ""
	}
	var all []string
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%s %d", code, counts[code]))
	}
	return what + ": " + strings.Join(all, ", ")
}

// he is a worker who acts for himself on the web.
func he(worker string) context.Context {
	return rpc.As(context.Background(), auth.Principal{Kind: auth.Worker, Subject: worker, Purpose: "own_record", LegalBasis: "worker's own act", Via: auth.ViaWeb})
}

// events counts what all services have on record.
func (o *office) events() (n int) {
	o.Helper()
	for _, dir := range []string{"registry", "employment", "training", "education", "housing", "insurance"} {
		n += o.count(dir, "event")
	}
	return n
}

// count counts the rows of a service's table.
func (o *office) count(service, table string) (n int) {
	o.Helper()
	db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(o.data, service+".db"))
	if err != nil {
		o.Fatal(err)
	}
	err = db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n) })
	if err := errors.Join(err, db.Close()); err != nil {
		o.Fatal(err)
	}
	return n
}

// person is a row of a sheet of workers.
func person(name, number, wage string) string {
	return name + "," + number + ",13000010001,红墩镇,橡胶和塑料制品制造人员,6-14," + wage + ",初级中学教育,国家通用语言,2027-01-20,是,2026-08-18,告知书2026-1,是"
}

// number makes a resident number of a region that no one is from.
func number(i int) string {
	s := fmt.Sprintf("65439919800101%03d", i)
	sum := 0
	for k, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[k]-'0') * w
	}
	return s + "10X98765432"[sum%11:][:1]
}

// broken is a caller whose calls fail from the nth on.
type broken struct {
	contract.Caller
	left chan struct{} // a token for each call that still succeeds
	err  error
}

func (b broken) Call(ctx context.Context, service, method string, req, reply proto.Message) error {
	select {
	case <-b.left:
		return b.Caller.Call(ctx, service, method, req, reply)
	default:
		return b.err
	}
}

func breaking(c contract.Caller, after int, err error) broken {
	b := broken{c, make(chan struct{}, after), err}
	for range after {
		b.left <- struct{}{}
	}
	return b
}
