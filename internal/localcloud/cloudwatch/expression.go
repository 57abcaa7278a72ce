package cloudwatch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"regexp"
	"strconv"

	"photogallery/internal/localcloud/fabric"
)

var words = regexp.MustCompile(`\b(AND|OR)\b`)

// expression is metric math. Its operators have Go's spelling and precedence once AND and OR are
// replaced, so Go's own parser reads it. IF and FILL are its only functions. A missing value is
// NaN, which makes everything missing that is worked out from it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
type expression struct {
	metrics map[string]watched
	end     int64 // the minute with which the period ends
}

// watchExpression reads the expression; it may use the metrics, which share one period.
func watchExpression(source string, metrics map[string]watched) (watched, error) {
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
	// Every part is evaluated each time, so what cannot be evaluated shows at once.
	if _, err := (expression{metrics: metrics}).evaluate(tree); err != nil {
		return watched{}, err
	}
	return watched{period: period, value: func(end int64) float64 {
		value, _ := expression{metrics, end}.evaluate(tree)
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
		return 0, fabric.Errorf("ValidationError", "the expression uses %s, which is no metric of the alarm", node.Name)
	case *ast.BinaryExpr:
		return e.operate(node)
	case *ast.CallExpr:
		return e.call(node)
	}
	return 0, fabric.Errorf("ValidationError", "the embedded cloud's expressions have metrics, positive numbers, operators, IF and FILL only")
}

func (e expression) operate(node *ast.BinaryExpr) (float64, error) {
	operator := operators[node.Op]
	if operator == nil {
		return 0, fabric.Errorf("ValidationError", "the embedded cloud's expressions have no operator %s", node.Op)
	}
	operands, err := e.evaluateAll(node.X, node.Y)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(operands[0]) || math.IsNaN(operands[1]) {
		return math.NaN(), nil
	}
	return operator(operands[0], operands[1]), nil
}

func (e expression) call(node *ast.CallExpr) (float64, error) {
	function, _ := node.Fun.(*ast.Ident)
	if function == nil || function.Name != "IF" && function.Name != "FILL" {
		return 0, fabric.Errorf("ValidationError", "the embedded cloud has no function %s in expressions: it has IF and FILL", types.ExprString(node.Fun))
	}
	wanted := map[string]int{"IF": 3, "FILL": 2}[function.Name]
	if len(node.Args) != wanted {
		return 0, fabric.Errorf("ValidationError", "%s has %d arguments: give %d", function.Name, len(node.Args), wanted)
	}
	operands, err := e.evaluateAll(node.Args...)
	if err != nil {
		return 0, err
	}
	switch first := operands[0]; {
	case function.Name == "FILL" && math.IsNaN(first):
		return operands[1], nil
	case function.Name == "FILL" || math.IsNaN(first):
		return first, nil
	case first != 0:
		return operands[1], nil
	}
	return operands[2], nil
}

func (e expression) evaluateAll(trees ...ast.Expr) ([]float64, error) {
	values := make([]float64, len(trees))
	for i, tree := range trees {
		value, err := e.evaluate(tree)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

var operators = map[token.Token]func(a, b float64) float64{
	token.ADD:  func(a, b float64) float64 { return a + b },
	token.SUB:  func(a, b float64) float64 { return a - b },
	token.MUL:  func(a, b float64) float64 { return a * b },
	token.LSS:  func(a, b float64) float64 { return number(a < b) },
	token.LEQ:  func(a, b float64) float64 { return number(a <= b) },
	token.GTR:  func(a, b float64) float64 { return number(a > b) },
	token.GEQ:  func(a, b float64) float64 { return number(a >= b) },
	token.EQL:  func(a, b float64) float64 { return number(a == b) },
	token.NEQ:  func(a, b float64) float64 { return number(a != b) },
	token.LAND: func(a, b float64) float64 { return number(a != 0 && b != 0) },
	token.LOR:  func(a, b float64) float64 { return number(a != 0 || b != 0) },
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
