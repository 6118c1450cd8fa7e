package frame

import (
	"maps"
	"slices"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// TextFile is a file of texts of a language, as a speaker reads and approves it.
type TextFile struct {
	Name    string // of the section and the file, as registry.documents
	Version string // of the texts, and of the Chinese that they say
	Binds   bool   // a page says something of it on which somebody consents, is offered something or is refused it
	Texts   []Text // in the order of their ids
}

// Text is a text beside the Chinese that it says.
type Text struct{ ID, Chinese, Says string }

// Approvable lists the languages in which pages that bind speak only by a speaker's approval.
func (v *Visit) Approvable() (all []string) {
	for _, l := range v.site.Langs()[1:] {
		all = append(all, l.String())
	}
	return all
}

// TextFiles lists the files of texts of such a language, those of pages that bind first; nil
// where it is none.
func (v *Visit) TextFiles(language string) []TextFile {
	l, ok := lang.Of(v.site.Langs()[1:], language)
	if !ok {
		return nil
	}
	return v.site.textFiles(l)
}

func (s *Site) textFiles(l *lang.Language) (all []TextFile) {
	binds := map[string]bool{}
	for _, one := range s.sections {
		for _, c := range one.Chapters {
			if !c.Binds {
				continue
			}
			for _, f := range s.said(one, c, l).files {
				binds[f.Name] = true
			}
		}
	}
	texts := s.Look.Texts
	for _, f := range texts.Files(l) {
		one := TextFile{Name: f.Name, Version: f.Version, Binds: binds[f.Name]}
		for _, id := range slices.Sorted(maps.Keys(f.Says)) {
			one.Texts = append(one.Texts, Text{id, texts.Raw(s.Langs()[0], id), f.Says[id]})
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b TextFile) int {
		switch {
		case a.Binds == b.Binds:
			return 0
		case a.Binds:
			return -1
		}
		return 1
	})
	return all
}
