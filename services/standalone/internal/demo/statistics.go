package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

//go:embed statistics.json
var statisticsFile []byte

// statistics is the part of statistics.json that the prefecture follows:
// shares in percent, incomes in yuan a month, people by county (census of 2010).
type statistics struct {
	Survey2024 struct {
		Age      map[string]float64 `json:"age"`
		Industry map[string]float64 `json:"industry"`
		Income   map[string]int64   `json:"month_income_yuan"`
	} `json:"survey_2024"`
	Altay struct {
		Counties map[string]float64 `json:"counties_2010"`
	} `json:"altay"`
}

func loadStatistics() (s statistics, err error) {
	if err = json.Unmarshal(statisticsFile, &s); err != nil {
		return s, fmt.Errorf("statistics: %w", err)
	}
	return s, nil
}

// pick draws a key by its weight.
func pick(r *rand.Rand, weights map[string]float64) string {
	total := 0.0
	keys := slices.Sorted(maps.Keys(weights))
	for _, k := range keys {
		total += weights[k]
	}
	at := r.Float64() * total
	for _, k := range keys {
		if at -= weights[k]; at < 0 {
			return k
		}
	}
	return keys[len(keys)-1]
}

// age draws an age from the survey's brackets, at least 16.
func (s statistics) age(r *rand.Rand) int {
	switch pick(r, s.Survey2024.Age) {
	case "le40":
		if r.IntN(140) == 0 { // 16 and 17 are three in a thousand
			return 16 + r.IntN(2)
		}
		return 18 + r.IntN(23)
	case "41_50":
		return 41 + r.IntN(10)
	}
	return 51 + r.IntN(12)
}

// occupations gives the occupation groups that stand for the survey's sectors.
var occupations = map[string][]string{
	"C": {"6-01", "6-04", "6-15", "6-19"}, "E": {"6-29"}, "F": {"4-01"}, "G": {"4-02"}, "H": {"4-03"}, "O": {"4-10", "4-12"}, "other": {"5-01", "5-03", "4-09"},
}

// trades says of a sector what firms of it are called, and their section of industry.
var trades = map[string]struct{ name, section string }{
	"B": {"矿业", "B"}, "C": {"加工制造", "C"}, "E": {"建筑工程", "E"}, "F": {"商贸", "F"}, "G": {"物流", "G"}, "H": {"旅游酒店", "H"}, "O": {"家政维修", "O"}, "other": {"农牧水利", "A"},
}

// occupation draws a sector and a group of it, with the sector's mean income.
func (s statistics) occupation(r *rand.Rand) (group string, yuan int64) {
	_, group, yuan = s.work(r)
	return group, yuan
}

// work is occupation with the sector.
func (s statistics) work(r *rand.Rand) (sector, group string, yuan int64) {
	sector = pick(r, s.Survey2024.Industry)
	groups := occupations[sector]
	yuan = s.Survey2024.Income[sector]
	if yuan == 0 {
		yuan = s.Survey2024.Income["all"]
	}
	return sector, groups[r.IntN(len(groups))], yuan
}

var (
	surnames = []rune("王李张刘陈杨黄吴赵周徐孙马朱胡林郭何高罗")
	given    = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂兰英华玉建国")
)

// name makes a name from a neutral list.
func name(r *rand.Rand) string {
	n := string(surnames[r.IntN(len(surnames))]) + string(given[r.IntN(len(given))])
	if r.IntN(2) == 0 {
		n += string(given[r.IntN(len(given))])
	}
	return n
}
