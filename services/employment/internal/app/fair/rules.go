package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// rules reads the rules of job fairs of a day in a division.
func (a *App) rules(on clock.Date, division string) (fair.Rules, error) {
	row, err := a.Rules.Rule("EM-FAIR", on, division)
	if err != nil {
		return fair.Rules{}, err
	}
	match, err := a.Rules.Rule("EM-FAIR-MATCH", on, division)
	if err != nil {
		return fair.Rules{}, err
	}
	return fair.ReadRules(row, match)
}

// fairOfficer returns the officer who calls, where the fair is of his division.
func fairOfficer(ctx context.Context, f fair.Fair) (auth.Principal, error) {
	return auth.Covering(ctx, f.Division)
}
