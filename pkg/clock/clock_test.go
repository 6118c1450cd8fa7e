package clock

import (
	"testing"
	"time"
)

func TestAMoveIsTold(t *testing.T) {
	if Moved(System()) != nil {
		t.Error("the machine's clock moves by itself")
	}
	c := NewManual(time.Unix(0, 0))
	for name, move := range map[string]func(){
		"set": func() { c.Set(time.Unix(60, 0)) }, "advanced": func() { c.Advance(time.Hour) },
	} {
		moved := Moved(c)
		select {
		case <-moved:
			t.Errorf("%s: told before it moved", name)
		default:
		}
		move()
		select {
		case <-moved:
		default:
			t.Errorf("%s: not told", name)
		}
	}
}
