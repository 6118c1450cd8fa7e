package store

import "github.com/qiao-platform/qiao/pkg/elsewhere"

// Elsewhere are the cases of social insurance that may be typed again into another system.
func Elsewhere() []elsewhere.Matter {
	return []elsewhere.Matter{{
		Name: "cover", From: "cover", Where: "cover.active = 1", ID: "cover.id", Worker: "cover.worker", County: "cover.division", Since: "cover.from_month || '-01'", Days: true,
		Fields: []elsewhere.Field{
			{Name: "schemes", Kind: elsewhere.Code, SQL: "cover.schemes"},
			{Name: "from_month", Kind: elsewhere.Text, SQL: "cover.from_month"},
			{Name: "county", Kind: elsewhere.Code, SQL: "cover.division"},
		},
	}}
}
