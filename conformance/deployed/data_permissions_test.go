//go:build conformance

package deployed

import (
	"strings"

	"photogallery/lambdas/records"
)

// needsOfTable has the key of the item, which conditions see.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
func needsOfTable(action string, made call) []permission {
	all := []permission{{action, arnOf("dynamodb", "table/"+made.text("TableName")), map[string]string{}}}
	for _, field := range []string{"Key", "Item"} {
		item, _ := made.input[field].(map[string]any)
		key, _ := item[records.Key].(map[string]any)
		if text, is := key["S"].(string); is {
			all[0].context["dynamodb:LeadingKeys"] = text
		}
	}
	return all
}

// needsOfS3 has a list's own action, and the one for reading an object's head.
func needsOfS3(action string, made call) []permission {
	resource := "arn:aws:s3:::" + strings.Trim(made.path, "/")
	switch made.operation {
	case "ListObjectsV2":
		return []permission{{"s3:ListBucket", resource, map[string]string{"s3:prefix": made.query.Get("prefix")}}}
	case "HeadObject":
		action = "s3:GetObject"
	}
	return []permission{{action, resource, nil}}
}
