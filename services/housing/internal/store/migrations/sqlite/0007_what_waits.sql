-- +goose Up
-- What waits longest is found first among many that wait, and they are counted by county.
CREATE INDEX application_waits ON application (submitted_at, id, county) WHERE state = 'submitted' OR state = 'accepted' AND reopened = 1;
CREATE INDEX application_counted ON application (county, submitted_at) WHERE state = 'submitted' OR state = 'accepted' AND reopened = 1;
CREATE INDEX application_said ON application (submitted_at, id, county) WHERE priority = 'declared';
