package employment_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/employment"
)

// BenchmarkSuggestions asks the service over its bus for the top 20 of 100,000
// open vacancies with their reasons. It reports the start, in which the index
// is filled, and the slow end of the calls.
func BenchmarkSuggestions(b *testing.B) {
	const open = 100_000
	p := testkit.NewPlatform(b, clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)))
	p.Publisher("registry", registryv1.RegistryMethods(&registryStandIn{})...)
	first, err := employment.New(context.Background(), p.Deps(employment.Name)) // makes the tables
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(first.Close(), fill(p.Deps(employment.Name).Database, open)); err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	s, err := employment.New(context.Background(), p.Deps(employment.Name))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(begin).Milliseconds()), "start-ms")
	p.Start(s)
	client := employmentv1.EmploymentClient{Caller: p.Client(), Target: employment.Name}
	workers := make([]string, 50)
	for i := range workers {
		workers[i] = fmt.Sprintf("worker-%d", i)
		_, err := client.SetProfile(p.Worker(workers[i]), &employmentv1.SetProfileRequest{
			Worker: workers[i], Occupation: occupations()[i%len(occupations())], WageMinFen: int64(300_000 + 10_000*i), County: counties()[i%len(counties())],
			NeedsHousing: i%2 == 0, Skills: []string{occupations()[(i+2)%len(occupations())]},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	took := make([]time.Duration, 0, b.N)
	for i := 0; b.Loop(); i++ {
		worker := workers[i%len(workers)]
		begin := time.Now()
		r, err := client.SuggestVacancies(p.Worker(worker), &employmentv1.SuggestVacanciesRequest{Worker: worker, Limit: 20})
		took = append(took, time.Since(begin))
		if err != nil || len(r.GetSuggestions()) != 20 {
			b.Fatalf("%d suggestions, %v", len(r.GetSuggestions()), err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func occupations() []string {
	return []string{"4-01", "4-02", "4-03", "4-10", "4-14", "5-01", "5-03", "6-02", "6-05", "6-16", "6-29", "6-30"}
}

func counties() []string {
	return []string{"654301", "654321", "654322", "654323", "654324", "654325", "654326"}
}

// fill writes open vacancies straight into the tables.
func fill(database string, n int) error {
	db, err := sqldb.Open(context.Background(), database)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2))
	err = db.Update(context.Background(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`INSERT INTO employer (id, uscc, name, industry_section, county, phone_sealed, manual_check, version) VALUES ('e', 'u', '白桦', 'B', '654323', $1, 0, 1)`, []byte{}); err != nil {
			return err
		}
		for range n {
			group := occupations()[r.IntN(len(occupations()))]
			if _, err := tx.Exec(`INSERT INTO vacancy (id, employer_id, reference, title, occupation, headcount, wage_min_fen, wage_max_fen, county,
					season_from, season_to, housing, meals, requirements, hazardous, taken, state, published_at, version)
				VALUES ($1, 'e', '', $2, $3, 3, 300000, $4, $5, '2026-12-01', '2027-05-31', $6, $7, '节假日轮休', $8, 0, 'open', $9, 1)`,
				ident.NewID(), "岗位"+group, group, 300_000+10_000*r.IntN(50), counties()[r.IntN(len(counties()))], r.IntN(2), r.IntN(2), r.IntN(8)/7, 1_790_000_000_000_000+int64(r.IntN(1_000_000_000))); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}
