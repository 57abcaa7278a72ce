package cloudwatch

import (
	"fmt"
	"testing"
)

func TestPercentilesOfManyValuesAreNearlyExact(t *testing.T) {
	var all Point
	for i := 1; i <= 1000; i++ {
		value := float64(i) / 1000
		all = merge(all, Point{Count: 1, Sum: value, Minimum: value, Maximum: value})
	}
	for percent, want := range map[float64]float64{50: 0.5, 90: 0.9, 99: 0.99, 99.9: 0.999, 100: 1} {
		if got := all.percentile(percent); got < want*0.96 || got > want*1.04 {
			t.Errorf("p%v is %g, want about %g", percent, got, want)
		}
	}
	for _, name := range []string{"p", "p101", "p-1", "pp9", "tm90"} {
		if statisticOf(name) != nil {
			t.Errorf("%s is a statistic", name)
		}
	}
	if got := fmt.Sprint((Point{Count: 7, Minimum: 3, Maximum: 3}).percentile(90)); got != "3" {
		t.Errorf("p90 of equal values is %s", got)
	}
}
