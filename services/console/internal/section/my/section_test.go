package my

import (
	"testing"

	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(nil, nil), map[string][]string{"my.holder.": {life.You, life.Office, life.Employer, life.School, life.Draw}})
}
