// Package words is how pages speak: the texts of the frame and of every section
// in each language, and how dates, money, codes and errors are written.
package words

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
	// approved are the texts of a growing language of which a speaker approved the version.
	approved map[*lang.Language]map[string]bool
	tables   *ident.Tables
}

// Load reads the texts in the folders locales of the sources, which are built
// into the program; an error is a defect of the build.
func Load(langs []*lang.Language, sources ...fs.FS) (*Catalogue, error) {
	tables, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	cat := &Catalogue{langs: langs, bundle: i18n.NewBundle(langs[0].Tag), ids: map[*lang.Language]map[string]bool{}, raw: map[*lang.Language]map[string]string{}, approved: map[*lang.Language]map[string]bool{}, tables: tables}
	cat.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, l := range langs {
		cat.ids[l], cat.raw[l], cat.approved[l] = map[string]bool{}, map[string]string{}, map[string]bool{}
	}
	var grown []file
	for _, source := range sources {
		names, err := fs.Glob(source, "locales/*.toml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f, err := cat.read(source, name)
			if err != nil {
				return nil, fmt.Errorf("texts %s: %w", name, err)
			}
			if f.lang.Growing {
				grown = append(grown, f)
			}
		}
	}
	return cat, cat.approve(grown, sources)
}

// file is what a file of texts says.
type file struct {
	lang *lang.Language
	says map[string]string
}

// approve takes over which files speakers have read, by the versions in the table of
// reviews: whoever changes a text, or the Chinese that it says, has another version.
func (c *Catalogue) approve(files []file, sources []fs.FS) error {
	versions := map[string]bool{}
	for _, source := range sources {
		f, err := source.Open("locales/reviews.csv")
		if err != nil {
			continue // only the frame has one
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("reviews of texts: %w", err)
		}
		for _, row := range rows {
			versions[row[1]] = true
		}
	}
	for _, f := range files {
		if versions[Version(f.says, c.raw[c.langs[0]])] {
			for id := range f.says {
				c.approved[f.lang][id] = true
			}
		}
	}
	return nil
}

// Version tells apart what the texts of a file say, and of what they are the translation.
func Version(own, of map[string]string) string {
	h := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(own)) {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", id, of[id], own[id])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func (c *Catalogue) read(source fs.FS, name string) (file, error) {
	f, err := c.bundle.LoadMessageFileFS(source, name)
	if err != nil {
		return file{}, err
	}
	l, ok := lang.Of(c.langs, f.Tag.String())
	if !ok {
		return file{}, fmt.Errorf("no page speaks %s", f.Tag)
	}
	says := map[string]string{}
	for _, m := range f.Messages {
		if c.ids[l][m.ID] {
			return file{}, fmt.Errorf("%q is there twice", m.ID)
		}
		c.ids[l][m.ID], c.raw[l][m.ID], says[m.ID] = true, m.Other, m.Other
		forms := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many}
		counts := slices.ContainsFunc(l.Plurals, func(form string) bool { return forms[form] != "" })
		for form, s := range forms {
			switch needed := slices.Contains(l.Plurals, form); {
			case s != "" && !needed:
				return file{}, fmt.Errorf("%q has the form %q, with which %s does not count", m.ID, form, l)
			case s == "" && needed && counts:
				return file{}, fmt.Errorf("%q lacks the form %q", m.ID, form)
			}
		}
	}
	return file{l, says}, nil
}

// Langs lists the languages, the default first.
func (c *Catalogue) Langs() []*lang.Language { return c.langs }

// IDs lists the text ids of a language.
func (c *Catalogue) IDs(l *lang.Language) map[string]bool { return c.ids[l] }

// Approved lists the text ids of a growing language that a speaker has read and approved.
func (c *Catalogue) Approved(l *lang.Language) map[string]bool { return c.approved[l] }

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
