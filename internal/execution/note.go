package execution

import (
	"cmp"
	"encoding/json"
)

// noteOf returns the sentence in which a step's answer states its progress, or "" if it has none. What a
// function answers before its task token comes back is wrapped in Lambda's response.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func noteOf(answer string) string {
	var stated struct {
		Note    string `json:"note"`
		Payload struct {
			Note string `json:"note"`
		}
	}
	_ = json.Unmarshal([]byte(answer), &stated) // an answer of another form states nothing
	return cmp.Or(stated.Note, stated.Payload.Note)
}
