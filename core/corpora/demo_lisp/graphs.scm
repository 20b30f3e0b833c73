; Graphs as association lists: ((node neighbour ...) ...)

(define town
  '((market bridge station church)
    (bridge market harbour)
    (station market museum)
    (church market garden museum)
    (museum church station)
    (garden church)
    (harbour bridge)))

(define (neighbours node graph)
  (let ((row (assq node graph)))
    (if row (cdr row) '())))

(define (reachable start graph)
  (let visit ((waiting (list start)) (seen '()))
    (cond ((null? waiting) (reverse seen))
          ((memq (car waiting) seen) (visit (cdr waiting) seen))
          (else (visit (append (neighbours (car waiting) graph) (cdr waiting))
                       (cons (car waiting) seen))))))

(define (shortest-way start goal graph)
  (let search ((ways (list (list start))) (seen '()))
    (cond ((null? ways) #f)
          ((eq? (caar ways) goal) (reverse (car ways)))
          ((memq (caar ways) seen) (search (cdr ways) seen))
          (else
           (search (append (cdr ways)
                           (map (lambda (next) (cons next (car ways)))
                                (neighbours (caar ways) graph)))
                   (cons (caar ways) seen))))))

(define (tree-insert tree key)
  (cond ((null? tree) (list key '() '()))
        ((< key (car tree))
         (list (car tree) (tree-insert (cadr tree) key) (caddr tree)))
        ((> key (car tree))
         (list (car tree) (cadr tree) (tree-insert (caddr tree) key)))
        (else tree)))

(define (tree-keys tree)
  (if (null? tree)
      '()
      (append (tree-keys (cadr tree))
              (cons (car tree) (tree-keys (caddr tree))))))

(define (tree-height tree)
  (if (null? tree)
      0
      (+ 1 (max (tree-height (cadr tree)) (tree-height (caddr tree))))))

(define (count-edges graph)
  (apply + (map (lambda (row) (length (cdr row))) graph)))

(define (add-edge graph from to)
  (map (lambda (row)
         (if (and (eq? (car row) from) (not (memq to (cdr row))))
             (append row (list to))
             row))
       graph))

(define (colour-nodes graph colours)
  (let loop ((rest (map car graph)) (done '()))
    (if (null? rest)
        done
        (let ((taken (map (lambda (n) (let ((pair (assq n done))) (and pair (cdr pair))))
                          (neighbours (car rest) graph))))
          (let pick ((choice colours))
            (cond ((null? choice) #f)
                  ((memq (car choice) taken) (pick (cdr choice)))
                  (else (loop (cdr rest)
                              (cons (cons (car rest) (car choice)) done)))))))))

(define-syntax for-each-edge
  (syntax-rules ()
    ((_ (from to graph) body ...)
     (for-each (lambda (row)
                 (let ((from (car row)))
                   (for-each (lambda (to) body ...) (cdr row))))
               graph))))
