package sheet

import "github.com/qiao-platform/qiao/pkg/errs"

// The errors that stop a whole file or sheet. Their details name the file, the
// sheet, the line or the column, never what a cell holds.
var (
	// ErrHeaderMissing means that no row lacks few enough of the columns that a sheet needs to be its header.
	ErrHeaderMissing = errs.New(errs.Invalid, "sheet.header_missing", "The sheet lacks a required column, or none of its first rows is a header that is known here.")
	// ErrHeaderDuplicate means that a known column stands twice in the header.
	ErrHeaderDuplicate = errs.New(errs.Invalid, "sheet.header_duplicate", "A column stands twice in the sheet's header.")
	// ErrEmpty means that the sheet has nothing in it.
	ErrEmpty = errs.New(errs.Invalid, "sheet.empty", "The sheet is empty.")
	// ErrEncoding means that the text is not of one encoding throughout.
	ErrEncoding = errs.New(errs.Invalid, "sheet.encoding", "The sheet is neither UTF-8 nor GB18030 throughout; save it again as UTF-8 CSV or as XLSX.")
	// ErrNotReadable means that the file cannot be opened, or is damaged.
	ErrNotReadable = errs.New(errs.Invalid, "sheet.not_readable", "The file cannot be read as a sheet; save it as UTF-8 CSV or as XLSX.")
	// ErrFormat means that the file is of a format that is not read here.
	ErrFormat = errs.New(errs.Invalid, "sheet.format", "Files of this format (.xls, .et, .xlsb, .ods, a web page or a document) are not read; open the file and save it as .xlsx.")
	// ErrPassword means that the workbook is under a password.
	ErrPassword = errs.New(errs.Invalid, "sheet.password", "The workbook is protected by a password; open it and save it without one.")
	// ErrTooLarge means that the file is past the limits.
	ErrTooLarge = errs.New(errs.Invalid, "sheet.too_large", "The file is too large, or unpacks to too much; divide it into several.")
)

// What is not read beside sheets that are.
var (
	// ErrSheetHidden means that a workbook shows the sheet to nobody.
	ErrSheetHidden = errs.New(errs.Invalid, "sheet.hidden", "The sheet is hidden and was not read; show it if it is to be imported.")
	// ErrRowHidden means that rows are hidden, or left out by a filter.
	ErrRowHidden = errs.New(errs.Invalid, "sheet.row_hidden", "Rows that are hidden or left out by a filter were not read; show them if they are to be imported.")
	// ErrColumnHidden means that a known column is hidden.
	ErrColumnHidden = errs.New(errs.Invalid, "sheet.column_hidden", "A column that is hidden was not read; show it if it is to be imported.")
	// ErrSecondTable means that another header stands further down.
	ErrSecondTable = errs.New(errs.Invalid, "sheet.second_table", "Another table with other columns begins here and was not read; move it to a sheet of its own.")
	// ErrAboveHeader means that rows of data stand above the header.
	ErrAboveHeader = errs.New(errs.Invalid, "sheet.above_header", "A row above the header looks like data and was not read.")
	// ErrMoreUnread means that more was not read than is named one by one.
	ErrMoreUnread = errs.New(errs.Invalid, "sheet.more_unread", "More rows were not read than are named one by one.")
	// ErrProse means that a workbook's sheet holds sentences and no table, such as how to fill in the others.
	ErrProse = errs.New(errs.Invalid, "sheet.prose", "The sheet holds text and no table; it was not read.")
	// ErrOtherFile means that a file's name says that it is no sheet.
	ErrOtherFile = errs.New(errs.Invalid, "sheet.other_file", "The file is no sheet and was not read.")
	// ErrRefusedFile means that a file of refused rows lies in the folder without its sheet.
	ErrRefusedFile = errs.New(errs.Invalid, "sheet.refused_rows", "Rows to be mended are imported one file at a time, by the file's name.")
	// ErrFolder means that a folder cannot be read, or is only linked to.
	ErrFolder = errs.New(errs.Invalid, "sheet.folder", "The folder was not read: it is linked to, lies too deep, or cannot be opened.")
)

