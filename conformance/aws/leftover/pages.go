package leftover

import "context"

// pages is implemented by each paginator of the SDK, with its service's options and its operation's
// output.
type pages[Options, Page any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (Page, error)
}

// each uses every page.
func each[Options, Page any](ctx context.Context, of pages[Options, Page], use func(Page)) error {
	for of.HasMorePages() {
		page, err := of.NextPage(ctx)
		if err != nil {
			return err
		}
		use(page)
	}
	return nil
}
