package task

// PendingQuery is how the tasks that are due or under way are counted.
const PendingQuery = pending
