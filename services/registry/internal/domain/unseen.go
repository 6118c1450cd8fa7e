package domain

import (
	"bytes"
	"time"
)

// reasonUnseen is the reason of a join that made one of the registered person's what
// somebody had sent alone.
const reasonUnseen = "seen_at_counter"

// UnseenPolicy is how long somebody whom no counter saw stays (rule RG-UNSEEN).
type UnseenPolicy struct {
	Days, Told int // and how many days before the end the person is told
	PerNumber  int // accounts that wait on one telephone
}

// RecordUnseen makes the record of somebody whom no counter saw: what it says comes
// sealed, and the number that it claims stays anybody's.
func RecordUnseen(id string, claim, document, profile []byte, r Registration, p UnseenPolicy) Worker {
	return Worker{
		ID: id, Document: document, Profile: profile, County: r.County, RegisteredOn: r.RegisteredOn, NoticeVersion: r.NoticeVersion,
		AgeCheckedOn: r.JudgedOn, Claim: claim, UnseenUntil: r.JudgedOn.AddDays(p.Days),
	}
}

// Unseen reports whether no counter saw the person yet. Who became one of a registered
// person's is that person; parted again it is nobody's but its own.
func (w Worker) Unseen() bool { return !w.UnseenUntil.IsZero() && w.JoinedInto == "" }

// Claims returns ErrUnseenUnknown unless an unseen record says the number by which a
// registered person is found.
func (w Worker) Claims(of Worker) error {
	if w.standing() != nil || !w.Unseen() || len(of.DocumentIndex) == 0 || !bytes.Equal(w.Claim, of.DocumentIndex) {
		return ErrUnseenUnknown
	}
	return nil
}

// Recognise makes what somebody had sent alone a registered person's, who stands at a
// counter with a paper. It is a join, and is undone as one. What opened it before is told
// to end first, so that it never opens what is the person's.
func Recognise(id string, into, unseen Worker, paper, officer string, now time.Time) (JoinCase, Worker, []Event, error) {
	if err := into.Open(); err != nil {
		return JoinCase{}, unseen, nil, err
	}
	if err := unseen.Claims(into); err != nil {
		return JoinCase{}, unseen, nil, err
	}
	if err := checkPaper(paper); err != nil {
		return JoinCase{}, unseen, nil, err
	}
	c := JoinCase{
		ID: id, Kind: KindJoin, Into: Side{Worker: into.ID, County: into.County, Seen: true, HeardAt: now, HeardBy: officer, Paper: paper},
		Alias: Side{Worker: unseen.ID, County: unseen.County, Seen: true}, Grounds: Grounds{Reason: reasonUnseen, Paper: paper},
		Officer: officer, MadeAt: now, State: CaseApplied, DecidedBy: officer, DecidedAt: now,
	}
	unseen.JoinedInto = into.ID
	return c, unseen, []Event{UnseenRecognised{Alias: unseen.ID}, WorkerJoined{JoinID: c.ID, Alias: unseen.ID, Into: into.ID}}, nil
}
