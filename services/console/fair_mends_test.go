package console_test

import "testing"

// An officer changes or cancels a fair, and mends a draw with another one.
func TestAnOfficerMendsAFair(t *testing.T) {
	f := start(t, true)
	f.world.atFair()
	page := "/employment/fairs/fair-1"
	f.has(f.get(page, 200), "更改安排", "取消招聘会")
	f.has(f.post(page+"/change", 200, "officer", "HRSS-1", "venue", "体育馆", "opens_at", "10:00", "shuts_at", "16:00", "reason", "venue"), "体育馆 · 10:00-16:00", "地点有变")
	f.has(f.post(page+"/cancel", 422, "officer", "hrss-1", "reason", "other"), "取消招聘会")
	f.has(f.post(page+"/cancel", 200, "officer", "hrss-1", "reason", "other", "sure", "yes"), "这次招聘会已取消")
	f.world.mu.Lock()
	f.world.fairs.fair.State = "matched"
	f.world.mu.Unlock()
	f.has(f.get(page, 200), "更正摇号", "谁也不收回")
	f.has(f.post(page+"/correct", 200, "officer", "hrss-1", "reason", "rank", "number1", "application-9", "at1", "vacancy-7", "rank1", "1"), "单位排序录错", "1 人本该有更好的结果", "另一位工作人员")
	f.post(page+"/correct", 422, "officer", "hrss-1", "reason", "seats", "post1", "vacancy-7", "seats1", "many")
	f.has(f.post(page+"/correction", 422, "officer", "hrss-2", "correction", "correction-1", "outcome", "taken"), "更正摇号")
	f.has(f.post(page+"/correction", 200, "officer", "hrss-2", "correction", "correction-1", "outcome", "taken", "sure", "yes"), "hrss-2 决定")
}
