package console

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// Texts are those of a file, as a speaker of their language approves them.
type Texts struct{ Language, File, Version string }

// Approvable lists the texts of this program without whose approval pages that bind are
// Chinese. A demonstration approves them all, since in it nobody is bound.
func Approvable() (all []Texts, err error) {
	look, err := frame.Load(lang.All(), Config{Demo: true}.sections(nil, nil, clock.System(), nil)...)
	if err != nil {
		return nil, err
	}
	for _, l := range lang.All()[1:] {
		for _, f := range look.Texts.Files(l) {
			all = append(all, Texts{l.String(), f.Name, f.Version})
		}
	}
	return all, nil
}
