package console_test

import (
	"strings"
	"testing"
)

func TestNoStoryOutsideADemonstration(t *testing.T) {
	f := start(t, true, notDemo)
	f.get("/story", 404)
	body := f.get("/", 200)
	if strings.Contains(body, "/story") || strings.Contains(body, "演示数据") {
		t.Error("the story is offered")
	}
}
