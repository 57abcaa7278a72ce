package dynamodb_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/fabric"
)

const table = "photogallery-main"

type item = map[string]types.AttributeValue

type cloud struct {
	*testing.T
	client *awsdynamodb.Client
}

func inCloud(t *testing.T, test func(c cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		service := dynamodb.New(f)
		f.Do(func() { service.AddTable(table, "pk") })
		test(cloud{t, awsdynamodb.NewFromConfig(f.Config())})
	})
}

func s(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func (c cloud) get(key string, consistent bool) item {
	c.Helper()
	out, err := c.client.GetItem(c.Context(), &awsdynamodb.GetItemInput{
		TableName: aws.String(table), Key: item{"pk": s(key)}, ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		c.Fatal(err)
	}
	return out.Item
}

func (c cloud) put(attributes item) {
	c.Helper()
	if _, err := c.client.PutItem(c.Context(), &awsdynamodb.PutItemInput{TableName: aws.String(table), Item: attributes}); err != nil {
		c.Fatal(err)
	}
}

func (c cloud) wantItem(key string, want item) {
	c.Helper()
	if got := c.get(key, true); !reflect.DeepEqual(got, want) {
		c.Errorf("item %s is %v, want %v", key, got, want)
	}
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestItemIsKeptWhole(t *testing.T) {
	inCloud(t, func(c cloud) {
		whole := item{
			"pk": s("a"), "count": &types.AttributeValueMemberN{Value: "1"}, "done": &types.AttributeValueMemberBOOL{Value: true},
			"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("x")}},
			"map":  &types.AttributeValueMemberM{Value: item{"k": s("v")}},
		}
		c.put(whole)
		c.wantItem("a", whole)
		delete(c.get("a", true), "map")
		c.wantItem("a", whole)
		if missing := c.get("b", true); missing != nil {
			c.Errorf("an item that never was: %v", missing)
		}
	})
}

func TestReadIsStaleUnlessConsistent(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.put(item{"pk": s("a"), "n": s("1")})
		if got := c.get("a", false); got != nil {
			c.Errorf("read %v right after the write", got)
		}
		time.Sleep(time.Second)
		if got := c.get("a", false); got == nil {
			c.Error("the write is still not seen after a second")
		}
		c.wantItem("a", item{"pk": s("a"), "n": s("1")})
	})
}

func TestConditions(t *testing.T) {
	cases := map[string]struct {
		condition string
		absent    bool // there is no item
		code      string
	}{
		"absence, absent":         {condition: "attribute_not_exists(pk)", absent: true},
		"absence, present":        {condition: "attribute_not_exists(pk)", code: "ConditionalCheckFailedException"},
		"equal":                   {condition: "#holder = :me"},
		"equal, absent":           {condition: "#holder = :me", absent: true, code: "ConditionalCheckFailedException"},
		"equal, other":            {condition: "#holder = :you", code: "ConditionalCheckFailedException"},
		"another type is unequal": {condition: "#holder = :number", code: "ConditionalCheckFailedException"},
		"reserved word":           {condition: "token = :me", code: "ValidationException"},
		"undefined name":          {condition: "#other = :me", code: "ValidationException"},
		"undefined value":         {condition: "#holder = :other", code: "ValidationException"},
		"unknown function":        {condition: "begins_with(#holder, :me)", code: "ValidationException"},
		"another function":        {condition: "attribute_exists(pk)", code: "ValidationException"},
		"unequal":                 {condition: "#holder <> :me", code: "ValidationException"},
		"two conditions":          {condition: "attribute_not_exists(pk) OR #holder = :me", code: "ValidationException"},
		"missing bracket":         {condition: "attribute_not_exists(pk", code: "ValidationException"},
		"trailing words":          {condition: "#holder = :me #holder", code: "ValidationException"},
		"ends too early":          {condition: "#holder =", code: "ValidationException"},
	}
	values := item{":me": s("me"), ":you": s("you"), ":number": &types.AttributeValueMemberN{Value: "1"}}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c cloud) {
				before := item{"pk": s("lock"), "holder": s("me")}
				if test.absent {
					before = nil
				} else {
					c.put(before)
				}
				after := item{"pk": s("lock"), "holder": s("new")}
				in := &awsdynamodb.PutItemInput{TableName: aws.String(table), Item: after, ConditionExpression: aws.String(test.condition)}
				in.ExpressionAttributeNames, in.ExpressionAttributeValues = usedIn(test.condition, map[string]string{"#holder": "holder"}, values)
				_, err := c.client.PutItem(c.Context(), in)
				if codeOf(err) != test.code {
					c.Errorf("%v, want code %q", err, test.code)
				}
				if test.code == "" {
					before = after
				}
				c.wantItem("lock", before)
			})
		})
	}
}

// usedIn leaves out what DynamoDB would refuse as unused.
func usedIn(expression string, names map[string]string, values item) (map[string]string, item) {
	usedNames, usedValues := map[string]string{}, item{}
	for name, attribute := range names {
		if strings.Contains(expression, name) {
			usedNames[name] = attribute
		}
	}
	for name, value := range values {
		if strings.Contains(expression, name) {
			usedValues[name] = value
		}
	}
	return usedNames, usedValues
}

func TestUnusedNamesAndValuesAreRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		in := &awsdynamodb.PutItemInput{
			TableName: aws.String(table), Item: item{"pk": s("a")}, ConditionExpression: aws.String("attribute_not_exists(pk)"),
			ExpressionAttributeNames: map[string]string{"#n": "n"},
		}
		if _, err := c.client.PutItem(c.Context(), in); codeOf(err) != "ValidationException" {
			c.Errorf("unused name: %v", err)
		}
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = nil, item{":v": s("v")}
		if _, err := c.client.PutItem(c.Context(), in); codeOf(err) != "ValidationException" {
			c.Errorf("unused value: %v", err)
		}
		c.wantItem("a", nil)
	})
}

func TestFailedConditionDeletesNothing(t *testing.T) {
	inCloud(t, func(c cloud) {
		held := item{"pk": s("lock"), "holder": s("me")}
		c.put(held)
		_, err := c.client.DeleteItem(c.Context(), &awsdynamodb.DeleteItemInput{
			TableName: aws.String(table), Key: item{"pk": s("lock")}, ConditionExpression: aws.String("holder = :h"),
			ExpressionAttributeValues: item{":h": s("you")},
		})
		if codeOf(err) != "ConditionalCheckFailedException" {
			c.Errorf("got %v", err)
		}
		c.wantItem("lock", held)
	})
}

func TestUpdates(t *testing.T) {
	cases := map[string]struct {
		update string
		before item
		code   string
		want   item
	}{
		"set makes the item":    {update: "SET #token = :a", want: item{"pk": s("k"), "token": s("a")}},
		"set keeps the others":  {update: "SET #token = :a", before: item{"pk": s("k"), "x": s("y")}, want: item{"pk": s("k"), "x": s("y"), "token": s("a")}},
		"several":               {update: "SET #token = :a, x = :b", want: item{"pk": s("k"), "token": s("a"), "x": s("b")}},
		"the key":               {update: "SET pk = :a", code: "ValidationException"},
		"reserved word":         {update: "SET token = :a", code: "ValidationException"},
		"from another":          {update: "SET z = x", before: item{"pk": s("k"), "x": s("y")}, code: "ValidationException"},
		"remove":                {update: "REMOVE x", before: item{"pk": s("k"), "x": s("y")}, code: "ValidationException"},
		"unknown clause":        {update: "ADD x :a", code: "ValidationException"},
		"nothing after a comma": {update: "SET x = :a,", code: "ValidationException"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c cloud) {
				if test.before != nil {
					c.put(test.before)
				}
				in := &awsdynamodb.UpdateItemInput{
					TableName: aws.String(table), Key: item{"pk": s("k")}, UpdateExpression: aws.String(test.update),
				}
				in.ExpressionAttributeNames, in.ExpressionAttributeValues = usedIn(test.update, map[string]string{"#token": "token"}, item{":a": s("a"), ":b": s("b")})
				_, err := c.client.UpdateItem(c.Context(), in)
				if codeOf(err) != test.code {
					c.Fatalf("%v, want code %q", err, test.code)
				}
				if test.code != "" {
					c.wantItem("k", test.before)
					return
				}
				c.wantItem("k", test.want)
			})
		})
	}
}

func TestFailedConditionUpdatesNothing(t *testing.T) {
	inCloud(t, func(c cloud) {
		before := item{"pk": s("k"), "x": s("1")}
		c.put(before)
		_, err := c.client.UpdateItem(c.Context(), &awsdynamodb.UpdateItemInput{
			TableName: aws.String(table), Key: item{"pk": s("k")}, UpdateExpression: aws.String("SET x = :new"),
			ConditionExpression: aws.String("x = :old"), ExpressionAttributeValues: item{":new": s("2"), ":old": s("0")},
		})
		if codeOf(err) != "ConditionalCheckFailedException" {
			c.Errorf("got %v", err)
		}
		c.wantItem("k", before)
	})
}

func TestDeletingIsFineTwice(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.put(item{"pk": s("a"), "n": s("1")})
		in := &awsdynamodb.DeleteItemInput{TableName: aws.String(table), Key: item{"pk": s("a")}}
		for range 2 {
			if _, err := c.client.DeleteItem(c.Context(), in); err != nil {
				c.Error(err)
			}
			c.wantItem("a", nil)
		}
	})
}

func TestBadRequests(t *testing.T) {
	inCloud(t, func(c cloud) {
		for want, in := range map[string]*awsdynamodb.GetItemInput{
			"ResourceNotFoundException": {TableName: aws.String("none"), Key: item{"pk": s("a")}},
			"ValidationException":       {TableName: aws.String(table), Key: item{"pk": s("")}},
		} {
			if _, err := c.client.GetItem(c.Context(), in); codeOf(err) != want {
				c.Errorf("got %v, want %s", err, want)
			}
		}
	})
}
