package mutants

// keyMutants let other users of the machine drive a cloud of `gallery up`.
var keyMutants = []mutant{
	{"the API takes a request that another key signed", []edit{
		{"internal/local/control/signature.go", "", "if !claimed.holds(", "if !isSigned && !claimed.holds("},
	}},
}
