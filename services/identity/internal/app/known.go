package app

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// A browser that signed in at a name keeps so many bytes: a number, the day until which
// they are good, and a keyed hash of these and of the name. The number begins with a few
// bytes that are one name's, by which the browser knows which of those it keeps to
// replace, since many sign in at one desk; the rest is drawn by lot. They say nothing of
// whom, and open nothing: they let a try be counted apart from everybody else's, so that
// nobody keeps somebody out by wrong tries at a name that many know.
const (
	knownName = 3
	knownLot  = 10
	knownHead = knownLot + 4
	knownMost = 8 // that a browser shows
)

const day = 24 * time.Hour

// knownBrowser makes what a browser keeps that just signed in at a name.
func (a *App) knownBrowser(p domain.Policy, login string) (text string, until time.Time) {
	if login == "" || p.Lock.Known == 0 {
		return "", until
	}
	days := a.Clock.Now().Add(p.Lock.Known).Unix() / int64(day.Seconds())
	head := binary.BigEndian.AppendUint32(append(a.Keyed.BlindIndex("identity known name", login)[:knownName:knownName], a.Random(knownLot-knownName)...), uint32(days)) //nolint:gosec // a day of this age
	return base64.RawURLEncoding.EncodeToString(append(head, a.knownSum(login, head)...)), time.Unix(days*int64(day.Seconds()), 0)
}

func (a *App) knownSum(login string, head []byte) []byte {
	return a.Keyed.BlindIndex("identity known browser", login+"\x00"+string(head))[:secretBytes-knownHead]
}

// knows gives the number of a browser that signed in at a name before, by one of those
// that it keeps; "" is none.
func (a *App) knows(login, texts string) string {
	all := strings.Split(texts, ".")
	for _, text := range all[:min(len(all), knownMost)] {
		if lot := a.known(login, text); lot != "" {
			return lot
		}
	}
	return ""
}

func (a *App) known(login, text string) string {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != secretBytes || login == "" {
		return ""
	}
	head := b[:knownHead]
	if !same(string(a.knownSum(login, head)), string(b[knownHead:])) || int64(binary.BigEndian.Uint32(head[knownLot:]))*int64(day.Seconds()) <= a.Clock.Now().Unix() {
		return ""
	}
	return string(head[:knownLot])
}
