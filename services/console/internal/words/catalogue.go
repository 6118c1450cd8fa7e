// Package words is what the console says: the message catalogue in Simplified
// Chinese and English, and how dates, money, codes and errors are written.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

//go:embed locales/*.toml
var files embed.FS

// Lang is a language that the console speaks, as a BCP 47 tag.
type Lang string

// The languages. Chinese is what a page speaks unless somebody chose otherwise.
const (
	ZhHans Lang = "zh-Hans"
	En     Lang = "en"
)

// Langs lists the languages, the default first.
func Langs() []Lang { return []Lang{ZhHans, En} }

// ParseLang reads a tag; ok is false for a language that the console does not speak.
func ParseLang(s string) (l Lang, ok bool) {
	for _, l := range Langs() {
		if s == string(l) {
			return l, true
		}
	}
	return ZhHans, false
}

// Catalogue holds every text in every language. It does not change after Load.
type Catalogue struct {
	bundle *i18n.Bundle
	ids    map[Lang]map[string]bool
	tables *ident.Tables
	clock  clock.Clock
}

// Load reads the catalogue built into the program; an error is a defect of the build.
func Load(c clock.Clock) (*Catalogue, error) {
	tables, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	cat := &Catalogue{bundle: i18n.NewBundle(language.MustParse(string(ZhHans))), ids: map[Lang]map[string]bool{}, tables: tables, clock: c}
	cat.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	names, err := fs.Glob(files, "locales/*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		f, err := cat.bundle.LoadMessageFileFS(files, name)
		if err != nil {
			return nil, fmt.Errorf("texts %s: %w", name, err)
		}
		l, ok := ParseLang(f.Tag.String())
		if !ok {
			return nil, fmt.Errorf("texts %s: no language of the console", name)
		}
		if cat.ids[l] == nil {
			cat.ids[l] = map[string]bool{}
		}
		for _, m := range f.Messages {
			if cat.ids[l][m.ID] {
				return nil, fmt.Errorf("texts %s: %q is there twice", name, m.ID)
			}
			cat.ids[l][m.ID] = true
		}
	}
	return cat, nil
}

// IDs lists the text ids of a language.
func (c *Catalogue) IDs(l Lang) map[string]bool { return c.ids[l] }

// Printer returns what writes one language.
func (c *Catalogue) Printer(l Lang) *Printer {
	return &Printer{cat: c, lang: l, local: i18n.NewLocalizer(c.bundle, string(l))}
}

// Printer writes texts, dates, money and codes in one language.
type Printer struct {
	cat   *Catalogue
	lang  Lang
	local *i18n.Localizer
}

// Lang is the printer's language.
func (p *Printer) Lang() Lang { return p.lang }

// Has reports whether a text exists in the printer's own language.
func (p *Printer) Has(id string) bool { return p.cat.ids[p.lang][id] }

// T returns a text. Values follow as name, value, name, value; the value named
// n chooses the plural. A text that is missing shows its id, so that it is seen.
func (p *Printer) T(id string, values ...any) string {
	data := map[string]any{}
	cfg := &i18n.LocalizeConfig{MessageID: id, TemplateData: data}
	for i := 0; i+1 < len(values); i += 2 {
		name, _ := values[i].(string)
		data[name] = values[i+1]
		if name == "n" {
			cfg.PluralCount = values[i+1]
		}
	}
	s, err := p.local.Localize(cfg)
	if err != nil && s == "" {
		return id
	}
	return s
}

// first returns the first text that exists, or fallback.
func (p *Printer) first(fallback string, ids ...string) string {
	for _, id := range ids {
		if p.Has(id) {
			return p.T(id)
		}
	}
	return fallback
}

// anyService replaces the publishing service in the type of an event that every
// service publishes, e.g. housing.record.read.v1.
func anyService(eventType string) string {
	_, rest, _ := strings.Cut(eventType, ".")
	return "*." + rest
}
