package words

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Counties lists the prefecture's counties, for a form.
func (p *Printer) Counties() []ident.Division { return p.cat.tables.Counties() }

// Townships lists a county's townships in which people live, for a form.
func (p *Printer) Townships(county string) []ident.Township {
	return slices.DeleteFunc(p.cat.tables.Townships(county), func(t ident.Township) bool { return t.NotResidential })
}

// Today is the civil date in Asia/Shanghai, as forms take it.
func (p *Printer) Today() string { return clock.Today(p.cat.clock).String() }
