package ops

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// reference is an id as the platform makes them; payloads hold people's and cases'.
var reference = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// veil stands in for an id before an operator: the same id always looks the
// same, so that two events of one thing can be told to be so, but it opens no
// page and joins nothing to another service's ids. Only the service's own key
// makes it.
func (s *Server) veil(id string) string {
	if id == "" {
		return ""
	}
	m := hmac.New(sha256.New, s.Signer.SignRecord([]byte("ops veil")))
	_, _ = m.Write([]byte(id))
	return "~" + hex.EncodeToString(m.Sum(nil)[:6])
}

// veilAll replaces every id in a text.
func (s *Server) veilAll(text string) string { return reference.ReplaceAllStringFunc(text, s.veil) }
