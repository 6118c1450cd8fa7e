package importer

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/ops"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// standing is a service whose relay was stopped.
type standing struct{}

func (standing) Call(_ context.Context, _, _ string, _, reply proto.Message) error {
	reply.(*platformv1.GetStatusResponse).Channels = []*platformv1.ChannelStatus{{Channel: "employment.0", LastSeq: 5, PublishedSeq: 2, Alarm: "relay.diverged"}}
	return nil
}

// A pipeline that stands still ends the wait with what is behind and its alarm.
func TestAPipelineThatStandsStill(t *testing.T) {
	im := Importer{Caller: standing{}, Services: []string{"employment"}, Patience: time.Millisecond}
	err := im.settle(context.Background())
	if !errors.Is(err, ops.ErrStill) || !strings.Contains(err.Error(), "employment has 3 events that are not published on employment.0, alarm relay.diverged") || !strings.Contains(err.Error(), "nothing has to be imported again") {
		t.Error(err)
	}
}
