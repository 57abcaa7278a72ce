package grade

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"photogallery/release"
)

// Points holds the points of each row. Half of them are for what is partly done.
type Points map[string]float64

//go:embed points.json
var defaults []byte

// DefaultPoints returns the points without a file: a hundred together.
func DefaultPoints() Points {
	points, err := ReadPoints(defaults)
	if err != nil {
		panic(err) // it is our own file
	}
	return points
}

// ReadPoints reads a JSON object of rows and their points. A row that it leaves out is worth nothing. Its
// error, InvalidRequest, names every problem.
func ReadPoints(text []byte) (Points, error) {
	var given map[string]json.RawMessage
	err := json.Unmarshal(text, &given)
	if err == nil && given == nil {
		err = errors.New("they are null")
	}
	if err != nil {
		return nil, release.Errorf(release.InvalidRequest, `the points are not a JSON object of rows and numbers, such as {"app": 10, "image": 5}: %w`, err)
	}
	points, wrong, sum := Points{}, []string{}, 0.0
	for _, name := range slices.Sorted(maps.Keys(given)) {
		var worth float64
		err := json.Unmarshal(given[name], &worth)
		switch {
		case !slices.Contains(Rows(), name):
			wrong = append(wrong, fmt.Sprintf("there is no row %q", name))
		case err != nil || bytes.Equal(given[name], []byte("null")):
			wrong = append(wrong, fmt.Sprintf("%s: %s is no number", name, given[name]))
		case worth < 0:
			wrong = append(wrong, fmt.Sprintf("%s: %v is less than 0", name, worth))
		}
		points[name] = worth
		sum += worth
	}
	if len(wrong) == 0 && sum == 0 {
		wrong = append(wrong, "no row has any")
	}
	if len(wrong) > 0 {
		return nil, release.Errorf(release.InvalidRequest, "the points are wrong: %s; the rows are %s", strings.Join(wrong, "; "), list(Rows()))
	}
	return points, nil
}
