package store

import "github.com/qiao-platform/qiao/pkg/outcome"

// Outcomes are the kinds of cases of which the employment department counts what came of
// them: the words of a vacancy that an officer looks at.
func Outcomes() []outcome.Matter {
	return []outcome.Matter{{Name: "review", Case: "review_id", Begins: "review.asked", Ends: "review.decided"}}
}
