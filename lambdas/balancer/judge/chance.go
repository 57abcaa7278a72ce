package judge

import "math"

// worse reports whether the first share of errors is larger by the margin and, in Fisher's exact
// test, by more than chance.
func worse(errors, requests, formerErrors, formerRequests int, margin float64) bool {
	if errors < leastErrors || share(errors, requests)-share(formerErrors, formerRequests) < margin {
		return false
	}
	return chance(errors, requests, errors+formerErrors, requests+formerRequests) < leastChance
}

// chance returns how likely at least so many of all errors are in that many of all requests, if the
// errors fall anywhere. It adds up the probabilities of so many, one more, and so on, each of which
// follows from the one before.
// https://en.wikipedia.org/wiki/Fisher%27s_exact_test
func chance(errors, requests, allErrors, allRequests int) float64 {
	term := math.Exp(choose(requests, errors) + choose(allRequests-requests, allErrors-errors) - choose(allRequests, allErrors))
	total := term
	for n := errors; n < min(allErrors, requests) && term > total/1e9; n++ {
		term *= float64(requests-n) * float64(allErrors-n) / float64(n+1) / float64(allRequests-requests-allErrors+n+1)
		total += term
	}
	return total
}

// choose returns the logarithm of the number of ways to choose some of all.
func choose(all, some int) float64 {
	return logFactorial(all) - logFactorial(some) - logFactorial(all-some)
}

func logFactorial(n int) float64 {
	value, _ := math.Lgamma(float64(n) + 1)
	return value
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
