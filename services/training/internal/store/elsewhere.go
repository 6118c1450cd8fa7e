package store

import "github.com/qiao-platform/qiao/pkg/elsewhere"

// Elsewhere are the cases of training that may be typed again into another system.
func Elsewhere() []elsewhere.Matter {
	return []elsewhere.Matter{{
		Name: "course", From: "enrolment JOIN course ON course.id = enrolment.course_id", Where: "enrolment.state IN ('confirmed', 'completed')",
		ID: "enrolment.id", Worker: "enrolment.worker", County: "enrolment.division", Since: "course.starts_on", Days: true,
		Fields: []elsewhere.Field{
			{Name: "course_title", Kind: elsewhere.Text, SQL: "course.title"},
			{Name: "provider", Kind: elsewhere.Text, SQL: "course.provider"},
			{Name: "occupation", Kind: elsewhere.Code, SQL: "course.occupation"},
			{Name: "level", Kind: elsewhere.Code, SQL: "course.level"},
			{Name: "hours", Kind: elsewhere.Text, SQL: "course.hours"},
			{Name: "start_on", Kind: elsewhere.Date, SQL: "course.starts_on"},
			{Name: "county", Kind: elsewhere.Code, SQL: "enrolment.division"},
		},
	}}
}
