package evidence

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// ErrNoGrant refuses a question that no grant of the worker covers. It may
// only be early: the grant's event may still be on its way here.
var ErrNoGrant = errs.New(errs.Denied, "evidence.no_grant", "The worker has not agreed that these facts are used for this.")

// Grant is a worker's consent that a recipient may use facts for a purpose.
type Grant struct {
	ID        string
	Worker    string
	Purpose   string
	Recipient string // a service
	Kinds     []string
	From      string // civil dates 2006-01-02, both inclusive
	To        string // "" until it is withdrawn
}

func (g Grant) inForce(today string) bool { return g.From <= today && !g.over(today) }

func (g Grant) over(today string) bool { return g.To != "" && g.To < today }

const grantColumns = `id, worker, purpose, recipient, kinds, valid_from, valid_to`

func scanGrant(s sqldb.Scanner) (g Grant, err error) {
	var kinds string
	err = s.Scan(&g.ID, &g.Worker, &g.Purpose, &g.Recipient, &kinds, &g.From, &g.To)
	g.Kinds = strings.Split(kinds, ",")
	return g, err
}

// RecordGrant keeps a grant that the registry's event told of.
func RecordGrant(tx *sqldb.Tx, g Grant) error {
	_, err := tx.Exec(`INSERT INTO consent_grant (id, worker, purpose, recipient, kinds, valid_from, valid_to, withdrawn) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
		ON CONFLICT (id) DO NOTHING`, g.ID, g.Worker, g.Purpose, g.Recipient, strings.Join(g.Kinds, ","), g.From, g.To)
	return err
}

// WithdrawGrant ends a grant for good.
func WithdrawGrant(tx *sqldb.Tx, grantID string) error {
	_, err := tx.Exec(`UPDATE consent_grant SET withdrawn = 1 WHERE id = $1`, grantID)
	return err
}

// grantsOf lists the grants that the worker gave, by whichever reference, and did not
// withdraw, oldest first.
func grantsOf(tx *sqldb.Tx, worker string) ([]Grant, error) {
	return sqldb.Collect(tx, scanGrant, `SELECT `+grantColumns+` FROM consent_grant WHERE `+person.Whose("worker", 1)+` AND withdrawn = 0 ORDER BY id`, worker)
}

// Source is one kind of fact that a department holds, and what gives those of a worker.
type Source struct {
	Kind string
	Of   func(tx *sqldb.Tx, worker string) ([]*platformv1.Fact, error)
}

// Server answers other departments' questions about facts; it implements
// platformv1.FactsServer.
type Server struct {
	log   *outbox.Outbox
	clock clock.Clock
	facts []Source
}

// NewServer returns the server of a department's facts.
func NewServer(log *outbox.Outbox, c clock.Clock, facts []Source) *Server {
	return &Server{log, c, facts}
}

// ListFacts answers another department's question about one worker and one case,
// if a grant of the worker covers the asker, its purpose and every kind, and writes
// the read to the worker's access log.
func (s *Server) ListFacts(ctx context.Context, req *platformv1.ListFactsRequest) (*platformv1.ListFactsResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if req.GetCaseId() == "" || len(req.GetKinds()) == 0 {
		return nil, ErrNoGrant
	}
	out := &platformv1.ListFactsResponse{}
	err = s.log.DB().Update(ctx, func(tx *sqldb.Tx) error {
		all, err := grantsOf(tx, req.GetWorker())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(g Grant) bool {
			return g.ID == req.GetGrantId() && g.Recipient == p.Subject && g.Purpose == p.Purpose && g.inForce(clock.Today(s.clock).String())
		})
		out.Facts = nil // a transaction may run again
		for _, kind := range req.GetKinds() {
			if i < 0 || !slices.Contains(all[i].Kinds, kind) {
				return ErrNoGrant
			}
			for _, held := range s.facts {
				if held.Kind != kind {
					continue
				}
				facts, err := held.Of(tx, req.GetWorker())
				if err != nil {
					return err
				}
				out.Facts = append(out.Facts, facts...)
			}
		}
		return s.log.Read(ctx, tx, req.GetWorker(), "", req.GetCaseId(), req.GetKinds()...)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
