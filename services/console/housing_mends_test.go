package console_test

import "testing"

// An officer cancels a round of homes, or mends one that has results with another
// officer, and looks at who may be one household before a list is fixed.
func TestAnOfficerMendsARoundOfHomes(t *testing.T) {
	f := start(t, true)
	f.has(f.get("/housing?county=654301&kind=public_rental", 200), "可能是一户", "留了同一个电话", "一户，保留")
	f.has(f.post("/housing/households", 200, "officer", "HOU-1", "county", "654301", "kind", "public_rental"), "可能是一户")
	f.has(f.post("/housing/households", 200, "officer", "hou-1", "county", "654301", "kind", "public_rental", "double", "double-1", "decision", "same application-43", "reason", "papers_shown"), "可能是一户")
	f.has(f.get("/housing/rounds/drawn", 200), "更正次序", "2 户本该轮到", "因差错排第一位", "2026年12月20日")
	f.post("/housing/rounds/drawn/correct", 200, "officer", "hou-1", "reason", "points", "homes", "2", "application1", "application-9", "with1", "application-1")
	f.post("/housing/rounds/drawn/correct", 400, "officer", "hou-1", "reason", "points", "homes", "many")
	f.post("/housing/rounds/drawn/take", 400, "officer", "hou-2", "correction", "correction-1")
	f.post("/housing/rounds/drawn/take", 200, "officer", "hou-2", "correction", "correction-1", "sure", "yes")
	f.post("/housing/rounds/committed/cancel", 400, "officer", "hou-1", "reason", "homes")
	f.post("/housing/rounds/committed/cancel", 200, "officer", "hou-1", "reason", "homes", "sure", "yes")
}
