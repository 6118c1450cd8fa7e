package console_test

import (
	"context"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// missedMessage is the message that did not reach somebody.
const missedMessage = "0198c0de-0000-7000-8000-0000000000f1"

// fakeMissed is what the stand-in registry says of a message that did not arrive.
type fakeMissed struct {
	registryv1.UndeliveredServer
	*world
}

func (f fakeMissed) GetUndelivered(_ context.Context, r *registryv1.GetUndeliveredRequest) (*registryv1.GetUndeliveredResponse, error) {
	return &registryv1.GetUndeliveredResponse{MessageId: r.GetMessageId(), Worker: "worker-1", Name: "阿依古丽", Phone: "13800000000", County: "654301", FoundAt: 1, Tries: f.tries}, nil
}

func (f fakeMissed) RecordTry(ctx context.Context, r *registryv1.RecordTryRequest) (*registryv1.RecordTryResponse, error) {
	who, err := auth.FromContext(ctx)
	f.tries = append(f.tries, &registryv1.MessageTry{MessageId: r.GetMessageId(), Number: int32(len(f.tries) + 1), Way: r.GetWay(), Outcome: r.GetOutcome(), Corrects: r.GetCorrects(), Officer: who.Subject, At: 2})
	return &registryv1.RecordTryResponse{}, err
}

// What was tried to reach somebody stands on the page once, however often its form is
// sent, and is taken back there by an entry of its own.
func TestATryToReachSomebodyIsRecordedOnce(t *testing.T) {
	f := start(t, true)
	const at = "/undelivered/" + missedMessage
	f.has(f.get(at, 200), "阿依古丽", "还没有联系过")
	f.has(f.post(at, 422), `name="tried"`, `aria-invalid="true"`)
	f.has(f.post(at, 200, "tried", "call:not_reached"), "第1条", "打电话：没有人接")
	f.has(f.post(at, 200, "corrects", "1"), "第2条 ·", "第1条记错了")
	if body := f.get(at, 200); strings.Contains(body, "第3条 ·") {
		t.Error("a form that was sent twice recorded two tries")
	}
}
