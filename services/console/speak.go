package console

import (
	"fmt"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Speaker names in a language what the contracts name, as the pages do.
type Speaker struct{ p *words.Printer }

// Languages lists the languages of the pages by their tags, first the one that a page
// speaks unless somebody chose another.
func Languages() (all []string) {
	for _, l := range lang.All() {
		all = append(all, l.String())
	}
	return all
}

// Speak returns who speaks a language of the pages.
func Speak(language string) (Speaker, error) {
	l, ok := lang.Of(lang.All(), language)
	if !ok {
		return Speaker{}, fmt.Errorf("no page speaks %q", language)
	}
	look, err := frame.Load(lang.All(), Config{Demo: true}.sections(nil, nil, clock.System(), nil)...)
	if err != nil {
		return Speaker{}, err
	}
	return Speaker{look.Texts.Printer(l, clock.System())}, nil
}

// Service is a service as a department.
func (s Speaker) Service(name string) string { return s.p.Service(name) }

// Code is a code of the contracts in words: a kind of caller, a purpose, a fact.
func (s Speaker) Code(code string) string { return s.p.Code(code) }

// Kind is what an event tells, addressing nobody.
func (s Speaker) Kind(eventType string) string { return s.p.Kind(eventType) }
