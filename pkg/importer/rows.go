package importer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

// Errors of single rows that no service gives.
var (
	ErrPlace = errs.New(errs.Invalid, "place_unknown", "The county or the township is not known.")
	ErrCode  = errs.New(errs.Invalid, "code_unknown", "A cell holds a value that is not in its list.")
	// ErrDuplicate refuses a row whose person stands in an accepted row already.
	ErrDuplicate = errs.New(errs.Conflict, "duplicate", "The same person stands in another row of these sheets.")
	// ErrDuplicateRow refuses a row whose thing stands in an accepted row of the same sheet.
	ErrDuplicateRow = errs.New(errs.Conflict, "duplicate_row", "The same thing stands in another row of this sheet.")
	// ErrOccupation refuses wishes, as employment does, for an occupation that nobody is offered.
	ErrOccupation = errs.New(errs.Invalid, "employment.occupation", "The occupation is not a group that is offered in job search.")
	// ErrWishes refuses wishes, as employment does, of which a wage is below nothing.
	ErrWishes = errs.New(errs.Invalid, "employment.profile", "The wished wage, the education or the day of the profile cannot be read.")
	// ErrSeasonOver refuses a post whose last day has gone by.
	ErrSeasonOver = errs.New(errs.Invalid, "season_over", "The last day of the post has gone by.")
)

// The sheets' words and the contracts' codes.
var (
	languages = map[string]string{"国家通用语言": "zh-Hans", "哈萨克语": "kk-Arab", "维吾尔语": "ug-Arab"}
	stages    = map[string]string{"学前": "preschool", "小学": "primary", "初中": "junior"}
	owners    = map[string]string{"公办": "public", "民办": "private", "普惠民办": "private"}
	homeKinds = map[string]string{"公租房": "public_rental", "职工宿舍": "dormitory"}
	courses   = map[string]string{"通用": "general", "定向": "targeted", "订单": "order", "定岗": "post"}
)

// columns are the sheets' names of the contracts' fields.
var columns = map[string]string{
	"phone": "联系电话", "county": "县(市)", "township": "乡镇(街道)", "languages": "服务语言", "registered_on": "登记日期", "notice_version": "告知书版本",
	"occupation": "意向职业代码", "wage_min_fen": "期望月薪(元)", "education": "文化程度", "available_from": "可上岗日期", "needs_housing": "需要住宿",
	"name": "名称", "headcount": "人数", "wage_max_fen": "月薪上限", "season_to": "截止日期", "housing": "提供住宿", "meals": "提供工作餐", "requirements": "要求",
	"places": "名额", "hours": "学时", "subsidy_fen": "补贴标准(元)", "kind": "性质", "layout": "户型", "area_dm2": "面积(平方米)", "rent_fen": "月租(元)",
}

// ownColumns are the names that single kinds of sheets have for some of them.
var ownColumns = map[sheet.Kind]map[string]string{
	sheet.Workers:   {"township": "居住乡镇(街道)"},
	sheet.Children:  {"name": "子女姓名"},
	sheet.Employers: {"name": "单位名称", "county": "所在县(市)"},
	sheet.Vacancies: {"wage_min_fen": "月薪下限"},
	sheet.Schools:   {"places": "可供随迁子女学位"},
	sheet.Housing:   {"kind": "类别"},
}

// in gives fields the names that a kind of sheets has for them.
func in(k sheet.Kind, fields []string) (names []string) {
	for _, f := range fields {
		names = append(names, cmp.Or(ownColumns[k][f], columns[f], f))
	}
	return names
}

// rows returns what prepares a row of a kind. Preparing keeps the sheet's
// order; what it returns may run beside other rows.
func (im *run) rows(k sheet.Kind, f sheet.File) (func(sheet.Row) func(context.Context) outcome, error) {
	county := countyOf(im.Tables, f.Name)
	switch k {
	case sheet.Workers:
		return func(r sheet.Row) func(context.Context) outcome { return im.worker(r, county) }, nil
	case sheet.Children:
		return im.child, nil
	case sheet.Employers:
		return im.employer, nil
	case sheet.Vacancies:
		return im.vacancy, nil
	case sheet.Courses:
		return im.course, nil
	case sheet.Schools:
		return im.school, nil
	case sheet.Housing:
		return im.home, nil
	}
	return nil, fmt.Errorf("sheets of the kind %s are not imported", k)
}

// countyOf finds the county that a file's name bears, as counties keep them.
func countyOf(t *ident.Tables, name string) string {
	for _, c := range t.Counties() {
		if strings.Contains(name, c.Code) || strings.Contains(name, c.NameZH) {
			return c.Code
		}
	}
	return ""
}

// reference names a row by its content: the same again says nothing new,
// whatever became of its thing since. The number is from when equal rows counted.
func reference(r sheet.Row) string {
	sum := sha256.Sum256([]byte(strings.Join(r.Raw(), "\x1f")))
	return hex.EncodeToString(sum[:16]) + "-1"
}

func refuse(err error) func(context.Context) outcome {
	return func(context.Context) outcome { return outcome{err: err} }
}

// count32 brings a number into what the contracts carry, or refuses it.
func count32[N int | int64](n N, column string) (int32, error) {
	if int64(n) < math.MinInt32 || int64(n) > math.MaxInt32 {
		return 0, sheet.ErrNumber.With("column", column)
	}
	return int32(n), nil
}

// answer is what a service says of a row.
type answer interface {
	GetOutcome() string
	GetDiffers() []string
}

// told turns a service's answer into the row's outcome.
func told(k sheet.Kind, a answer, notes []string, err error) outcome {
	if err != nil {
		return outcome{err: err, notes: notes}
	}
	return outcome{what: a.GetOutcome(), columns: in(k, a.GetDiffers()), notes: notes}
}

// thing has a row's command sent, unless an accepted row of the sheet brought
// the same thing.
func (im *run) thing(key mark, send func(context.Context) outcome) func(context.Context) outcome {
	t := im.things.claim(key)
	return func(ctx context.Context) (o outcome) {
		_, twice, err := im.things.wait(ctx, t)
		switch {
		case err != nil:
			o.err = err
		case twice:
			o.err = ErrDuplicateRow
		default:
			o = send(ctx)
		}
		im.things.end(t, twice || err == nil && o.err == nil, "")
		return o
	}
}
