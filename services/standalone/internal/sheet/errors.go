package sheet

import "github.com/qiao-platform/qiao/pkg/errs"

// The errors that stop a whole sheet. Their details name the sheet, the line
// or the column, never what a cell holds.
var (
	// ErrHeaderMissing means that the first row lacks a column the sheet needs, or is no known header at all.
	ErrHeaderMissing = errs.New(errs.Invalid, "sheet.header_missing", "The sheet lacks a required column, or its first row is not a header that is known here.")
	// ErrHeaderDuplicate means that a known column stands twice in the header.
	ErrHeaderDuplicate = errs.New(errs.Invalid, "sheet.header_duplicate", "A column stands twice in the sheet's header.")
	// ErrEmpty means that the sheet has not even a header.
	ErrEmpty = errs.New(errs.Invalid, "sheet.empty", "The sheet is empty.")
	// ErrEncoding means that the text is neither UTF-8 nor GB18030 throughout.
	ErrEncoding = errs.New(errs.Invalid, "sheet.encoding", "The sheet is neither UTF-8 nor GB18030 throughout; save it again as UTF-8 CSV or as XLSX.")
	// ErrNotReadable means that the file cannot be opened, or is damaged, or is of a format that is not read here.
	ErrNotReadable = errs.New(errs.Invalid, "sheet.not_readable", "The file cannot be read as a sheet; save it as UTF-8 CSV or as XLSX.")
	// ErrTooLarge means that a cell is over 4 KiB (often an unclosed quotation mark), or that the file is past the limits.
	ErrTooLarge = errs.New(errs.Invalid, "sheet.too_large", "A cell is over 4 KiB, often for an unclosed quotation mark, or the file is too large.")
)

// The errors that refuse one row. The detail "column" names the header.
var (
	// ErrRowTooLong means that the row has more cells than the header.
	ErrRowTooLong = errs.New(errs.Invalid, "too_many_cells", "The row has more cells than the header.")
	// ErrRowQuote means that a quotation mark opened in the row is never closed.
	ErrRowQuote = errs.New(errs.Invalid, "quote_open", "A quotation mark that opens in this row is never closed.")
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

// sentence is what a refused sheet says, in the clerk's language, of a code
// that this package gives. The importer has its own sentences for its codes.
func sentence(code string) string {
	switch code {
	case ErrRowTooLong.Code:
		return "本行单元格多于表头，请检查是否多了分隔符"
	case ErrRowQuote.Code:
		return "本行有引号没有成对，请补上后再导入"
	case ErrDate.Code:
		return "日期无法识别，请写成 2026-08-18 的形式"
	case ErrNumber.Code:
		return "数字无法识别"
	case ErrYesNo.Code:
		return "此栏只能填 是、否 或留空"
	case ErrWageRange.Code:
		return "月薪下限高于上限，或月薪没有写成数字"
	}
	return ""
}

// Reason returns the code of a refusal and, where this package gave it, a
// Chinese sentence with the column's name; for a foreign error the sentence is
// the error's own English text. It holds nothing of what the cells say.
func Reason(err error) (code, text string) {
	e := errs.From(err)
	text = sentence(e.Code)
	if text == "" {
		return e.Code, e.Text
	}
	if column := e.Detail["column"]; column != "" {
		text = column + "：" + text
	}
	return e.Code, text
}