// The errors that refuse one row. The detail "column" names the header.
var (
	// ErrRowTooLong means that the row has more cells than the header.
	ErrRowTooLong = errs.New(errs.Invalid, "too_many_cells", "The row has more cells than the header.")
	// ErrRowTooLarge means that a line of a text is beyond the limit.
	ErrRowTooLarge = errs.New(errs.Invalid, "row_too_large", "The line is over 1 MiB.")
	// ErrCellTooLong means that a cell is beyond the limit.
	ErrCellTooLong = errs.New(errs.Invalid, "cell_too_long", "A cell is over 4 KiB.")
	// ErrRowQuote means that a quotation mark opened in the row is not closed.
	ErrRowQuote = errs.New(errs.Invalid, "quote_open", "A quotation mark that opens in this row is not closed.")
	// ErrMerged means that a merged cell leaves open which row or column its value belongs to.
	ErrMerged = errs.New(errs.Invalid, "merged_cell", "A merged cell does not say which row or column its value belongs to.")
	// ErrDigitsLost means that a cell is a number where a code belongs, and that digits or zeros are lost.
	ErrDigitsLost = errs.New(errs.Invalid, "digits_lost", "The code is stored as a number, of which a spreadsheet keeps 15 digits and no zeros at the front; type it again as text.")
	// ErrScientific means that a cell shows a number in scientific notation.
	ErrScientific = errs.New(errs.Invalid, "scientific_notation", "The cell shows a number in scientific notation, of which digits are lost; type it again as text.")
	// ErrErrorValue means that a cell holds what a spreadsheet shows for an error.
	ErrErrorValue = errs.New(errs.Invalid, "error_value", "The cell holds a spreadsheet's error, such as #N/A or #REF!.")
	// ErrFormula means that a cell has a formula and no result.
	ErrFormula = errs.New(errs.Invalid, "formula_without_value", "The cell has a formula whose result is not stored; open and save the file in a spreadsheet program, or type the value.")
	// ErrDateCell means that a cell holds a day or an hour where text or a number belongs.
	ErrDateCell = errs.New(errs.Invalid, "date_cell", "The cell holds a date where text or a number belongs; type it again as text.")
	// ErrBoolCell means that a cell holds TRUE or FALSE where text or a number belongs.
	ErrBoolCell = errs.New(errs.Invalid, "bool_cell", "The cell holds TRUE or FALSE where text or a number belongs.")
	// ErrDate means that a cell cannot be read as a date.
	ErrDate = errs.New(errs.Invalid, "date_format", "A date cannot be read.")
	// ErrNumber means that a cell cannot be read as a number or an amount.
	ErrNumber = errs.New(errs.Invalid, "number_format", "A number cannot be read.")
	// ErrYesNo means that a cell is neither yes nor no nor empty.
	ErrYesNo = errs.New(errs.Invalid, "yesno_format", "A cell that should say yes or no says something else.")
	// ErrWageRange means that a vacancy's lower wage is above its upper wage, or that one of them is not a number.
	ErrWageRange = errs.New(errs.Invalid, "wage_range", "The lower wage is above the upper wage, or a wage is not stated as a number.")
	// ErrWrongKind means that the row was read as a kind that its sheet is not.
	ErrWrongKind = errs.New(errs.Internal, "sheet.wrong_kind", "The row belongs to a sheet of another kind.")
)

