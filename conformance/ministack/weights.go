package ministack

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

func (s *Server) modifyListener(w http.ResponseWriter, made call) {
	if made.form.Has("DefaultActions.member.1.Type") {
		s.weights.Store(made.form.Get("ListenerArn"), weightsOf(made.form))
	}
	s.pass(w, made, nil)
}

// weightsOf returns the ForwardConfig of a call in an answer's form, or "" if there is none.
func weightsOf(form url.Values) string {
	var groups strings.Builder
	for i := 1; ; i++ {
		group := fmt.Sprintf("DefaultActions.member.1.ForwardConfig.TargetGroups.member.%d.", i)
		if !form.Has(group + "TargetGroupArn") {
			break
		}
		fmt.Fprintf(&groups, "<member><TargetGroupArn>%s</TargetGroupArn><Weight>%s</Weight></member>", form.Get(group+"TargetGroupArn"), form.Get(group+"Weight"))
	}
	if groups.Len() == 0 {
		return ""
	}
	return "<ForwardConfig><TargetGroups>" + groups.String() + "</TargetGroups></ForwardConfig>"
}

func (s *Server) describeListeners(w http.ResponseWriter, made call) {
	s.pass(w, made, func(answer []byte) []byte {
		text := string(answer)
		s.weights.Range(func(listener, weights any) bool {
			arn := fmt.Sprintf("<ListenerArn>%s</ListenerArn>", listener)
			if before, after, there := strings.Cut(text, arn); there {
				const forward = "<Type>forward</Type>"
				text = before + arn + strings.Replace(after, forward, forward+weights.(string), 1)
			}
			return true
		})
		return []byte(text)
	})
}
