package console_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/services/console"
)

// Every form that a test of this package sends, and that makes a service do
// something, is sent a second time: nothing more is done, and the visitor comes
// to where he came the first time. What the stand-ins do once, they do by the
// platform's own mechanism, so that the key must have come all the way.

// repairs reports an operator's act on a real service, which the console does
// once; what the tests look for afterwards says that it was.
func repairs(path string) bool {
	return strings.HasPrefix(path, "/parked") || strings.HasPrefix(path, "/pipeline")
}

// sent is the addresses to which forms were sent twice.
var sent struct {
	sync.Mutex
	patterns map[string]bool
}

func (f *fixture) twice(path string, form url.Values, did int64) {
	f.t.Helper()
	at, before := *f.at, f.world.carriedOut.Load()
	q, err := http.NewRequest(http.MethodPost, f.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	r, err := f.browser.Do(q)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = r.Body.Close()
	if again := f.world.carriedOut.Load() - before; again != 0 {
		f.t.Errorf("%s: sent once %d commands were carried out, and %d more when it was sent again", path, did, again)
	}
	if r.StatusCode != http.StatusOK || *r.Request.URL != at {
		f.t.Errorf("%s: sent again it led to %s with %s, and not to %s", path, r.Request.URL, r.Status, &at)
	}
	sent.Lock()
	defer sent.Unlock()
	if sent.patterns == nil {
		sent.patterns = map[string]bool{}
	}
	mux := http.NewServeMux()
	for _, pattern := range console.Forms() {
		mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	_, pattern := mux.Handler(&http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}, Host: at.Host})
	sent.patterns[pattern] = true
}

