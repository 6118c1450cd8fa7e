package domain

import (
	"slices"
	"time"
)

// Correction is a worker's word that a department's fact is wrong.
type Correction struct {
	ID       string
	Worker   string
	Division string
	Source   string // the service that recorded the fact
	SourceID string
	Kind     string
	Reason   string
	MadeAt   time.Time
}

// Reasons lists why a fact can be called wrong.
func Reasons() []string { return []string{"wrong_date", "not_mine", "wrong_amount", "other"} }

// Correct makes a correction. Whether the record is the worker's is for its
// holder to know; each holder flags only what it holds of this worker.
func Correct(c Correction, kinds FactKinds) (Correction, []Event, error) {
	if kinds[c.Kind].Source != c.Source || c.Source == "" || !slices.Contains(Reasons(), c.Reason) {
		return c, nil, ErrCorrection
	}
	if err := CheckCode(c.SourceID); err != nil {
		return c, nil, err
	}
	return c, []Event{FactCorrected{CorrectionID: c.ID, Source: c.Source, SourceID: c.SourceID, Kind: c.Kind, ReasonCode: c.Reason}}, nil
}
