; A language small enough to fit on two pages: numbers, functions, if and let.

(define (evaluate form scope)
  (cond ((number? form) form)
        ((symbol? form) (look-up form scope))
        ((pair? form)
         (case (car form)
           ((if) (if (eqv? 0 (evaluate (cadr form) scope))
                     (evaluate (cadddr form) scope)
                     (evaluate (caddr form) scope)))
           ((fun) (list 'closure (cadr form) (caddr form) scope))
           ((let) (evaluate (caddr form)
                            (cons (cons (car (cadr form))
                                        (evaluate (cadr (cadr form)) scope))
                                  scope)))
           (else (call (evaluate (car form) scope)
                       (map (lambda (part) (evaluate part scope))
                            (cdr form))))))
        (else (error "no such form" form))))

(define (look-up name scope)
  (cond ((assq name scope) => cdr)
        ((assq name primitives) => cdr)
        (else (error "unknown name" name))))

(define (call operator arguments)
  (if (procedure? operator)
      (apply operator arguments)
      (let ((names (cadr operator))
            (body (caddr operator))
            (scope (cadddr operator)))
        (evaluate body (append (map cons names arguments) scope)))))

(define primitives
  (list (cons '+ +)
        (cons '- -)
        (cons '* *)
        (cons 'less (lambda (a b) (if (< a b) 1 0)))))

(define (run-program forms)
  (let loop ((rest forms) (value 0))
    (if (null? rest)
        value
        (loop (cdr rest) (evaluate (car rest) '())))))

(define twice-example
  '((let (twice (fun (f) (fun (x) (f (f x)))))
      ((twice (twice (fun (n) (+ n 1)))) 5))))

; The same language on a stack machine.
(define (compile-form form)
  (cond ((number? form) (list (list 'push form)))
        ((symbol? form) (list (list 'load form)))
        ((eq? (car form) 'if)
         (let ((test (compile-form (cadr form)))
               (yes (compile-form (caddr form)))
               (no (compile-form (cadddr form))))
           (append test
                   (list (list 'skip-if-zero (+ 1 (length yes))))
                   yes
                   (list (list 'skip (length no)))
                   no)))
        (else (append (apply append (map compile-form (cdr form)))
                      (list (list 'apply (car form) (length (cdr form))))))))

(define (step machine)
  (let* ((code (car machine)) (stack (cadr machine))
         (order (car code)))
    (case (car order)
      ((push) (list (cdr code) (cons (cadr order) stack)))
      ((skip) (list (list-tail (cdr code) (cadr order)) stack))
      ((skip-if-zero)
       (list (if (eqv? 0 (car stack))
                 (list-tail (cdr code) (cadr order))
                 (cdr code))
             (cdr stack)))
      (else (list (cdr code) stack)))))

(define (run-machine code)
  (do ((machine (list code '()) (step machine)))
      ((null? (car machine)) (car (cadr machine)))))
