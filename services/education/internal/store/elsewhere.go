package store

import "github.com/qiao-platform/qiao/pkg/elsewhere"

// Elsewhere are the cases of education that may be typed again into another system.
func Elsewhere() []elsewhere.Matter {
	return []elsewhere.Matter{{
		Name: "place", From: "offer JOIN application ON application.id = offer.application_id JOIN school ON school.id = offer.school_id", Where: "offer.state = 'accepted'",
		ID: "application.id", Worker: "application.worker", Child: "application.child_id", County: "application.county", Since: "offer.accepted_at",
		Fields: []elsewhere.Field{
			{Name: "school", Kind: elsewhere.Text, SQL: "school.title"},
			{Name: "stage", Kind: elsewhere.Code, SQL: "school.stage"},
			{Name: "county", Kind: elsewhere.Code, SQL: "application.county"},
		},
	}}
}
