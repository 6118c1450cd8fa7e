package languages

import (
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

// The names of files, of which others are the other sections', a test of all sections asks.
func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil), map[string][]string{
		"languages.file.": {"frame.codes", "languages.languages"}, "languages.why.": fileBody{}.Reasons(), "lang.": {"en", "kk-Arab", "ug-Arab"},
	})
}
