package cloudwatch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"regexp"
	"strconv"
	"time"

	"photogallery/internal/localcloud/fabric"
)

var words = regexp.MustCompile(`\b(AND|OR)\b`)

// expression is metric math. With AND and OR replaced its operators have Go's spelling and
// precedence, so Go's own parser reads it. It supports the functions IF, FILL and EPOCH. A missing
// value is NaN, which makes every result of it missing.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
type expression struct {
	metrics map[string]watched
	end     int64     // the minute with which the period ends
	start   time.Time // of the period
}

// watchExpression reads the expression. It may use the metrics, which share one period.
func (s *Service) watchExpression(source string, metrics map[string]watched) (watched, error) {
	tree, err := parser.ParseExpr(words.ReplaceAllStringFunc(source, func(word string) string {
		return map[string]string{"AND": "&&", "OR": "||"}[word]
	}))
	if err != nil {
		return watched{}, fabric.Errorf("ValidationError", "expression %q cannot be read: %v", source, err)
	}
	var period int64
	for id, metric := range metrics {
		if period != 0 && metric.period != period {
			return watched{}, fabric.Errorf("ValidationError", "metric %s has another period than the others: give them one", id)
		}
		period = metric.period
	}
	if period == 0 {
		return watched{}, fabric.Errorf("ValidationError", "expression %q has no metrics", source)
	}
	// Every part is evaluated each time, so that errors show at once.
	if _, err := (expression{metrics: metrics}).evaluate(tree); err != nil {
		return watched{}, err
	}
	return watched{period: period, value: func(end int64) float64 {
		value, _ := expression{metrics, end, s.startOf(end - period)}.evaluate(tree)
		return value
	}}, nil
}

func (e expression) evaluate(tree ast.Expr) (float64, error) {
	switch node := tree.(type) {
	case *ast.ParenExpr:
		return e.evaluate(node.X)
	case *ast.BasicLit:
		if value, err := strconv.ParseFloat(node.Value, 64); err == nil {
			return value, nil
		}
	case *ast.Ident:
		if metric, ok := e.metrics[node.Name]; ok {
			return metric.value(e.end), nil
		}
	case *ast.BinaryExpr:
		if operator := operators[node.Op]; operator != nil {
			return e.apply(operator, node.X, node.Y)
		}
	case *ast.CallExpr:
		function, _ := node.Fun.(*ast.Ident)
		if function != nil && function.Name == "EPOCH" && len(node.Args) == 1 {
			return e.apply(e.epoch, node.Args[0])
		}
		if function != nil && functions[function.Name].apply != nil && len(node.Args) == functions[function.Name].arguments {
			return e.apply(functions[function.Name].apply, node.Args...)
		}
	}
	return 0, fabric.Errorf("ValidationError", "%s is not supported: the embedded cloud's expressions have the alarm's metrics, positive numbers, "+
		"+, *, <, <=, >, >=, AND, OR, IF with 3 arguments, FILL with 2 and EPOCH with 1", types.ExprString(tree))
}

func (e expression) apply(operation func([]float64) float64, parts ...ast.Expr) (float64, error) {
	values := make([]float64, len(parts))
	for i, part := range parts {
		value, err := e.evaluate(part)
		if err != nil {
			return 0, err
		}
		values[i] = value
	}
	return operation(values), nil
}

var functions = map[string]struct {
	arguments int
	apply     func([]float64) float64
}{
	"IF":   {3, choose},
	"FILL": {2, fill},
}

// epoch returns the time of a data point, in seconds.
func (e expression) epoch(v []float64) float64 {
	if math.IsNaN(v[0]) {
		return v[0]
	}
	return float64(e.start.UnixNano()) / 1e9
}

func choose(v []float64) float64 {
	switch {
	case math.IsNaN(v[0]):
		return v[0]
	case v[0] != 0:
		return v[1]
	}
	return v[2]
}

func fill(v []float64) float64 {
	if math.IsNaN(v[0]) {
		return v[1]
	}
	return v[0]
}

var operators = map[token.Token]func([]float64) float64{
	token.ADD:  func(v []float64) float64 { return v[0] + v[1] },
	token.MUL:  func(v []float64) float64 { return v[0] * v[1] },
	token.LSS:  operator(func(a, b float64) bool { return a < b }),
	token.LEQ:  operator(func(a, b float64) bool { return a <= b }),
	token.GTR:  operator(func(a, b float64) bool { return a > b }),
	token.GEQ:  operator(func(a, b float64) bool { return a >= b }),
	token.LAND: operator(func(a, b float64) bool { return a != 0 && b != 0 }),
	token.LOR:  operator(func(a, b float64) bool { return a != 0 || b != 0 }),
}

func operator(holds func(a, b float64) bool) func([]float64) float64 {
	return func(v []float64) float64 {
		switch {
		case math.IsNaN(v[0]) || math.IsNaN(v[1]):
			return math.NaN()
		case holds(v[0], v[1]):
			return 1
		}
		return 0
	}
}
