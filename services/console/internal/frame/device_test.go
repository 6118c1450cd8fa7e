package frame

import "testing"

// A device is named in known words; what else a browser says of itself is not kept.
func TestADeviceIsNamedInKnownWords(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                       "Chrome · Windows",
		"Mozilla/5.0 (Linux; Android 10; HUAWEI P30) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36 MicroMessenger/8.0":                                      "MicroMessenger · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1":                                   "Safari · iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0 name=张三 tel=13800138000": "Edg · Windows",
		"张三 13800138000": "", "": "",
	} {
		if got := named(agent); got != want {
			t.Errorf("%q is named %q", agent, got)
		}
	}
}
