package standalone

import "crypto/ed25519"

// SigningKey is the key by which an issuer of this platform signs.
func (p *Platform) SigningKey(issuer string) ed25519.PrivateKey { return p.issuers[issuer] }
