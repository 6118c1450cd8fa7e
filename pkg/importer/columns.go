package importer

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

// about says which columns a reason can be about, by its code. The sheet's own come first:
// of several the first that the row's sheet has is meant.
var about = map[string][]string{
	"id_format": {"公民身份号码"}, "id_checksum": {"公民身份号码"}, "id_birthdate": {"公民身份号码"}, "document_format": {"公民身份号码"}, "under_age": {"公民身份号码"},
	"registry.worker.identity_conflict": {"公民身份号码"}, "duplicate": {"公民身份号码"},
	"document_kind": {"证件类型", "监护人证件类型"}, "document_country": {"证件签发国", "监护人证件签发国"},
	"birth_date": {"出生日期"}, "birth_date_differs": {"出生日期"}, "birth_date_missing": {"出生日期"}, "birthdate_future": {"出生日期"}, "guardian_age": {"出生日期"},
	"phone_format": {"联系电话"}, "not_signed": {"本人签字"},
	"name_missing": {"姓名", "子女姓名"}, "name_too_short": {"姓名", "子女姓名"}, "name_too_long": {"姓名", "子女姓名"}, "name_sign": {"姓名", "子女姓名"}, "name_private_use": {"姓名", "子女姓名"},
	"guardian_unknown": {"监护人公民身份号码"},
	"uscc_format":      {"统一社会信用代码"}, "uscc_person": {"统一社会信用代码"}, "employer_unknown": {"统一社会信用代码", "订单单位信用代码"},
	"wage_range": {"月薪下限"}, "below_minimum_wage": {"月薪下限"}, "wage_implausible": {"月薪下限", "期望月薪(元)"}, "headcount": {"人数"}, "headcount_implausible": {"人数"},
	"discriminatory": {"要求"}, "fee_or_deposit": {"要求"}, "under_age_vacancy": {"要求"}, "employment.vacancy.clerk": {"要求"},
	"season_over": {"截止日期"}, "employment.vacancy.season": {"起始日期"}, "employment.occupation": {"意向职业代码", "职业代码"}, "employment.profile": {"期望月薪(元)"},
	"place_unknown":                {"居住乡镇(街道)", "现居乡镇(街道)", "所在县(市)", "工作县(市)", "乡镇(街道)", "县(市)"},
	"education.school.implausible": {"可供随迁子女学位"}, "housing.home.implausible": {"月租(元)"}, "training.course.implausible": {"学时"},
}

// columnOf is the header that a reason is about, or "": which the reason names itself, in
// the sheet's word or in a service's, or which its code is always about.
func columnOf(row sheet.Row, err error) string {
	e := errs.From(err)
	could := slices.Clone(about[e.Code])
	if field := e.Detail["field"]; field != "" {
		could = append(in(row.Kind(), []string{field}), could...)
	}
	if column := e.Detail["column"]; column != "" {
		could = append([]string{column}, could...)
	}
	for _, column := range could {
		if name := row.Named(column); name != "" {
			return name
		}
	}
	return ""
}
