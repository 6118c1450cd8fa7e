package sheet

import "strings"

// The notes on a row that is readable though something had to be said of it.
const (
	NoteNormalised     = "normalised"      // the spelling of a cell was changed: width, spaces, letter case, dates
	NoteNoPhone        = "no_phone"        // the cell says that there is no telephone
	NoteWageNegotiable = "wage_negotiable" // the wage is to be agreed
	NoteXPCCAddress    = "xpcc_address"    // the township is of the Production and Construction Corps
)

// A WorkerRow is a row of a sheet of workers.
type WorkerRow struct {
	Line            int
	Name            string
	ResidentNumber  string // or that of another document; in capitals, without spaces; not checked
	DocumentKind    string // as the sheet names it; empty is a resident number
	DocumentCountry string // as the sheet writes it
	BirthDate       string // 2006-01-02, or empty where the number holds it
	Phone           string // digits where it is a number; empty if there is none; not checked
	Township        string
	Occupation      string
	OccupationCode  string
	WageFen         int64 // per month; 0 if to be agreed or not stated
	Education       string
	Language        string
	AvailableFrom   string // 2006-01-02, or empty
	NeedsHousing    YesNo
	RegisteredOn    string // 2006-01-02, or empty
	NoticeVersion   string
	Signed          bool // the cell says yes; anything else is no signature
	Notes           []string
}

// A ChildRow is a row of a sheet of children who live with their parents.
type ChildRow struct {
	Line                    int
	GuardianResidentNumber  string // or that of another document
	GuardianDocumentKind    string
	GuardianDocumentCountry string
	Name                    string
	BirthDate               string // 2006-01-02, or empty
	Township                string
	Stage                   string // 学前, 小学 or 初中
	Remark                  string
	Notes                   []string
}

// An EmployerRow is a row of a sheet of employers.
type EmployerRow struct {
	Line            int
	Name            string
	CreditCode      string // in capitals, without spaces; not checked
	IndustrySection string
	IndustryName    string
	County          string
	Phone           string
	Notes           []string
}

// A VacancyRow is a row of a sheet of vacancies.
type VacancyRow struct {
	Line             int
	CreditCode       string
	Title            string
	OccupationCode   string
	Headcount        int
	WageLowFen       int64
	WageHighFen      int64
	County           string
	StartsOn         string // 2006-01-02
	EndsOn           string // 2006-01-02
	HousingProvided  YesNo
	MealsProvided    YesNo
	Requirements     string
	RequirementsText string // the same as the file has it, for the clerk who may overrule
	Notes            []string
}

// A CourseRow is a row of a sheet of training courses.
type CourseRow struct {
	Line            int
	Provider        string
	Occupation      string
	OccupationCode  string
	Level           string
	Hours           int
	Places          int
	StartsOn        string // 2006-01-02
	Type            string // 通用, 定向, 订单 or 定岗
	OrderCreditCode string // empty if nobody ordered it
	SubsidyFen      int64
	Notes           []string
}

// A SchoolRow is a row of a sheet of schools and the places they offer.
type SchoolRow struct {
	Line      int
	Name      string
	Ownership string
	County    string
	Township  string
	Stage     string
	Places    int
	Notes     []string
}

// A HomeRow is a row of a sheet of homes to let.
type HomeRow struct {
	Line     int
	Estate   string
	Number   string
	Layout   string
	AreaDM2  int64 // square decimetres: 59.8 square metres are 5980
	RentFen  int64 // per month
	County   string
	Category string
	Notes    []string
}

// Worker returns the row of a sheet of workers, or what cannot be read in it.
func (r Row) Worker() (WorkerRow, error) {
	c := r.read(Workers)
	w := WorkerRow{
		Line:            r.Line,
		Name:            c.person("姓名"),
		ResidentNumber:  c.identity("公民身份号码"),
		DocumentKind:    c.text("证件类型"),
		DocumentCountry: c.text("证件签发国"),
		BirthDate:       c.date("出生日期"),
		Phone:           c.phone("联系电话"),
		Township:        c.name("居住乡镇(街道)"),
		Occupation:      c.text("意向职业"),
		OccupationCode:  c.occupation("意向职业代码"),
		WageFen:         c.wage("期望月薪(元)"),
		Education:       c.text("文化程度"),
		Language:        c.text("服务语言"),
		AvailableFrom:   c.date("可上岗日期"),
		NeedsHousing:    c.yesNo("需要住宿"),
		RegisteredOn:    c.date("登记日期"),
		NoticeVersion:   c.prose("告知书版本"),
	}
	signed, _ := parseYesNo(c.take("本人签字", holdsYesNo))
	w.Signed = signed == Yes
	if strings.HasPrefix(w.Township, "兵团") {
		c.xpcc = true
	}
	w.Notes = c.notes()
	return w, c.err
}

