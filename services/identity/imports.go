package identity

import "context"

// MayImport says in whose name sheets may be brought into the folder by who holds its
// key, in the process that nobody serves: an officer's, by the staff number; or, with "",
// the operator's own while there is no administrator.
func (i *Identity) MayImport(ctx context.Context, staff string) error {
	return i.cases.MayImportHere(ctx, staff)
}

// ImportBegins writes that down in the audit, before the first row.
func (i *Identity) ImportBegins(ctx context.Context, staff string) error {
	return i.cases.ImportedHere(ctx, staff, false, 0, 0)
}

// ImportEnds writes down how many sheets and rows it was.
func (i *Identity) ImportEnds(ctx context.Context, staff string, sheets, rows int) error {
	return i.cases.ImportedHere(ctx, staff, true, sheets, rows)
}
