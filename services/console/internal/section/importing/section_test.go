package importing

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	var all []string
	for _, k := range sheet.Kinds() {
		all = append(all, k.String())
	}
	frametest.Section(t, New(nil, nil), map[string][]string{
		"importing.kind.": all, "importing.undo.": all,
		"importing.note.": {"normalised", "no_phone", "wage_negotiable", "xpcc_address", "uscc_manual_check", "below_minimum_wage", "likely_double"},
		"importing.skip.": {string(sheet.SkipTitle), string(sheet.SkipHeader), string(sheet.SkipNumbering), string(sheet.SkipSum), string(sheet.SkipSignature), string(sheet.SkipNote), string(sheet.SkipExample), string(sheet.SkipEmpty)},
	})
}
