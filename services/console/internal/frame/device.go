package frame

import (
	"net/http"
	"strings"
)

// Device says in known words by which browser somebody signs in, so that he finds it
// again in the list; nothing of what the browser says is kept as it stands.
func Device(r *http.Request) string { return named(r.UserAgent()) }

func named(agent string) string {
	first := func(all ...string) string {
		for _, name := range all {
			if strings.Contains(agent, name) {
				return name
			}
		}
		return ""
	}
	browser := first("MicroMessenger", "HuaweiBrowser", "MiuiBrowser", "UCBrowser", "QQBrowser", "Edg", "Firefox", "Chrome", "Safari")
	system := first("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
	return strings.Trim(browser+" · "+system, " ·")
}