// Child returns the row of a sheet of children, or what cannot be read in it.
func (r Row) Child() (ChildRow, error) {
	c := r.read(Children)
	v := ChildRow{
		Line:                    r.Line,
		GuardianResidentNumber:  c.identity("监护人公民身份号码"),
		GuardianDocumentKind:    c.text("监护人证件类型"),
		GuardianDocumentCountry: c.text("监护人证件签发国"),
		Name:                    c.person("子女姓名"),
		BirthDate:               c.date("出生日期"),
		Township:                c.name("现居乡镇(街道)"),
		Stage:                   c.text("申请学段"),
		Remark:                  c.prose("备注"),
	}
	v.Notes = c.notes()
	return v, c.err
}

// Employer returns the row of a sheet of employers, or what cannot be read in it.
func (r Row) Employer() (EmployerRow, error) {
	c := r.read(Employers)
	v := EmployerRow{
		Line:            r.Line,
		Name:            c.text("单位名称"),
		CreditCode:      c.identity("统一社会信用代码"),
		IndustrySection: c.code("行业门类"),
		IndustryName:    c.text("行业名称"),
		County:          c.name("所在县(市)"),
		Phone:           c.phone("联系电话"),
	}
	v.Notes = c.notes()
	return v, c.err
}

// Vacancy returns the row of a sheet of vacancies, or what cannot be read in
// it. Wages that are not two numbers in order are refused: who offers work must
// say what it pays.
func (r Row) Vacancy() (VacancyRow, error) {
	c := r.read(Vacancies)
	v := VacancyRow{
		Line:             r.Line,
		CreditCode:       c.identity("统一社会信用代码"),
		Title:            c.text("岗位"),
		OccupationCode:   c.occupation("职业代码"),
		Headcount:        c.whole("人数"),
		WageLowFen:       c.offeredWage("月薪下限"),
		WageHighFen:      c.offeredWage("月薪上限"),
		County:           c.name("工作县(市)"),
		StartsOn:         c.date("起始日期"),
		EndsOn:           c.date("截止日期"),
		HousingProvided:  c.yesNo("提供住宿"),
		MealsProvided:    c.yesNo("提供工作餐"),
		Requirements:     c.prose("要求"),
		RequirementsText: r.Get("要求"),
	}
	if c.err == nil && v.WageLowFen > v.WageHighFen {
		c.refuse(ErrWageRange, "月薪下限")
	}
	v.Notes = c.notes()
	return v, c.err
}

// Course returns the row of a sheet of courses, or what cannot be read in it.
func (r Row) Course() (CourseRow, error) {
	c := r.read(Courses)
	v := CourseRow{
		Line:            r.Line,
		Provider:        c.text("培训机构"),
		Occupation:      c.text("职业"),
		OccupationCode:  c.occupation("职业代码"),
		Level:           c.text("等级"),
		Hours:           c.whole("学时"),
		Places:          c.whole("名额"),
		StartsOn:        c.date("开班日期"),
		Type:            c.text("培训类型"),
		OrderCreditCode: c.identity("订单单位信用代码"),
		SubsidyFen:      c.money("补贴标准(元)"),
	}
	v.Notes = c.notes()
	return v, c.err
}

// School returns the row of a sheet of schools, or what cannot be read in it.
func (r Row) School() (SchoolRow, error) {
	c := r.read(Schools)
	v := SchoolRow{
		Line:      r.Line,
		Name:      c.text("学校"),
		Ownership: c.text("性质"),
		County:    c.name("县(市)"),
		Township:  c.name("乡镇(街道)"),
		Stage:     c.text("学段"),
		Places:    c.whole("可供随迁子女学位"),
	}
	v.Notes = c.notes()
	return v, c.err
}

// Home returns the row of a sheet of homes, or what cannot be read in it.
func (r Row) Home() (HomeRow, error) {
	c := r.read(Housing)
	v := HomeRow{
		Line:     r.Line,
		Estate:   c.text("小区"),
		Number:   c.text("房号"),
		Layout:   c.text("户型"),
		AreaDM2:  c.area("面积(平方米)"),
		RentFen:  c.money("月租(元)"),
		County:   c.name("县(市)"),
		Category: c.text("类别"),
	}
	v.Notes = c.notes()
	return v, c.err
}
