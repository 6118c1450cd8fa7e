package app

import (
	"bytes"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// clearVault keeps indexes in the clear.
type clearVault struct{ Vault }

func (clearVault) Index(domain, value string) []byte { return []byte(domain + "\x00" + value) }

// TestWhatEarlierVersionsKeptIsFoundAndOpens: a resident number is found by the
// index and sealed in the form that were there before other documents were, so that
// a folder of before finds its people.
func TestWhatEarlierVersionsKeptIsFoundAndOpens(t *testing.T) {
	a, today := &App{Vault: clearVault{}}, clock.NewDate(2026, 11, 1)
	for name, c := range map[string]struct {
		form  ident.DocumentForm
		plain string
	}{
		"a resident number":          {ident.DocumentForm{Number: "654399198503120012"}, "654399198503120012"},
		"a permanent residence card": {ident.DocumentForm{Kind: "permanent_residence", Number: "932682198501010017"}, "932682198501010017"}, // as which it was entered as a resident number
		"a passport":                 {ident.DocumentForm{Kind: "passport", Number: "N1234567", Country: "KAZ", BirthDate: "1990-05-06"}, ""},
	} {
		d, err := domain.ParseDocument(c.form, today)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := documentText(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.plain != "" && (string(text) != c.plain || !bytes.Equal(a.documentIndex(d), a.Vault.Index("resident_id", c.plain))) {
			t.Errorf("%s is sealed as %s and found by %q", name, text, a.documentIndex(d))
		}
		if again, err := readDocument(text, today); err != nil || again != d {
			t.Errorf("%s opens as another: %v", name, err)
		}
	}
}