// sentences are what a code that this package gives says in the clerk's
// language. The importer has its own sentences for its codes.
var sentences = map[string]string{
	ErrHeaderMissing.Code:   "没有找到表头，或缺少必需的列",
	ErrHeaderDuplicate.Code: "表头中有重复的列",
	ErrEmpty.Code:           "表格是空的",
	ErrEncoding.Code:        "文件不是统一的 UTF-8 或 GB18030 编码，请另存为 .xlsx",
	ErrNotReadable.Code:     "文件无法读取，可能已损坏，请重新另存为 .xlsx",
	ErrFormat.Code:          "不读取这种格式的文件（.xls、.et、.xlsb、.ods、网页、文档等），请打开后另存为 .xlsx",
	ErrPassword.Code:        "工作簿设有密码，请取消密码后另存为 .xlsx",
	ErrTooLarge.Code:        "文件过大，或解压后过大，请分成几个文件",
	ErrSheetHidden.Code:     "工作表是隐藏的，没有读取；如需导入请取消隐藏",
	ErrRowHidden.Code:       "隐藏或被筛选掉的行没有读取；如需导入请取消隐藏或筛选",
	ErrColumnHidden.Code:    "此列是隐藏的，没有读取；如需导入请取消隐藏",
	ErrSecondTable.Code:     "这里开始了另一张列不相同的表，没有读取；请移到单独的工作表",
	ErrAboveHeader.Code:     "表头上方的这一行像是数据，没有读取",
	ErrMoreUnread.Code:      "还有更多的行没有读取，未逐一列出",
	ErrProse.Code:           "工作表只有文字说明，没有表格，没有读取",
	ErrOtherFile.Code:       "文件不是表格，没有读取",
	ErrRefusedFile.Code:     "待更正的行请按文件名逐个导入",
	ErrFolder.Code:          "文件夹没有读取：是链接、层级过深或无法打开",
	ErrRowTooLong.Code:      "本行单元格多于表头，请检查是否多了分隔符",
	ErrRowTooLarge.Code:     "本行超过 1 MiB",
	ErrCellTooLong.Code:     "单元格内容过长（超过 4 KiB）",
	ErrRowQuote.Code:        "本行有引号没有成对，请补上后再导入",
	ErrMerged.Code:          "合并单元格的内容不知属于哪一行或哪一列，请取消合并后分别填写",
	ErrDigitsLost.Code:      "号码存成了数字，表格软件只保留15位、并丢掉开头的0，请按文本重新填写",
	ErrScientific.Code:      "数字显示为科学计数法，后几位已丢失，请按文本重新填写",
	ErrErrorValue.Code:      "单元格是表格软件的错误值（如 #N/A、#REF!）",
	ErrFormula.Code:         "单元格是公式而没有保存结果，请在表格软件中打开并保存，或直接填写内容",
	ErrDateCell.Code:        "此处应为文字或数字，单元格却是日期，请按文本重新填写",
	ErrBoolCell.Code:        "此处应为文字或数字，单元格却是 TRUE 或 FALSE",
	ErrDate.Code:            "日期无法识别，请写成 2026-08-18 的形式",
	ErrNumber.Code:          "数字无法识别",
	ErrYesNo.Code:           "此栏只能填 是、否 或留空",
	ErrWageRange.Code:       "月薪下限高于上限，或月薪没有写成数字",
}

// kindNames are the kinds in the clerk's language.
var kindNames = map[string]string{
	"employers": "用人单位", "vacancies": "招聘岗位", "courses": "培训班", "schools": "学校学位", "housing": "房源", "workers": "务工人员", "children": "随迁子女",
}

// Reason returns the code of a refusal and, where this package gave it, a
// Chinese sentence with the column's name; for a foreign error the sentence is
// the error's own English text. It holds nothing of what the cells say.
func Reason(err error) (code, text string) {
	e := errs.From(err)
	text, ok := sentences[e.Code]
	if !ok {
		return e.Code, e.Text
	}
	if nearest := kindNames[e.Detail["nearest"]]; nearest != "" {
		text += "；最接近" + nearest + "表，缺少：" + e.Detail["missing"]
	}
	if column := e.Detail["column"]; column != "" {
		text = column + "：" + text
	}
	return e.Code, text
}
