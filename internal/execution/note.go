package execution

import (
	"cmp"
	"encoding/json"
)

// noteOf returns the sentence in which a step's answer states its progress, or "" if there is none.
// A function's answer before its task token is answered is wrapped in Lambda's response.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
func noteOf(answer string) string {
	var stated struct {
		Note    string `json:"note"`
		Payload struct {
			Note string `json:"note"`
		}
	}
	_ = json.Unmarshal([]byte(answer), &stated) // an answer of another form has none
	return cmp.Or(stated.Note, stated.Payload.Note)
}
