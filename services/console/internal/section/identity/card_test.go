package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Of a document that a reader read, the number, the name and the validity are taken, and
// nothing else, whatever stands between the fields.
func TestOfACardNumberNameAndValidityAreTaken(t *testing.T) {
	number := ident.Invented(clock.NewDate(1990, 3, 7), 1)
	rest := []string{"女", "哈萨克", "哈萨克族", "19900308", "阿勒泰市团结路8号", "阿勒泰市公安局"}
	for _, between := range []string{"\t", ",", "，", "|", ";", "^", " "} {
		for _, validity := range []string{"20150101-20350101", "2015.01.01-2035.01.01"} {
			line := strings.Join([]string{"古丽", rest[0], rest[1], rest[3], rest[4], number, rest[5], validity}, between)
			c, is := readCard(line)
			if want := (card{Number: number, Name: "古丽", Until: clock.NewDate(2035, 1, 1)}); !is || c != want {
				t.Errorf("%q between, %s: %+v, %v", between, validity, c, is)
			}
			for _, r := range rest {
				if strings.Contains(fmt.Sprintf("%+v", c), r) {
					t.Errorf("%q is kept of a card", r)
				}
			}
		}
	}
	for typed, want := range map[string]card{
		"姓名,男,汉,19900307,某地,不是号码,某局,长期":           {},
		"古丽,女,汉,19900307,某地," + number + ",某局,长期": {Number: number, Name: "古丽"},
	} {
		if c, is := readCard(typed); !is || c != want {
			t.Errorf("%q: %+v, %v", typed, c, is)
		}
	}
	for _, typed := range []string{"", number, " " + number + " ", "0198c0de-0000-7000-8000-00000000000a"} {
		if _, is := readCard(typed); is {
			t.Errorf("%q is taken for a card", typed)
		}
	}
}
