;;; text.el --- words, lines and small parsers

(defvar lab-vowels '(?a ?e ?i ?o ?u))

(defun lab-count-vowels (word)
  "How many letters of WORD are vowels."
  (let ((n 0))
    (dotimes (i (length word) n)
      (when (memq (aref word i) lab-vowels)
        (setq n (1+ n))))))

(defun lab-words (text)
  "TEXT cut at blanks."
  (split-string text "[ \t\n]+" t))

(defun lab-word-table (text)
  "A hash table from each word of TEXT to its count."
  (let ((table (make-hash-table :test 'equal)))
    (dolist (word (lab-words (downcase text)) table)
      (puthash word (1+ (gethash word table 0)) table))))

(defun lab-commonest (text n)
  "The N commonest words of TEXT."
  (let ((rows nil))
    (maphash (lambda (word count) (push (cons word count) rows))
             (lab-word-table text))
    (seq-take (sort rows (lambda (a b)
                           (or (> (cdr a) (cdr b))
                               (and (= (cdr a) (cdr b))
                                    (string< (car a) (car b))))))
              n)))

(defun lab-fill (words width)
  "WORDS as lines of at most WIDTH characters."
  (let ((lines nil) (line ""))
    (dolist (word words)
      (if (> (+ (length line) 1 (length word)) width)
          (progn (push line lines)
                 (setq line word))
        (setq line (if (string= line "") word (concat line " " word)))))
    (nreverse (cons line lines))))

(defun lab-balanced-p (text)
  "Whether the brackets of TEXT match."
  (catch 'wrong
    (let ((stack nil))
      (dolist (sign (append text nil))
        (cond ((memq sign '(?\( ?\[ ?\{))
               (push (cdr (assq sign '((?\( . ?\)) (?\[ . ?\]) (?\{ . ?\})))) stack))
              ((memq sign '(?\) ?\] ?\}))
               (unless (eq sign (pop stack))
                 (throw 'wrong nil)))))
      (null stack))))

(defun lab-caesar (text shift)
  "TEXT with small letters moved by SHIFT places."
  (concat (mapcar (lambda (sign)
                    (if (<= ?a sign ?z)
                        (+ ?a (mod (+ shift (- sign ?a)) 26))
                      sign))
                  text)))

(defun lab-run-lengths (text)
  "Runs of equal signs in TEXT as (SIGN . LENGTH)."
  (let ((runs nil))
    (dolist (sign (append text nil) (nreverse runs))
      (if (and runs (eq sign (caar runs)))
          (setcdr (car runs) (1+ (cdar runs)))
        (push (cons sign 1) runs)))))

(defun lab-read-row (line)
  "Fields of LINE between commas; a quoted field may hold commas."
  (let ((fields nil) (field nil) (quoted nil))
    (dolist (sign (append line nil))
      (cond ((eq sign ?\") (setq quoted (not quoted)))
            ((and (eq sign ?,) (not quoted))
             (push (concat (nreverse field)) fields)
             (setq field nil))
            (t (push sign field))))
    (nreverse (cons (concat (nreverse field)) fields))))

(defun lab-title-case (title)
  "TITLE with great letters, small words left alone."
  (mapconcat (lambda (word)
               (if (member word '("of" "the" "and" "in"))
                   word
                 (capitalize word)))
             (lab-words title)
             " "))
