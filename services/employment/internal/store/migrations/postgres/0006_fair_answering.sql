-- +goose Up
-- Whether somebody still has time to answer, and what is not answered, is asked
-- within the transaction that begins a later pass: not by reading every proposal.
CREATE INDEX fair_proposal_open ON fair_proposal (fair_id, answer_by) WHERE state = 'open';
