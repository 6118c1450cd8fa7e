package importer

import (
	"errors"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sheet"
)

func asError(err error) *errs.Error {
	if err == nil {
		return nil
	}
	return errs.From(err)
}

// Sentence says in the clerk's language why a row was refused. It holds
// nothing of what the cells say.
func Sentence(err error) string {
	if s, ok := sentences[errs.CodeOf(err)]; ok {
		return s
	}
	var e *errs.Error
	if !errors.As(err, &e) {
		return errs.ErrInternal.Text
	}
	_, text := sheet.Reason(err)
	return text
}

// sentences are the Chinese sentences of the codes that services refuse rows with.
var sentences = map[string]string{
	"auth.division":                     "这一行属于另一个县（市），不在允许导入的工作人员的管辖范围内",
	"auth.not_yours":                    "这一行所涉及的人登记在另一个县（市），不在允许导入的工作人员的管辖范围内",
	"not_signed":                        "没有登记日期、告知书版本或本人签字；未经本人登记的人员不导入",
	"id_format":                         "公民身份号码应为18位",
	"id_checksum":                       "公民身份号码校验位不符，请核对",
	"id_birthdate":                      "公民身份号码中的出生日期不存在",
	"birth_date":                        "出生日期不可能是这一天，请核对",
	"birth_date_differs":                "出生日期与证件号码中的不一致，请核对",
	"birth_date_missing":                "这种证件的号码不含出生日期，请照证件填写出生日期",
	"document_country":                  "护照须写明签发国，用三个字母（如 KAZ）；港澳台居民请用通行证或居住证登记",
	"document_format":                   "号码不符合这种证件的格式，请核对",
	"document_kind":                     "证件类型不在目录中",
	"under_age":                         "未满16周岁，不能登记求职（禁止使用童工规定第二条）",
	"duplicate":                         "同一人已在本批表格的另一行登记",
	"phone_format":                      "联系电话无法识别；没有电话可留空",
	"name_missing":                      "没有填写姓名",
	"name_too_short":                    "姓名只有一个字，应为2至50个字",
	"name_too_long":                     "姓名超过50个字",
	"name_sign":                         "姓名中有姓名不用的符号（如数字、星号），或间隔号、连字符不在两个字之间",
	"name_private_use":                  "姓名中有自造字（专用区字符），请按国家标准 GB 18030 重新输入该字",
	"guardian_unknown":                  "监护人尚未登记，请先登记监护人",
	"birthdate_future":                  "出生日期在未来，请核对",
	"uscc_format":                       "统一社会信用代码应为18位",
	"uscc_person":                       "这是个人的身份证号码，不是单位的统一社会信用代码",
	"wage_range":                        "月薪下限高于上限，或月薪没有写成数字",
	"below_minimum_wage":                "月薪低于当地最低工资（最低工资标准，规则CT-12）",
	"employer_unknown":                  "该统一社会信用代码的单位尚未登记",
	"headcount":                         "招聘人数应至少为1人",
	"discriminatory":                    "要求中有就业歧视内容（就业促进法第三条、第二十六至三十一条）；如有误判请交工作人员复核",
	"fee_or_deposit":                    "要求中有收费、押金或扣押证件内容（劳动合同法第九条）；如有误判请交工作人员复核",
	"under_age_vacancy":                 "招用未满16周岁的人（禁止使用童工规定第二条）",
	"employment.vacancy.clerk":          "要求中有的话在这里也许合法（如年龄上限、井下岗位的性别）；已自动交工作人员复核",
	"registry.worker.identity_conflict": "该号码已由另一姓名登记，请到窗口核对",
	"place_unknown":                     "县(市)或乡镇(街道)无法识别",
	"code_unknown":                      "此栏的取值不在目录中",
	"duplicate_row":                     "本表另有一行写的是同一事项，以先出现的一行为准",
	"season_over":                       "截止日期已过，请核对日期",
	"guardian_age":                      "子女的出生日期早于监护人或相差太小，请核对",
	"wage_implausible":                  "月薪明显不合理，请核对单位，是否以千元填写",
	"headcount_implausible":             "招聘人数不可能这么多，请核对是否多写了数字",
	"training.course.implausible":       "学时、名额或补贴明显不合理，请核对是否多写了数字",
	"education.school.implausible":      "学位数不可能这么多，请核对是否多写了数字",
	"housing.home.implausible":          "面积或租金明显不合理，请核对单位和位数",
	"employment.vacancy.season":         "起止日期不是真实日期，或截止日期早于起始日期",
	"employment.profile":                "求职意向有一项无法接受，请核对",
	"employment.occupation":             "职业代码不在目录中",
}
