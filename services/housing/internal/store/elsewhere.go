package store

import "github.com/qiao-platform/qiao/pkg/elsewhere"

// Elsewhere are the cases of housing that may be typed again into another system.
func Elsewhere() []elsewhere.Matter {
	return []elsewhere.Matter{{
		Name: "lease", From: "lease JOIN home ON home.id = lease.home_id", Where: "lease.left_on = ''", ID: "lease.id", Worker: "lease.worker", County: "lease.county", Since: "lease.starts_on", Days: true,
		Fields: []elsewhere.Field{
			{Name: "estate", Kind: elsewhere.Text, SQL: "home.estate"},
			{Name: "room", Kind: elsewhere.Text, SQL: "home.number"},
			{Name: "home_kind", Kind: elsewhere.Code, SQL: "lease.kind"},
			{Name: "county", Kind: elsewhere.Code, SQL: "lease.county"},
			{Name: "start_on", Kind: elsewhere.Date, SQL: "lease.starts_on"},
			{Name: "end_on", Kind: elsewhere.Date, SQL: "lease.ends_on"},
			{Name: "rent", Kind: elsewhere.Money, SQL: "lease.rent_fen"},
		},
	}}
}
