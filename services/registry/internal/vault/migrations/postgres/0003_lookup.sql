-- +goose Up
-- The blind index by which the registry finds an owner: of the document, and of
-- a child's identity. It is kept here too, beside the owner, so that whoever is
-- registered again after the registry alone was lost is the same person to every
-- department. It goes with the key; NULL until the owner has come to be.
ALTER TABLE person_key ADD COLUMN lookup BYTEA;
CREATE INDEX person_key_lookup ON person_key (lookup) WHERE lookup IS NOT NULL;
CREATE INDEX person_key_unfiled ON person_key (owner) WHERE lookup IS NULL;
