package store

import "github.com/qiao-platform/qiao/pkg/elsewhere"

// Elsewhere are the cases of employment that may be typed again into another system. A
// hire is entered from its first day on, when its 30 days begin (Provisions on Employment
// Services and Employment Management, article 62).
func Elsewhere() []elsewhere.Matter {
	return []elsewhere.Matter{{
		Name: "hire", From: "hire JOIN employer ON employer.id = hire.employer_id", Where: "hire.confirmed = 1 AND hire.state IN ('registered', 'end_stated', 'ended')",
		ID: "hire.id", Worker: "hire.worker", County: "hire.county", Since: "hire.start_on", Days: true,
		Fields: []elsewhere.Field{
			{Name: "employer_name", Kind: elsewhere.Text, SQL: "employer.name"},
			{Name: "employer_code", Kind: elsewhere.Code, SQL: "CASE WHEN employer.kind = 'household' THEN '' ELSE employer.uscc END"},
			{Name: "occupation", Kind: elsewhere.Code, SQL: "hire.occupation"},
			{Name: "county", Kind: elsewhere.Code, SQL: "hire.county"},
			{Name: "start_on", Kind: elsewhere.Date, SQL: "hire.start_on"},
			{Name: "end_on", Kind: elsewhere.Date, SQL: "hire.end_on"},
			{Name: "wage", Kind: elsewhere.Money, SQL: "hire.wage_fen"},
		},
	}}
}
