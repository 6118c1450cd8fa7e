package papernumber

import "testing"

// A number stands on its form in groups, and is read however it is typed.
func TestANumberIsReadAsItIsTyped(t *testing.T) {
	if got := Grouped("123456789018"); got != "1234 5678 9018" {
		t.Error(got)
	}
	for _, typed := range []string{"1234 5678 9018", "1234-5678-9018", " 123456789018 "} {
		if got := Plain(typed); got != "123456789018" {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}
