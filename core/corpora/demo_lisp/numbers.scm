; Numbers as lists of digits, as sums, as streams.

(define (digits n)
  (if (< n 10)
      (list n)
      (append (digits (quotient n 10)) (list (remainder n 10)))))

(define (from-digits list-of-digits)
  (let loop ((rest list-of-digits) (value 0))
    (if (null? rest)
        value
        (loop (cdr rest) (+ (* 10 value) (car rest))))))

(define (divisors n)
  (let loop ((k n) (found '()))
    (cond ((zero? k) found)
          ((zero? (modulo n k)) (loop (- k 1) (cons k found)))
          (else (loop (- k 1) found)))))

(define (prime? n)
  (equal? (divisors n) (list 1 n)))

(define (collatz n)
  (cons n
        (cond ((= n 1) '())
              ((even? n) (collatz (/ n 2)))
              (else (collatz (+ 1 (* 3 n)))))))

(define (power base exponent)
  (cond ((zero? exponent) 1)
        ((even? exponent)
         (let ((half (power base (/ exponent 2))))
           (* half half)))
        (else (* base (power base (- exponent 1))))))

(define (square-root x)
  (let improve ((guess 1.0))
    (let ((next (/ (+ guess (/ x guess)) 2)))
      (if (< (abs (- next guess)) 1e-9)
          next
          (improve next)))))

(define (integers-from n)
  (cons n (lambda () (integers-from (+ n 1)))))

(define (take-from stream n)
  (if (zero? n)
      '()
      (cons (car stream)
            (take-from ((cdr stream)) (- n 1)))))

(define (filter-stream keep? stream)
  (if (keep? (car stream))
      (cons (car stream)
            (lambda () (filter-stream keep? ((cdr stream)))))
      (filter-stream keep? ((cdr stream)))))

(define (matrix-times a b)
  (let ((columns (apply map list b)))
    (map (lambda (row)
           (map (lambda (column) (apply + (map * row column)))
                columns))
         a)))

(define (polynomial-value coefficients x)
  (if (null? coefficients)
      0
      (+ (car coefficients)
         (* x (polynomial-value (cdr coefficients) x)))))

(define golden (/ (+ 1 (square-root 5)) 2))
