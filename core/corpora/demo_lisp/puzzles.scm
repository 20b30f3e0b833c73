; Puzzles solved by trying everything, carefully.

(define (safe? queen row placed)
  (let check ((rest placed) (distance 1))
    (or (null? rest)
        (and (not (= queen (car rest)))
             (not (= distance (abs (- queen (car rest)))))
             (check (cdr rest) (+ distance 1))))))

(define (queens n)
  (let place ((row 0) (placed '()))
    (if (= row n)
        (list placed)
        (let try ((queen 0) (found '()))
          (if (= queen n)
              found
              (try (+ queen 1)
                   (if (safe? queen row placed)
                       (append found (place (+ row 1) (cons queen placed)))
                       found)))))))

(define (hanoi n from to spare)
  (if (zero? n)
      '()
      (append (hanoi (- n 1) from spare to)
              (list (list from '-> to))
              (hanoi (- n 1) spare to from))))

(define (tilings width tiles)
  (if (zero? width)
      (list '())
      (apply append
             (map (lambda (tile)
                    (if (> tile width)
                        '()
                        (map (lambda (row) (cons tile row))
                             (tilings (- width tile) tiles))))
                  tiles))))

(define (subsets items)
  (if (null? items)
      '(())
      (let ((rest (subsets (cdr items))))
        (append rest
                (map (lambda (subset) (cons (car items) subset)) rest)))))

(define (pour state from to sizes)
  (let* ((room (- (list-ref sizes to) (list-ref state to)))
         (amount (min room (list-ref state from))))
    (let change-jugs ((k 0) (rest state))
      (if (null? rest)
          '()
          (cons (cond ((= k from) (- (car rest) amount))
                      ((= k to) (+ (car rest) amount))
                      (else (car rest)))
                (change-jugs (+ k 1) (cdr rest)))))))

(define (life-next alive? x y)
  (let ((n (apply + (map (lambda (dx)
                           (apply + (map (lambda (dy)
                                           (if (and (not (and (zero? dx) (zero? dy)))
                                                    (alive? (+ x dx) (+ y dy)))
                                               1
                                               0))
                                         '(-1 0 1))))
                         '(-1 0 1)))))
    (or (= n 3) (and (= n 2) (alive? x y)))))

(define (simplify form)
  (if (not (pair? form))
      form
      (let ((operator (car form))
            (left (simplify (cadr form)))
            (right (simplify (caddr form))))
        (cond ((and (eq? operator '+) (eqv? left 0)) right)
              ((and (eq? operator '+) (eqv? right 0)) left)
              ((and (eq? operator '*) (or (eqv? left 0) (eqv? right 0))) 0)
              ((and (eq? operator '*) (eqv? left 1)) right)
              ((and (eq? operator '*) (eqv? right 1)) left)
              (else (list operator left right))))))

(define (derive form x)
  (cond ((number? form) 0)
        ((symbol? form) (if (eq? form x) 1 0))
        ((eq? (car form) '+)
         (simplify (list '+ (derive (cadr form) x) (derive (caddr form) x))))
        ((eq? (car form) '*)
         (simplify (list '+
                         (list '* (derive (cadr form) x) (caddr form))
                         (list '* (cadr form) (derive (caddr form) x)))))
        (else (error "cannot derive" form))))

(define church-three
  (lambda (f) (lambda (x) (f (f (f x))))))

(define nested-sample
  '(1 (2 (3 (4 (5 (6 (7 (8 (9 (10 (11 (12)))))))))))))
