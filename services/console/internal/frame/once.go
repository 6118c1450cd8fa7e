package frame

import (
	"crypto/sha256"
	"sync"
)

// answersKept bounds how many forms are remembered; the oldest is forgotten first.
const answersKept = 1000

// answers is where the forms led whose acts no service does once by itself.
type answers struct {
	mu    sync.Mutex
	forms map[[sha256.Size]byte]*answer
	order [][sha256.Size]byte
}

type answer struct {
	mu sync.Mutex // the same form sent twice at once is one
	to string     // "" as long as nothing was done
}

func (a *answers) of(form [sha256.Size]byte) *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.forms[form]
	if one == nil {
		one = &answer{}
		if a.forms == nil {
			a.forms = map[[sha256.Size]byte]*answer{}
		}
		a.forms[form], a.order = one, append(a.order, form)
		if len(a.order) > answersKept {
			delete(a.forms, a.order[0])
			a.order = a.order[1:]
		}
	}
	return one
}

// Once acts on a form whose call takes no key, as an operator's repairs do not,
// and sends the visitor to where the act leads. The same form again leads there
// and does nothing; one that was refused may be sent again. A service's command
// needs no Once: the service itself knows the key.
func (v *Visit) Once(act func() (to string, err error)) error {
	form := v.site.answers.of(sha256.Sum256([]byte(v.R.URL.Path + "?" + v.R.PostForm.Encode())))
	form.mu.Lock()
	defer form.mu.Unlock()
	if form.to == "" {
		to, err := act()
		if err != nil {
			return err
		}
		form.to = to
	}
	return v.Back(form.to)
}
