package sheet

import (
	"slices"
	"strings"
)

// Kind says what a sheet lists.
type Kind uint8

// The kinds of sheets, in the order in which they are imported: what a later
// kind refers to stands in an earlier one.
const (
	Unknown Kind = iota
	Employers
	Vacancies
	Courses
	Schools
	Housing
	Workers
	Children
)

// A shape is one kind's name and columns, in the spelling that canonical gives.
type shape struct {
	kind     Kind
	name     string
	required []string
	optional []string
	// single are the columns whose value belongs to one row: a cell that is
	// merged over several rows does not say to which.
	single []string
}

// has reports whether the shape knows the column.
func (s shape) has(column string) bool {
	return slices.Contains(s.required, column) || slices.Contains(s.optional, column)
}

// shapes is the table of all kinds. Only what an import cannot do without is
// required; education and the like are asked where a service needs them.
var shapes = []shape{
	{
		Employers, "employers",
		[]string{"单位名称", "统一社会信用代码", "所在县(市)"},
		[]string{"行业门类", "行业名称", "联系电话"},
		[]string{"单位名称", "统一社会信用代码"},
	},
	{
		Vacancies, "vacancies",
		[]string{"统一社会信用代码", "岗位", "职业代码", "人数", "月薪下限", "月薪上限", "工作县(市)", "起始日期", "截止日期", "要求"},
		[]string{"提供住宿", "提供工作餐"},
		[]string{"人数"},
	},
	{
		Courses, "courses",
		[]string{"培训机构", "职业", "职业代码", "等级", "学时", "名额", "开班日期", "培训类型"},
		[]string{"订单单位信用代码", "补贴标准(元)"},
		[]string{"名额"},
	},
	{
		Schools, "schools",
		[]string{"学校", "县(市)", "乡镇(街道)", "学段", "可供随迁子女学位"},
		[]string{"性质"},
		[]string{"可供随迁子女学位"},
	},
	{
		Housing, "housing",
		[]string{"小区", "房号", "月租(元)", "县(市)"},
		[]string{"户型", "面积(平方米)", "类别"},
		[]string{"房号"},
	},
	{
		Workers, "workers",
		[]string{"姓名", "公民身份号码", "联系电话", "居住乡镇(街道)", "登记日期", "告知书版本", "本人签字"},
		[]string{"证件类型", "证件签发国", "出生日期", "意向职业", "意向职业代码", "期望月薪(元)", "文化程度", "服务语言", "可上岗日期", "需要住宿"},
		[]string{"姓名", "公民身份号码", "本人签字"},
	},
	{
		Children, "children",
		[]string{"监护人公民身份号码", "子女姓名", "出生日期", "现居乡镇(街道)", "申请学段"},
		[]string{"备注", "监护人证件类型", "监护人证件签发国"},
		[]string{"子女姓名", "出生日期"},
	},
}

// String returns the kind's stable English name.
func (k Kind) String() string {
	for _, s := range shapes {
		if s.kind == k {
			return s.name
		}
	}
	return "unknown"
}

// Title returns the kind's name in the clerk's language.
func (k Kind) Title() string { return kindNames[k.String()] }

// Order returns the kind's place in an import: a sheet of a lower order is
// imported first. A sheet of no known kind comes last.
func (k Kind) Order() int {
	if k == Unknown || k > Children {
		return int(Children) + 1
	}
	return int(k)
}

// RequiredColumns returns the headers that a sheet of the kind must have.
func (k Kind) RequiredColumns() []string {
	for _, s := range shapes {
		if s.kind == k {
			return s.required
		}
	}
	return nil
}

// Columns returns the headers that a sheet of the kind may have, those that it must have
// first.
func (k Kind) Columns() []string {
	for _, s := range shapes {
		if s.kind == k {
			return slices.Concat(s.required, s.optional)
		}
	}
	return nil
}

// Kinds lists the kinds of sheets in the order in which they are imported.
func Kinds() []Kind {
	return []Kind{Employers, Vacancies, Courses, Schools, Housing, Workers, Children}
}

// Recognise returns the kind whose required headers all stand in the header.
// Where none fits, the error names the nearest kind and what is missing.
func Recognise(header []string) (Kind, error) {
	s, err := recognise(header)
	return s.kind, err
}

// recognise is Recognise, and returns the kind's shape.
func recognise(header []string) (shape, error) {
	columns := make([]string, len(header))
	for i, h := range header {
		columns[i] = canonical(h)
	}
	nearest, share := shape{}, 0.0
	for _, s := range shapes {
		missing := lacking(columns, s.required)
		if len(missing) == 0 {
			return s, repeated(columns, s)
		}
		if part := 1 - float64(len(missing))/float64(len(s.required)); part > share {
			nearest, share = s, part
		}
	}
	if share < 0.5 {
		return shape{}, ErrHeaderMissing
	}
	missing := strings.Join(lacking(columns, nearest.required), "、")
	return shape{}, ErrHeaderMissing.With("nearest", nearest.name).With("missing", missing)
}

// columnNames are the columns that any kind knows.
var columnNames = func() map[string]bool {
	names := map[string]bool{}
	for _, s := range shapes {
		for _, column := range slices.Concat(s.required, s.optional) {
			names[column] = true
		}
	}
	return names
}()

// isColumn reports whether any kind knows the column.
func isColumn(name string) bool { return columnNames[name] }

// lacking returns the required columns that do not stand in the header.
func lacking(columns, required []string) []string {
	var missing []string
	for _, name := range required {
		if !slices.Contains(columns, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// repeated returns an error if a column of the shape stands twice; columns
// that the shape does not know may be called alike.
func repeated(columns []string, s shape) error {
	for i, name := range columns {
		if s.has(name) && slices.Contains(columns[:i], name) {
			return ErrHeaderDuplicate.With("column", name)
		}
	}
	return nil
}

// canonical returns a header in the one spelling that is compared: no spaces
// or invisible signs, half-width brackets, letters and digits, and without the
// marks by which forms show what must be filled in.
func canonical(header string) string {
	name := squeeze(header)
	name = strings.TrimSuffix(strings.TrimSuffix(name, "(必填)"), "(选填)")
	return strings.Trim(name, "*")
}
