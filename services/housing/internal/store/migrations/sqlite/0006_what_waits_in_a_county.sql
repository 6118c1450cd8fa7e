-- +goose Up
-- What an officer of a county has before him is found without reading every record of all counties.
CREATE INDEX application_undecided ON application (county, kind, submitted_at, id) WHERE state IN ('submitted', 'refused') OR state = 'accepted' AND reopened = 1;
CREATE INDEX repair_county ON repair (county, id) WHERE state <> 'confirmed';
CREATE INDEX exit_county ON exit (county, id) WHERE state NOT IN ('stays', 'left');
CREATE INDEX review_county ON review (county, id) WHERE outcome = '';
CREATE INDEX renewal_county ON renewal (county, id) WHERE state = 'asked';
