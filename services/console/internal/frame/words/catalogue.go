// Package words is how pages speak: the texts of the frame and of every section
// in each language, and how dates, money, codes and errors are written.
package words

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
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
	files  []*File
	tables *ident.Tables
}

// Source is a folder of texts, and whose they are: a section's, or the frame's.
type Source struct {
	Name string
	fs.FS
}

// Load reads the texts in the folders locales of the sources, which are built
// into the program; an error is a defect of the build.
func Load(langs []*lang.Language, sources ...Source) (*Catalogue, error) {
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
			f, err := cat.read(source, name)
			if err != nil {
				return nil, fmt.Errorf("texts %s: %w", name, err)
			}
			base, _, _ := strings.Cut(path.Base(name), ".")
			f.Section, f.Name = source.Name, source.Name+"."+base
			cat.files = append(cat.files, f)
		}
	}
	for _, f := range cat.files {
		f.Version = version(f.Says, cat.raw[langs[0]])
	}
	return cat, nil
}

// File is a file of texts, which a speaker reads and approves as a whole.
type File struct {
	Section string
	Name    string // of the section and the file, as registry.documents
	Lang    *lang.Language
	Says    map[string]string // by id; each form of a text that counts on a line of its own
	// Version tells apart what the texts say, and of what they are the translation: whoever
	// changes a text, or the Chinese that it says, has another one.
	Version string
}

// version is the first signs of a hash of texts and of what they translate.
func version(own, of map[string]string) string {
	h := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(own)) {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", id, of[id], own[id])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// Files lists the files of texts of a language: the frame's, then those of the sections in
// their order.
func (c *Catalogue) Files(l *lang.Language) (all []*File) {
	for _, f := range c.files {
		if f.Lang == l {
			all = append(all, f)
		}
	}
	return all
}

func (c *Catalogue) read(source fs.FS, name string) (*File, error) {
	f, err := c.bundle.LoadMessageFileFS(source, name)
	if err != nil {
		return nil, err
	}
	l, ok := lang.Of(c.langs, f.Tag.String())
	if !ok {
		return nil, fmt.Errorf("no page speaks %s", f.Tag)
	}
	says := map[string]string{}
	for _, m := range f.Messages {
		if c.ids[l][m.ID] {
			return nil, fmt.Errorf("%q is there twice", m.ID)
		}
		c.ids[l][m.ID], c.raw[l][m.ID], says[m.ID] = true, m.Other, m.Other
		forms := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many}
		counts := slices.ContainsFunc(l.Plurals, func(form string) bool { return forms[form] != "" })
		for form, s := range forms {
			switch needed := slices.Contains(l.Plurals, form); {
			case s != "" && !needed:
				return nil, fmt.Errorf("%q has the form %q, with which %s does not count", m.ID, form, l)
			case s == "" && needed && counts:
				return nil, fmt.Errorf("%q lacks the form %q", m.ID, form)
			}
		}
		for _, form := range l.Plurals {
			if s := forms[form]; s != "" && s != m.Other {
				says[m.ID] = s + "\n" + says[m.ID]
			}
		}
	}
	return &File{Lang: l, Says: says}, nil
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
