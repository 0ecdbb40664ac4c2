package trackers

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
)

// Genuine reports whether a delivery is what it says: signature, in lower-case
// hex, is the HMAC-SHA256 of the body with the connection's secret, or
// pathToken is the connection's. A wrong signature or token is refused even
// beside a right one of the other. Comparing takes the same time whatever is
// wrong.
func (c Connection) Genuine(signature, pathToken string, body []byte) bool {
	signed := false
	if signature != "" && c.Secret != "" {
		mac := hmac.New(sha256.New, []byte(c.Secret))
		mac.Write(body)
		if signed = hmac.Equal([]byte(signature), []byte(hex.EncodeToString(mac.Sum(nil)))); !signed {
			return false
		}
	}
	if pathToken != "" {
		// Sums are of one length: comparing what is not tells the length at once.
		given, known := sha256.Sum256([]byte(pathToken)), sha256.Sum256([]byte(c.HookKey))
		return c.HookKey != "" && subtle.ConstantTimeCompare(given[:], known[:]) == 1
	}
	return signed
}
