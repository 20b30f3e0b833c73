;;; lists.el --- lists cut, joined and counted

(defun lab-last-item (items)
  "The last element of ITEMS, nil where there is none."
  (if (cdr items)
      (lab-last-item (cdr items))
    (car items)))

(defun lab-pairs (items)
  "Neighbours in ITEMS as conses."
  (let ((found nil))
    (while (cdr items)
      (push (cons (car items) (cadr items)) found)
      (setq items (cdr items)))
    (nreverse found)))

(defun lab-interleave (left right)
  "One element of LEFT, one of RIGHT, and so on."
  (cond ((null left) right)
        ((null right) left)
        (t (cons (car left) (lab-interleave right (cdr left))))))

(defun lab-flatten (tree)
  "The leaves of TREE, left to right."
  (cond ((null tree) nil)
        ((atom tree) (list tree))
        (t (append (lab-flatten (car tree)) (lab-flatten (cdr tree))))))

(defun lab-depth (tree)
  "How many brackets stand round the deepest leaf of TREE."
  (if (atom tree)
      0
    (1+ (apply #'max 0 (mapcar #'lab-depth tree)))))

(defun lab-group-by (key items)
  "An alist from values of KEY to the ITEMS that have them."
  (let ((groups nil))
    (dolist (item items (nreverse groups))
      (let* ((name (funcall key item))
             (group (assoc name groups)))
        (if group
            (setcdr group (append (cdr group) (list item)))
          (push (list name item) groups))))))

(defun lab-merge (left right before)
  "Two sorted lists as one, by BEFORE."
  (let ((merged nil))
    (while (and left right)
      (if (funcall before (car right) (car left))
          (push (pop right) merged)
        (push (pop left) merged)))
    (nconc (nreverse merged) (or left right))))

(defun lab-sort (items before)
  "ITEMS sorted by halves."
  (let ((middle (/ (length items) 2)))
    (if (zerop middle)
        items
      (lab-merge (lab-sort (seq-take items middle) before)
                 (lab-sort (seq-drop items middle) before)
                 before))))

(defun lab-permutations (items)
  "Every order of ITEMS."
  (if (null items)
      (list nil)
    (apply #'append
           (mapcar (lambda (first)
                     (mapcar (lambda (rest) (cons first rest))
                             (lab-permutations (remq first items))))
                   items))))

(defun lab-rotate (items n)
  "ITEMS with the first N moved to the end."
  (if (or (zerop n) (null items))
      items
    (lab-rotate (append (cdr items) (list (car items))) (1- n))))

(defun lab-common-prefix (one other)
  "What ONE and OTHER begin with alike."
  (when (and one other (equal (car one) (car other)))
    (cons (car one) (lab-common-prefix (cdr one) (cdr other)))))

(defconst lab-sample-tree '(a (b (c d) e) ((f) g (h (i (j))))))
