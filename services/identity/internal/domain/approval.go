package domain

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// chinese is the language in which every page binds without anybody's approval.
const chinese = "zh-Hans"

// Languages lists the languages in which somebody may read the pages, by their tags (BCP 47).
func Languages() []string { return []string{chinese, "en", "kk-Arab", "ug-Arab"} }

// WithdrawalReasons are why an approval of texts is taken back.
func WithdrawalReasons() []string { return []string{"mistaken", "wrong_text", "not_speaker", "other"} }

// Approval is that a speaker of a language read the texts of a file, as they are in one
// version, and approved them. Who entered it holds the sheets that the speaker signed.
type Approval struct {
	ID            string
	Language      string
	File          string // as registry.documents
	Version       string // of the texts, and of the Chinese that they say
	Speaker       string // a name
	Qualification string // by what the speaker speaks the language
	By            string // an account; "" is a demonstration's maker
	Staff         string // its staff number
	At            time.Time
	Demonstration bool // nobody read them

	WithdrawnBy    string
	WithdrawnStaff string
	WithdrawnAt    time.Time // zero while it stands
	Reason         string    // why it was taken back
}

// Approve returns an approval, or ErrApprovalLanguage, ErrSpeaker or ErrQualification.
func Approve(id, language, file, version, speaker, qualification string, by Account, now time.Time) (Approval, error) {
	speaker, qualification = strings.TrimSpace(speaker), strings.TrimSpace(qualification)
	switch {
	case language == chinese || !slices.Contains(Languages(), language):
		return Approval{}, ErrApprovalLanguage
	case utf8.RuneCountInString(speaker) < 2:
		return Approval{}, ErrSpeaker
	case utf8.RuneCountInString(qualification) < 2:
		return Approval{}, ErrQualification
	}
	return Approval{ID: id, Language: language, File: file, Version: version, Speaker: speaker, Qualification: qualification, By: by.ID, Staff: by.Subject, At: now}, nil
}

// Withdraw takes an approval back. It returns ErrWithdrawn where that was done before, or
// ErrWithdrawal where no reason of the list is given.
func (a Approval) Withdraw(by Account, reason string, now time.Time) (Approval, error) {
	switch {
	case !a.WithdrawnAt.IsZero():
		return a, ErrWithdrawn
	case !slices.Contains(WithdrawalReasons(), reason):
		return a, ErrWithdrawal
	}
	a.WithdrawnBy, a.WithdrawnStaff, a.WithdrawnAt, a.Reason = by.ID, by.Subject, now, reason
	return a, nil
}

// Read notes in which language somebody reads; ErrReads where no page speaks it.
func (a Account) Read(language string) (Account, error) {
	if !slices.Contains(Languages(), language) {
		return a, ErrReads
	}
	a.Language = language
	return a, nil
}
