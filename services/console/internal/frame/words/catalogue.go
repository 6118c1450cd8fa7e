// Package words is how pages speak: the texts of the frame and of every section
// in each language, and how dates, money, codes and errors are written.
package words

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// Catalogue holds every text in every language. It does not change after Load.
type Catalogue struct {
	langs  []*lang.Language
	bundle *i18n.Bundle
	ids    map[*lang.Language]map[string]bool
	raw    map[*lang.Language]map[string]string
	tables *ident.Tables
}

// Load reads the texts in the folders locales of the sources, which are built
// into the program; an error is a defect of the build.
func Load(langs []*lang.Language, sources ...fs.FS) (*Catalogue, error) {
	tables, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	cat := &Catalogue{langs: langs, bundle: i18n.NewBundle(langs[0].Tag), ids: map[*lang.Language]map[string]bool{}, raw: map[*lang.Language]map[string]string{}, tables: tables}
	cat.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, l := range langs {
		cat.ids[l], cat.raw[l] = map[string]bool{}, map[string]string{}
	}
	for _, source := range sources {
		names, err := fs.Glob(source, "locales/*.toml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := cat.read(source, name); err != nil {
				return nil, fmt.Errorf("texts %s: %w", name, err)
			}
		}
	}
	return cat, nil
}

func (c *Catalogue) read(source fs.FS, name string) error {
	f, err := c.bundle.LoadMessageFileFS(source, name)
	if err != nil {
		return err
	}
	l, ok := lang.Of(c.langs, f.Tag.String())
	if !ok {
		return fmt.Errorf("no page speaks %s", f.Tag)
	}
	for _, m := range f.Messages {
		if c.ids[l][m.ID] {
			return fmt.Errorf("%q is there twice", m.ID)
		}
		c.ids[l][m.ID], c.raw[l][m.ID] = true, m.Other
		forms := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many}
		counts := slices.ContainsFunc(l.Plurals, func(form string) bool { return forms[form] != "" })
		for form, s := range forms {
			switch needed := slices.Contains(l.Plurals, form); {
			case s != "" && !needed:
				return fmt.Errorf("%q has the form %q, with which %s does not count", m.ID, form, l)
			case s == "" && needed && counts:
				return fmt.Errorf("%q lacks the form %q", m.ID, form)
			}
		}
	}
	return nil
}

// Langs lists the languages, the default first.
func (c *Catalogue) Langs() []*lang.Language { return c.langs }

// IDs lists the text ids of a language.
func (c *Catalogue) IDs(l *lang.Language) map[string]bool { return c.ids[l] }

// Raw is a text as it was written, of several things where it counts them.
func (c *Catalogue) Raw(l *lang.Language, id string) string { return c.raw[l][id] }

// Printer returns what writes one language; it counts days from c's today.
func (c *Catalogue) Printer(l *lang.Language, now clock.Clock) *Printer {
	p := &Printer{cat: c, lang: l, clock: now, local: i18n.NewLocalizer(c.bundle, l.String())}
	if l.Growing {
		p.whole = c.Printer(c.langs[0], now)
	}
	return p
}

// Printer writes texts, dates, money and codes in one language.
type Printer struct {
	cat   *Catalogue
	lang  *lang.Language
	clock clock.Clock
	local *i18n.Localizer
	whole *Printer // says what a growing language does not yet; nil for the others
}

// Lang is the printer's language.
func (p *Printer) Lang() *lang.Language { return p.lang }

// Has reports whether there is a text: in the printer's own language, or where that is
// growing, in the one that stands in for it.
func (p *Printer) Has(id string) bool {
	return p.cat.ids[p.lang][id] || p.whole != nil && p.whole.Has(id)
}

// T returns a text. Values follow as name, value, name, value; the value named
// n chooses the plural. A text that is missing shows its id, so that it is seen.
func (p *Printer) T(id string, values ...any) string {
	if p.whole != nil && !p.cat.ids[p.lang][id] && p.whole.Has(id) {
		return begins + p.whole.T(id, values...) + ends
	}
	data := map[string]any{}
	cfg := &i18n.LocalizeConfig{MessageID: id, TemplateData: data}
	for i := 0; i+1 < len(values); i += 2 {
		name, _ := values[i].(string)
		data[name] = values[i+1]
		if name == "n" {
			cfg.PluralCount = values[i+1]
		}
		switch values[i+1].(type) {
		case int, int32, int64:
			data[name] = p.lang.Numerals(fmt.Sprint(values[i+1]))
		}
	}
	s, err := p.local.Localize(cfg)
	if err != nil && s == "" {
		return id
	}
	return s
}

// named chooses between the two names that the tables have for a thing.
func (p *Printer) named(han, latin string) string {
	if p.whole != nil {
		return begins + han + ends
	}
	return p.lang.Named(han, latin)
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
