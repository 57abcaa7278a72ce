// Package judge compares a new fleet with the former one, which serves beside it.
//
// A version is rejected if at least three of at least ten of its answers are errors, if their share
// is larger than the former fleet's by at least one percentage point, and if errors that fall on
// either fleet by chance do so less than once in 2,000 looks (Fisher's exact test). It is also
// rejected if its answers take more than twice as long on average, and 200 ms longer; if the load
// balancer itself answers more requests with errors than before the shift; and if a target stays
// unhealthy for three minutes. With too few requests the judge leaves the decision to the health of
// the targets.
//
// Where the former fleet has too few requests, as at 100 %, its ten minutes before the shift take
// its place, and the difference must be three points.
//
// The table shows how often the judge errs. It looks once a minute, and one bad look rejects. SEEN
// counts the requests of the new fleet in the end. REJECTED has the percentage of runs in which it
// rejects a version that is as good as the former one, where both answer 0.1 %, 1 % or 5 % with
// errors. PASSED has the percentage of runs in which a version with so many errors is not rejected
// beside a former one that has 0.1 %; some of them end undecided. Errors are independent of each
// other here, which those of a real service seldom are.
//
//	                        |      |  REJECTED, AS GOOD  |        PASSED, WITH ERRORS OF
//	TRAFFIC   SHARE   HOLD  | SEEN | 0.1 %    1 %    5 % |  0 %  1 %  2 %  5 % 10 % 100 %
//	  1 a s     5 %   1 min |     3|  0.00   0.00   0.00 |  100  100  100  100  100  100
//	  1 a s     5 %   5 min |    15|  0.00   0.03   0.08 |  100  100  100   97   84    8
//	  1 a s     5 %  30 min |    90|  0.00   0.15   0.10 |  100   96   81   27    1    0
//	  1 a s    50 %   5 min |   150|  0.00   0.00   0.00 |  100  100  100   90   17    0
//	  1 a s   100 %   5 min |   300|  0.00   0.03   0.08 |  100   99   81    3    0    0
//	 10 a s     5 %   1 min |    30|  0.00   0.03   0.00 |  100   99   99   84   50    0
//	 10 a s     5 %   5 min |   150|  0.00   0.10   0.10 |  100   91   60    6    0    0
//	 10 a s     5 %  30 min |   900|  0.05   0.30   0.25 |  100   39    1    0    0    0
//	 10 a s    50 %   5 min |  1500|  0.00   0.03   0.17 |  100   63    1    0    0    0
//	 10 a s   100 %   5 min |  3000|  0.00   0.00   0.05 |  100  100   96    0    0    0
//	100 a s     5 %   1 min |   300|  0.08   0.00   0.00 |  100   78   23    0    0    0
//	100 a s     5 %   5 min |  1500|  0.03   0.08   0.22 |  100   43    0    0    0    0
//	100 a s     5 %  30 min |  9000|  0.00   0.15   0.33 |  100   28    0    0    0    0
//	100 a s    50 %   5 min | 15000|  0.00   0.00   0.08 |  100   58    0    0    0    0
//	100 a s   100 %   5 min | 30000|  0.00   0.00   0.00 |  100  100  100    0    0    0
//
// A version that is as fast as the former one is rejected for its latency in 0.22 % of its
// runs with two hundred requests, a mean of 200 ms and σ = 1.5 in a log-normal distribution.
package judge
