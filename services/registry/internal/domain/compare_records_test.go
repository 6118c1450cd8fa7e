package domain

import "testing"

// An officer's page says of two numbers what the finder says of them.
func TestHowTwoNumbersDiffer(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"the same":                       {"65439919960910132X", "65439919960910132X", likeSame},
		"one digit, and what follows":    {"65439919960910132X", "654399199609101338", likeOneDigit},
		"the last sign alone":            {"65439919960910132X", "654399199609101321", likeOneDigit},
		"two beside each other":          {"65439919960910132X", "654399199609103121", likeSwapped},
		"two that are no slip":           {"65439919960910132X", "654399199609181392", likeDiffers},
		"another kind of document":       {"65439919960910132X", "H12345678", likeDiffers},
		"none beside one, which is none": {"", "H12345678", likeDiffers},
	} {
		if got := digits(c.a, c.b); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}
