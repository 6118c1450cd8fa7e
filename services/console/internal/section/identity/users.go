package identity

import (
	"net/url"
	"slices"
	"strings"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// usersBody is who signs in for the employer, to one of them.
type usersBody struct {
	Users       []*identityv1.EmployerUser
	Replacing   *identityv1.Act // an officer asked that another one answers for them
	Responsible bool            // who looks opens and ends the others
	Form        url.Values
	Err         error
	At          string // of which form Err is: "new", or a user's account
	Handed      *handed
	Done        string
}

// usersDone is what the page says was done.
var usersDone = []string{"ended"}

func (s *pages) users(v *frame.Visit) error {
	done := v.Query("done")
	if !slices.Contains(usersDone, done) {
		done = ""
	}
	return s.showUsers(v, usersBody{Done: done})
}

func (s *pages) showUsers(v *frame.Visit, b usersBody) error {
	return signedIn(func(v *frame.Visit) error {
		r, err := s.accounts.ListEmployerUsers(v.As(frame.OwnAccess), &identityv1.ListEmployerUsersRequest{})
		if err != nil {
			return err
		}
		b.Users, b.Replacing, b.Form = r.GetUsers(), r.GetReplacing(), v.R.PostForm
		for _, u := range b.Users {
			b.Responsible = b.Responsible || u.GetThis() && u.GetResponsible()
		}
		return v.Render(status(b.Err), "users", frame.Page{Title: "users.title", Nav: "users", Body: b})
	})(v)
}

// addUser opens the account of a further user; the link is shown once, to be handed on.
func (s *pages) addUser(v *frame.Visit) error {
	r, err := s.accounts.AddEmployerUser(v.As(frame.OwnAccess), &identityv1.AddEmployerUserRequest{LoginName: strings.TrimSpace(v.Form("login"))})
	if err != nil {
		return s.showUsers(v, usersBody{Err: err, At: "new"})
	}
	v.R.PostForm.Del("login")
	return s.showUsers(v, usersBody{Handed: handing(v, r.GetLoginName(), r.GetLink(), r.GetEndsAt())})
}

// renewUser makes a new link for a user who lost the password, the telephone or the link.
func (s *pages) renewUser(v *frame.Visit) error {
	account := v.Form("account")
	r, err := s.accounts.RenewEmployerUser(v.As(frame.OwnAccess), &identityv1.RenewEmployerUserRequest{AccountId: account})
	v.Ended()
	if err != nil {
		return s.showUsers(v, usersBody{Err: err, At: account})
	}
	return s.showUsers(v, usersBody{Handed: handing(v, r.GetLoginName(), r.GetLink(), r.GetEndsAt())})
}

func (s *pages) endUser(v *frame.Visit) error {
	account := v.Form("account")
	_, err := s.accounts.EndEmployerUser(v.As(frame.OwnAccess), &identityv1.EndEmployerUserRequest{AccountId: account})
	v.Ended()
	if err != nil {
		return s.showUsers(v, usersBody{Err: err, At: account})
	}
	return v.Back("/me/users?done=ended")
}
