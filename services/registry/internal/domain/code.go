package domain

import (
	"regexp"
	"slices"

	"github.com/qiao-platform/qiao/pkg/ident"
)

var (
	// code is what an identifier or a code may look like in an event or a log:
	// never a sentence, so that no free text travels in its place.
	code = regexp.MustCompile(`^[A-Za-z0-9._:/-]{1,100}$`)
	// notice is a notice's version; counties write it in Chinese letters too.
	notice = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,40}$`)
	// language is a BCP 47 tag of a language, a script and a region.
	language = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)
)

// maxLanguages bounds the languages of one person.
const maxLanguages = 8

// CheckCode returns ErrCode unless s has the form of an identifier or code.
func CheckCode(s string) error {
	if !code.MatchString(s) {
		return ErrCode
	}
	return nil
}

// CheckCase is CheckCode for a case, which may be left out.
func CheckCase(s string) error {
	if s == "" {
		return nil
	}
	return CheckCode(s)
}

// OfferedLanguages are the languages that a consent can be shown in.
func OfferedLanguages() []string { return []string{"zh-Hans", "kk-Arab", "ug-Arab", "en"} }

// checkLanguages returns the tags without repeats, or ErrLanguage.
func checkLanguages(tags []string) ([]string, error) {
	if len(tags) > maxLanguages {
		return nil, ErrLanguage
	}
	var all []string
	for _, t := range tags {
		if !language.MatchString(t) {
			return nil, ErrLanguage
		}
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all, nil
}

// checkPlace returns ErrPlace unless the county is one and the township, where
// given, lies in it. Townships of the Corps are accepted: their own offices
// are responsible, and a person is routed there, not refused.
func checkPlace(t *ident.Tables, county, township string) error {
	if _, ok := t.County(county); !ok {
		return ErrPlace
	}
	if township == "" {
		return nil
	}
	if w, ok := t.Township(township); !ok || w.County != county || w.NotResidential {
		return ErrPlace
	}
	return nil
}
