package relay

// StateQuery is how the channels' state is read.
const StateQuery = stateQuery
