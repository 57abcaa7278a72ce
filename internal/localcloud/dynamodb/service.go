// Package dynamodb is the embedded cloud's DynamoDB: tables with one string key, and the four
// operations on single items.
package dynamodb

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"photogallery/internal/localcloud/fabric"
)

const serviceID = "DynamoDB"

// staleFor is how long after a write a read without ConsistentRead returns the former item.
const staleFor = time.Second

// item holds an item's attributes, or is nil for no item. Values are shared and never changed in
// place.
type item map[string]types.AttributeValue

type record struct {
	now, before item
	written     time.Time
}

type table struct {
	name, key string
	records   map[string]*record
}

// Service is the DynamoDB of one cloud.
type Service struct {
	fabric *fabric.Fabric
	tables map[string]*table
}

// New adds DynamoDB to a cloud, without tables.
func New(f *fabric.Fabric) *Service {
	s := &Service{fabric: f, tables: map[string]*table{}}
	fabric.Handle(f, serviceID, "GetItem", s.getItem)
	fabric.Handle(f, serviceID, "PutItem", s.putItem)
	fabric.Handle(f, serviceID, "UpdateItem", s.updateItem)
	fabric.Handle(f, serviceID, "DeleteItem", s.deleteItem)
	return s
}

// AddTable adds an empty table whose partition key is a string attribute of that name. It must be
// called under the lock.
func (s *Service) AddTable(name, key string) {
	s.tables[name] = &table{name: name, key: key, records: map[string]*record{}}
}

func (s *Service) table(name *string) (*table, error) {
	if known := s.tables[aws.ToString(name)]; known != nil {
		return known, nil
	}
	return nil, &types.ResourceNotFoundException{Message: aws.String("Requested resource not found: Table: " + aws.ToString(name) + " not found")}
}

// keyOf returns the key in an item's attributes.
func (t *table) keyOf(attributes item) (string, error) {
	key, isString := attributes[t.key].(*types.AttributeValueMemberS)
	if !isString || key.Value == "" {
		return "", invalid("One or more parameter values were invalid: the key %s must be a string that is not empty", t.key)
	}
	return key.Value, nil
}

func (t *table) get(key string) item {
	if known := t.records[key]; known != nil {
		return known.now
	}
	return nil
}

func (t *table) getStale(key string, forAtMost time.Duration) item {
	known := t.records[key]
	if known != nil && time.Since(known.written) < forAtMost {
		return known.before
	}
	return t.get(key)
}

func (t *table) put(key string, attributes item) {
	t.records[key] = &record{now: attributes, before: t.get(key), written: time.Now()}
}

func invalid(format string, args ...any) error {
	return fabric.Errorf("ValidationException", format, args...)
}
