package ident

import "testing"

// Whatever keyboard an officer uses, one officer is one.
func TestOneOfficerIsOneHoweverTyped(t *testing.T) {
	for _, typed := range []string{"A001", "a001", " A001 ", "Ａ００１", "ａ001", "A 001", "A\u200b001", "A\u3000001", "\ufeffA001", "a001\r\n", "A\u00a0001"} {
		if !SameStaff(typed, "a001") {
			t.Errorf("%q is another officer than a001: %q", typed, StaffNumber(typed))
		}
	}
	for _, typed := range []string{"edu-17", "EDU–17", "edu－17", "edu−17", "edu‑17"} {
		if StaffNumber(typed) != "edu-17" {
			t.Errorf("%q is %q", typed, StaffNumber(typed))
		}
	}
	if SameStaff("A001", "A010") || SameStaff("A1", "A01") {
		t.Error("two officers are one")
	}
}
