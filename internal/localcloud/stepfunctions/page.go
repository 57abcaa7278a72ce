package stepfunctions

import (
	"encoding/base64"
	"slices"

	"photogallery/internal/localcloud/fabric"
)

const (
	defaultPage = 100
	largestPage = 1000
)

// page returns one page of a list: the items after the one that the token names. key names an item,
// so that a page is found again even if items were added in front. next is nil on the last page.
func page[Item any](items []Item, token *string, size int32, key func(Item) string, wanted func(Item) bool) (part []Item, next *string, err error) {
	if size < 0 || size > largestPage {
		return nil, nil, fabric.Errorf("ValidationException", "maxResults is %d: give it 0 to %d", size, largestPage)
	}
	if size == 0 {
		size = defaultPage
	}
	if token != nil {
		last, broken := base64.RawURLEncoding.DecodeString(*token)
		i := slices.IndexFunc(items, func(item Item) bool { return key(item) == string(last) })
		if broken != nil || i < 0 {
			return nil, nil, fabric.Errorf("InvalidToken", "Invalid Token: '%s': take nextToken of the page before, with the same arguments", *token)
		}
		items = items[i+1:]
	}
	for _, item := range items {
		if !wanted(item) {
			continue
		}
		if len(part) == int(size) {
			last := base64.RawURLEncoding.EncodeToString([]byte(key(part[size-1])))
			return part, &last, nil
		}
		part = append(part, item)
	}
	return part, nil, nil
}
