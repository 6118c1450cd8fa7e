package standalone_test

import (
	"context"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/proto/rights"
)

// held are all who may sign in: every role of every kind, an officer's in each
// department, an administrator's of each of the three.
func (l *populated) held() (all []auth.Principal) {
	for kind, roles := range rights.Roles() {
		for _, role := range roles {
			p := auth.Principal{Kind: auth.Kind(kind), Role: role, Via: auth.ViaWeb, Session: 1 << 40}
			switch p.Kind {
			case auth.Officer:
				for _, department := range []string{"hrss", "edu", "hou", "ops", "psb"} {
					p.Subject, p.Department, p.Division = role+"-"+department, department, home
					all = append(all, p)
				}
			case auth.Administrator:
				for _, office := range []string{"system", "security", "audit"} {
					p.Subject, p.Department, p.Division = office, office, auth.Everywhere
					all = append(all, p)
				}
			case auth.Employer:
				p.Subject = l.ids["employer_id"]
				all = append(all, p)
			default:
				p.Subject = l.ids["worker"]
				if role == "helper" {
					p.Subject, p.ActsFor, p.Via = l.ids["other"], l.ids["worker"], auth.ViaHelper
				}
				all = append(all, p)
			}
		}
	}
	return all
}

// lets reports whether the contract and the table of rights let p call a method.
func lets(m contract.Method, p auth.Principal) bool {
	return p.Check(m.Callers, m.Purposes) == nil && rights.May(p.Role, m.Service, m.Name)
}

// Every role knocks at the door of every method of the running services, with a proof as
// identity gives it: whom contract and table do not let in is told so, and nothing else,
// whatever is asked; whom they let in gets further.
func TestEveryRoleAtEveryMethod(t *testing.T) {
	l := populate(t)
	people, everybody := l.as("people"), l.held()
	var in, out int
	met := map[string]bool{}
	for service, all := range l.methods {
		for _, m := range all {
			for _, who := range everybody {
				p := whole(who, m)
				ctx, cancel := context.WithTimeout(rpc.As(context.Background(), p), time.Minute)
				err := people.Call(ctx, service, m.Name, l.request(service, m, false), m.NewReply())
				cancel()
				code := errs.CodeOf(err)
				door := code == auth.ErrDenied.Code || code == auth.ErrPurpose.Code
				switch may := lets(m, p); {
				case !may && !door:
					t.Errorf("%s.%s lets in %s (%s): %v", service, m.Name, p.Role, p.Department, err)
				case may && door:
					t.Errorf("%s.%s turns away %s (%s): %v", service, m.Name, p.Role, p.Department, err)
				case may:
					in++
					met[p.Role] = true
				default:
					out++
				}
			}
		}
	}
	for kind, roles := range rights.Roles() {
		for _, role := range roles {
			if !met[role] {
				t.Errorf("no method lets in a %s who is %s", kind, role)
			}
		}
	}
	if in < 500 || out < 2000 {
		t.Errorf("%d were let in and %d turned away: the test knocks at too few doors", in, out)
	}
	t.Logf("%d roles at %d services: %d let in, %d turned away", len(everybody), len(l.methods), in, out)
}