// notTwice is the forms that are not sent twice here, and why.
var notTwice = map[string]string{
	"POST /elsewhere/{service}/{matter}/export": "TestAnExportIsCompared sends its sheet twice",
	"POST /workers":                              "looks somebody up",
	"POST /workers/{ref}/leave/file":             "reads, and changes nothing",
	"POST /workers/{ref}/leave/close":            "signs out who sends it; TestAnActIsDoneOnce shows what it is done by",
	"POST /workers/{ref}/school/exam":            "asks, and changes nothing",
	"POST /workers/{ref}/startup/tax":            "asks, and changes nothing",
	"POST /pipeline/takeback":                    "no test has anything to take back; TestAnActIsDoneOnce shows what it is done by",
	"POST /pipeline/forged":                      "no test has a forged message; TestAnActIsDoneOnce shows what it is done by",
	"POST /contacts":                             "sets a cookie",
	"POST /story/{id}/{step}":                    "TestTheStory sends it to the services twice",
	"POST /workers/{ref}/consents/withdraw":      "TestTheStory sends it to the registry twice",
	"POST /story":                                "begins a story in memory; TestStoriesAreBounded begins one twice",
	"POST /contacts/of/{ref}":                    "TestAContactIsChangedOnThePages sends it to the registry twice",
	"POST /contacts/{case}":                      "TestAContactIsChangedOnThePages sends it to the registry twice",
	"POST /persons/join/find":                    "looks two people up",
	"POST /today/find":                           "looks a case up",
	"POST /import":                               "judges a sheet anew, however often",
	"POST /import/judge":                         "TestASheetIsMendedAndBroughtInOnThePage sends it; it writes nothing",
	"POST /import/bring":                         "TestASheetIsMendedAndBroughtInOnThePage sends it twice",
	"POST /import/pause":                         "TestAPausedSheetLetsTheNextOneGo pauses; sets what it says, however often",
	"POST /import/drop":                          "ends what is over already",
	"POST /languages/{language}/{file}":          "the stand-in of identity counts no commands; TestAnActIsDoneOnce shows what it is done by",
	"POST /languages/{language}/{file}/withdraw": "the stand-in of identity counts no commands; TestAnActIsDoneOnce shows what it is done by",
	"POST /exports":                              "the stand-in of identity counts no commands; TestAnActIsDoneOnce shows what it is done by",
	"POST /exports/{id}/file":                    "a file is written once; TestAListIsExported asks for it twice",
	"POST /exports/{id}/decide":                  "what was decided is not decided again",
	"POST /exports/{id}/cancel":                  "ends what is over already",
	"POST /persons/join":                         "TestRecordsAreJoinedAndPartedOnThePages sends it to the registry twice",
	"POST /persons/part":                         "TestRecordsAreJoinedAndPartedOnThePages sends it to the registry twice",
	"POST /persons/cases/{case}":                 "TestRecordsAreJoinedAndPartedOnThePages sends it to the registry twice",
	"POST /persons/cases/{case}/hear":            "TestRecordsAreJoinedAndPartedOnThePages sends it to the registry twice",
	"POST /persons/cases/{case}/parts":           "TestRecordsAreJoinedAndPartedOnThePages sends it to the registry twice",
	"POST /workers/{ref}/persons/object":         "TestRecordsAreJoinedAndPartedOnThePages sends it to the registry twice",
	"POST /workers/{ref}/contact/object":         "TestAContactIsChangedOnThePages sends it to the registry twice",
	"POST /deaths/held/{service}":                "TestADeathIsRecordedAndTakenBackOnThePages sends it to a department twice",
	"POST /documents/of/{ref}":                   "TestADocumentIsChangedOnThePages sends it to the registry twice",
	"POST /documents/{case}":                     "TestADocumentIsChangedOnThePages sends it to the registry twice",
	"POST /workers/{ref}/document/object":        "TestADocumentIsChangedOnThePages sends it to the registry twice",
	"POST /deaths/heirs/of/{ref}":                "TestADeathIsRecordedAndTakenBackOnThePages sends it to the registry twice",
	"POST /deaths/heirs/{request}":               "TestADeathIsRecordedAndTakenBackOnThePages sends it to the registry twice; what is granted is shown once",
	"POST /workers/{ref}/heirs":                  "sets what it says, however often",
	"POST /deaths/of/{ref}":                      "TestADeathIsRecordedAndTakenBackOnThePages sends it to the registry twice",
	"POST /deaths/{case}":                        "TestADeathIsRecordedAndTakenBackOnThePages sends it to the registry twice",
	"POST /deaths/alive":                         "TestADeathIsRecordedAndTakenBackOnThePages sends it to the registry twice",
	"POST /guardians/open":                       "looks a child up",
	"POST /persons/register":                     "TestACounterIsWarnedOfADouble sends it to the registry twice",
	"POST /persons/doubles/{double}":             "the stand-ins have no pair; TestAnActIsDoneOnce shows what it is done by",
	"POST /collisions/{service}/{id}":            "the stand-ins have no pair; TestAnActIsDoneOnce shows what it is done by",
	"POST /education/disagreements/{id}/{act}":   "the stand-ins decide nothing; TestAnActIsDoneOnce shows what it is done by",
	"POST /workers/{ref}/children/answer":        "the stand-ins ask no guardian; TestAnActIsDoneOnce shows what it is done by",
	"POST /workers/{ref}/school/disagree":        "the stand-ins hear no guardian; TestAnActIsDoneOnce shows what it is done by",
	"POST /sign-in":                              "proves who somebody is; nothing of it is kept for a second time",
	"POST /sign-in/code":                         "the code works once",
	"POST /sign-in/players":                      "begins a session, as every sign-in does",
	"POST /sign-in/phone":                        "what is sent is bounded by number, address and day",
	"POST /sign-in/alone":                        "what is sent is bounded by number, address and day",
	"POST /sign-in/alone/form":                   "the code works once",
	"POST /me/unseen/end":                        "ends what is over already",
	"POST /unseen/of/{ref}":                      "TestAnAccountIsMadeAloneAndSeenAtACounter sends it to the registry twice",
	"POST /sign-in/phone/code":                   "the code works once",
	"POST /alarms/{id}":                          "the stand-ins have no such alarm; TestAnActIsDoneOnce shows what it is done by",
	"POST /sign-in/second":                       "the code works once",
	"POST /sign-in/passkey/begin":                "asks for a challenge",
	"POST /sign-in/passkey":                      "the challenge is answered once",
	"POST /sign-in/new/open":                     "sets a cookie",
	"POST /sign-in/new":                          "the link works once",
	"POST /sign-in/new/word":                     "shows what the link is for, and sets nothing",
	"POST /sign-in/outside":                      "begins a sign-in elsewhere, however often",
	"POST /me/users":                             "a name has one account; the second is refused",
	"POST /me/users/renew":                       "gives another link, which ends the one before",
	"POST /me/users/end":                         "ends what is over already",
	"POST /counter/stop":                         "ends what is over already",
	"POST /counter/papers":                       "sets what it says, however often",
	"POST /counter/resume":                       "sets what it says, however often",
	"POST /counter/helper/end":                   "ends what is over already",
	"POST /admin/accounts/find":                  "looks, and logs each look",
	"POST /sign-in/locked":                       "opens what is locked, however often",
	"POST /sign-in/lock":                         "locks, however often",
	"POST /sign-in/out":                          "ends what is over already",
	"POST /me/devices/end":                       "ends what is over already",
	"POST /me/devices/others":                    "ends what is over already",
	"POST /me/pin":                               "sets what it says, however often",
	"POST /me/helpers":                           "TestAnAccountsLifeOnThePages sends it to identity",
	"POST /me/helpers/end":                       "ends what is over already",
	"POST /counter":                              "TestAnAccountsLifeOnThePages sends it to identity",
	"POST /counter/end":                          "ends what is over already",
	"POST /counter/code":                         "gives another code, each of which works once",
	"POST /counter/employer":                     "a name has one account; the second is refused",
	"POST /counter/employer/{act}":               "is decided once",
	"POST /counter/helper":                       "TestAnAccountsLifeOnThePages sends it to identity",
	"POST /admin/accounts":                       "TestAnAccountsLifeOnThePages sends it to identity",
	"POST /admin/accounts/first":                 "gives another link, which ends the one before",
	"POST /admin/accounts/out":                   "ends what is over already",
	"POST /admin/accounts/{account}/{act}":       "TestAnAccountsLifeOnThePages sends it to identity",
	"POST /admin/acts/{act}":                     "what was decided is not decided again",
	"POST /device":                               "a code is answered once",
	"POST /me/outside":                           "leads to the other office, which binds once",
	"POST /me/outside/remove":                    "ends what is over already",
	"POST /me/papers":                            "gives other codes, which end those before",
	"POST /me/passkeys/name":                     "names what it says, however often",
	"POST /me/passkeys/remove":                   "ends what is over already",
	"POST /me/password":                          "sets what it says, however often",
	"POST /me/prove":                             "shows who it is, and changes nothing else",
	"POST /me/prove/passkey":                     "the challenge is answered once",
	"POST /sign-in/locked/passkey":               "the challenge is answered once",
	"POST /me/passkeys/begin":                    "asks for a challenge",
	"POST /me/passkeys":                          "the challenge is answered once",
	"POST /workers/{ref}/death/object":           "TestADeathIsRecordedAndTakenBackOnThePages sends it to the registry twice",
	"POST /today/views":                          "the stand-in of identity counts no commands; TestAnActIsDoneOnce shows what it is done by",
	"POST /today/views/{id}":                     "the stand-in of identity counts no commands; TestAnActIsDoneOnce shows what it is done by",
	"POST /paper":                                "the stand-in of identity counts no commands; TestAnActIsDoneOnce shows what it is done by",
	"POST /paper/decide":                         "what was decided is not decided again",
	"POST /paper/{block}/void":                   "ends what is over already",
	"POST /workers/{ref}/paper":                  "says the same of the same form",
}

// TestMain looks, after all tests, for forms that none sent twice.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String()+flag.Lookup("test.skip").Value.String() == "" {
		for _, pattern := range slices.Sorted(slices.Values(console.Forms())) {
			if !sent.patterns[pattern] && notTwice[pattern] == "" {
				fmt.Println("no test sends twice what goes to", pattern)
				code = 1
			}
		}
	}
	os.Exit(code)
}
